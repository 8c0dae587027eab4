"""Terminals: who makes devices and chips, which models are approved, and what was recalled."""
