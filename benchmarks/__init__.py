"""Figures of OpenESIM, as ratios of one run: ``make bench`` or ``python -m benchmarks``."""
