"""Floor 3: what travels, one module an interface."""
