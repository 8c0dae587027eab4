"""File control parameters: what SELECT and STATUS tell of a file.

Source: ETSI TS 102 221 §11.1.1.3, §11.1.1.4.
"""

from __future__ import annotations

from openesim.encoding.tlv import encode
from openesim.messages.saip.file_tree import AccessRuleReference, CardFile
from openesim.messages.saip.templates import FileType
from openesim.provisioning.uicc.access import find_pin, pin_state
from openesim.provisioning.uicc.card import Card
from openesim.provisioning.uicc.image import ControlParameters, Directory, ElementaryFile

CURRENT_APPLICATION = b"\x7f\xff"
"""Identifier that leads to the current application; it stands for an ADF's own, which means nothing at run time."""

_TEMPLATE, _DESCRIPTOR, _IDENTIFIER, _NAME, _PROPRIETARY = 0x62, 0x82, 0x83, 0x84, 0xA5
_LIFE_CYCLE, _REFERENCED, _COMPACT, _PIN_STATUS = 0x8A, 0x8B, 0x8C, 0xC6
_SIZE, _TOTAL_SIZE, _SFI = 0x80, 0x81, 0x88
_CHARACTERISTICS, _SPECIAL_INFORMATION, _DETAILS, _MOST_OCTETS = 0x80, 0xC0, 0x84, 0x86
_PIN_STATES, _KEY_REFERENCE = 0x90, 0x83
_APPLICATION_PINS = range(0x01, 0x09)

_CODING = 0x21
_SHAREABLE = 0x40
_CLOCK_STOP_ALLOWED = b"\x71"
_DER = b"\x01"
_STRUCTURE = {
    FileType.MF: 0x38,
    FileType.DF: 0x38,
    FileType.ADF: 0x38,
    FileType.TRANSPARENT: 0x01,
    FileType.LINEAR_FIXED: 0x02,
    FileType.CYCLIC: 0x06,
    FileType.BER_TLV: 0x39,
}


def describe_directory(file: CardFile, total_size: int) -> ControlParameters:
    """Return the parameters of a directory.

    Args:
        file: as the package made it.
        total_size: octets of all EFs below it.
    """
    is_adf = file.file_type is FileType.ADF
    name = encode(_NAME, file.aid) if file.aid else b""
    return ControlParameters(
        before=encode(_DESCRIPTOR, _descriptor(file))
        + encode(_IDENTIFIER, CURRENT_APPLICATION if is_adf else file.fid)
        + name
        + encode(_PROPRIETARY, encode(_CHARACTERISTICS, _CLOCK_STOP_ALLOWED)),
        between=_access_rule(file.access_rule),
        behind=encode(_TOTAL_SIZE, _octets(total_size)),
    )


def describe_file(file: CardFile) -> ControlParameters:
    """Return the parameters of an EF as the package made it."""
    size = _octets(file.size or 0)
    proprietary = encode(_SPECIAL_INFORMATION, bytes((file.special_information,)))
    if file.file_type is FileType.BER_TLV:
        proprietary += encode(_DETAILS, _DER) + encode(_MOST_OCTETS, size)
    sfi = b"" if file.sfi is None else bytes((file.sfi << 3,))
    return ControlParameters(
        before=encode(_DESCRIPTOR, _descriptor(file))
        + encode(_IDENTIFIER, file.fid)
        + encode(_PROPRIETARY, proprietary),
        between=_access_rule(file.access_rule),
        behind=encode(_SIZE, size) + encode(_TOTAL_SIZE, size) + encode(_SFI, sfi),
    )


def file_control_parameters(card: Card, file: Directory | ElementaryFile) -> bytes:
    """Return the FCP template of a file as it is now, tag 62.

    Source: ETSI TS 102 221 §11.1.1.3.
    """
    parts = file.parameters
    life_cycle = bytes((_LIFE_CYCLE, 1, card.life_cycle(file)))
    if isinstance(file, ElementaryFile):
        return encode(_TEMPLATE, parts.before + life_cycle + parts.between + parts.behind)
    status = _pin_status(card, file)
    return encode(_TEMPLATE, parts.before + life_cycle + parts.between + status + parts.behind)


def application_name(directory: Directory) -> bytes:
    """Return the AID of an application as a data object, tag 84."""
    return encode(_NAME, directory.aid or b"")


def _descriptor(file: CardFile) -> bytes:
    """Return the file descriptor: structure, coding, and for records their length and number."""
    octets = bytes((_STRUCTURE[file.file_type] | (_SHAREABLE if file.shareable else 0), _CODING))
    if not file.file_type.has_records or not file.record_length:
        return octets
    count = len(file.content) // file.record_length
    return octets + file.record_length.to_bytes(2, "big") + bytes((min(count, 0xFF),))


def _octets(size: int) -> bytes:
    """Return a size in at least two octets."""
    return size.to_bytes(max(2, (size.bit_length() + 7) // 8), "big")


def _access_rule(reference: AccessRuleReference | None) -> bytes:
    """Return where the access rule stands; without one, a compact rule that allows nothing."""
    if reference is None:
        return encode(_COMPACT, b"\x00")
    return encode(_REFERENCED, reference.arr_id + bytes((reference.record,)))


def _pin_status(card: Card, directory: Directory) -> bytes:
    """Return the PIN status template: which PINs count here, and which of them are enabled.

    The application PIN comes first, whatever the package's order: terminals such as wpa_supplicant take the first
    bit for its state.

    Source: ETSI TS 102 221 §9.5.2.
    """
    references = sorted(directory.pin_references, key=lambda reference: reference not in _APPLICATION_PINS)
    enabled = 0
    for reference in references:
        pin = find_pin(directory, reference)
        enabled = enabled << 1 | (pin is not None and pin_state(card, pin).is_enabled)
    octets = (len(references) + 7) // 8 or 1
    enabled <<= octets * 8 - len(references)
    keys = b"".join(bytes((_KEY_REFERENCE, 1, reference)) for reference in references)
    return encode(_PIN_STATUS, encode(_PIN_STATES, enabled.to_bytes(octets, "big")) + keys)
