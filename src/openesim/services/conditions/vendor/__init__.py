"""The vendor's desk: his own models and chips, and what is asked of him."""
