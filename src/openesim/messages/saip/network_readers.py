"""What files say of networks: lists of them, their names, where the terminal was last.

Source: 3GPP TS 31.102 §4.2.5, §4.2.53, §4.2.54, §4.2.58, §4.2.59, §4.2.66; TS 24.008 §10.5.1.3, §10.5.1.13.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from openesim.encoding.tlv import walk
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Plmn, plmn_text
from openesim.messages.saip.alphabet import decode_network_name

_ACCESS = (
    (0x8000, "UTRAN"),
    (0x4000, "E-UTRAN"),
    (0x0800, "NG-RAN"),
    (0x0080, "GSM"),
    (0x0040, "GSM COMPACT"),
    (0x0020, "CDMA HRPD"),
    (0x0010, "CDMA 1x"),
)

_STATES = ("updated", "not updated", "network not allowed", "area not allowed")


def read_plmn(octets: bytes) -> str:
    """Return a network code of 3 octets: ``001-01``; nothing where it is blank.

    Raises:
        DecodeError: cut short, or a nibble that is no digit.

    Source: 3GPP TS 24.008 §10.5.1.13.
    """
    if octets[:3] == b"\xff\xff\xff":
        return ""
    return Plmn.from_octets(octets[:3]).hyphenated


def list_of(length: int, reader: Callable[[bytes], Any]) -> Callable[[bytes], list[Any]]:
    """Return a reader of entries side by side; blank ones are left out."""

    def read(content: bytes) -> list[Any]:
        entries = (content[at : at + length] for at in range(0, len(content) - length + 1, length))
        return [value for value in map(reader, entries) if value]

    return read


def read_plmn_with_access(entry: bytes) -> dict[str, Any] | None:
    """Return an entry of a PLMNwAcT list, 5 octets: network and access technologies; None where it is blank.

    Raises:
        DecodeError: no network code.
    """
    network = read_plmn(entry)
    bits = int.from_bytes(entry[3:5], "big")
    return {"plmn": network, "access": [name for bit, name in _ACCESS if bits & bit]} if network else None


def read_network_names(record: bytes) -> dict[str, str]:
    """Return a record of EF.PNN: full and short name.

    Raises:
        DecodeError: no objects, or a name in an unknown alphabet.
    """
    names = {0x43: "full", 0x45: "short"}
    return {
        names[item.tag]: decode_network_name(item.value)
        for item in walk(record.rstrip(b"\xff"))
        if item.tag in names
    }


def read_operator_list(record: bytes) -> dict[str, Any]:
    """Return a record of EF.OPL or EF.OPL5G: network (``*`` is any digit), areas, record of EF.PNN."""
    half = (len(record) - 4) // 2
    first, last = record[3 : 3 + half], record[3 + half : 3 + 2 * half]
    return {
        "plmn": plmn_text(record[:3]).replace("D", "*"),
        "areas": f"{first.hex().upper()} to {last.hex().upper()}",
        "name_record": record[-1],
    }


def read_display_information(content: bytes) -> list[str]:
    """Return the networks under which EF.SPDI lets the operator's name be shown.

    Raises:
        DecodeError: no list of networks.
    """
    for item in walk(content.rstrip(b"\xff")):
        if item.tag == 0xA3:
            inner = item.find(0x80)
            return list_of(3, read_plmn)(inner.value) if inner else []
    raise DecodeError("no list in it")


def location_at(position: int) -> Callable[[bytes], dict[str, Any]]:
    """Return a reader of the last location: the network at a position, unless there is none yet, and the status."""

    def read(content: bytes) -> dict[str, Any]:
        network = read_plmn(content[position : position + 3])
        state = content[-1] & 7
        said = {"area of": network} if network else {}
        return said | {"state": _STATES[state] if state < len(_STATES) else str(state)}

    return read
