"""Where the octets of one subscriber stand in a package: read once, used for every subscriber.

Source: TCA eUICC Profile Package §8.2 (ICCID in the header is not swapped, in EF.ICCID it is); 3GPP TS 31.102
§4.2.2, §4.2.15, §4.2.18, §4.2.26; TS 31.103 §4.2.2, §4.2.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from openesim.encoding.tlv import Tlv, read_one
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import unswap_nibbles
from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.file_tree import CardFile
from openesim.messages.saip.files import tag_of_position, template_file
from openesim.messages.saip.filesystem import build_file_system
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.package import Package, decode_package

ICCID_OCTETS = 10
IMSI_OCTETS = 9
ACC_OCTETS = 2
CODE_OCTETS = 8
NUMBER_OCTETS = 12

_SPECIAL_CLASSES = 0xF800
_ICCID_TAG = 0x83
_PE_BODY = 0xA1
_KEY_LIST = 0xA2
_KEY_DATA = 0x86
_FIRST, _SECOND, _THIRD, _FOURTH = 0x80, 0x81, 0x82, 0x83
_RECORD_TAIL = 14
"""Octets of a record of EF.MSISDN from the length of the number on."""

_NAMED_BY_IMSI = {
    ElementKind.ISIM: ("ef-impi", "ef-impu"),
    ElementKind.DF_5GS: ("ef-supinai",),
    ElementKind.OPT_IOT: ("ef-supi-nai",),
}
"""Files that may hold the digits of the IMSI as text."""

Place = tuple[int, int]
"""Offset from the beginning of the package, and length."""


@dataclass(frozen=True, slots=True)
class UsimPoints:
    """What belongs to one USIM, and to the ISIM behind it.

    Attributes:
        plmn: MCC and MNC that the USIM is prepared for; empty where EF.AD or EF.IMSI do not tell.
        imsi: 9 octets of EF.IMSI.
        acc: 2 octets of EF.ACC.
        special_classes: 2 octets like EF.ACC, with the classes 11 to 15 that it is prepared with; every subscriber
            keeps them.
        msisdn: 12 octets of the number in the first record of EF.MSISDN.
        texts: every place where the IMSI stands as ASCII digits, as in IMPI and IMPU.
        keys: every K.
        opcs: every OPc or TOPc.
    """

    plmn: str = ""
    imsi: tuple[Place, ...] = ()
    acc: tuple[Place, ...] = ()
    special_classes: bytes = bytes(ACC_OCTETS)
    msisdn: tuple[Place, ...] = ()
    texts: tuple[Place, ...] = ()
    keys: tuple[Place, ...] = ()
    opcs: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class PatchPoints:
    """Where the octets of one subscriber stand in a package, as offsets from its beginning.

    Attributes:
        size: octets of the package the offsets belong to.
        header_iccid: 10 octets, plain BCD.
        ef_iccid: 10 octets, swapped.
        usims: of every USIM, in order; of a package without one, what belongs to its other applications.
        pins: offset of every PIN, 8 octets, by key reference; PINs of several directories come together.
        puks: offset of every PUK, 8 octets, by reference.
        ota_keys: every key of the operator's security domain, by key version number and key identifier,
            an octet each: 0x0102 is key 2 of version 1.
    """

    size: int
    header_iccid: int
    ef_iccid: int
    usims: tuple[UsimPoints, ...] = ()
    pins: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    puks: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    ota_keys: Mapping[int, tuple[Place, ...]] = field(default_factory=dict)


def find_patch_points(octets: bytes) -> PatchPoints:
    """Return where a package holds what differs from subscriber to subscriber.

    Raises:
        DecodeError: no package, no header first, or an EF.ICCID whose content is not written in one piece.
    """
    package = decode_package(octets)
    header = package.elements[0]
    if header.kind is not ElementKind.HEADER:
        raise DecodeError("package does not begin with a header", offset=0)
    iccid = read_one(header.octets).find(_ICCID_TAG)
    if iccid is None:
        raise DecodeError("mandatory component is missing", ("header",))
    masters = package.of_kind(ElementKind.MF, ElementKind.IOT)
    ef_iccid = next((at for one in masters for at, _ in _in_file(one, "ef-iccid", ICCID_OCTETS)), None)
    if ef_iccid is None:
        raise DecodeError("content of EF.ICCID is not written in one piece", ("mf", "ef-iccid"))
    adfs = {adf.element.offset: adf for adf in build_file_system(package).adfs if adf.element}
    return PatchPoints(
        size=len(package.octets),
        header_iccid=iccid.value_start,
        ef_iccid=ef_iccid,
        usims=tuple(_of_usim(elements, adfs) for elements in _by_usim(package)),
        pins=_in_codes(package, ElementKind.PIN_CODES),
        puks=_in_codes(package, ElementKind.PUK_CODES),
        ota_keys=_in_security_domain(package),
    )


def _by_usim(package: Package) -> list[list[ProfileElement]]:
    """Return the elements in groups; a second USIM and all that comes behind it is a group of its own."""
    groups: list[list[ProfileElement]] = [[]]
    usims = (ElementKind.USIM, ElementKind.IOT)
    for element in package.elements:
        if element.kind in usims and any(one.kind in usims for one in groups[-1]):
            groups.append([])
        groups[-1].append(element)
    return groups


def _of_usim(elements: list[ProfileElement], adfs: Mapping[int, CardFile]) -> UsimPoints:
    usim = next((one for one in elements if one.kind in (ElementKind.USIM, ElementKind.IOT)), None)
    adf = adfs.get(usim.offset) if usim else None
    imsi = _imsi_of(adf)
    msisdn = adf.child("ef-msisdn") if adf else None
    number_at = (msisdn.record_length or 0) - _RECORD_TAIL if msisdn else -1
    return UsimPoints(
        plmn=_plmn_of(adf, imsi),
        imsi=_in_file(usim, "ef-imsi", IMSI_OCTETS) if usim else (),
        acc=_in_file(usim, "ef-acc", ACC_OCTETS) if usim else (),
        special_classes=_special_classes_of(adf),
        msisdn=_in_file(msisdn.element, "ef-msisdn", NUMBER_OCTETS, number_at)
        if msisdn and msisdn.element and number_at >= 0
        else (),
        texts=tuple(_texts(elements, imsi)),
        keys=tuple(_in_algorithm(elements, _THIRD)),
        opcs=tuple(_in_algorithm(elements, _FOURTH)),
    )


def _imsi_of(adf: CardFile | None) -> str:
    """Return the digits in EF.IMSI, or nothing."""
    file = adf.child("ef-imsi") if adf else None
    digits = unswap_nibbles(file.content[1:])[1:] if file else ""
    return digits if digits.isdigit() else ""


def _plmn_of(adf: CardFile | None, imsi: str) -> str:
    """Return MCC and MNC of an IMSI; EF.AD tells how long the MNC is."""
    file = adf.child("ef-ad") if adf else None
    length = file.content[3] & 0x0F if file and len(file.content) > 3 else 0
    return imsi[: 3 + length] if length in (2, 3) else ""


def _special_classes_of(adf: CardFile | None) -> bytes:
    """Return EF.ACC without the classes 0 to 9, which the IMSI decides.

    Source: 3GPP TS 22.011 §4.2.
    """
    file = adf.child("ef-acc") if adf else None
    prepared = file.content[:ACC_OCTETS] if file else b""
    return (int.from_bytes(prepared, "big") & _SPECIAL_CLASSES).to_bytes(ACC_OCTETS, "big")


def _texts(elements: Iterable[ProfileElement], imsi: str) -> Iterator[Place]:
    """Yield where the digits of an IMSI are written as text in files that are named by it."""
    wanted = imsi.encode()
    for element in elements:
        for member in _NAMED_BY_IMSI.get(element.kind, ()) if wanted else ():
            for _, start, content in _pieces(element, member):
                at = content.find(wanted)
                while at >= 0:
                    yield element.offset + start + at, len(wanted)
                    at = content.find(wanted, at + 1)


def _pieces(element: ProfileElement, member: str) -> Iterator[tuple[int, int, bytes]]:
    """Yield what is written to a file: offset in the file, offset in the element, octets."""
    file = read_one(element.octets).find(tag_of_position(template_file(element.kind, member).position))
    cursor = 0
    for item in file.children() if file else ():
        if item.tag == _THIRD:
            cursor += int.from_bytes(item.value, "big")
        elif item.tag == _FOURTH:
            yield cursor, item.value_start, item.value
            cursor += len(item.value)


def _in_file(element: ProfileElement, member: str, length: int, at: int = 0) -> tuple[Place, ...]:
    """Return where some octets of a file are written in one piece, as none or one place."""
    for cursor, start, content in _pieces(element, member):
        if cursor <= at and at + length <= cursor + len(content):
            return ((element.offset + start + at - cursor, length),)
    return ()


def _place(element: ProfileElement, item: Tlv) -> Place:
    return element.offset + item.value_start, len(item.value)


def _in_algorithm(elements: Iterable[ProfileElement], tag: int) -> Iterator[Place]:
    """Yield the places of a component of every AlgoParameter."""
    for element in elements:
        if element.kind is ElementKind.AKA_PARAMETER:
            body = read_one(element.octets).find(_PE_BODY)
            algorithm = body.find(_PE_BODY) if body else None  # A1 in A1: algoParameter in algoConfiguration
            item = algorithm.find(tag) if algorithm else None
            if item:
                yield _place(element, item)


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


def _in_security_domain(package: Package) -> dict[int, tuple[Place, ...]]:
    """Return the places of the first security domain's keys by version and identifier."""
    places: dict[int, tuple[Place, ...]] = {}
    for element in package.of_kind(ElementKind.SECURITY_DOMAIN)[:1]:
        keys = read_one(element.octets).find(_KEY_LIST)
        for key in keys.children() if keys else ():
            identifier, version, components = key.find(_THIRD), key.find(_FOURTH), key.find(0x30)
            component = next(components.children(), None) if components else None
            data = component.find(_KEY_DATA) if component else None
            if identifier and version and data:
                number = version.value[0] << 8 | identifier.value[0]
                places[number] = (*places.get(number, ()), _place(element, data))
    return places
