"""The desks of a server: their services over the database, one file a desk, and what they are heard with."""
