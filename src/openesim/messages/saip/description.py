"""What an operator says of a profile, before it becomes a package.

Source: TCA eUICC Profile Package §8; 3GPP TS 31.102, TS 35.206, TS 35.231.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid, Imsi, Msisdn, Plmn, is_decimal
from openesim.messages.saip.aka import Algorithm
from openesim.messages.saip.alphabet import encode_alpha
from openesim.messages.saip.ef_values import SPN_OCTETS, code
from openesim.messages.saip.suci_information import NULL_SCHEME, SuciInformation

KEY_TYPE_DES = 0x80
KEY_TYPE_AES = 0x88
SCP80_VERSIONS = range(0x01, 0x10)
MOST_FORBIDDEN_PLMNS = 4

_KEY_SIZES = {
    Algorithm.MILENAGE: ((16,), (16,)),
    Algorithm.TUAK: ((16, 32), (32,)),
    Algorithm.USIM_TEST_ALGORITHM: ((16,), (0, 16)),
}
"""Octets of K and of OPc or TOPc."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtaKeys:
    """Keys of SCP80 between operator and card.

    Attributes:
        kic: ciphering key, 16, 24 or 32 octets.
        kid: key of the cryptographic checksum.
        kik: key that protects keys.
        version: key version number, 1 to 15.
        key_type: 88 AES or 80 triple DES.
        minimum_security_level: first octet of the security parameters that messages must keep to; 16 asks
            for ciphering, a checksum and a counter that grows.
    """

    kic: bytes = field(repr=False)
    kid: bytes = field(repr=False)
    kik: bytes = field(repr=False)
    version: int = 1
    key_type: int = KEY_TYPE_AES
    minimum_security_level: int = 0x16


class SuciCalculator(StrEnum):
    """Who conceals the subscription identifier: the terminal, told by DF.5GS, or the USIM, told by DF.SAIP."""

    TERMINAL = "terminal"
    USIM = "usim"


@dataclass(frozen=True, slots=True, kw_only=True)
class FifthGeneration:
    """What a USIM needs in a 5G network.

    Attributes:
        routing_indicator: 1 to 4 digits, by which the home network finds its own way.
        suci_by: who calculates SUCIs.
        suci: protection schemes in order of preference, and public keys of the home network; the null scheme
            alone conceals nothing.
    """

    routing_indicator: str = "0"
    suci_by: SuciCalculator = SuciCalculator.TERMINAL
    suci: SuciInformation = NULL_SCHEME


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One subscription of one operator: what a small, complete profile is made from.

    Secrets are arguments; nothing here is random.

    Attributes:
        operator_name: names the profile; shown to people where no ``spn`` is given.
        mcc: 3 digits.
        mnc: 2 or 3 digits.
        iccid: of the profile.
        imsi: of the subscription; begins with MCC and MNC.
        k: 16 octets, or 32 with TUAK.
        opc: OPc (16 octets) or TOPc (32); empty with the test algorithm.
        algorithm: how the card authenticates.
        algorithm_options: 1 octet; None takes the usual one.
        pin1: 4 to 8 digits.
        pin1_enabled: whether the user has to enter it; disabled as in most profiles.
        puk1: 8 digits.
        pin2: 4 to 8 digits.
        puk2: 8 digits.
        adm1: 8 octets.
        spn: name shown on the screen, at most 16 characters of the GSM alphabet or 7 others.
        msisdn: the subscriber's number, or None.
        smsc: address of the service centre, or None.
        gid1: group identifier of level 1, or None.
        gid2: group identifier of level 2, or None.
        access_classes: special ones (11 to 15) beside the one of the IMSI.
        preferred_plmns: networks the operator prefers when roaming, each MCC and MNC together.
        user_plmns: networks the user prefers; he may change them.
        equivalent_home_plmns: networks that count as home, with or without the one of the IMSI.
        forbidden_plmns: networks that are not tried, at most 4.
        emergency_numbers: numbers of 1 to 6 digits that can be called without a subscription.
        isim: whether the package brings an ISIM for voice over LTE.
        gsm_access: whether it brings the files of GSM access.
        five_g: files of a 5G network, or None.
        ota: keys of remote management, or None.
    """

    operator_name: str
    mcc: str
    mnc: str
    iccid: Iccid
    imsi: Imsi
    k: bytes = field(repr=False)
    opc: bytes = field(default=b"", repr=False)
    algorithm: Algorithm = Algorithm.MILENAGE
    algorithm_options: bytes | None = None
    pin1: str = field(default="0000", repr=False)
    pin1_enabled: bool = False
    puk1: str = field(repr=False)
    pin2: str = field(repr=False)
    puk2: str = field(repr=False)
    adm1: bytes = field(repr=False)
    spn: str | None = None
    msisdn: Msisdn | None = None
    smsc: Msisdn | None = None
    gid1: bytes | None = None
    gid2: bytes | None = None
    access_classes: tuple[int, ...] = ()
    preferred_plmns: tuple[str, ...] = ()
    user_plmns: tuple[str, ...] = ()
    equivalent_home_plmns: tuple[str, ...] = ()
    forbidden_plmns: tuple[str, ...] = ()
    emergency_numbers: tuple[str, ...] = ("112", "911")
    isim: bool = True
    gsm_access: bool = True
    five_g: FifthGeneration | None = None
    ota: OtaKeys | None = None

    @property
    def plmn(self) -> Plmn:
        """The home network."""
        return Plmn(self.mcc + self.mnc)

    @property
    def shown_name(self) -> str:
        """The name on the screen: the SPN, or as much of the operator's name as fits."""
        if self.spn is not None:
            return self.spn
        name = self.operator_name
        while name and not _fits(name):
            name = name[:-1]
        return name


