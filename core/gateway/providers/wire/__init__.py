"""What every vendor on the wire has in common: one client, events, failures, calls."""
