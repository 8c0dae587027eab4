"""Floor 6: load → pure function → save, one unit of work a call."""
