"""Putting one subscriber into a prepared package: slices are written over, nothing is parsed or rebuilt.

``find_patch_points`` reads a package once; the ``with_…`` functions are what runs for every download. Everything
that is written has the length of what it replaces, so no tag, length or offset changes.

Source: TCA eUICC Profile Package §8.2 (ICCID in the header is not swapped, in EF.ICCID it is).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from openesim.encoding.tlv import Tlv, read_one
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid, Imsi
from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.files import tag_of_position, template_file
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.package import Package, decode_package

ICCID_OCTETS = 10
IMSI_OCTETS = 9
ACC_OCTETS = 2
CODE_OCTETS = 8

_ICCID_TAG = 0x83
_PE_BODY = 0xA1
_FIRST, _SECOND, _THIRD, _FOURTH = 0x80, 0x81, 0x82, 0x83


@dataclass(frozen=True, slots=True)
class PatchPoints:
    """Where the octets of one subscriber stand in a package, as offsets from its beginning.

    Attributes:
        size: octets of the package the offsets belong to.
        header_iccid: 10 octets, plain BCD.
        ef_iccid: 10 octets, swapped.
        imsi: 9 octets of every EF.IMSI of a USIM.
        acc: 2 octets of the EF.ACC beside each.
        keys: offset and length of every K.
        opcs: offset and length of every OPc or TOPc.
        pins: offset of every PIN, 8 octets, by key reference; PINs of several directories come together.
        puks: offset of every PUK, 8 octets, by reference.
    """

    size: int
    header_iccid: int
    ef_iccid: int
    imsi: tuple[int, ...] = ()
    acc: tuple[int, ...] = ()
    keys: tuple[tuple[int, int], ...] = ()
    opcs: tuple[tuple[int, int], ...] = ()
    pins: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    puks: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """What makes a prepared package one subscriber's; what is None stays as it was prepared.

    Attributes:
        iccid: for header and EF.ICCID.
        imsi: for EF.IMSI; EF.ACC follows from its last digit.
        key: K, as long as the prepared one.
        opc: OPc or TOPc, as long as the prepared one.
        pins: 8 octets by key reference (1 PIN1, 129 PIN2, 10 ADM1).
        puks: 8 octets by reference (1 PUK1, 129 PUK2).
    """

    iccid: Iccid
    imsi: Imsi | None = None
    key: bytes | None = field(default=None, repr=False)
    opc: bytes | None = field(default=None, repr=False)
    pins: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    puks: Mapping[int, bytes] = field(default_factory=dict, repr=False)


def find_patch_points(octets: bytes) -> PatchPoints:
    """Return where a package holds what differs from subscriber to subscriber.

    Raises:
        DecodeError: no package, no header first, or an EF.ICCID whose content is not written in one piece.
    """
    package = decode_package(octets)
    header = package.elements[0]
    if header.kind is not ElementKind.HEADER:
        raise DecodeError("package does not begin with a header", offset=0)
    iccid = _require(read_one(header.octets).find(_ICCID_TAG), "header")
    masters = package.of_kind(ElementKind.MF, ElementKind.IOT)
    ef_iccid = next((at for one in masters for at in _in_file(one, "ef-iccid", ICCID_OCTETS)), None)
    if ef_iccid is None:
        raise DecodeError("content of EF.ICCID is not written in one piece", ("mf", "ef-iccid"))
    usims = package.of_kind(ElementKind.USIM, ElementKind.IOT)
    return PatchPoints(
        size=len(package.octets),
        header_iccid=iccid.value_start,
        ef_iccid=ef_iccid,
        imsi=tuple(at for one in usims for at in _in_file(one, "ef-imsi", IMSI_OCTETS)),
        acc=tuple(at for one in usims for at in _in_file(one, "ef-acc", ACC_OCTETS)),
        keys=_in_algorithm(package, _THIRD),
        opcs=_in_algorithm(package, _FOURTH),
        pins=_in_codes(package, ElementKind.PIN_CODES),
        puks=_in_codes(package, ElementKind.PUK_CODES),
    )


def with_iccid(octets: bytes, points: PatchPoints, iccid: Iccid) -> bytes:
    """Return the package with another ICCID, in its header and in EF.ICCID.

    Raises:
        DecodeError: the points belong to a package of another size.
    """
    return _patched(
        octets, points, ((points.header_iccid, iccid.plain_octets), (points.ef_iccid, iccid.octets))
    )


def with_subscriber(octets: bytes, points: PatchPoints, subscriber: Subscriber) -> bytes:
    """Return the package with the identity, keys and codes of one subscriber.

    Raises:
        DecodeError: a key or code has another length than the prepared one, the package has no place for it,
            or the points belong to a package of another size.
    """
    patches = [
        (points.header_iccid, subscriber.iccid.plain_octets),
        (points.ef_iccid, subscriber.iccid.octets),
    ]
    if subscriber.imsi is not None:
        patches += _everywhere("imsi", [(at, IMSI_OCTETS) for at in points.imsi], subscriber.imsi.octets)
        patches += ((at, access_class(subscriber.imsi)) for at in points.acc)
    if subscriber.key is not None:
        patches += _everywhere("key", points.keys, subscriber.key)
    if subscriber.opc is not None:
        patches += _everywhere("opc", points.opcs, subscriber.opc)
    for name, codes, places in (
        ("pins", subscriber.pins, points.pins),
        ("puks", subscriber.puks, points.puks),
    ):
        for reference, code in codes.items():
            patches += _everywhere(name, [(at, CODE_OCTETS) for at in places.get(reference, ())], code)
    return _patched(octets, points, patches)


def access_class(imsi: Imsi) -> bytes:
    """Return the 2 octets of EF.ACC that the last digit of an IMSI puts a subscriber in.

    Source: 3GPP TS 22.011 §4.2.
    """
    return (1 << int(imsi[-1])).to_bytes(2, "big")


def _everywhere(name: str, places: Iterable[tuple[int, int]], octets: bytes) -> list[tuple[int, bytes]]:
    patches = [(at, octets) for at, length in places if length == len(octets)]
    if not patches:
        raise DecodeError(f"package has no place for {len(octets)} octets", (name,))
    return patches


def _patched(octets: bytes, points: PatchPoints, patches: Iterable[tuple[int, bytes]]) -> bytes:
    if len(octets) != points.size:
        raise DecodeError("patch points belong to another package")
    buffer = bytearray(octets)
    for at, replacement in patches:
        buffer[at : at + len(replacement)] = replacement
    return bytes(buffer)


def _require(item: Tlv | None, name: str) -> Tlv:
    if item is None:
        raise DecodeError("mandatory component is missing", (name,))
    return item


def _in_file(element: ProfileElement, member: str, length: int) -> tuple[int, ...]:
    """Return where the first octets of a file are written in one piece, as none or one offset."""
    tag = tag_of_position(template_file(element.kind, member).position)
    file = read_one(element.octets).find(tag)
    cursor = 0
    for item in file.children() if file else ():
        if item.tag == _THIRD:
            cursor += int.from_bytes(item.value, "big")
        elif item.tag == _FOURTH:
            if cursor == 0 and len(item.value) >= length:
                return (element.offset + item.value_start,)
            cursor += len(item.value)
    return ()


def _in_algorithm(package: Package, tag: int) -> tuple[tuple[int, int], ...]:
    """Return offset and length of a component of every AlgoParameter."""
    places = []
    for element in package.of_kind(ElementKind.AKA_PARAMETER):
        body = read_one(element.octets).find(_PE_BODY)
        algorithm = body.find(_PE_BODY) if body else None  # A1 in A1: algoParameter in algoConfiguration
        item = algorithm.find(tag) if algorithm else None
        if item:
            places.append((element.offset + item.value_start, len(item.value)))
    return tuple(places)


def _in_codes(package: Package, kind: ElementKind) -> dict[int, tuple[int, ...]]:
    """Return the offsets of PIN or PUK values by reference."""
    places: dict[int, tuple[int, ...]] = {}
    for element in package.of_kind(kind):
        codes = read_one(element.octets).find(_PE_BODY)
        if codes and kind is ElementKind.PIN_CODES:
            codes = codes.find(0xA0)
        for item in codes.children() if codes else ():
            reference, value = item.find(_FIRST), item.find(_SECOND)
            if reference and value:
                number = int.from_bytes(reference.value, "big")
                places[number] = (*places.get(number, ()), element.offset + value.value_start)
    return places
