"""What files say, for people and programs: a table of readers by file, octets in, values out.

A value is what JSON has: text, number, list, mapping. A reader meets whatever a package holds; what it cannot
read it refuses, and the octets are shown instead.

Source: 3GPP TS 31.102 §4.2, §4.4; TS 31.103 §4.2; ETSI TS 102 221 §13; 3GPP TS 24.008 §10.5.1, §10.5.4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from openesim.encoding.tlv import walk
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid, unswap_nibbles
from openesim.messages.saip.access_rules import decode_rules
from openesim.messages.saip.access_text import describe_rules
from openesim.messages.saip.alphabet import decode_alpha
from openesim.messages.saip.ef_values import services_in
from openesim.messages.saip.file_names import member_of
from openesim.messages.saip.file_tree import CardFile
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.network_readers import (
    list_of,
    location_at,
    read_display_information,
    read_network_names,
    read_operator_list,
    read_plmn,
    read_plmn_with_access,
)
from openesim.messages.saip.service_names import EST_NAMES, IST_NAMES, UST_NAMES
from openesim.messages.saip.suci_information import ProtectionScheme, SuciInformation

Reader = Callable[[bytes], Any]

BLANK = "blank"
"""What a file says that holds nothing but FF."""

_MODES = {
    0x00: "normal",
    0x80: "type approval",
    0x01: "normal, specific",
    0x02: "maintenance",
    0x04: "cell test",
}
_OF_CSIM = (ElementKind.CSIM, ElementKind.OPT_CSIM)
_LAST_PLAIN_SCHEME = max(ProtectionScheme)


def read_file(file: CardFile) -> Any:
    """Return what a file says, or None where no reader knows it or its octets are not what they should be."""
    if not file.content.strip(b"\xff"):
        return BLANK if file.content else None
    member = member_of(file)
    if file.element and file.element.kind in _OF_CSIM and member != "ef-arr":
        return None  # files of a CSIM have the names of others, and contents of their own
    reader, record_reader = _FILES.get(member), _RECORDS.get(member)
    try:
        if record_reader:
            return _read_records(file, record_reader)
        return reader(file.content) if reader else None
    except (DecodeError, IndexError, ValueError):
        return None


def _read_records(file: CardFile, reader: Reader) -> Any:
    """Return what the records say, by number; blank ones are left out."""
    said = {
        str(number): reader(record)
        for number, record in enumerate(file.records or (file.content,), 1)
        if record.strip(b"\xff")
    }
    return {number: value for number, value in said.items() if value not in ("", {}, None)} or BLANK


def read_number(octets: bytes) -> str:
    """Return a telephone number, its length in the first octet; an international one begins with +.

    Source: 3GPP TS 24.008 §10.5.4.7.
    """
    length = octets[0]
    if not 1 < length < 12:
        return ""
    digits = unswap_nibbles(octets[2 : 1 + length]).translate(str.maketrans("ABCDE", "*#abc"))
    return ("+" if octets[1] >> 4 & 7 == 1 else "") + digits


def _imsi(content: bytes) -> str:
    return unswap_nibbles(content[1 : 1 + content[0]])[1:]


def _services(names: Mapping[int, str]) -> Reader:
    return lambda content: {
        str(number): names.get(number, "no name") for number in sorted(services_in(content))
    }


def _access_classes(content: bytes) -> list[int]:
    bits = int.from_bytes(content[:2], "big")
    return [number for number in range(16) if bits >> number & 1]


def _administrative_data(content: bytes) -> dict[str, Any]:
    said: dict[str, Any] = {"mode": _MODES.get(content[0], f"{content[0]:02X}")}
    if len(content) > 3:
        said["mnc_digits"] = content[3] & 0x0F
    return said


def _provider_name(content: bytes) -> dict[str, Any]:
    return {
        "name": decode_alpha(content[1:]),
        "shows_network_at_home": bool(content[0] & 1),
        "hides_itself_abroad": bool(content[0] & 2),
    }


def _named_number(record: bytes) -> dict[str, str]:
    at = len(record) - 14
    said = {"name": decode_alpha(record[:at]), "number": read_number(record[at:])}
    return {key: value for key, value in said.items() if value}


def _sms_parameters(record: bytes) -> dict[str, str]:
    at = len(record) - 28
    indicators = record[at]
    said = {"name": decode_alpha(record[:at])}
    if not indicators & 2:
        said["service_centre"] = read_number(record[at + 13 :])
    for bit, name, offset in ((4, "protocol", 25), (8, "coding", 26), (16, "validity", 27)):
        if not indicators & bit:
            said[name] = f"{record[at + offset]:02X}"
    return {key: value for key, value in said.items() if value}


def _emergency_number(record: bytes) -> dict[str, Any]:
    said: dict[str, Any] = {"number": unswap_nibbles(record[:3])}
    if record[3:-1].strip(b"\xff"):
        said["name"] = decode_alpha(record[3:-1])
    if record[-1]:
        said["services"] = f"{record[-1]:02X}"
    return said


def _application(record: bytes) -> dict[str, str]:
    said: dict[str, str] = {}
    for item in walk(record.rstrip(b"\xff")):
        for inner in item.children():
            if inner.tag == 0x4F:
                said["aid"] = inner.value.hex().upper()
            elif inner.tag == 0x50:
                said["label"] = inner.value.decode("utf-8", "replace")
    return said


def _uri(content: bytes) -> str:
    """Return the text of the first object with tag 80."""
    for item in walk(content.rstrip(b"\xff")):
        if item.tag == 0x80:
            return item.value.decode()
    raise DecodeError("no text in it")


def _p_cscf(record: bytes) -> str:
    """Return the address of a P-CSCF: type 0 name, 1 IPv4, 2 IPv6.

    Source: 3GPP TS 31.103 §4.2.8.
    """
    for item in walk(record.rstrip(b"\xff")):
        kind, address = item.value[0], item.value[1:]
        if kind == 0:
            return address.decode()
        return ".".join(map(str, address)) if kind == 1 else address.hex(":", 2)
    raise DecodeError("no address in it")


def _suci(content: bytes) -> dict[str, Any]:
    information = SuciInformation.decode(content)
    schemes = [
        {
            "scheme": ProtectionScheme(one.scheme).name.lower().replace("_", " ")
            if one.scheme <= _LAST_PLAIN_SCHEME
            else one.scheme,
            "key_index": one.key_index,
        }
        for one in information.schemes
    ]
    keys = [{"id": one.key_id, "key": one.key.hex().upper()} for one in information.keys]
    return {"schemes": schemes, "keys": keys}


def _languages(content: bytes) -> str:
    return ", ".join(
        content[at : at + 2].decode("ascii")
        for at in range(0, len(content), 2)
        if content[at : at + 2] != b"\xff\xff"
    )


def _short_messages(content: bytes) -> str:
    return "a message" if content[0] & 1 else ""


def _minutes(content: bytes) -> str:
    return f"search for the home network every {content[0] * 6} minutes" if content[0] else "no search"


def _power(content: bytes) -> dict[str, Any]:
    return {"most_milliamperes": content[0], "time_out_s": content[1]}


def _hex(content: bytes) -> str:
    return content.rstrip(b"\xff").hex().upper()


def _rules(record: bytes) -> dict[str, str]:
    return describe_rules(decode_rules(record))


_FILES: dict[str, Reader] = {
    "ef-iccid": lambda content: str(Iccid.from_octets(content)),
    "ef-imsi": _imsi,
    "ef-ust": _services(UST_NAMES),
    "ef-est": _services(EST_NAMES),
    "ef-ist": _services(IST_NAMES),
    "ef-acc": _access_classes,
    "ef-ad": _administrative_data,
    "ef-spn": _provider_name,
    "ef-fplmn": list_of(3, read_plmn),
    "ef-ehplmn": list_of(3, read_plmn),
    "ef-plmnwact": list_of(5, read_plmn_with_access),
    "ef-oplmnwact": list_of(5, read_plmn_with_access),
    "ef-hplmnwact": list_of(5, read_plmn_with_access),
    "ef-spdi": read_display_information,
    "ef-hpplmn": _minutes,
    "ef-gid1": _hex,
    "ef-gid2": _hex,
    "ef-li": _languages,
    "ef-pl": _languages,
    "ef-umpc": _power,
    "ef-loci": location_at(4),
    "ef-psloci": location_at(7),
    "ef-epsloci": location_at(12),
    "ef-5gs3gpploci": location_at(13),
    "ef-5gsn3gpploci": location_at(13),
    "ef-impi": _uri,
    "ef-domain": _uri,
    "ef-suci-calc-info": _suci,
    "ef-suci-calc-info-usim": _suci,
    "ef-routing-indicator": lambda content: unswap_nibbles(content[:2]),
    "ef-supinai": _uri,
    "ef-supi-nai": _uri,
}
"""Readers of whole files, by the module's name."""

_RECORDS: dict[str, Reader] = {
    "ef-arr": _rules,
    "ef-arr-usim": _rules,
    "ef-dir": _application,
    "ef-ecc": _emergency_number,
    "ef-impu": _uri,
    "ef-psismsc": _uri,
    "ef-pcscf": _p_cscf,
    "ef-pnn": read_network_names,
    "ef-opl": read_operator_list,
    "ef-opl5g": read_operator_list,
    "ef-smsp": _sms_parameters,
    "ef-sms": _short_messages,
    **dict.fromkeys(
        ("ef-msisdn", "ef-fdn", "ef-sdn", "ef-bdn", "ef-adn", "ef-mbdn", "ef-ice-dn"), _named_number
    ),
}
"""Readers of records."""
