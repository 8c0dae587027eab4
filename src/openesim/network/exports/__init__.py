"""Subscriptions in the formats of network programs: one file a program, pure functions, one subscription at a time."""
