"""Access rules in words: what may be done to a file, and who may do it.

Source: ETSI TS 102 221 §9.2, §9.5.1.
"""

from __future__ import annotations

from collections.abc import Iterable

from openesim.messages.saip.access_rules import ALWAYS, NEVER, AccessRule, Condition

_OF_FILES = {
    0x01: "read",
    0x02: "update",
    0x08: "deactivate",
    0x10: "activate",
    0x20: "terminate",
    0x40: "delete",
}
_OF_DIRECTORIES = {
    0x01: "delete child",
    0x02: "create EF",
    0x04: "create DF",
    0x08: "deactivate",
    0x10: "activate",
    0x20: "terminate",
    0x40: "delete",
}
_INSTRUCTIONS = {0x32: "increase", 0xD4: "resize"}


def pin_name(key_reference: int) -> str:
    """Return what a PIN is called: PIN1, PIN2, ADM1; other applications' PINs with their number."""
    number = key_reference & 0x7F
    is_local = key_reference & 0x80
    if 0x0A <= number <= 0x0E:
        return f"ADM{number - (4 if is_local else 9)}"
    if not 0 < number <= 8:
        return f"key {key_reference:02X}"
    name = "PIN2" if is_local else "PIN1"
    return name if number == 1 else f"{name} of application {number}"


def condition_text(condition: Condition) -> str:
    """Return a condition in words, such as ``PIN1 or ADM1``."""
    if condition == ALWAYS:
        return "always"
    if condition == NEVER:
        return "never"
    return " or ".join(" and ".join(map(pin_name, sorted(way))) or "always" for way in condition)


def describe_rules(rules: Iterable[AccessRule], *, is_directory: bool = False) -> dict[str, str]:
    """Return who may do what: operations by their names, those of one condition together."""
    names = _OF_DIRECTORIES if is_directory else _OF_FILES
    operations: dict[str, list[str]] = {}
    for rule in rules:
        named = [name for bit, name in names.items() if rule.modes & bit]
        named += (_INSTRUCTIONS.get(one, f"INS {one:02X}") for one in rule.instructions)
        operations.setdefault(condition_text(rule.condition), []).extend(named)
    return {", ".join(named): condition for condition, named in operations.items()}
