"""Which model is asked next: an order with reasons, limits, breakers and a fair turn."""
