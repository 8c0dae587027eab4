"""Floor 0: identifiers, errors, effects and the protocols of what surrounds pure code."""
