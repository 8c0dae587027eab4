"""Every component with an example, for whoever builds pages; served only where it is asked for."""
