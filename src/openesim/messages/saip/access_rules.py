"""Access rules: records of EF.ARR, read and written.

Source: ETSI TS 102 221 §9.2 (expanded format); TCA eUICC Profile Package §9.9 (the fixed rules of templates).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Final

from openesim.encoding.tlv import Tlv, encode, walk
from openesim.kernel.errors import DecodeError

PIN1 = 0x01
PIN2 = 0x81
ADM1 = 0x0A
INCREASE = 0x32

_MODE, _INSTRUCTION = 0x80, 0x84
_ALWAYS, _NEVER, _KEY, _OR, _AND = 0x90, 0x97, 0xA4, 0xA0, 0xAF
_KEY_REFERENCE = 0x83
_MOST_LEVELS = 4
_MOST_ALTERNATIVES = 64
_MOST_ITEMS = 64

Condition = tuple[frozenset[int], ...]
"""Ways to be allowed: one of them is enough, and asks for all the PINs it names by key reference."""

ALWAYS: Condition = (frozenset(),)
NEVER: Condition = ()


def verified(*key_references: int) -> Condition:
    """Return the condition that all these PINs are verified."""
    return (frozenset(key_references),)


@dataclass(frozen=True, slots=True)
class AccessRule:
    """What may be done to a file under a condition.

    Attributes:
        modes: bits of the operations. EF: 01 read and search, 02 update, 08 deactivate, 10 activate,
            20 terminate, 40 delete. DF: 01 delete child, 02 create EF, 04 create DF, the others alike.
        instructions: INS octets that the rule names instead.
        condition: when.
    """

    modes: int
    instructions: tuple[int, ...]
    condition: Condition

    def encode(self) -> bytes:
        """Return AM_DO and SC_DO.

        Raises:
            DecodeError: the condition has no form that is written in one record.
        """
        mode = encode(_MODE, bytes((self.modes,))) if self.modes else b""
        named = b"".join(encode(_INSTRUCTION, bytes((one,))) for one in self.instructions)
        return mode + named + _encode_condition(self.condition)


def _encode_condition(condition: Condition) -> bytes:
    if condition == NEVER:
        return bytes((_NEVER, 0))
    if condition == ALWAYS:
        return bytes((_ALWAYS, 0))
    ways = [_encode_keys(way) for way in condition]
    return ways[0] if len(ways) == 1 else encode(_OR, b"".join(ways))


def _encode_keys(references: frozenset[int]) -> bytes:
    keys = [encode(_KEY, bytes((_KEY_REFERENCE, 1, one, 0x95, 1, 0x08))) for one in sorted(references)]
    if not keys:
        raise DecodeError("a way that asks for nothing cannot stand beside others")
    return keys[0] if len(keys) == 1 else encode(_AND, b"".join(keys))


def decode_rules(record: bytes) -> tuple[AccessRule, ...]:
    """Return the rules of a record of EF.ARR; FF behind them is padding.

    An operation that no rule names is never allowed.

    Raises:
        DecodeError: the record is no list of rules.
    """
    rules: list[AccessRule] = []
    modes, instructions = 0, []
    for number, item in enumerate(walk(record.rstrip(b"\xff"))):
        if number == _MOST_ITEMS:
            raise DecodeError(f"more than {_MOST_ITEMS} modes and conditions", offset=item.start)
        if item.tag == _MODE and len(item.value) == 1:
            modes |= item.value[0]
        elif item.tag == _INSTRUCTION and len(item.value) == 1:
            instructions.append(item.value[0])
        elif 0x80 <= item.tag <= 0x8F:
            continue  # other forms of AM_DO name proprietary commands, which nobody sends here
        else:
            rules.append(AccessRule(modes, tuple(instructions), _decode_condition(item, 0)))
            modes, instructions = 0, []
    if modes or instructions:
        raise DecodeError("an access mode without a condition", offset=len(record))
    return tuple(rules)


def _decode_condition(item: Tlv, level: int) -> Condition:
    if item.tag == _ALWAYS:
        return ALWAYS
    if item.tag == _NEVER:
        return NEVER
    if item.tag == _KEY:
        reference = item.find(_KEY_REFERENCE)
        if reference is None or len(reference.value) != 1:
            raise DecodeError("a condition without a key reference", offset=item.start)
        return verified(reference.value[0])
    if item.tag not in (_OR, _AND) or level == _MOST_LEVELS:
        raise DecodeError(f"condition with tag {item.tag:X} is not known", offset=item.start)
    children = list(islice(item.children(), _MOST_ITEMS + 1))
    if not 0 < len(children) <= _MOST_ITEMS:
        # Nothing under AND would mean "always": what cannot be a condition must not become one.
        raise DecodeError(f"condition must hold 1 to {_MOST_ITEMS} others", offset=item.start)
    parts = [_decode_condition(child, level + 1) for child in children]
    if item.tag == _OR:
        return tuple(way for part in parts for way in part)[:_MOST_ALTERNATIVES]
    ways: Condition = ALWAYS
    for part in parts:
        ways = tuple(one | other for one in ways for other in part)[:_MOST_ALTERNATIVES]
    return ways


def key_references(rules: tuple[AccessRule, ...]) -> frozenset[int]:
    """Return the PINs that some rule names."""
    return frozenset(one for rule in rules for way in rule.condition for one in way)


_PIN1, _PIN2, _ADM1 = verified(PIN1), verified(PIN2), verified(ADM1)
_TABLE: Final[tuple[tuple[tuple[int, Condition], ...], ...]] = (
    ((0x01, ALWAYS), (0x02, _PIN1), (0x58, _ADM1)),
    ((0x01, _PIN1), (0x5A, _ADM1)),
    ((0x5B, _ADM1),),
    ((0x01, ALWAYS), (0x1A, NEVER), (0x40, _ADM1)),
    ((0x03, _PIN1), (0x58, _ADM1)),
    ((0x11, _PIN1), (0x4A, _ADM1)),
    ((0x03, _PIN1), (0x58, _ADM1)),
    ((0x01, _PIN1), (0x02, _PIN2), (0x58, _ADM1)),
    ((0x01, ALWAYS), (0x1A, _PIN1), (0x40, _ADM1)),
    ((0x01, ALWAYS), (0x5A, _ADM1)),
    ((0x01, ALWAYS), (0x18, _ADM1), (0x42, NEVER)),
    ((0x01, _PIN1), (0x5A, NEVER)),
    ((0x13, _PIN1), (0x48, _ADM1)),
    ((0x5E, _ADM1),),
)
_RULE_WITH_INCREASE = 7


def standard_rules() -> tuple[tuple[AccessRule, ...], ...]:
    """Return the rules 1 to 14 that templates refer to by number."""
    rules = [tuple(AccessRule(modes, (), condition) for modes, condition in row) for row in _TABLE]
    rules[_RULE_WITH_INCREASE - 1] += (AccessRule(0, (INCREASE,), _PIN1),)
    return tuple(rules)


def standard_records() -> tuple[bytes, ...]:
    """Return the records 1 to 14 of an EF.ARR that serves templates' rule numbers, padded to one length."""
    records = [b"".join(rule.encode() for rule in rules) for rules in standard_rules()]
    longest = max(map(len, records))
    return tuple(record.ljust(longest, b"\xff") for record in records)
