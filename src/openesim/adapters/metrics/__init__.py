"""Metrics: counted in plain numbers while requests are answered, told in the form that Prometheus reads."""
