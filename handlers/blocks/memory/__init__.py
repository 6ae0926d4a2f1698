"""How what agents keep looks."""
