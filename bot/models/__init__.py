"""Which models this process has, by what the operator has set."""
