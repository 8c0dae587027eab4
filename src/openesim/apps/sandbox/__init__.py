"""Sandboxes: programs that stand for others in a laboratory, and say so wherever they speak."""
