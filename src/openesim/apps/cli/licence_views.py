"""Looking at licences and checklists: ``openesim licence list``, ``show`` and ``checklist``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.licence_evidence import file_fields
from openesim.apps.cli.licence_options import (
    Language,
    Lists,
    Number,
    inspector_hand,
    licensing_of,
    operator_hand,
    scope_fields,
    shelf_of,
    summary_of,
)
from openesim.apps.cli.options import DATA_VARIABLE, AsJson, Data
from openesim.apps.cli.printing import print_fields, print_json, print_table

if TYPE_CHECKING:
    from openesim.conditions.licensing.checklist import Checklist
    from openesim.conditions.licensing.licence import Licence
    from openesim.services.conditions.licences.pictures import LicencePicture

_PAGE = 500

OptionalData = Annotated[
    Path | None,
    typer.Option(
        envvar=DATA_VARIABLE, help="Data folder, or the configuration file: its checklists count, too."
    ),
]


@json_errors
def list_licences(
    data: Data,
    operator: Annotated[str | None, typer.Option(help="Only this operator's.")] = None,
    state: Annotated[str | None, typer.Option(help="Only those in this state, such as submitted.")] = None,
    as_json: AsJson = False,
) -> None:
    """List licences and applications."""
    from openesim.apps.cli.licence_options import words_of
    from openesim.conditions.licensing.states import LicenceState

    wanted = words_of("--state", [state] if state else None, LicenceState)
    found: list[Licence] = []
    after = 0
    with opened(data, must_exist=True, holds="licences") as work:
        while page := work.run_now(lambda stores: stores.licences(after, _PAGE)):  # noqa: B023
            found += [
                each
                for each in page
                if operator in {None, each.operator} and (not wanted or each.state in wanted)
            ]
            after = page[-1].licence_id
    if as_json:
        print_json([summary_of(each) for each in found])
        return
    headings = ("licence", "operator", "service", "state", "begins", "ends", "channels", "regions", "numbers")
    rows = [
        tuple(str(fields[name] if fields[name] is not None else "") for name in headings)
        for fields in map(summary_of, found)
    ]
    print_table([headings, *rows])


@json_errors
def show(
    licence: Number,
    data: Data,
    checklists: Lists = None,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Show a licence: what was asked and granted, what is missing, answers, files, and what was said."""
    from openesim.services.conditions.licences.pictures import picture_of

    licensing, who = licensing_of(data, checklists), operator_hand(None)
    with opened(data, must_exist=True, holds="licences") as work:
        picture = work.run_now(lambda stores: picture_of(licensing, stores, licence, who))
    if as_json:
        print_json(_all_fields(picture))
    else:
        _print_all(picture, language)


@json_errors
def checklist(
    which: Annotated[
        str | None, typer.Argument(metavar="NAME|FILE", help="A checklist, or a file of your own to check.")
    ] = None,
    checklists: Lists = None,
    data: OptionalData = None,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """List checklists, show one, or check a file: it is taken as a whole, or refused with the line and the reason."""
    if which is None:
        rows = [
            (each.id, each.version, str(each.checklist.from_), ", ".join(each.checklist.services))
            for each in shelf_of(data, checklists)
        ]
        headings = ("checklist", "version", "from", "services")
        if as_json:
            print_json([dict(zip(headings, row, strict=True)) for row in rows])
        else:
            print_table([headings, *rows])
        return
    found = _find_checklist(which, data, checklists)
    if as_json:
        import msgspec

        print_json(msgspec.to_builtins(found))
    else:
        _print_checklist(found, language)


def _find_checklist(which: str, data: Path | None, folder: Path | None) -> Checklist:
    """Return the checklist of a file, or that in force of a name."""
    from openesim.services.conditions.licences.checklists import read_checklist

    if which.endswith(".toml"):
        return read_checklist(Path(which))
    return shelf_of(data, folder).named(which, inspector_hand(None).now)


def _print_checklist(found: Checklist, language: str) -> None:
    """Print a checklist, as it is to be answered."""
    print(f"{_in(found.checklist.title, language)} ({found.id}, {found.version})")
    print(_in(found.checklist.note, language))
    for name, section in found.section.items():
        print(f"\n{_in(section.title, language)}")
        for key, item in found.items_of(name):
            marks = [item.answer.value, *(["mandatory"] if item.mandatory else []), f"files: {item.files}"]
            print(f"  {key}  [{', '.join(marks)}]")
            print(f"    {_in(item.question, language)}")
            if item.evidence:
                print(f"    + {_in(item.evidence, language)}")


def _all_fields(picture: LicencePicture) -> dict[str, Any]:
    """Return everything that is known of a licence."""
    found = picture.licence
    return summary_of(found) | {
        "asked": scope_fields(found.asked),
        "granted": None if found.granted is None else scope_fields(found.granted),
        "conditions": list(found.conditions),
        "inspector": found.inspector,
        "renewal": picture.renewal,
        "reminded": list(found.reminded),
        "missing": [{"item": item, "lacks": lacks.value} for item, lacks in picture.missing],
        "answers": [
            {"item": each.item, "text": each.text, "at": each.at.isoformat(), "by": each.actor}
            for each in found.answers
        ],
        "files": [file_fields(each) for each in picture.files],
        "dialogue": [
            {
                "event": each.event.value,
                "party": each.party.value,
                "at": each.at.isoformat(),
                "by": each.actor,
                "item": each.item,
                "text": each.text,
            }
            for each in found.dialogue
        ],
    }


def _print_all(picture: LicencePicture, language: str) -> None:
    """Print everything that is known of a licence."""
    from openesim.conditions.licensing.texts import EVENTS, PARTIES, STATES

    found, second = picture.licence, language == "zh"
    print_fields(summary_of(found) | {"state": STATES[found.state][second]})
    for condition in found.conditions:
        print(f"  - {condition}")
    print()
    lacks = {
        item: [one.value for other, one in picture.missing if other == item] for item, _ in picture.missing
    }
    for name, item in picture.checklist.item.items():
        said = found.answer_to(name)
        print(f"{name}: {_in(item.question, language)}")
        if said is not None:
            print(f"    {said.text}  ({said.actor}, {said.at:%Y-%m-%d %H:%M} UTC)")
        for file in picture.files:
            if file.item == name:
                print(f"    file {file.file_id}  {file.name}  {file.media_type}  {file.size}")
        if name in lacks:
            print(f"    missing: {', '.join(lacks[name])}")
    for each in found.dialogue:
        about = f" [{each.item}]" if each.item else ""
        who = f"{each.actor}, {PARTIES[each.party][second]}"
        print(
            f"{each.at:%Y-%m-%d %H:%M} UTC  {EVENTS[each.event][second]}{about}  ({who})  {each.text}".rstrip()
        )


def _in(texts: Any, language: str) -> str:
    """Return a text in a language, in English where it is not spoken."""
    return str(texts.get(language, texts["en"]))
