"""What a decision was made of comes out of its record as it went in, and says nothing personal."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given

from openesim.conditions.admission.deciding import decide
from openesim.conditions.admission.facts import Application, Facts
from openesim.conditions.admission.recorded import decode_facts, encode_facts, read_facts, write_facts
from openesim.conditions.rules.words import Channel, ServiceClass
from openesim.kernel.errors import DecodeError
from openesim.services.rules import shipped_packs
from tests.support.conditions import NOW, applications, facts

PLAIN = Application(operator="qinghe", service=ServiceClass.PHONE, channel=Channel.ONLINE)


@given(application=applications, known=facts)
def test_what_was_recorded_is_read_as_it_was(application: Application, known: Facts) -> None:
    read_application, read = read_facts(write_facts(application, known))
    assert read_application == application
    if known.person is not None and known.person.age is not None:
        known = replace(known, person=replace(known.person, age=min(known.person.age, 30)))
    assert read == known
    assert encode_facts(application, read) == encode_facts(application, known)


@given(application=applications, known=facts)
def test_a_record_is_decided_as_the_facts_were(application: Application, known: Facts) -> None:
    for each in shipped_packs():
        before = decide(each, application, known, NOW)
        again = decide(each, *decode_facts(encode_facts(application, known)), NOW)
        assert again == before


def test_what_is_not_known_takes_next_to_no_room() -> None:
    text = write_facts(PLAIN, Facts())
    assert json.loads(text) == {
        "form": 1,
        "application": {"operator": "qinghe", "service": "phone", "channel": "online"},
        "facts": {"lines": {}, "signals": {}, "terminal": {}},
    }
    assert text == write_facts(PLAIN, Facts())
    assert list(json.loads(text)) == sorted(json.loads(text))


@given(application=applications, known=facts)
def test_no_more_of_an_age_is_written_than_a_pack_can_ask_for(application: Application, known: Facts) -> None:
    person = encode_facts(application, known)["facts"].get("person", {})
    assert person.get("age", 0) <= 30


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "{",
        '{"form": 2, "application": {"operator": "a", "service": "phone", "channel": "online"}, "facts": {}}',
        '{"form": 1, "application": {"operator": "a", "service": "spoon", "channel": "online"}, "facts": {}}',
        "\ud800",
    ],
)
def test_what_is_no_record_is_told_as_such(text: str) -> None:
    with pytest.raises(DecodeError, match="facts of a decision"):
        read_facts(text)