def _fits(name: str) -> bool:
    try:
        encode_alpha(name, SPN_OCTETS)
    except DecodeError:
        return False
    return True


def verify_description(description: Description) -> Description:
    """Return the description, all its values in range.

    Raises:
        DecodeError: a value that no card or network would take; the path names the field.
    """
    _require(0 < len(description.operator_name) <= 100, "operator_name", "must have 1 to 100 characters")
    _require(is_decimal(description.mcc) and len(description.mcc) == 3, "mcc", "must have 3 digits")
    _require(is_decimal(description.mnc) and len(description.mnc) in (2, 3), "mnc", "must have 2 or 3 digits")
    _require(
        description.imsi.startswith(description.mcc + description.mnc), "imsi", "must begin with MCC and MNC"
    )
    _verify_networks(description)
    for name in ("pin1", "pin2", "puk1", "puk2"):
        digits = getattr(description, name)
        _named(name, code, digits)
        _require(name.startswith("pin") or len(digits) == 8, name, "must have 8 digits")
    _require(len(description.adm1) == 8, "adm1", "must have 8 octets")
    for name in ("gid1", "gid2"):
        group = getattr(description, name)
        _require(group is None or 0 < len(group) < 256, name, "must have 1 to 255 octets")
    _require(_fits(description.shown_name), "spn", f"must fit into {SPN_OCTETS} octets")
    _verify_keys(description)
    return description


def _verify_networks(description: Description) -> None:
    for name in ("preferred_plmns", "user_plmns", "equivalent_home_plmns", "forbidden_plmns"):
        for plmn in getattr(description, name):
            _require(is_decimal(plmn) and len(plmn) in (5, 6), name, "must have 5 or 6 digits each")
    _require(len(description.forbidden_plmns) <= MOST_FORBIDDEN_PLMNS, "forbidden_plmns", "are at most 4")
    for number in description.access_classes:
        _require(11 <= number <= 15, "access_classes", "must lie between 11 and 15")
    _require(description.emergency_numbers, "emergency_numbers", "must not be empty")
    for digits in description.emergency_numbers:
        is_short = is_decimal(digits) and len(digits) <= 6
        _require(is_short, "emergency_numbers", "must have 1 to 6 digits each")
    five_g = description.five_g
    if five_g is None:
        return
    digits = five_g.routing_indicator
    _require(is_decimal(digits) and len(digits) <= 4, "five_g.routing_indicator", "must have 1 to 4 digits")
    for key in five_g.suci.keys:
        _require(0 <= key.key_id <= 255, "five_g.keys", "must have an id between 0 and 255")
    for problem in five_g.suci.problems():
        raise DecodeError(problem, ("five_g.keys",))


def _verify_keys(description: Description) -> None:
    key_sizes, opc_sizes = _KEY_SIZES[description.algorithm]
    _require(len(description.k) in key_sizes, "k", f"must have {_or(key_sizes)} octets")
    _require(len(description.opc) in opc_sizes, "opc", f"must have {_or(opc_sizes)} octets")
    options = description.algorithm_options
    _require(options is None or len(options) == 1, "algorithm_options", "must be one octet")
    ota = description.ota
    if ota is None:
        return
    _require(ota.version in SCP80_VERSIONS, "ota.version", "must lie between 1 and 15")
    _require(ota.key_type in (KEY_TYPE_AES, KEY_TYPE_DES), "ota.key_type", "must be 80 or 88 (hex)")
    _require(0 <= ota.minimum_security_level <= 0xFF, "ota.minimum_security_level", "must be one octet")
    sizes = (16, 24, 32) if ota.key_type == KEY_TYPE_AES else (16, 24)
    for name in ("kic", "kid", "kik"):
        _require(len(getattr(ota, name)) in sizes, f"ota.{name}", f"must have {_or(sizes)} octets")


def _named(name: str, function: object, value: str) -> None:
    try:
        function(value)  # type: ignore[operator]
    except DecodeError as error:
        raise error.within(name) from None


def _or(sizes: tuple[int, ...]) -> str:
    return " or ".join(map(str, sizes))


def _require(holds: object, name: str, reason: str) -> None:
    if not holds:
        raise DecodeError(reason, (name,))
