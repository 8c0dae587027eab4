"""A card at work, as one command on one channel sees it.

Source: ETSI TS 102 221 §8.4, §8.7, §9.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from openesim.provisioning.uicc.image import Directory, ElementaryFile, Image, PinKey
from openesim.provisioning.uicc.memory import Memory
from openesim.provisioning.uicc.status_words import StatusWord

Reply = tuple["Card", bytes, int]
"""What a command leaves: the card after it, response data, status word."""

OK = int(StatusWord.SUCCESS)


@dataclass(frozen=True, slots=True)
class Transfer:
    """A data object on its way in or out in blocks.

    Attributes:
        file: the BER-TLV file it belongs to.
        octets: what has come in so far, or the whole object on its way out.
        position: octets that have gone out; None for an object on its way in.
    """

    file: ElementaryFile
    octets: bytes = field(repr=False)
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """What is selected on one channel.

    Attributes:
        directory: current directory.
        application: the ADF whose session is open, which 7FFF leads back to.
        file: current EF.
        record: current record, from 1; 0 = none.
        transfer: data object of which more blocks are to come or to go.
    """

    directory: Directory
    application: Directory | None = None
    file: ElementaryFile | None = None
    record: int = 0
    transfer: Transfer | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A card: what the profile made of it, what was changed, what is selected on this channel, which PINs were given."""

    image: Image
    memory: Memory
    selection: Selection
    verified: frozenset[PinKey] = frozenset()

    def content(self, file: ElementaryFile) -> bytes:
        """Return the content of a file as it is now."""
        return self.memory.contents.get(file.content_path, file.content)

    def with_content(self, file: ElementaryFile, content: bytes) -> Card:
        """Return the card with other content of a file; the same content is no change."""
        if content == self.content(file):
            return self
        return replace(self, memory=self.memory.with_content(file.content_path, content))

    def life_cycle(self, file: Directory | ElementaryFile) -> int:
        """Return the life cycle status of a file as it is now."""
        return self.memory.life_cycles.get(file.path, file.life_cycle)

    def selecting(self, selection: Selection) -> Card:
        """Return the card with something else selected on this channel."""
        return Card(self.image, self.memory, selection, self.verified)


def new_card(image: Image, memory: Memory) -> Card:
    """Return a card right after a reset: the MF is selected, no PIN was given."""
    return Card(image, memory, Selection(image.root))
