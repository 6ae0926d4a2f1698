"""What an agent may do besides talking: tools as values, and the one way to call one."""
