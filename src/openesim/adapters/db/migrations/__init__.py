"""Numbered steps that bring a database to the shape of ``tables.py``; new code runs on the previous schema."""
