"""``openesim licence``: an operator applies, an inspector decides; the gate knows it within two seconds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli import licence_evidence, licence_review, licence_views
from openesim.apps.cli.blocklist import Who
from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.licence_options import (
    Begins,
    Channels,
    Ends,
    Lists,
    Number,
    Numbers,
    Regions,
    Text,
    change,
    licensing_of,
    moment,
    operator_hand,
    words_of,
)
from openesim.apps.cli.options import AsJson, Data

if TYPE_CHECKING:
    from openesim.conditions.licensing.checklist import Checklist
    from openesim.conditions.licensing.licence import By, Licence, Scope

app = typer.Typer(
    help="Licences: an operator applies for a service and answers a checklist, an inspector decides.",
    no_args_is_help=True,
)


@app.command("apply")
@json_errors
def apply(
    data: Data,
    operator: Annotated[str, typer.Option(help="Who applies, see: openesim operator list.")],
    service: Annotated[
        str, typer.Option(metavar="phone|tablet|laptop|watch|iot|vehicle", help="For what kind of device.")
    ],
    channel: Channels = None,
    region: Regions = None,
    number: Numbers = None,
    begins: Begins = None,
    ends: Ends = None,
    checklists: Lists = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Begin an application, a draft. What is left out of channels, regions and numbers is applied for altogether."""
    from openesim.conditions.rules.words import ServiceClass

    (wanted,) = words_of("--service", [service], ServiceClass)
    licensing, who = licensing_of(data, checklists), operator_hand(by)
    checklist = licensing.shelf.for_service(wanted, who.now)
    asked = _scope(checklist, who, (channel, region, number), (begins, ends))
    change(data, lambda stores: licensing.apply(stores, operator, wanted, asked, who), as_json=as_json)


@app.command("amend")
@json_errors
def amend(
    licence: Number,
    data: Data,
    channel: Channels = None,
    region: Regions = None,
    number: Numbers = None,
    begins: Begins = None,
    ends: Ends = None,
    checklists: Lists = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Apply for something else: all of it is said anew."""
    from openesim.services.conditions.licences.keeping import find_licence

    licensing, who = licensing_of(data, checklists), operator_hand(by)

    def unit(stores: Any) -> Licence:
        checklist = licensing.checklist_of(find_licence(stores, licence, who))
        asked = _scope(checklist, who, (channel, region, number), (begins, ends))
        return licensing.amend(stores, licence, asked, who)

    change(data, unit, as_json=as_json)


@app.command("answer")
@json_errors
def answer(
    licence: Number,
    data: Data,
    item: Annotated[
        str | None, typer.Argument(help="Item of the checklist, see: openesim licence checklist.")
    ] = None,
    text: Annotated[str | None, typer.Argument(help="What is said to it; nothing takes it back.")] = None,
    answers: Annotated[
        Path | None,
        typer.Option(help='A TOML file with many: lines ITEM = "TEXT".', exists=True, dir_okay=False),
    ] = None,
    checklists: Lists = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Answer an item of the checklist, or many: all of a file are taken, or none."""
    from openesim.kernel.errors import ConfigError

    if (item is None) is (answers is None) or (item is not None and text is None):
        raise ConfigError("either an item and its text are said, or --answers names a file")
    given = {item or "": text or ""} if answers is None else _read_answers(answers)
    licensing, who = licensing_of(data, checklists), operator_hand(by)

    def unit(stores: Any) -> Licence:
        for name, said in given.items():
            answered = licensing.answer(stores, licence, name, said, who)
        return answered

    change(data, unit, as_json=as_json)


@app.command("submit")
@json_errors
def submit(
    licence: Number,
    data: Data,
    text: Text = "",
    checklists: Lists = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Submit an application. What is mandatory and missing is named, item by item."""
    licensing, who = licensing_of(data, checklists), operator_hand(by)
    change(data, lambda stores: licensing.submit(stores, licence, who, text), as_json=as_json)


@app.command("withdraw")
@json_errors
def withdraw(
    licence: Number,
    data: Data,
    text: Text = "",
    checklists: Lists = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Give up an application, or a licence."""
    licensing, who = licensing_of(data, checklists), operator_hand(by)
    change(data, lambda stores: licensing.withdraw(stores, licence, who, text), as_json=as_json)


@app.command("renew")
@json_errors
def renew(
    licence: Number,
    data: Data,
    ends: Ends = None,
    checklists: Lists = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Begin an application to renew a licence: for the same, from its end on. Answers are taken over, files are not."""
    from openesim.services.conditions.licences.keeping import find_licence

    licensing, who = licensing_of(data, checklists), operator_hand(by)

    def unit(stores: Any) -> Licence:
        service = find_licence(stores, licence, who).service
        checklist = licensing.shelf.for_service(service, who.now)
        last = None if ends is None else moment("--to", ends, checklist)
        return licensing.renew(stores, licence, last, who)

    change(data, unit, as_json=as_json)


app.command("attach")(licence_evidence.attach)
app.command("detach")(licence_evidence.detach)
app.command("file")(licence_evidence.file)
app.command("list")(licence_views.list_licences)
app.command("show")(licence_views.show)
app.command("checklist")(licence_views.checklist)
app.command("comment")(licence_review.comment)
app.command("review")(licence_review.review)
app.command("ask")(licence_review.ask)
app.command("approve")(licence_review.approve)
app.command("refuse")(licence_review.refuse)
app.command("suspend")(licence_review.suspend)
app.command("reinstate")(licence_review.reinstate)
app.command("revoke")(licence_review.revoke)


def _scope(
    checklist: Checklist,
    by: By,
    wanted: tuple[list[str] | None, list[str] | None, list[str] | None],
    days: tuple[str | None, str | None],
) -> Scope:
    """Return what the options ask for; left out, it begins now and has no end."""
    from openesim.conditions.licensing.licence import Scope
    from openesim.conditions.rules.words import Channel, NumberKind

    channels, regions, numbers = wanted
    begins, ends = days
    return Scope(
        begins=by.now if begins is None else moment("--from", begins, checklist),
        ends=None if ends is None else moment("--to", ends, checklist),
        channels=words_of("--channel", channels, Channel),
        regions=frozenset(regions or ()),
        numbers=words_of("--number", numbers, NumberKind),
    )


def _read_answers(path: Path) -> dict[str, str]:
    """Return the answers of a file.

    Raises:
        ConfigError: it is no TOML, or holds something else.
    """
    import tomllib

    from openesim.kernel.errors import ConfigError

    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from None
    if not given or not all(isinstance(text, str) for text in given.values()):
        raise ConfigError(f'{path}: every line is ITEM = "TEXT"')
    return given
