"""Curves, signatures, key agreement and protected packages."""
