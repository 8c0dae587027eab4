"""Floor 2: cryptography and certificates; mechanisms that know no GSMA status code."""
