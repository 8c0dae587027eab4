"""Signing in and out, and what everybody has whatever his desk: his account and his sessions."""
