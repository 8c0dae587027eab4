"""Records of EF.ARR are read as ETSI TS 102 221 writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.kernel.errors import DecodeError
from openesim.messages.saip.access_rules import (
    ADM1,
    ALWAYS,
    INCREASE,
    NEVER,
    PIN1,
    PIN2,
    AccessRule,
    decode_rules,
    key_references,
    standard_records,
    standard_rules,
    verified,
)

# The rules of the fact sheet, written out by hand: access mode octets and who may.
PIN1_DO, PIN2_DO, ADM1_DO = "A406830101950108", "A406830181950108", "A40683010A950108"
STANDARD = [
    "8001019000" + "800102" + PIN1_DO + "800158" + ADM1_DO,
    "800101" + PIN1_DO + "80015A" + ADM1_DO,
    "80015B" + ADM1_DO,
    "8001019000" + "80011A9700" + "800140" + ADM1_DO,
    "800103" + PIN1_DO + "800158" + ADM1_DO,
    "800111" + PIN1_DO + "80014A" + ADM1_DO,
    "800103" + PIN1_DO + "800158" + ADM1_DO + "840132" + PIN1_DO,
    "800101" + PIN1_DO + "800102" + PIN2_DO + "800158" + ADM1_DO,
    "8001019000" + "80011A" + PIN1_DO + "800140" + ADM1_DO,
    "8001019000" + "80015A" + ADM1_DO,
    "8001019000" + "800118" + ADM1_DO + "8001429700",
    "800101" + PIN1_DO + "80015A9700",
    "800113" + PIN1_DO + "800148" + ADM1_DO,
    "80015E" + ADM1_DO,
]


def test_the_fixed_rules_are_those_of_the_standard() -> None:
    records = standard_records()
    assert [record.rstrip(b"\xff").hex().upper() for record in records] == STANDARD
    assert {len(record) for record in records} == {33}


def test_the_fixed_rules_are_read_back() -> None:
    assert [decode_rules(record) for record in standard_records()] == list(standard_rules())


def test_either_of_two_pins_is_enough() -> None:
    # Record 11 of EF.ARR in ADF.USIM of TS.48
    record = bytes.fromhex(
        "800101A406830101950108800158A40683010A950108840132A406830101950108"
        "800102A010A406830101950108A406830181950108" + "FF" * 4
    )
    rules = decode_rules(record)
    assert rules[2] == AccessRule(0, (INCREASE,), verified(PIN1))
    assert rules[3] == AccessRule(2, (), (frozenset({PIN1}), frozenset({PIN2})))
    assert key_references(rules) == {PIN1, PIN2, ADM1}


def test_both_of_two_pins_are_needed() -> None:
    rules = decode_rules(bytes.fromhex("800102AF10A406830101950108A40683010A950108"))
    assert rules[0].condition == (frozenset({PIN1, ADM1}),)


def test_conditions_within_one_another_are_multiplied_out() -> None:
    either = "A010" + PIN1_DO + PIN2_DO
    rules = decode_rules(bytes.fromhex("800102AF1A" + either + ADM1_DO))
    assert rules[0].condition == (frozenset({PIN1, ADM1}), frozenset({PIN2, ADM1}))


def test_an_empty_record_allows_nothing() -> None:
    assert decode_rules(b"\xff" * 20) == ()
    assert decode_rules(b"") == ()


@pytest.mark.parametrize(
    "record",
    [
        "800101",  # a mode without a condition
        "800101AF00",  # AND of nothing would be "always"
        "800101A000",
        "800101A400",
        "8001019",
        "800101B300",
        "800101" + "A002" * 4 + "A0029000",
    ],
)
def test_what_is_no_rule_is_refused(record: str) -> None:
    with pytest.raises(DecodeError):
        decode_rules(bytes.fromhex(record + "0" * (len(record) % 2)))


def test_too_many_rules_are_refused() -> None:
    with pytest.raises(DecodeError, match="more than"):
        decode_rules(bytes.fromhex("8001019000") * 100)
    with pytest.raises(DecodeError, match="must hold"):
        decode_rules(bytes.fromhex("800101A081C8") + bytes.fromhex("9000") * 100)


@given(st.binary(max_size=80))
def test_arbitrary_records_never_break_anything(record: bytes) -> None:
    try:
        rules = decode_rules(record)
    except DecodeError:
        return
    for rule in rules:
        assert rule.condition == tuple(rule.condition)


CONDITIONS = st.one_of(
    st.just(ALWAYS),
    st.just(NEVER),
    st.lists(st.frozensets(st.sampled_from([PIN1, PIN2, ADM1]), min_size=1), min_size=1, max_size=4).map(
        tuple
    ),
)


@given(st.lists(st.builds(AccessRule, st.integers(1, 0x7F), st.just(()), CONDITIONS), max_size=4))
def test_rules_are_read_as_they_were_written(rules: list[AccessRule]) -> None:
    record = b"".join(rule.encode() for rule in rules)
    assert decode_rules(record + b"\xff" * 3) == tuple(rules)


def test_a_way_that_asks_for_nothing_cannot_stand_beside_others() -> None:
    with pytest.raises(DecodeError):
        AccessRule(1, (), (frozenset(), frozenset({PIN1}))).encode()
