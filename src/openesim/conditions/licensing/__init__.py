"""Licences: what an operator was approved for, how he applies, and how an approval ends."""
