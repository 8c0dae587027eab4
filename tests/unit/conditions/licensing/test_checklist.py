"""Checklists are read whole or refused whole, with the line and the reason; one is in force for a class of service."""

from __future__ import annotations

from datetime import timedelta
from importlib import resources
from typing import Any

import pytest

from openesim.conditions.licensing.checklist import Checklist, ChecklistShelf, Demand
from openesim.conditions.licensing.reading import ChecklistError, parse_checklist
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.errors import ConfigError, NotFoundError
from tests.support.licences import SHORT, TEXT
from tests.support.rig import NOW

FILES = {
    each.name.removesuffix(".toml"): each.read_text(encoding="utf-8")
    for each in (resources.files("openesim.conditions.licensing") / "checklists").iterdir()
}


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


@pytest.mark.parametrize("name", FILES)
def test_a_shipped_checklist_is_what_its_file_is_called_and_says_that_it_is_no_advice(name: str) -> None:
    checklist = parse_checklist(FILES[name])
    assert checklist.id == name
    assert "Not legal advice" in checklist.checklist.note["en"]
    assert "法律意见" in checklist.checklist.note["zh"]
    assert set(checklist.sources) == {key for item in checklist.item.values() for key in item.source}


def test_the_shipped_checklists_are_for_every_class_of_service() -> None:
    shelf = ChecklistShelf(map(parse_checklist, FILES.values()))
    assert {shelf.for_service(service, NOW).id for service in ServiceClass} == {"phone", "iot"}


def test_the_phone_list_asks_for_what_was_named_as_an_obstacle() -> None:
    checklist = parse_checklist(FILES["phone"])
    assert set(checklist.section) == {
        *("real-name", "limits", "terminals", "keys", "data", "stop", "portability", "billing"),
        *("complaints", "logging"),
    }
    assert checklist.item["key-management"].files is Demand.REQUIRED


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'section = "all"\nquestion = { en = "Where',
            'section = "none"\nquestion = { en = "Where',
            "no section none",
        ),
        ('files = "required"', 'files = "requird"', "did you mean required?"),
        ("mandatory = false", "mandatry = false", "did you mean mandatory?"),
        ('evidence = { en = "A certificate.", zh = "证书。" }\n', "", "has no text in en"),
        ('files = "required"', "", "files = "),
        (', zh = "如何核验?"', "", "has no text in zh"),
        ('services = ["phone", "watch"]', 'services = ["phone", "fridge"]', "fridge is not a word"),
        ('services = ["phone", "watch"]', "services = []", "length"),
        ("from = 2020-01-01", 'from = "soon"', "date"),
        ('answer = "yes-no"', 'answer = "yes-no"\nsource = ["law"]', "law is not in [sources]"),
        ("[section.all]", "[section.ALL]", "section"),
        ("[item.who]", "[item.who", "not TOML"),
    ],
)
def test_a_wrong_checklist_is_refused_with_the_line_and_the_reason(old: str, new: str, message: str) -> None:
    assert old in TEXT
    with pytest.raises(ChecklistError) as caught:
        parse_checklist(TEXT.replace(old, new, 1))
    assert message in str(caught.value)
    assert caught.value.line is not None


def test_the_line_is_that_of_the_very_item() -> None:
    wrong = TEXT.replace("mandatory = false", "mandatory = 3")
    with pytest.raises(ChecklistError) as caught:
        parse_checklist(wrong)
    assert caught.value.line == line_of(wrong, "mandatory = 3")
    assert caught.value.path == ("item", "more", "mandatory")


def test_a_list_that_asks_nothing_and_a_section_without_items_are_refused() -> None:
    with pytest.raises(ChecklistError, match="nothing is mandatory"):
        parse_checklist(
            TEXT.replace("section =", "mandatory = false\nsection =").replace(
                "mandatory = false\nquestion", "question"
            )
        )
    with pytest.raises(ChecklistError, match="has no items"):
        parse_checklist(TEXT + '\n[section.empty]\ntitle = { en = "Empty", zh = "空" }\n')


def version_of(**heading: str) -> Checklist:
    text = TEXT
    for key, value in heading.items():
        text = text.replace(
            next(line for line in TEXT.splitlines() if line.startswith(f"{key} =")), f"{key} = {value}"
        )
    return parse_checklist(text)


def test_who_began_under_one_version_ends_under_it() -> None:
    later = version_of(version='"2"', **{"from": "2030-01-01"})
    shelf = ChecklistShelf([later, SHORT])
    assert shelf.for_service(ServiceClass.PHONE, NOW) is SHORT
    assert shelf.named("short", later.begins) is later
    assert shelf.named("short", later.begins - timedelta(seconds=1)) is SHORT
    assert shelf.version("short", "1") is SHORT
    assert list(shelf) == [SHORT, later]


def test_a_class_of_service_without_a_list_cannot_be_applied_for() -> None:
    shelf = ChecklistShelf([SHORT])
    asks: list[Any] = [
        lambda: shelf.for_service(ServiceClass.IOT, NOW),
        lambda: shelf.for_service(ServiceClass.PHONE, NOW.replace(year=2019)),
        lambda: shelf.named("long", NOW),
        lambda: shelf.version("short", "9"),
    ]
    for each in asks:
        with pytest.raises(NotFoundError):
            each()


@pytest.mark.parametrize(
    "other",
    [
        {"version": '"1"', "from": "2030-01-01"},
        {"version": '"2"', "from": "2020-01-01"},
        {"id": '"other"', "services": '["watch"]'},
    ],
)
def test_lists_that_cannot_be_told_apart_are_refused(other: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        ChecklistShelf([SHORT, version_of(**other)])
