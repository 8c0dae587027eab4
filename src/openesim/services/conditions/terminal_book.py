"""What a process knows of terminals by heart: models by TAC, chip makers by EID, recalls."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from openesim.conditions.admission.facts import Terminal
from openesim.conditions.terminals.device import Device
from openesim.services.conditions.following import Reading

NAME: Final = "terminals"
"""Name of the one revision that every change of vendors, models, ranges, makers and recalls raises."""


class TerminalBook:
    """Implements ``following.Book``: looks up terminals in microseconds."""

    @property
    def name(self) -> str:
        """Name of its revision."""
        return NAME

    async def load(self, reading: Reading) -> None:
        """Read all of it."""
        raise NotImplementedError

    async def refresh(self, reading: Reading, after: int) -> None:
        """Read what changed behind a revision."""
        raise NotImplementedError

    def terminal_of(self, device: Device, now: datetime) -> Terminal:
        """Return what the gate may know of a device; ``binding`` and ``profiles`` are the gate's to fill in.

        Args:
            device: as it shows itself; what is not known is left out.
            now: aware UTC.
        """
        raise NotImplementedError
