"""Floor 5: what the roles do — pure functions and procedures, strangers to one another."""
