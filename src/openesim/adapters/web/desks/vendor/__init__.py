"""The desk of a vendor of terminals."""
