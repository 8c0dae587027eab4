"""The admission gate: what it asks, what it knows by heart, what happens to orders that it holds, and how people look at it."""
