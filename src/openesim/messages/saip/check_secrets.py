"""Rules on keys, PINs and PUKs: sizes, places, and values that everybody knows.

Source: TCA eUICC Profile Package §8; ETSI TS 102 221 §9; ETSI TS 102 225 §5.1; GlobalPlatform Card Specification.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from openesim.kernel.errors import DecodeError
from openesim.messages.saip.access_rules import key_references
from openesim.messages.saip.access_text import pin_name
from openesim.messages.saip.aka import LARGEST_SQN, AkaParameter, AlgoParameter, Algorithm
from openesim.messages.saip.applications import Rfm, SecurityDomain
from openesim.messages.saip.codes import PinCodes, PinConfiguration, PukCodes
from openesim.messages.saip.file_tree import CardFile
from openesim.messages.saip.finding import Finding, Inspection, found
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.published_keys import PUBLISHED_KEYS

_KEY_SIZES: dict[int, tuple[tuple[int, ...], int | None]] = {
    Algorithm.MILENAGE: ((16,), 16),
    Algorithm.TUAK: ((16, 32), 32),
    Algorithm.USIM_TEST_ALGORITHM: ((16,), None),
}
_LOCAL = 0x80
_OTA_KEY_SIZES = {0x80: (16, 24), 0x88: (16, 24, 32)}
_CHECKSUM_OR_SIGNATURE = 0x02
_COUNTER = 0x18


def check_keys(it: Inspection) -> Iterator[Finding]:
    """Keys have the size of their algorithm and are not ones that everybody knows."""
    for element in it.package.elements:
        if isinstance(element.value, AkaParameter):
            yield from _check_aka(element.label, element.value)
        elif isinstance(element.value, SecurityDomain):
            yield from _check_domain(element.label, element.value)


def _check_aka(label: str, value: AkaParameter) -> Iterator[Finding]:
    if any(
        int.from_bytes(sqn) > LARGEST_SQN for sqn in (*value.sqn_init, value.sqn_delta, value.sqn_age_limit)
    ):
        yield found("aka.sqn", label, f"a sequence number is larger than {LARGEST_SQN:X}")
    algorithm = value.algo_configuration
    if not isinstance(algorithm, AlgoParameter):
        return
    if algorithm.algorithm_id not in _KEY_SIZES:
        yield found("aka.algorithm", label, f"algorithm {int(algorithm.algorithm_id)} is not known")
        return
    key_sizes, opc_size = _KEY_SIZES[algorithm.algorithm_id]
    if len(algorithm.key) not in key_sizes:
        yield found("aka.key-size", label, f"K has {len(algorithm.key)} octets")
    if opc_size is not None and len(algorithm.opc) != opc_size:
        yield found("aka.opc-size", label, f"OPc or TOPc has {len(algorithm.opc)} octets")
    if algorithm.algorithm_id == Algorithm.USIM_TEST_ALGORITHM:
        yield found("aka.test-algorithm", label, "the test algorithm protects nothing")
    elif is_well_known(algorithm.key):
        yield found(
            "aka.well-known-key", label, "everybody knows this K: it is a pattern, or a standard prints it"
        )


def _check_domain(label: str, value: SecurityDomain) -> Iterator[Finding]:
    for key in value.key_list or ():
        number = f"{key.key_version_number.hex()}/{key.key_identifier.hex()}"
        for component in key.key_components:
            sizes = _OTA_KEY_SIZES.get(int.from_bytes(component.key_type))
            if sizes and len(component.key_data) not in sizes:
                yield found("ota.key-size", label, f"key {number} has {len(component.key_data)} octets")
            if is_well_known(component.key_data):
                text = f"everybody knows key {number}: it is a pattern, or a standard prints it"
                yield found("ota.well-known-key", label, text)


def is_well_known(key: bytes) -> bool:
    """Tell whether a key is one octet repeated, counts up in even steps, or stands in a standard."""
    steps = {(later - earlier) & 0xFF for earlier, later in pairwise(key)}
    return len(steps) < 2 or bytes(key) in PUBLISHED_KEYS


def check_remote_management(it: Inspection) -> Iterator[Finding]:
    """What a holder of the OTA keys may do, and what a message needs to be believed."""
    for element in it.package.elements:
        value = element.value
        if isinstance(value, SecurityDomain):
            keys = [bytes(part.key_data) for key in value.key_list or () for part in key.key_components]
            if len(set(keys)) < len(keys):
                yield found("ota.repeated-key", element.label, "the same key stands under several numbers")
            parameters = value.instance.application_parameters
            if keys and parameters and parameters.toolkit:
                reason = "who holds the OTA keys may load applets: the security domain takes their messages"
                yield found("ota.applets", element.label, reason)
        if isinstance(value, Rfm):
            level = value.minimum_security_level[0]
            if not level & _CHECKSUM_OR_SIGNATURE:
                reason = f"security level {level:02X} takes messages without cryptographic checksum"
                yield found("ota.checksum", element.label, reason)
            if not level & _COUNTER:
                reason = f"security level {level:02X} takes the same message more than once"
                yield found("ota.replay", element.label, reason)


def check_codes(it: Inspection) -> Iterator[Finding]:
    """PINs and PUKs can be typed, are not spent, and are not ones that everybody tries first."""
    named: set[int] = set()
    stated: dict[int, str] = {}
    for element in it.package.elements:
        if isinstance(element.value, PinCodes):
            for pin in element.value.configurations:
                if pin.unblocking_pin_reference is not None:
                    named.add(int(pin.unblocking_pin_reference))
                yield from _check_pin(element.label, pin)
        if isinstance(element.value, PukCodes):
            for puk in element.value.puk_codes:
                name = pin_name(puk.key_reference).replace("PIN", "PUK")
                stated[int(puk.key_reference)] = element.label
                if not _is_typed(puk.puk_value, 8):
                    yield found("code.digits", element.label, f"{name} is no number of 8 digits")
                elif is_guessed(puk.puk_value):
                    yield found("code.guessed", element.label, f"{name} is one that everybody tries first")
                yield from _check_attempts(element.label, name, puk.attempts)
    for number in sorted(set(stated) - named):
        name = pin_name(number).replace("PIN", "PUK")
        yield found("puk.unused", stated[number], f"{name} unblocks no PIN")


def _check_pin(label: str, pin: PinConfiguration) -> Iterator[Finding]:
    name = pin_name(pin.key_reference)
    is_adm = name.startswith("ADM")
    if not is_adm and not _is_typed(pin.pin_value, 4):
        yield found("code.digits", label, f"{name} is no number of 4 to 8 digits")
    if is_adm and (is_guessed(pin.pin_value) or is_well_known(pin.pin_value)):
        yield found("code.guessed", label, f"{name} is one that everybody tries first")
    yield from _check_attempts(label, name, pin.attempts)


def _check_attempts(label: str, name: str, attempts: int) -> Iterator[Finding]:
    most, left = attempts >> 4, attempts & 0x0F
    if left > most:
        yield found("code.attempts", label, f"{name} has {left} attempts left of {most}")
    if left == 0:
        yield found("code.blocked", label, f"{name} is blocked from the beginning")


def _is_typed(code: bytes, shortest: int) -> bool:
    digits = code.rstrip(b"\xff")
    return digits.isdigit() and shortest <= len(digits) <= 8


def is_guessed(code: bytes) -> bool:
    """Tell whether a PUK or ADM is one digit repeated, or counts up or down."""
    digits = code.rstrip(b"\xff")
    steps = {later - earlier for earlier, later in pairwise(digits)}
    return digits.isdigit() and len(steps) == 1 and steps <= {-1, 0, 1}


def check_pins(it: Inspection) -> Iterator[Finding]:
    """PINs are stated once a directory, global ones behind the MF, and all that access rules name exist."""
    stated: set[int] = set()
    for element, context in it.package.with_contexts():
        if not isinstance(element.value, PinCodes):
            continue
        numbers = [int(one.key_reference) for one in element.value.configurations]
        stated |= set(numbers)
        yield from (
            found("pin.unique", element.label, f"PIN {number:02X} is stated more than once")
            for number, count in Counter(numbers).items()
            if count > 1
        )
        for number in numbers:
            is_local = _LOCAL < number <= _LOCAL + 8
            if is_local == (context is not None and context.kind is ElementKind.MF):
                reason = f"PIN {number:02X} is stated behind {context.kind if context else 'nothing'}"
                yield found("pin.place", element.label, reason)
    for number, file in sorted(_pins_named(it).items()):
        if number not in stated:
            label = file.element.label if file.element else ""
            yield found(
                "pin.missing", label, f"{file.label} depends on PIN {number:02X}, which nothing states"
            )


def _pins_named(it: Inspection) -> dict[int, CardFile]:
    """Return the PINs that access rules name, each with the first file."""
    named: dict[int, CardFile] = {}
    for file in it.tree.files():
        try:
            references = key_references(it.rules(it.tree.rule_of(file) or b""))
        except DecodeError:
            continue
        for one in references:
            named.setdefault(one, file)
    return named
