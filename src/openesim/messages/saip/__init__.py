"""Profile packages of the TCA interoperable format (SAIP)."""
