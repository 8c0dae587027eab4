"""Access rules in words say who may do what."""

import pytest

from openesim.messages.saip.access_rules import ALWAYS, NEVER, AccessRule, decode_rules, verified
from openesim.messages.saip.access_text import condition_text, describe_rules, pin_name


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        (0x01, "PIN1"),
        (0x81, "PIN2"),
        (0x0A, "ADM1"),
        (0x0E, "ADM5"),
        (0x8A, "ADM6"),
        (0x8E, "ADM10"),
        (0x02, "PIN1 of application 2"),
        (0x83, "PIN2 of application 3"),
        (0x11, "key 11"),
    ],
)
def test_pins_have_names(reference: int, name: str) -> None:
    assert pin_name(reference) == name


def test_conditions_read_as_a_sentence() -> None:
    assert condition_text(ALWAYS) == "always"
    assert condition_text(NEVER) == "never"
    assert condition_text((frozenset({0x01, 0x0A}), frozenset({0x81}))) == "PIN1 and ADM1 or PIN2"


def test_operations_of_one_condition_stand_together() -> None:
    # record of EF.ACM in TS.48: increase with PIN1, update with PIN1 or PIN2
    rules = decode_rules(bytes.fromhex("840132A406830101950108800102A010A406830101950108A406830181950108"))
    assert describe_rules(rules) == {"increase": "PIN1", "update": "PIN1 or PIN2"}


def test_a_directory_has_operations_of_its_own() -> None:
    rule = AccessRule(0x46, (0xD4, 0xE0), verified(0x0A))
    assert describe_rules([rule], is_directory=True) == {
        "create EF, create DF, delete, resize, INS E0": "ADM1"
    }
