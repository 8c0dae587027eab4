"""What a country asks before a profile may be written over the air."""
