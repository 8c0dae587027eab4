"""The desk of a subscriber."""
