"""Putting one subscriber into a prepared package: slices are written over, nothing is parsed or rebuilt.

``find_patch_points`` reads a package once; the ``with_…`` functions are what runs for every download. Everything
that is written has the length of what it replaces, so no tag, length or offset changes.

Source: TCA eUICC Profile Package §8.2 (ICCID in the header is not swapped, in EF.ICCID it is).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid, Imsi, Msisdn
from openesim.messages.saip.ef_values import number
from openesim.messages.saip.patch_points import (
    CODE_OCTETS,
    PatchPoints,
    Place,
    UsimPoints,
    find_patch_points,
)

__all__ = [
    "Identity",
    "PatchPoints",
    "Subscriber",
    "UsimPoints",
    "access_class",
    "find_patch_points",
    "with_iccid",
    "with_subscriber",
]

Patch = tuple[int, bytes]
"""Offset, and the octets to write there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a further USIM is given, where a package has several; what is None stays as it was prepared.

    Attributes:
        imsi: for EF.IMSI; EF.ACC follows from its last digit and keeps classes 11 to 15, IMPI and IMPU hold its digits.
        msisdn: for the first record of EF.MSISDN.
        key: K, as long as the prepared one.
        opc: OPc or TOPc, as long as the prepared one.
    """

    imsi: Imsi | None = None
    msisdn: Msisdn | None = None
    key: bytes | None = field(default=None, repr=False)
    opc: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """What makes a prepared package one subscriber's; what is None stays as it was prepared.

    Attributes:
        iccid: for header and EF.ICCID.
        imsi: for EF.IMSI; EF.ACC follows from its last digit and keeps classes 11 to 15, IMPI and IMPU hold its digits.
        msisdn: for the first record of EF.MSISDN.
        key: K, as long as the prepared one.
        opc: OPc or TOPc, as long as the prepared one.
        pins: 8 octets by key reference (1 PIN1, 129 PIN2, 10 ADM1).
        puks: 8 octets by reference (1 PUK1, 129 PUK2).
        ota_keys: keys of the operator's security domain by version and identifier (0x0102: key 2 of
            version 1), each as long as the prepared one.
        further_usims: identities of the second USIM and those behind it; where none are given, every USIM
            gets the first.
    """

    iccid: Iccid
    imsi: Imsi | None = None
    msisdn: Msisdn | None = None
    key: bytes | None = field(default=None, repr=False)
    opc: bytes | None = field(default=None, repr=False)
    pins: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    puks: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    ota_keys: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    further_usims: tuple[Identity, ...] = ()


def with_iccid(octets: bytes, points: PatchPoints, iccid: Iccid) -> bytes:
    """Return the package with another ICCID, in its header and in EF.ICCID.

    Raises:
        DecodeError: the points belong to a package of another size.
    """
    return _patched(octets, points, _iccid(points, iccid))


def with_subscriber(octets: bytes, points: PatchPoints, subscriber: Subscriber) -> bytes:
    """Return the package with the identity, keys and codes of one subscriber.

    Raises:
        DecodeError: a key or code has another length than the prepared one, the package has no place for it,
            the IMSI belongs to another network than the one prepared for, or the points belong to a package
            of another size.
    """
    patches = _iccid(points, subscriber.iccid)
    further = subscriber.further_usims
    if further and len(further) != len(points.usims) - 1:
        raise DecodeError(f"package has {len(points.usims)} USIMs", ("further_usims",))
    if further:
        patches += _identity(points.usims[:1], subscriber)
        for usim, identity in zip(points.usims[1:], further, strict=True):
            patches += _identity((usim,), identity)
    else:
        patches += _identity(points.usims, subscriber)
    for name, codes, offsets in (
        ("pins", subscriber.pins, points.pins),
        ("puks", subscriber.puks, points.puks),
    ):
        for reference, code in codes.items():
            patches += _everywhere(name, [(at, CODE_OCTETS) for at in offsets.get(reference, ())], code)
    for number_of_key, key in subscriber.ota_keys.items():
        patches += _everywhere("ota_keys", points.ota_keys.get(number_of_key, ()), key)
    return _patched(octets, points, patches)


def access_class(imsi: Imsi, special: bytes = b"") -> bytes:
    """Return the 2 octets of EF.ACC: the class of an IMSI's last digit, and those that are special already.

    Source: 3GPP TS 22.011 §4.2.
    """
    return (1 << int(imsi[-1]) | int.from_bytes(special, "big")).to_bytes(2, "big")


def _iccid(points: PatchPoints, iccid: Iccid) -> list[Patch]:
    return [(points.header_iccid, iccid.plain_octets), (points.ef_iccid, iccid.octets)]


def _identity(usims: tuple[UsimPoints, ...], identity: Subscriber | Identity) -> list[Patch]:
    """Return the patches that give some USIMs one identity."""
    patches: list[Patch] = []
    imsi = identity.imsi
    if imsi is not None:
        patches += _everywhere("imsi", [place for usim in usims for place in usim.imsi], imsi.octets)
        patches += ((at, access_class(imsi, usim.special_classes)) for usim in usims for at, _ in usim.acc)
        for usim in usims:
            if not imsi.startswith(usim.plmn):
                raise DecodeError(f"does not begin with {usim.plmn}, which the package is for", ("imsi",))
            for _, digits in usim.texts:
                if digits != len(imsi):
                    raise DecodeError(f"has {len(imsi)} digits, and the package is for {digits}", ("imsi",))
            if usim.texts:
                patches += _everywhere("imsi", usim.texts, imsi.encode())
    if identity.msisdn is not None:
        places = [place for usim in usims for place in usim.msisdn]
        patches += _everywhere("msisdn", places, number(identity.msisdn))
    if identity.key is not None:
        patches += _everywhere("key", [place for usim in usims for place in usim.keys], identity.key)
    if identity.opc is not None:
        patches += _everywhere("opc", [place for usim in usims for place in usim.opcs], identity.opc)
    return patches


def _everywhere(name: str, places: Iterable[Place], octets: bytes) -> list[Patch]:
    patches = [(at, octets) for at, length in places if length == len(octets)]
    if not patches:
        raise DecodeError(f"package has no place for {len(octets)} octets", (name,))
    return patches


def _patched(octets: bytes, points: PatchPoints, patches: Iterable[Patch]) -> bytes:
    if len(octets) != points.size:
        raise DecodeError("patch points belong to another package")
    buffer = bytearray(octets)
    for at, replacement in patches:
        buffer[at : at + len(replacement)] = replacement
    return bytes(buffer)
