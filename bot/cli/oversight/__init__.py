"""What an operator does with tenants, keys, the audit log and the walls."""
