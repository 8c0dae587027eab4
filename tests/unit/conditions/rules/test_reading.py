"""Rule packs are read whole or refused whole, with the line and the reason."""

from __future__ import annotations

from importlib import resources

import pytest

from openesim.conditions.rules.reading import RulePackError, parse_pack
from openesim.conditions.rules.words import Assurance, Channel, DocumentKind, Group, ServiceClass

PACKS = {
    each.name.removesuffix(".toml"): each.read_text(encoding="utf-8")
    for each in (resources.files("openesim.conditions.rules") / "packs").iterdir()
    if each.name.endswith(".toml")
}
TEST = PACKS["test"]


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


@pytest.mark.parametrize("name", PACKS)
def test_a_shipped_pack_is_what_its_file_is_called(name: str) -> None:
    pack = parse_pack(PACKS[name])
    assert pack.id == name
    if name != "open":
        assert "not legal advice" in pack.pack.note["en"]
        assert "法律意见" in pack.pack.note["zh"]


def test_the_open_pack_asks_nothing_for_any_class() -> None:
    pack = parse_pack(PACKS["open"])
    assert set(pack.service) == set(ServiceClass)
    for service in pack.service.values():
        assert not service.needs_person
        assert not service.needs_licence
        assert service.channels == ()
    assert pack.limits.per_operator == pack.limits.nationwide == 0


def test_the_mainland_trial_says_what_was_published() -> None:
    pack = parse_pack(PACKS["cn-2025-trial"])
    phone = pack.service[ServiceClass.PHONE]
    assert set(pack.service) == {ServiceClass.PHONE}
    assert phone.channels == (Channel.COUNTER,)
    assert phone.profiles_per_device == 2
    assert pack.limits.per_operator == 5
    assert pack.person.documents_for(Group.NATIONAL, Channel.COUNTER)[0] is DocumentKind.RESIDENT_ID
    assert Assurance.IN_PERSON in pack.person.assurance_for(Channel.COUNTER)


def test_online_asks_for_its_own_documents_where_it_differs() -> None:
    person = parse_pack(TEST).person
    assert person.documents_for(Group.FOREIGN, Channel.COUNTER) == (DocumentKind.PASSPORT,)
    assert person.documents_for(Group.FOREIGN, Channel.ONLINE) == ()
    assert Assurance.LIVENESS in person.assurance_for(Channel.ONLINE)
    assert Assurance.LIVENESS not in person.assurance_for(Channel.COUNTER)


@pytest.mark.parametrize(
    ("words", "instead", "reason"),
    [
        ('channels = ["counter", "online"]', 'channel = ["counter"]', "did you mean channels"),
        (
            'assurance = ["document", "face-match"',
            'assurance = ["document", "face-mach"',
            "did you mean face-match",
        ),
        ("per_operator = 2", "per_operator = -2", "per_operator"),
        ("per_operator = 2", 'per_operator = "two"', "per_operator"),
        ('version = "1"', "version = 1", "version"),
        ('foreign = ["passport"]', 'foreign = ["pasport"]', "did you mean passport"),
        ("refuse_from = 90", "refuse_from = 50", "rise in this order"),
        ('zh = "这是测试。"', 'fr = "essai"', "no text in zh"),
        ("minor = { below = 18,", "minor = {", "below which age"),
        ("agent = { allowed = true,", "agent = {", "allows none"),
        (
            "in_force = { from = 2000-01-01 }",
            "in_force = { from = 2000-01-01, to = 1999-01-01 }",
            "before it begins",
        ),
        ("[risk]", "[risk", "not TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(words: str, instead: str, reason: str) -> None:
    text = TEST.replace(words, instead, 1)
    with pytest.raises(RulePackError, match=reason) as caught:
        parse_pack(text)
    assert caught.value.line in {line_of(text, instead), line_of(text, "[risk")}
    assert str(caught.value).startswith(f"line {caught.value.line}: ")


def test_a_demand_without_a_source_is_refused() -> None:
    text = TEST.replace('per_period = [{ lines = 2, days = 30 }]\nsource = ["test"]', "", 1)
    with pytest.raises(RulePackError, match="names no source"):
        parse_pack(text)
    text = TEST.replace(
        'needs_licence = true\nsource = ["test"]', 'needs_licence = true\nsource = ["tst"]', 1
    )
    with pytest.raises(RulePackError, match="tst is not in"):
        parse_pack(text)


def test_what_cannot_be_met_online_is_a_contradiction() -> None:
    text = TEST.replace('assurance_online = ["document", "face-match", "liveness"]\n', "", 1)
    with pytest.raises(RulePackError, match="in-person cannot be met online"):
        parse_pack(text)


def test_a_person_who_is_asked_for_must_be_able_to_show_something() -> None:
    text = PACKS["open"].replace("phone = { needs_person = false }", "phone = { needs_person = true }")
    with pytest.raises(RulePackError, match="names no document"):
        parse_pack(text)
