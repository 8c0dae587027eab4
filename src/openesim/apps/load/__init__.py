"""The load generator: chips, clients and processes behind ``openesim load``."""
