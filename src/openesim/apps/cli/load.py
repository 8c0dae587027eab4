"""``openesim load``."""


def load() -> None:
    """Not written yet."""
    raise NotImplementedError
