"""The desk of the regulator."""
