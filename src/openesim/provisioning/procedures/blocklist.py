"""The blocklist: chips that get nothing, whatever was ordered for them.

A block names a manufacturer by the key of its certificate, chips by a range of EIDs, or software by the version or
platform label that chips tell. It ends no order: what is ordered stays as it is, since a block may be lifted.

Ranges are looked up by halves: beside each, in the order of where they begin, stands which of those up to here reaches
furthest. If any covers a value, that one does. They are kept packed, 48 octets a range.

Source: SGP.22 v2.5 §5.6.3 (eligibility checks), §2.4 (EUM and eUICC certificates).
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from heapq import merge
from typing import Final, overload

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import is_decimal
from openesim.messages.sgp22.euicc_info import EuiccInfo2
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.messages.sgp22.types import format_version

_EID_DIGITS: Final = 32
_KEY_DIGITS: Final = 40
_LONGEST_LABEL: Final = 200


class BlockKind(StrEnum):
    """What a block names chips by."""

    EUM = "eum"
    EID = "eid"
    FIRMWARE = "firmware"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Which chips a block is about.

    Attributes:
        kind: what it names them by.
        first: key identifier of the manufacturer (40 hexadecimal digits), lowest EID (32 digits), lowest version
            (``1.2.3``) or platform label.
        last: highest EID or version, included; the same as ``first`` where there is no range.
    """

    kind: BlockKind
    first: str
    last: str

    @classmethod
    def parse(cls, kind: BlockKind, text: str) -> Target:
        """Read a target as a person writes it.

        Args:
            kind: what it names chips by.
            text: 40 hexadecimal digits; an EID, the digits that EIDs begin with, or ``FIRST-LAST``; a version or
                ``FIRST-LAST``; a label.

        Raises:
            DecodeError: none of these, or a range that begins behind its end.
        """
        match kind:
            case BlockKind.EUM:
                return cls(kind=kind, first=_parse_key(text), last=_parse_key(text))
            case BlockKind.PLATFORM:
                if not text or len(text) > _LONGEST_LABEL or not text.isprintable():
                    raise DecodeError("a platform label has 1 to 200 printable characters")
                return cls(kind=kind, first=text, last=text)
        first, has_last, last = text.replace(" ", "").partition("-")
        read = _parse_eid if kind is BlockKind.EID else _parse_version
        target = cls(kind=kind, first=read(first, "0"), last=read(last if has_last else first, "9"))
        if target.packed[0] > target.packed[1]:
            raise DecodeError(f"{first} is behind {last}: a range begins with the lower one")
        return target

    @property
    def packed(self) -> tuple[bytes, bytes]:
        """Both ends of a range of EIDs or versions, as octets that are in the order of the values."""
        if self.kind is BlockKind.EID:
            return bytes.fromhex(self.first), bytes.fromhex(self.last)
        return bytes(map(int, self.first.split("."))), bytes(map(int, self.last.split(".")))

    def __str__(self) -> str:
        """Write it as a person reads it: all that begin alike with their beginning."""
        if self.first == self.last:
            return self.first
        begin = self.first.rstrip("0")
        begin += "0" * max(0, len(self.last.rstrip("9")) - len(begin))
        if self.kind is BlockKind.EID and self.last == begin.ljust(_EID_DIGITS, "9"):
            return f"{begin}…"
        return f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block, as it is kept: also after it was lifted, so that one can see who did what when.

    Attributes:
        block_id: row number; 0 until stored.
        target: which chips.
        reason: why, in the words of who set it.
        created_at: when it was set, aware UTC.
        created_by: by whom.
        lifted_at: when it was lifted; None: it holds.
        lifted_by: by whom.
        lifted_reason: why.
        revision: of the blocklist, when this last changed; 0 until stored.
    """

    block_id: int = 0
    target: Target
    reason: str
    created_at: datetime
    created_by: str
    lifted_at: datetime | None = None
    lifted_by: str | None = None
    lifted_reason: str | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipFacts:
    """What blocks may name a chip by, verified or signed by the chip.

    Attributes:
        eid: 32 digits.
        eum_key_id: key identifier of its manufacturer's certificate, 20 octets.
        firmware: version of its software, 3 octets.
        platform_label: of its certification; empty where it tells none.
    """

    eid: str
    eum_key_id: bytes = b""
    firmware: bytes = b""
    platform_label: str = ""

    @classmethod
    def of(cls, eid: str, eum_key_id: bytes, info: EuiccInfo2) -> ChipFacts:
        """Return the facts of a chip.

        Args:
            eid: of its certificate.
            eum_key_id: of its manufacturer's certificate.
            info: what it signed of itself.
        """
        certification = info.certification_data_object
        label = "" if certification is None else certification.platform_label
        return cls(eid=eid, eum_key_id=eum_key_id, firmware=info.euicc_firmware_ver, platform_label=label)


_STATUS: Final = {
    BlockKind.EUM: (Subject.EUM_CERTIFICATE, Reason.VERIFICATION_FAILED, "chips of this manufacturer"),
    BlockKind.EID: (Subject.EID, Reason.REFUSED, "this chip"),
    BlockKind.FIRMWARE: (Subject.PROFILE_TYPE, Reason.STOPPED_ON_WARNING, "chips with software version {}"),
    BlockKind.PLATFORM: (Subject.PROFILE_TYPE, Reason.STOPPED_ON_WARNING, "chips of the platform {}"),
}


class _Packed(Sequence[bytes]):
    """Octet strings of one length, side by side."""

    __slots__ = ("octets", "width")

    def __init__(self, octets: bytearray, width: int) -> None:
        self.octets: Final = octets
        self.width: Final = width

    def __len__(self) -> int:
        return len(self.octets) // self.width

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        return bytes(self.octets[index * self.width : (index + 1) * self.width])


Range = tuple[bytes, bytes, int]
"""First and last value, both included, and the number of the block."""


class Ranges:
    """Ranges of octet strings of one length, to be looked up by halves; never changed, a change makes others."""

    __slots__ = ("_firsts", "_furthest", "_lasts", "_numbers")

    def __init__(self, width: int, ranges: Iterable[Range] = ()) -> None:
        """Take ranges, in the order of where they begin, each of values of ``width`` octets."""
        firsts, lasts, numbers, furthest = bytearray(), bytearray(), array("q"), array("q")
        best, reach = -1, b""
        for position, (first, last, number) in enumerate(ranges):
            if last > reach or best < 0:
                best, reach = position, last
            firsts += first
            lasts += last
            numbers.append(number)
            furthest.append(best)
        self._firsts = _Packed(firsts, width)
        self._lasts = _Packed(lasts, width)
        self._numbers = numbers
        self._furthest = furthest

    def __len__(self) -> int:
        """Return how many ranges there are, those counted that were taken out."""
        return len(self._numbers)

    def __iter__(self) -> Iterator[Range]:
        """Give the ranges in their order."""
        for position, number in enumerate(self._numbers):
            if number != _NOBODYS:
                yield self._firsts[position], self._lasts[position], number

    def __contains__(self, number: object) -> bool:
        """Tell whether a range of a block is among them."""
        return number in self._numbers

    def find(self, value: bytes) -> int | None:
        """Return the number of a block that covers a value, or None."""
        position = bisect_right(self._firsts, value) - 1
        if position < 0:
            return None
        furthest = self._furthest[position]
        number = self._numbers[furthest]
        return number if number != _NOBODYS and value <= self._lasts[furthest] else None

    def with_more(self, gone: set[int], new: Iterable[Range] = ()) -> Ranges:
        """Return the ranges without those of some blocks, and with others besides: all of them are copied."""
        kept = (each for each in self if each[2] not in gone) if gone else self
        return Ranges(self._firsts.width, merge(kept, sorted(new)))

    def without(self, gone: Iterable[int]) -> Ranges:
        """Return the ranges without those of a few blocks: their places stay, empty, so that nothing moves."""
        made = Ranges(self._firsts.width)
        made._firsts = self._firsts
        made._lasts = _Packed(bytearray(self._lasts.octets), self._lasts.width)
        made._numbers, made._furthest = self._numbers[:], self._furthest[:]
        for number in gone:
            made._empty(made._numbers.index(number))
        return made

    def _empty(self, position: int) -> None:
        """Take a range out of a list that is being made."""
        width = self._lasts.width
        self._lasts.octets[position * width : (position + 1) * width] = bytes(width)
        self._numbers[position] = _NOBODYS
        # Where it reached furthest, another one does now: the one before it, or one that begins inside of it.
        best = self._furthest[position - 1] if position else position
        for each in range(position, len(self._furthest)):
            if self._furthest[each] != position:
                break
            is_there = self._numbers[each] != _NOBODYS
            if is_there and (self._numbers[best] == _NOBODYS or self._lasts[each] > self._lasts[best]):
                best = each
            self._furthest[each] = best


_NOBODYS: Final = -1
"""Number of a range that was taken out."""

_MOST_RECENT: Final = 2000
"""So many ranges may stand aside before they join the others; with very many others, a twentieth of them."""

Named = Mapping[str, frozenset[int]]
"""Numbers of blocks by what they name, exactly."""


@dataclass(frozen=True, slots=True)
class Blocklist:
    """All blocks that hold, as they are looked up; never changed, a change makes another one.

    Attributes:
        eids: ranges of EIDs.
        recent: ranges of EIDs that came later: a new one must not wait until a million others are copied.
        firmware: ranges of versions.
        named: manufacturers by key identifier, platforms by label.
    """

    eids: Ranges
    recent: Ranges
    firmware: Ranges
    named: Mapping[BlockKind, Named]

    @classmethod
    def empty(cls) -> Blocklist:
        """Return the list of no blocks."""
        return cls(Ranges(16), Ranges(16), Ranges(3), {BlockKind.EUM: {}, BlockKind.PLATFORM: {}})

    def updated(self, changes: Sequence[Block]) -> Blocklist:
        """Return the list with blocks that were set or lifted since."""
        firmware = _Change.of(changes, BlockKind.FIRMWARE)
        named = {
            kind: _renamed(known, [each for each in changes if each.target.kind is kind])
            for kind, known in self.named.items()
        }
        eids, recent = self._changed_eids(_Change.of(changes, BlockKind.EID))
        return Blocklist(eids, recent, self.firmware.with_more(firmware.gone, firmware.new), named)

    def _changed_eids(self, change: _Change) -> tuple[Ranges, Ranges]:
        """Return the ranges of EIDs, and those that stand aside."""
        recent = self.recent.with_more(change.gone, change.new)
        old = {number for number in change.gone if number in self.eids}
        if max(len(recent), len(old)) > max(_MOST_RECENT, len(self.eids) // 20):
            return self.eids.with_more(old, recent), Ranges(16)
        return self.eids.without(old) if old else self.eids, recent

    def find(self, chip: ChipFacts) -> tuple[BlockKind, int] | None:
        """Return what a chip is blocked by, kind and number of a block, or None."""
        eid = bytes.fromhex(chip.eid)
        looked_up = (
            (BlockKind.EUM, _named(self.named[BlockKind.EUM], chip.eum_key_id.hex())),
            (BlockKind.EID, self.eids.find(eid) if len(self.eids) else None),
            (BlockKind.EID, self.recent.find(eid) if len(self.recent) else None),
            (BlockKind.FIRMWARE, self.firmware.find(chip.firmware) if len(self.firmware) else None),
            (BlockKind.PLATFORM, _named(self.named[BlockKind.PLATFORM], chip.platform_label)),
        )
        return next(((kind, number) for kind, number in looked_up if number is not None), None)

    def refusal(self, chip: ChipFacts) -> Status | None:
        """Return how a chip is refused that is blocked, or None.

        Returns:
            8.1.2/6.1 for its manufacturer, 8.1.1/3.8 for the chip, 8.2.5/4.3 for its software. The message says that
            it is a block and which, not why: the reason is for those who keep the list.

        Source: SGP.22 v2.5 §5.6.3.
        """
        found = self.find(chip)
        if found is None:
            return None
        kind, number = found
        subject, reason, who = _STATUS[kind]
        told = format_version(chip.firmware) if kind is BlockKind.FIRMWARE else chip.platform_label
        return Status(subject, reason, f"the operator has blocked {who.format(told)} (block {number})")


@dataclass(frozen=True, slots=True)
class _Change:
    """Blocks of one kind that were lifted, by number, and ranges of those that were set."""

    gone: set[int]
    new: list[Range]

    @classmethod
    def of(cls, changes: Sequence[Block], kind: BlockKind) -> _Change:
        ours = [each for each in changes if each.target.kind is kind]
        return cls(
            {each.block_id for each in ours if each.lifted_at is not None},
            [(*each.target.packed, each.block_id) for each in ours if each.lifted_at is None],
        )


def _renamed(named: Named, changes: Sequence[Block]) -> Named:
    """Return the numbers by name with blocks of this kind that were set or lifted."""
    if not changes:
        return named
    renamed = dict(named)
    for each in changes:
        numbers = renamed.pop(each.target.first, frozenset())
        numbers = numbers | {each.block_id} if each.lifted_at is None else numbers - {each.block_id}
        if numbers:
            renamed[each.target.first] = numbers
    return renamed


def _named(named: Named, name: str) -> int | None:
    """Return the number of the oldest block that names it, or None."""
    return min(named[name]) if name in named else None


def _parse_key(text: str) -> str:
    """Return a key identifier in lower case."""
    digits = text.replace(":", "").replace(" ", "").lower()
    if len(digits) != _KEY_DIGITS or not set(digits) <= set("0123456789abcdef"):
        raise DecodeError(
            "a manufacturer is named by the key identifier of its certificate: 40 hexadecimal digits"
        )
    return digits


def _parse_eid(text: str, padding: str) -> str:
    """Return an EID, or the first or last one that begins with some digits."""
    if not text or len(text) > _EID_DIGITS or not is_decimal(text):
        raise DecodeError("EIDs are 32 digits, or the digits they begin with, or FIRST-LAST")
    return text.ljust(_EID_DIGITS, padding)


def _parse_version(text: str, _padding: str) -> str:
    """Return a version of three numbers, without leading zeros."""
    numbers = text.split(".")
    if len(numbers) != 3 or not all(is_decimal(each) and len(each) <= 3 for each in numbers):
        raise DecodeError("a version is three numbers with points between, such as 2.5.0, or FIRST-LAST")
    if max(map(int, numbers)) > 0xFF:
        raise DecodeError("no number of a version is above 255")
    return ".".join(str(int(each)) for each in numbers)
