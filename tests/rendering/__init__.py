"""Generated answers through the splitters, the real pens and the sandbox: whole, and harmless."""
