"""File templates: what a chip knows of a file before the package says anything.

Source: TCA eUICC Profile Package, Annex A and §9.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from openesim.kernel.ids import Oid
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.template_rows import ROWS


class FileType(StrEnum):
    """Structure of a file."""

    MF = "MF"
    DF = "DF"
    ADF = "ADF"
    TRANSPARENT = "TR"
    LINEAR_FIXED = "LF"
    CYCLIC = "CY"
    BER_TLV = "BT"

    @property
    def is_directory(self) -> bool:
        """Whether files stand in it."""
        return self in (FileType.MF, FileType.DF, FileType.ADF)

    @property
    def has_records(self) -> bool:
        """Whether it is made of records."""
        return self in (FileType.LINEAR_FIXED, FileType.CYCLIC)


@dataclass(frozen=True, slots=True)
class Filling:
    """Octets that fill a file or record of any length: a head, its last octet repeated, a tail at the end.

    ``whole`` fillings repeat the head as a whole instead and are cut at the end.
    """

    head: bytes
    tail: bytes = b""
    whole: bool = False

    def fill(self, length: int) -> bytes:
        """Return the octets for a length."""
        if self.whole:
            return (self.head * (length // len(self.head) + 1))[:length]
        room = max(length - len(self.tail), 0)
        return (self.head.ljust(room, self.head[-1:])[:room] + self.tail)[:length]


BLANK = Filling(b"\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRow:
    """What a template says of one file.

    Attributes:
        member: name of the file in the module.
        name: name of the file in its own specification.
        fid: file identifier, the first of a range; None for an ADF, which the package names.
        last_fid: the last identifier of a range, else ``fid``.
        size: octets of the file; None where the package gives it.
        record_length: octets of a record; None for files without records or where the package gives it.
        rule: number of the access rule in the EF.ARR that applies.
        sfi: short file identifier, or None.
        default: content where the package gives none.
        needs_content: whether the package has to give content.
        services: numbers in the service table (of USIM or ISIM) the file belongs to.
        high_update: whether the file is written often.
    """

    member: str
    name: str
    fid: bytes | None
    last_fid: bytes | None
    file_type: FileType
    size: int | None
    record_length: int | None
    rule: int
    sfi: int | None
    default: Filling | None
    needs_content: bool
    services: tuple[int, ...]
    high_update: bool


@dataclass(frozen=True, slots=True)
class Template:
    """A template: its files by member name; ``by_default`` ones exist unless the package leaves them out."""

    oid: Oid
    kind: ElementKind
    by_default: bool
    rows: dict[str, TemplateRow]


_KINDS = {
    1: ElementKind.MF,
    2: ElementKind.CD,
    3: ElementKind.TELECOM,
    4: ElementKind.USIM,
    5: ElementKind.OPT_USIM,
    6: ElementKind.PHONEBOOK,
    7: ElementKind.GSM_ACCESS,
    8: ElementKind.ISIM,
    9: ElementKind.OPT_ISIM,
    10: ElementKind.CSIM,
    11: ElementKind.OPT_CSIM,
    12: ElementKind.EAP,
    13: ElementKind.DF_5GS,
    14: ElementKind.DF_SAIP,
    15: ElementKind.DF_SNPN,
    16: ElementKind.DF_5GPROSE,
}
_ARC = "2.23.143.1.2."
_BY_DEFAULT = (ElementKind.MF, ElementKind.USIM, ElementKind.ISIM, ElementKind.CSIM)
# CSIM's templates are known by name; their rows are not, so its files come from what the package states.
_WITHOUT_ROWS = (ElementKind.CSIM, ElementKind.OPT_CSIM)


def template_kind(oid: str) -> ElementKind | None:
    """Return the kind of element a template OID belongs to, or None for an OID of another tree."""
    arcs = oid.removeprefix(_ARC).split(".")
    return _KINDS.get(int(arcs[0])) if oid.startswith(_ARC) and arcs[0].isdigit() else None


@cache
def _known_template(oid: str) -> Template | None:
    kind = template_kind(oid)
    if kind is None:
        return None
    if kind in _WITHOUT_ROWS:
        return Template(Oid(oid), kind, kind in _BY_DEFAULT, {})
    if oid not in ROWS:
        return None
    rows: dict[str, TemplateRow] = {}
    # Version n of a template stands at arc n; it holds only what differs from version n - 1.
    base = ".".join(oid.split(".")[:6])
    version = int(oid.split(".")[6]) if oid != base else 1
    for one in (base, *(f"{base}.{number}" for number in range(2, version + 1))):
        rows |= {
            row.member: row for row in map(_parse_row, filter(None, map(str.split, ROWS[one].splitlines())))
        }
    return Template(Oid(oid), kind, kind in _BY_DEFAULT, rows)


def template(oid: str) -> Template | None:
    """Return the template of an OID, or None where we do not know it."""
    return _known_template(oid) if oid in KNOWN_TEMPLATES else None


KNOWN_TEMPLATES = frozenset(ROWS) | {f"{_ARC}10", f"{_ARC}11"}
"""OIDs of the templates we know."""


def _parse_row(columns: list[str]) -> TemplateRow:
    member, name, fid, kind, size, rule, sfi, default, content, services, update = columns
    records, _, length = size.rpartition("x")
    first, _, last = fid.partition("..")
    record_length = int(length) if records and length != "n" else None
    count = 1 if not records else int(records) if records != "n" else None
    octets = int(length) * count if length != "n" and count is not None else None
    return TemplateRow(
        member=member,
        name=name,
        fid=None if fid == "-" else bytes.fromhex(first),
        last_fid=None if fid == "-" else bytes.fromhex(last or first),
        file_type=FileType(kind),
        size=octets,
        record_length=record_length,
        rule=int(rule),
        sfi=None if sfi == "-" else int(sfi, 16),
        default=parse_filling(default),
        needs_content=content == "Y",
        services=() if services == "-" else tuple(map(int, services.split(","))),
        high_update=update == "HU",
    )


def parse_filling(text: str) -> Filling | None:
    """Return the filling of a template's notation: ``X...Y``, or octets as they are; None for ``-``."""
    if text == "-":
        return None
    head, dots, tail = text.partition("...")
    if not dots:
        return Filling(bytes.fromhex(head), whole=True)
    end = bytes.fromhex(tail)
    # In FF...FF the tail only names the octet that is repeated.
    return Filling(bytes.fromhex(head), b"" if end == bytes.fromhex(head)[-1:] else end)
