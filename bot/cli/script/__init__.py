"""Scripts: a list of steps that persons take in the sandbox, played without a browser."""
