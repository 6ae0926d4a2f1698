"""How audit events hang together, and how a break is found."""
