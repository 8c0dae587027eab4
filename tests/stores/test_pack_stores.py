"""The contract of rule packs: kept as they were given, refused whole, known everywhere within one look at the revision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from openesim.conditions.rules.in_force import Assignment, DatedAssignment
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.errors import ConfigError, ConflictError, NotFoundError
from openesim.services.conditions.following import Following, Reading
from openesim.services.conditions.rules.book import RuleBook
from openesim.services.conditions.rules.keeping import (
    REVISION,
    AddedPack,
    add_pack,
    added_assignments,
    added_packs,
    put_in_force,
)
from tests.support.rig import Rig

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
PHONE, WATCH = ServiceClass.PHONE, ServiceClass.WATCH
TEXT = """# 山东的规则
[pack]
id = "mine"
version = "{version}"
country = "ZZ"
in_force = {{ from = {begins} }}
title = {{ en = "Mine", zh = "我的" }}
note = {{ en = "Not legal advice.", zh = "不构成法律意见。" }}
[service.watch]
needs_person = false
"""
FIRST = TEXT.format(version="1", begins="2020-01-01")
SECOND = TEXT.format(version="2", begins="2026-12-24")
EVERYBODY = DatedAssignment(operator=None, service=None, pack_id="test", begins=NOW)


def add(work: Any, text: str) -> Any:
    return work.run_now(lambda stores: add_pack(stores, text, "an inspector", NOW))


def assign(work: Any, wanted: DatedAssignment) -> DatedAssignment:
    stored: DatedAssignment = work.run_now(lambda stores: put_in_force(stores, wanted, "an inspector", NOW))
    return stored


def deeds(work: Any) -> list[dict[str, str]]:
    from openesim.services.conditions.ledger.ledger import Range, Window
    from openesim.transparency.entries import EntryKind

    window = Window(range=Range.KIND, kind=EntryKind.DEED)
    kept = work.run_now(lambda stores: stores.ledger_window(window, 100))
    return [dict(each.entry.facts) for each in reversed(kept)]


def test_a_pack_comes_out_as_it_was_given_with_who_added_it(reopen: Callable[[], Any]) -> None:
    assert add(reopen(), FIRST).id == "mine"
    stored = reopen().run_now(added_packs)
    assert stored == [
        AddedPack(pack_id="mine", version="1", text=FIRST, added_at=NOW, added_by="an inspector", revision=1)
    ]


def test_what_cannot_be_taken_leaves_nothing(work: Any) -> None:
    add(work, FIRST)
    with pytest.raises(ConfigError, match=r"the text: line 6: pack\.in_frce: there is no such key"):
        add(work, SECOND.replace("in_force", "in_frce"))
    with pytest.raises(ConflictError, match="never rewritten"):
        add(work, FIRST)
    with pytest.raises(ConfigError, match="begin on one day"):
        add(work, TEXT.format(version="1a", begins="2020-01-01"))
    with pytest.raises(ConflictError, match="open has a version 1 already"):
        add(work, FIRST.replace('"mine"', '"open"'))
    with pytest.raises(ConfigError, match="too long"):
        add(work, FIRST + "#" * 1_100_000)
    assert [each.version for each in work.run_now(added_packs)] == ["1"]
    assert work.run_now(lambda stores: stores.revisions()).get(REVISION) == 1
    assert deeds(work) == [{"deed": "rules-add", "pack": "mine", "version": "1", "from": "2020-01-01"}]


def test_what_is_put_in_force_is_kept_with_number_and_record(reopen: Callable[[], Any]) -> None:
    stored = assign(reopen(), EVERYBODY)
    own = replace(EVERYBODY, operator="qinghe", service=WATCH, pack_id=None)
    again = assign(reopen(), own)
    assert (stored, again) == (replace(EVERYBODY, number=stored.number), replace(own, number=again.number))
    assert 0 < stored.number < again.number
    kept = reopen().run_now(added_assignments)
    assert [each.assignment for each in kept] == [stored, again]
    assert {each.added_by for each in kept} == {"an inspector"}
    assert [each.revision for each in kept] == [1, 2]
    assert deeds(reopen())[1] == {
        "deed": "rules-assign",
        "pack": "",
        "service": "watch",
        "begins": NOW.isoformat(),
    }


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (replace(EVERYBODY, begins=NOW - timedelta(seconds=1)), ConflictError),
        (replace(EVERYBODY, pack_id="nowhere"), NotFoundError),
        (replace(EVERYBODY, pack_id="mine", begins=NOW), NotFoundError),
    ],
)
def test_only_what_holds_then_is_put_in_force(
    work: Any, wanted: DatedAssignment, error: type[Exception]
) -> None:
    add(work, SECOND)
    with pytest.raises(error) as caught:
        assign(work, wanted)
    assert getattr(caught.value, "explanation", None) is not None
    assert work.run_now(added_assignments) == []
    assign(work, replace(EVERYBODY, pack_id="mine", begins=datetime(2026, 12, 24, tzinfo=UTC)))


def test_a_process_hears_of_packs_and_of_who_is_under_them(work: Any, rig: Rig) -> None:
    book = RuleBook(configured=Assignment("open", {"qinghe": "de"}))
    following = Following(work, [book])
    rig.run(following.load())
    assert book.asks_nothing("yuanshan", NOW)
    assert not book.asks_nothing("qinghe", NOW)
    assert book.pack_for("qinghe", PHONE, NOW).id == "de"
    add(work, FIRST)
    add(work, SECOND)
    assign(work, replace(EVERYBODY, operator="yuanshan", pack_id="mine"))
    assert book.asks_nothing("yuanshan", NOW), "nobody told it yet"
    rig.run(following.refresh())
    assert not book.asks_nothing("yuanshan", NOW), "it sells watches only"
    assert book.pack_for("yuanshan", WATCH, NOW).version == "1"
    assert book.pack_for("yuanshan", WATCH, datetime(2026, 12, 24, tzinfo=UTC)).version == "2"
    assert book.asks_nothing("yuanshan", NOW - timedelta(seconds=1)), "it had not begun"
    rig.run(RuleBook().load(Reading(work)))


def test_pages_end_where_they_should(work: Any, monkeypatch: pytest.MonkeyPatch, rig: Rig) -> None:
    monkeypatch.setattr("openesim.services.conditions.rules.book._PAGE", 2)
    monkeypatch.setattr("openesim.services.conditions.rules.keeping._PAGE", 2)
    for number in range(5):
        add(work, TEXT.format(version=str(number), begins=f"202{number}-01-01"))
        assign(work, replace(EVERYBODY, operator=f"operator-{number}"))
    book = RuleBook()
    rig.run(book.load(Reading(work)))
    assert len(book.rules.shelf.versions("mine")) == 5
    assert all(book.pack_for(f"operator-{number}", PHONE, NOW).id == "test" for number in range(5))
    assert len(work.run_now(added_packs)) == len(work.run_now(added_assignments)) == 5


def test_a_text_that_an_older_process_cannot_read_is_no_freedom(work: Any, rig: Rig) -> None:
    add(work, FIRST)
    assign(work, replace(EVERYBODY, pack_id="mine"))
    strange = AddedPack(
        pack_id="mine", version="9", text="[pack]\nnew = 1", added_at=NOW, added_by="x", revision=50
    )

    def smuggle(stores: Any) -> None:
        stores.add_rule_pack(strange)

    work.run_now(smuggle)
    book = RuleBook()
    rig.run(book.load(Reading(work)))
    with pytest.raises(NotFoundError) as caught:
        book.pack_for("qinghe", WATCH, NOW)
    assert "cannot be read by this process" in str(caught.value)
    assert not book.asks_nothing("qinghe", NOW)
    add(work, SECOND)  # people can still add what is right


def test_the_configuration_names_packs_that_are_there(work: Any, rig: Rig) -> None:
    book = RuleBook(configured=Assignment("mine"))
    with pytest.raises(ConfigError, match="mine"):
        rig.run(book.load(Reading(work)))
    add(work, FIRST)
    rig.run(RuleBook(configured=Assignment("mine")).load(Reading(work)))
