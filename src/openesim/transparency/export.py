"""The ledger as lines that a stranger can verify: JSON, the first line saying where the chain begins.

``examples/verify_ledger.py`` reads them, and needs nothing of ours.
"""

from __future__ import annotations

from typing import Final

from openesim.transparency.chain import START, Head, Kept

VERSION: Final = 1


def first_line(begin: Head = START) -> bytes:
    """Return the line before all entries.

    Args:
        begin: the head behind which the first entry follows.
    """
    return b'{"openesim_ledger":%d,"after":"%s"}\n' % (VERSION, str(begin).encode())


def line_of(kept: Kept) -> bytes:
    """Return the line of an entry that has its place; what cannot be read is told as null."""
    head = kept.head or START
    told = b"null" if kept.entry is None else kept.entry.told
    return b'{"position":%d,"digest":"%s","head":"%s","entry":%s}\n' % (
        head.position,
        kept.digest.hex().encode(),
        head.octets.hex().encode(),
        told,
    )
