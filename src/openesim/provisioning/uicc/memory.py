"""What a card keeps beyond its profile: changed files, codes, sequence numbers, counters.

A small value beside the profile package in the chip's memory. It is empty as long as nothing was changed, and it is gone
with the profile. Nothing here changes in place.

Source: ETSI TS 102 221 §8, §9.5; 3GPP TS 33.102 Annex C.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from openesim.provisioning.uicc.image import PinKey, PinState


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Everything commands have changed.

    Attributes:
        contents: content of files that were written to, by path.
        life_cycles: life cycle status of files that were activated or deactivated, by path.
        pins: PINs that are not as they came.
        puks: attempts left of PUKs that are not as they came, by key reference.
        sequence_numbers: SEQ by IND of applications that have authenticated, by path of the ADF.
        authentications: how often an application whose key wears out has authenticated, by path of the ADF.
        counters: of the last secured packet (SCP80) taken, by key version.
    """

    contents: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)
    life_cycles: Mapping[bytes, int] = field(default_factory=dict)
    pins: Mapping[PinKey, PinState] = field(default_factory=dict)
    puks: Mapping[int, int] = field(default_factory=dict)
    sequence_numbers: Mapping[bytes, tuple[int, ...]] = field(default_factory=dict)
    authentications: Mapping[bytes, int] = field(default_factory=dict)
    counters: Mapping[int, int] = field(default_factory=dict)

    def with_content(self, path: bytes, content: bytes) -> Memory:
        """Return the memory with other content of a file."""
        return replace(self, contents={**self.contents, path: content})

    def with_life_cycle(self, path: bytes, status: int) -> Memory:
        """Return the memory with a file in another state."""
        return replace(self, life_cycles={**self.life_cycles, path: status})

    def with_pin(self, key: PinKey, state: PinState) -> Memory:
        """Return the memory with a PIN in another state."""
        return replace(self, pins={**self.pins, key: state})

    def with_puk(self, reference: int, attempts_left: int) -> Memory:
        """Return the memory with another counter of a PUK."""
        return replace(self, puks={**self.puks, reference: attempts_left})

    def with_counter(self, key_version: int, counter: int) -> Memory:
        """Return the memory with the counter of a secured packet that was taken."""
        return replace(self, counters={**self.counters, key_version: counter})


UNTOUCHED = Memory()
"""The memory of a card that nobody has written to."""
