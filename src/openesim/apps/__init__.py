"""Floor 8: settings, wiring, processes and the command line."""
