"""Rule packs are read whole or refused whole, with the line and the reason."""

from __future__ import annotations

import re
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.reading import RulePackError, parse_pack
from openesim.conditions.rules.words import Assurance, Channel, DocumentKind, Group, ServiceClass
from openesim.conditions.rules.writing import write_pack

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
        ('minor = { below = 18, needs = ["guardian"] }', "minor = { below = 18 }", "not what minors bring"),
        ('blocks = ["port-out", "re-issue"]', "blocks = []", "names nothing that has to wait"),
        ('triggers = ["fraud-flag", "many-lines"]', "triggers = []", "makes anybody verify again"),
        ('channels = ["enterprise"]\nnumbers', 'channels = ["enterprise"]\nnumber', "did you mean numbers"),
        ('source_of = { device = ["other"] }', 'source_of = { devce = ["other"] }', "did you mean device"),
        ('source_of = { device = ["other"] }', 'source_of = { device = ["othr"] }', "othr is not in"),
        ('country = "ZZ"', 'country = "zz"', "country"),
        ('country = "ZZ"', 'utc_offset = "+8"\ncountry = "ZZ"', "utc_offset"),
        ('national = ["national-id", "passport"]', "national = []", "leave the group out"),
        ('numbers = ["mobile"]', "numbers = []", "nothing could be sold"),
        ("evidence_years = 5", "evidence_years = 500", "evidence_years"),
        ("per_class = { watch = 1 }", "per_class = { spon = 1 }", r"limits\.per_class\.spon: spon is not"),
        ("[service.iot]", "[service.iott]", "did you mean iot"),
        ('national = ["national-id"]', 'natonal = ["national-id"]', "did you mean national"),
        ('risk = { en = "This', 'Risk = { en = "This', r"notices\.Risk: has to be a name of small letters"),
        ('{ en = "This', '{ enn = "This', r"notices\.risk\.enn: has to be a language"),
        ("test = { title", "Test = { title", r"sources\.Test: has to be a name"),
        ("lines = 2, days", "lines = 0, days", "lines"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(words: str, instead: str, reason: str) -> None:
    text = TEST.replace(words, instead, 1)
    with pytest.raises(RulePackError, match=reason) as caught:
        parse_pack(text)
    last = line_of(text, instead) + instead.count("\n")
    assert caught.value.line in {line_of(text, instead), last, line_of(text, "[risk")}
    assert str(caught.value).startswith(f"line {caught.value.line}: ")
    told = caught.value.told("zh")
    assert told.startswith(f"第 {caught.value.line} 行：")
    assert told.rpartition(":")[2] != caught.value.reason
    assert caught.value.told() == caught.value.told("fr") == str(caught.value)


@pytest.mark.parametrize(
    ("words", "instead", "place"),
    [
        ('id = "test"', 'id = "test\\n"', r"pack\.id"),
        ('version = "1"', 'version = "1\\n"', r"pack\.version"),
        ("test = { title", '"test\\n" = { title', "sources"),
        ('{ en = "This', '{ "en\\n" = "This', r"notices\.risk"),
    ],
)
def test_the_end_of_a_line_is_no_part_of_a_name(words: str, instead: str, place: str) -> None:
    with pytest.raises(RulePackError, match=f"(?s){place}.*has to be a"):
        parse_pack(TEST.replace(words, instead, 1))


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


def test_a_channel_in_which_nobody_could_show_anything_is_a_contradiction() -> None:
    text = TEST.replace("[person.documents]", "[person.documents_online]", 1)
    text = text.replace('[person.documents_online]\nnational = ["national-id"]\n\n[limits]', "[limits]", 1)
    with pytest.raises(RulePackError, match="counter is a channel") as caught:
        parse_pack(text)
    assert "无法受理任何人" in caught.value.told("zh")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("[pack]", 1),
        ("a = " + "[" * 100_000, 1),
        ("a = " + "9" * 10_000, 1),
        ("a = 1\nb = 2025-13-45", 2),
        ("x = 1\n\ud800", 2),
        ("x = 1\ny = 'a", 2),
        ("[pack]\n" + " " * 1_000_000 + "x", 2),
        ("[" + "a " * 400_000, 1),
        ("=" * 300_000, 1),
    ],
)
def test_whatever_comes_in_is_refused_with_a_line(text: str, line: int) -> None:
    with pytest.raises(RulePackError) as caught:
        parse_pack(text)
    assert caught.value.line == line


_LINES = [line for text in PACKS.values() for line in text.splitlines()]
_TOKENS = sorted(
    {token for line in _LINES for token in re.findall(r'"[^"]*"|[a-z_]+|[0-9-]+|[\[\]{}=,]', line)}
)


def tried(text: str) -> tuple[Pack | None, RulePackError | None]:
    try:
        return parse_pack(text), None
    except RulePackError as error:
        return None, error


@given(
    name=st.sampled_from(sorted(PACKS)),
    cuts=st.lists(
        st.tuples(
            st.integers(0, 4000), st.integers(0, 40), st.sampled_from(["", "\n", "\x00", *_TOKENS, *_LINES])
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_a_mangled_pack_is_read_or_refused_with_a_line_and_never_anything_else(
    name: str, cuts: list[tuple[int, int, str]]
) -> None:
    text = PACKS[name]
    for at, length, instead in cuts:
        text = text[:at] + instead + text[at + length :]
    pack, error = tried(text)
    if pack is not None:
        assert parse_pack(write_pack(pack)) == pack
    if error is not None:
        assert error.line is not None
        assert 1 <= error.line <= text.count("\n") + 1
        assert error.told("zh").startswith("第 ")


@given(
    name=st.sampled_from(sorted(PACKS)),
    number=st.integers(0, 100),
    token=st.sampled_from(_TOKENS),
    other=st.sampled_from(_TOKENS),
)
def test_a_pack_with_one_word_exchanged_is_read_or_refused_with_a_line(
    name: str, number: int, token: str, other: str
) -> None:
    lines = PACKS[name].splitlines()
    number %= len(lines)
    lines[number] = lines[number].replace(token, other)
    _, error = tried("\n".join(lines))
    assert error is None or (error.line or 0) in range(1, len(lines) + 1)
