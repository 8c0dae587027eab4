"""The rule book of a process: found once, looked up afterwards, and new as soon as anything begins, ends or is added."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from openesim.conditions.rules.in_force import Assignment, DatedAssignment, PackShelf, Rules
from openesim.conditions.rules.pack import InForce, Pack
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.errors import ConfigError, NotFoundError
from openesim.messages.sgp22.explained import Explained
from openesim.services.conditions.rules.book import RuleBook
from openesim.services.conditions.rules.keeping import fitting_shelf
from openesim.services.rules import shipped_packs

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
PACKS = {pack.id: pack for pack in shipped_packs()}
PHONE = ServiceClass.PHONE


def version(name: str, begins: date, ends: date | None = None, like: str = "open") -> Pack:
    """Returns a version of the open pack."""
    heading = msgspec.structs.replace(
        PACKS[like].pack, version=name, in_force=InForce(from_=begins, to=ends), id="mine"
    )
    return msgspec.structs.replace(PACKS[like], pack=heading)


def count_questions(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    asked: list[Any] = []
    find = Rules.pack_for

    def counted(self: Rules, *arguments: Any) -> Pack:
        asked.append(arguments)
        return find(self, *arguments)

    monkeypatch.setattr(Rules, "pack_for", counted)
    return asked


def test_a_process_that_was_told_nothing_asks_nothing_of_anybody() -> None:
    book = RuleBook()
    assert book.name == "rules"
    assert book.asks_nothing("anybody", NOW)
    assert book.pack_for("anybody", PHONE, NOW).id == "open"


def test_between_two_changes_the_answer_is_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    book = RuleBook()
    asked = count_questions(monkeypatch)
    for minutes in range(100):
        assert book.asks_nothing("anybody", NOW + timedelta(minutes=minutes))
    assert len(asked) == len(ServiceClass)
    for _ in range(100):
        book.pack_for("anybody", PHONE, NOW)
    assert len(asked) == len(ServiceClass)


def test_what_begins_and_ends_is_seen_at_that_moment() -> None:
    packs = [
        version("1", date(2020, 1, 1), date(2026, 11, 29)),
        version("2", date(2026, 12, 1), like="test"),
        version("3", date(2026, 12, 5)),
    ]
    book = RuleBook(packs, Assignment("mine"))
    midnight = datetime(2026, 11, 30, tzinfo=UTC)
    moments = [NOW, midnight, midnight + timedelta(days=1), datetime(2026, 12, 5, tzinfo=UTC)]
    assert [book.asks_nothing("a", moment) for moment in moments] == [True, False, False, True]
    assert [book.asks_nothing("a", moment) for moment in reversed(moments)] == [True, False, False, True]
    assert book.pack_for("a", PHONE, midnight - timedelta(microseconds=1)).version == "1"
    with pytest.raises(NotFoundError, match="is in force") as caught:
        book.pack_for("a", PHONE, midnight)
    assert isinstance(caught.value.explanation, Explained)
    with pytest.raises(NotFoundError) as again:
        book.pack_for("a", PHONE, midnight)
    assert again.value is not caught.value
    assert again.value.__traceback__ is not caught.value.__traceback__


def test_one_class_that_asks_is_enough_to_ask() -> None:
    book = RuleBook(configured=Assignment("open", {}, {("a", ServiceClass.WATCH): "in"}))
    assert not book.asks_nothing("a", NOW)
    assert book.asks_nothing("b", NOW)


def test_packs_of_files_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(ConfigError, match="begin on one day"):
        RuleBook([version("1", date(2020, 1, 1)), version("2", date(2020, 1, 1))])


def test_a_later_release_that_ships_what_was_added_by_hand_leaves_its_own_out() -> None:
    added = [version("1", date(2020, 1, 1)), version("2", date(2027, 1, 1))]
    shipped = [version("2", date(2027, 1, 1), like="test"), version("3", date(2028, 1, 1)), PACKS["de"]]
    shelf = fitting_shelf(added, shipped)
    assert [(pack.id, pack.version) for pack in shelf] == [
        ("de", PACKS["de"].version),
        ("mine", "1"),
        ("mine", "2"),
        ("mine", "3"),
    ]
    assert shelf.version("mine", "2") is added[1]
    assert [pack.id for pack in fitting_shelf([], [PACKS["de"]])] == ["de"]


def test_rules_of_nobody_in_particular_can_be_asked_without_a_book() -> None:
    dated = DatedAssignment(operator=None, service=None, pack_id="de", begins=NOW)
    rules = Rules(PackShelf(shipped_packs()), Assignment(), [dated])
    assert rules.pack_for("a", PHONE, NOW).id == "de"
    assert rules.pack_for("a", PHONE, NOW - timedelta(seconds=1)).id == "open"
