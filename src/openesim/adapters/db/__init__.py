"""Storage: the only place that speaks SQL. Met by ``apps/wiring.py`` alone."""
