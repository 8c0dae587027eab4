"""Private keys and certificates on disk."""
