"""Effect: the one word for what pure code wants done outside.

A server function returns its effects beside the new state; they become rows written in the same
transaction. A procedure yields its effects and receives the replies; ``services/drive.py`` runs them.
"""

from __future__ import annotations


class Effect:
    """Marker base of everything that pure code asks the outside to do."""

    __slots__ = ()
