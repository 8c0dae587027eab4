"""Contents of single files, one function a file: values in, octets out.

Source: 3GPP TS 31.102 §4.2, TS 31.103 §4.2, TS 23.040; ETSI TS 102 221 §13, Annex A.
"""

from __future__ import annotations

from collections.abc import Iterable

from openesim.encoding.tlv import encode
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Imsi, Plmn, swap_nibbles
from openesim.messages.saip.alphabet import encode_alpha

SPN_OCTETS = 16
MSISDN_ALPHA_OCTETS = 10
SMSP_ALPHA_OCTETS = 10
EMERGENCY_RECORD_OCTETS = 4
_NUMBER_OCTETS = 10
_INTERNATIONAL = 0x91
_ONLY_SERVICE_CENTRE = 0xFD


def service_provider_name(text: str) -> bytes:
    """Return EF.SPN, 17 octets: show the registered network too, then the name."""
    return b"\x01" + encode_alpha(text, SPN_OCTETS)


def plmn_with_access(plmn: Plmn, access: int) -> bytes:
    """Return an entry of a PLMNwAcT list, 5 octets: network and access technologies.

    Args:
        plmn: the network.
        access: bits 8000 UTRAN, 4000 E-UTRAN, 0800 NG-RAN, 0080 GSM.
    """
    return plmn.octets + access.to_bytes(2, "big")


def number(digits: str) -> bytes:
    """Return an international number, 12 octets: length, type, digits swapped, FF.

    Source: 3GPP TS 24.008 §10.5.4.7.
    """
    packed = swap_nibbles(digits)
    return bytes((len(packed) + 1, _INTERNATIONAL)) + packed.ljust(_NUMBER_OCTETS, b"\xff")


def msisdn_record(digits: str) -> bytes:
    """Return a record of EF.MSISDN, 24 octets, without a name."""
    return b"\xff" * MSISDN_ALPHA_OCTETS + number(digits) + b"\xff\xff"


def sms_parameters(service_centre: str) -> bytes:
    """Return a record of EF.SMSP, 38 octets, that states the service centre only."""
    destination = b"\xff" * 12
    rest = b"\xff" * 3  # protocol identifier, data coding scheme, validity period: not stated
    return (
        b"\xff" * SMSP_ALPHA_OCTETS
        + bytes((_ONLY_SERVICE_CENTRE,))
        + destination
        + number(service_centre)
        + rest
    )


def administrative_data(mnc: str) -> bytes:
    """Return EF.AD of a USIM, 4 octets: normal operation, length of the MNC."""
    return bytes((0, 0, 0, len(mnc)))


def emergency_number(digits: str) -> bytes:
    """Return a record of EF.ECC, 4 octets: number and no particular service."""
    return swap_nibbles(digits).ljust(3, b"\xff")[:3] + b"\x00"


def routing_indicator(digits: str) -> bytes:
    """Return EF.Routing_Indicator, 4 octets: 1 to 4 digits, swapped, and two reserved octets.

    Source: 3GPP TS 31.102 §4.4.11.11.
    """
    return swap_nibbles(digits).ljust(4, b"\xff")


def access_classes(imsi: Imsi, special: Iterable[int] = ()) -> bytes:
    """Return EF.ACC, 2 octets: the class of the IMSI's last digit, and those of special users (11 to 15).

    Source: 3GPP TS 22.011 §4.2.
    """
    return sum(1 << number for number in {int(imsi[-1]), *special}).to_bytes(2, "big")


def service_table(services: Iterable[int], length: int) -> bytes:
    """Return a service table: service *n* is bit (n - 1) mod 8 of octet (n - 1) div 8."""
    table = bytearray(length)
    for service in services:
        table[(service - 1) // 8] |= 1 << (service - 1) % 8
    return bytes(table)


def services_in(table: bytes) -> frozenset[int]:
    """Return the services that are on in a service table."""
    return frozenset(
        8 * at + bit + 1 for at, octet in enumerate(table) for bit in range(8) if octet >> bit & 1
    )


def application_template(aid: bytes, label: str) -> bytes:
    """Return a record of EF.DIR, without padding."""
    return encode(0x61, encode(0x4F, aid) + encode(0x50, label.encode("ascii")))


def uri(text: str) -> bytes:
    """Return the TLV that files of an ISIM hold a name in."""
    return encode(0x80, text.encode())


def home_domain(plmn: Plmn) -> str:
    """Return the name of the home network's IMS domain.

    Source: 3GPP TS 23.003 §13.2.
    """
    return f"ims.mnc{plmn.mnc:0>3}.mcc{plmn.mcc}.3gppnetwork.org"


def private_identity(imsi: Imsi, plmn: Plmn) -> str:
    """Return the IMS private user identity.

    Source: 3GPP TS 23.003 §13.3.
    """
    return f"{imsi}@{home_domain(plmn)}"


def code(digits: str) -> bytes:
    """Return a PIN or PUK, 8 octets: ASCII digits padded with FF.

    Raises:
        DecodeError: not 4 to 8 digits.
    """
    if not 4 <= len(digits) <= 8 or not digits.isascii() or not digits.isdigit():
        raise DecodeError("a code must have 4 to 8 digits")
    return digits.encode().ljust(8, b"\xff")
