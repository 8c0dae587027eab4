"""What stands between a chip that has proved itself and its order: the blocklist, and how often a chip may ask."""

from __future__ import annotations

from typing import Final, Protocol

from openesim.messages.sgp22.status import Status
from openesim.provisioning.procedures.blocklist import ChipFacts
from openesim.services.limits import Limits


class Blocks(Protocol):
    """What knows the blocklist."""

    def refusal(self, chip: ChipFacts) -> Status | None:
        """Return how a chip is refused that is blocked, or None."""
        ...


class Guards:
    """What chips are held back by; an order is not touched by it."""

    def __init__(self, blocks: Blocks | None = None, limits: Limits | None = None) -> None:
        """Take what there is; None: nobody is held back by it."""
        self._blocks: Final = blocks
        self._limits: Final = limits

    def refusal_at_start(self, chip: ChipFacts) -> Status | None:
        """Return how a chip is refused that has just proved itself, or None."""
        refusal = self.refusal_in_the_middle(chip)
        if refusal is None and self._limits is not None:
            return self._limits.eid_refusal(chip.eid)
        return refusal

    def refusal_in_the_middle(self, chip: ChipFacts) -> Status | None:
        """Return how a chip is refused that was admitted before, or None."""
        return None if self._blocks is None else self._blocks.refusal(chip)
