"""Garbage collection of a process that has much that stays and makes few cycles: a server, a world, a measurement."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_COLLECT_AFTER: Final = 50_000


def collect_seldom() -> None:
    """Leave what there is out of garbage collection, and collect seldom: requests make no cycles to speak of."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Collect seldom for a while, and as before then."""
    before = gc.get_threshold()
    collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
