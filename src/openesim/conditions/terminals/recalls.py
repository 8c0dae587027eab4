"""Recalls: devices and chips that get nothing from now on, whatever was approved before.

A recall names a model, TACs, a chip maker by the key of his certificate, EIDs (by their beginning or by range), or builds
of a maker's software. It may be lifted again, and stays on record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from openesim.conditions.terminals.fields import read_eins, read_key, read_tacs, read_versions, version_octets
from openesim.conditions.terminals.ranges import Covers
from openesim.conditions.terminals.texts import mistake
from openesim.kernel.ids import is_decimal
from openesim.kernel.records import with_quick_init


class RecallKind(StrEnum):
    """What a recall names devices or chips by."""

    MODEL = "model"
    TAC = "tac"
    EUM = "eum"
    EIN = "ein"
    BUILD = "build"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Which devices or chips.

    Attributes:
        kind: what it names them by.
        first: row number of a model, lowest TAC (8 digits), key identifier (40 hexadecimal digits), lowest EID (32
            digits) or lowest version.
        last: highest of them, included; the same as ``first`` where there is no range.
        maker_id: whose builds; None: everybody's, or no builds.
    """

    kind: RecallKind
    first: str
    last: str
    maker_id: int | None = None

    @classmethod
    def parse(cls, kind: RecallKind, text: str, maker_id: int | None = None) -> Target:
        """Read a target as a person writes it.

        Args:
            kind: what it names devices or chips by.
            text: row number of a model; TAC or ``FIRST-LAST``; key identifier; EID, the digits that EIDs begin with, or
                ``FIRST-LAST``; version or ``FIRST-LAST``.
            maker_id: whose builds.

        Raises:
            DecodeError: none of these.
        """
        match kind:
            case RecallKind.MODEL:
                if not is_decimal(text) or len(text) > 18:
                    raise mistake("not-a-number")
                span = (str(int(text)), str(int(text)))
            case RecallKind.TAC:
                span = read_tacs(text)
            case RecallKind.EUM:
                span = (read_key(text), read_key(text))
            case RecallKind.EIN:
                span = read_eins(text)
            case RecallKind.BUILD:
                span = read_versions(text)
        return cls(
            kind=kind, first=span[0], last=span[1], maker_id=maker_id if kind is RecallKind.BUILD else None
        )

    def __str__(self) -> str:
        """Write it as a person reads it: EIDs that begin alike with their beginning."""
        if self.first == self.last:
            return self.first
        begin = self.first.rstrip("0")
        begin += "0" * max(0, len(self.last.rstrip("9")) - len(begin))
        if self.kind is RecallKind.EIN and self.last == begin.ljust(len(self.last), "9"):
            return f"{begin}…"
        return f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """A recall, as it is kept: also after it was lifted.

    Attributes:
        recall_id: row number; 0 until stored.
        target: which devices or chips.
        reason: why, in words that everybody may read.
        created_at: when, aware UTC.
        created_by: by whom.
        lifted_at: when it was lifted; None: it holds.
        lifted_by: by whom.
        lifted_reason: why.
        revision: of all terminals, when this last changed; 0 until stored.
    """

    recall_id: int = 0
    target: Target
    reason: str
    created_at: datetime
    created_by: str
    lifted_at: datetime | None = None
    lifted_by: str | None = None
    lifted_reason: str | None = None
    revision: int = 0


@with_quick_init
@dataclass(frozen=True, slots=True)
class Traits:
    """What a recall may find a device by; what is not known is left out.

    Attributes:
        tacs: what is known of its type, as numbers.
        models: models that it may be, by row number.
        eid: of its chip, as a number; None: not known.
        keys: key identifiers of the chip maker, 20 octets each.
        makers: chip makers that it may be of, by row number.
        firmware: version of the chip's software, 3 octets; empty: not known.
    """

    tacs: Sequence[int] = ()
    models: Sequence[int] = ()
    eid: int | None = None
    keys: Sequence[bytes] = ()
    makers: Sequence[int] = ()
    firmware: bytes = b""


class RecallList:
    """Recalls that hold, as they are looked up; never changed, a change makes another one."""

    __slots__ = ("_builds", "_eids", "_keys", "_models", "_recalls", "_tacs")

    def __init__(self, recalls: Iterable[Recall] = ()) -> None:
        """Take recalls; those that were lifted are left out."""
        self._recalls: Final = {each.recall_id: each for each in recalls if each.lifted_at is None}
        by_kind: dict[RecallKind, list[Recall]] = {kind: [] for kind in RecallKind}
        # The oldest one is named, as with everything that can be said twice.
        for number in sorted(self._recalls, reverse=True):
            by_kind[self._recalls[number].target.kind].append(self._recalls[number])
        self._models: Final = {int(each.target.first): each for each in by_kind[RecallKind.MODEL]}
        self._keys: Final = {bytes.fromhex(each.target.first): each for each in by_kind[RecallKind.EUM]}
        self._tacs: Final = _covers(by_kind[RecallKind.TAC])
        self._eids: Final = _covers(by_kind[RecallKind.EIN])
        self._builds: Final = _builds(by_kind[RecallKind.BUILD])

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._recalls)

    def __iter__(self) -> Iterator[Recall]:
        """Go through them."""
        return iter(self._recalls.values())

    def changed(self, changes: Iterable[Recall]) -> RecallList:
        """Return the list with recalls that were made or lifted since."""
        return RecallList((self._recalls | {each.recall_id: each for each in changes}).values())

    def find(self, traits: Traits) -> Recall | None:
        """Return a recall that hits a device, or None."""
        for model in traits.models:
            if model in self._models:
                return self._models[model]
        for key in traits.keys:
            if key in self._keys:
                return self._keys[key]
        number = self._find_range(traits)
        return None if number is None else self._recalls[number]

    def _find_range(self, traits: Traits) -> int | None:
        """Return the number of a recall of a range that hits a device, or None."""
        for tac in traits.tacs:
            number = self._tacs.find(tac)
            if number is not None:
                return number
        if traits.eid is not None:
            number = self._eids.find(traits.eid)
            if number is not None:
                return number
        return self._find_build(traits) if traits.firmware and self._builds else None

    def _find_build(self, traits: Traits) -> int | None:
        version = int.from_bytes(traits.firmware, "big")
        whose = (self._builds.get(each) for each in (None, *traits.makers))
        found = (each.find(version) for each in whose if each is not None)
        return next((each for each in found if each is not None), None)


def _covers(recalls: Iterable[Recall]) -> Covers:
    return Covers((int(each.target.first), int(each.target.last), each.recall_id) for each in recalls)


def _builds(recalls: list[Recall]) -> dict[int | None, Covers]:
    """Return ranges of versions by chip maker; under None those of everybody."""
    return {
        maker: Covers(
            (_version(each.target.first), _version(each.target.last), each.recall_id)
            for each in recalls
            if each.target.maker_id == maker
        )
        for maker in {each.target.maker_id for each in recalls}
    }


def _version(text: str) -> int:
    return int.from_bytes(version_octets(text), "big")
