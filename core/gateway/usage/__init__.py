"""What calls of models cost, and how much of that a tenant, a person and an agent may have."""
