"""Persons: cases, verifiers, personal data and who looked at them, lines, retention."""
