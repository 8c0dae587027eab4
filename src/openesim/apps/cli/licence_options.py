"""What commands of ``openesim licence`` share: options, who does it, days, and how a licence is printed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.printing import print_fields, print_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from openesim.conditions.licensing.checklist import Checklist, ChecklistShelf
    from openesim.conditions.licensing.licence import By, Licence, Scope
    from openesim.conditions.licensing.states import Party
    from openesim.services.conditions.licences.licences import Licensing

Number = Annotated[
    int, typer.Argument(metavar="LICENCE", help="Number of the licence, see: openesim licence list.")
]
Channels = Annotated[
    list[str] | None,
    typer.Option(
        "--channel", metavar="counter|agent|online|enterprise", help="Where it is sold; may come again."
    ),
]
Regions = Annotated[
    list[str] | None,
    typer.Option("--region", metavar="CODE", help="Where it is written, such as CN-31; may come again."),
]
Numbers = Annotated[
    list[str] | None,
    typer.Option("--number", metavar="mobile|mobile-11|iot-13", help="Kind of number; may come again."),
]
Begins = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="DAY|MOMENT",
        help="First day, where the checklist is from, or a moment such as 2027-01-01T08:00+08:00.",
    ),
]
Ends = Annotated[
    str | None, typer.Option("--to", metavar="DAY|MOMENT", help="Last day, that day included; or a moment.")
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; the operator reads it.")]
Text = Annotated[
    str, typer.Option("--text", metavar="TEXT", help="What is said with it; both sides read it.")
]
AboutItem = Annotated[
    str | None, typer.Option("--item", metavar="ITEM", help="The item of the checklist that it is about.")
]
Lists = Annotated[
    Path | None,
    typer.Option(
        "--checklists",
        help="Folder with checklists of your own, beside those that are shipped.",
        file_okay=False,
    ),
]
Language = Annotated[str, typer.Option("--lang", metavar="en|zh", help="Language of questions and states.")]


def licensing_of(data: Path, folder: Path | None) -> Licensing:
    """Return what is done to licences, with the checklists that there are."""
    from openesim.services.conditions.licences.licences import Licensing

    return Licensing(shelf_of(data, folder))


def shelf_of(data: Path | None, folder: Path | None) -> ChecklistShelf:
    """Return the checklists that are shipped, and those of a folder: that of the option, else that of the configuration."""
    from openesim.apps.config import read_config
    from openesim.services.conditions.licences.checklists import read_checklists

    configured = None if data is None else read_config(data).rules.checklists
    return read_checklists(folder or configured)


def operator_hand(name: str | None) -> By:
    """Return who does something for an operator."""
    from openesim.conditions.licensing.states import Party

    return hand(name, Party.OPERATOR)


def inspector_hand(name: str | None) -> By:
    """Return who does something for the regulator."""
    from openesim.conditions.licensing.states import Party

    return hand(name, Party.INSPECTOR)


def hand(name: str | None, party: Party) -> By:
    """Return who does something, now."""
    import getpass
    from datetime import UTC, datetime

    from openesim.conditions.licensing.licence import By

    try:
        actor = name or getpass.getuser()
    except (KeyError, OSError):
        actor = "unknown"
    now = datetime.now(UTC)
    return By(actor=actor, party=party, now=now.replace(microsecond=now.microsecond // 1000 * 1000))


def moment(option: str, text: str, checklist: Checklist) -> datetime:
    """Return a moment: one that is named, or the beginning or end of a day where the checklist is from.

    Args:
        option: ``--from``, or ``--to``, whose day is included.
        text: as it was typed.
        checklist: whose days these are.

    Raises:
        ConfigError: it is neither, or a moment without an offset from UTC.
    """
    from datetime import UTC, date, datetime, timedelta

    from openesim.conditions.rules.days import midnight
    from openesim.kernel.errors import ConfigError

    try:
        if len(text) == len("2027-01-01"):
            day = date.fromisoformat(text) + timedelta(days=option == "--to")
            return midnight(day, checklist.checklist.utc_offset)
        named = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise ConfigError(f"{option} {text}: this is neither a day (2027-01-01) nor a moment") from None
    if named.tzinfo is None:
        raise ConfigError(f"{option} {text}: say in which offset from UTC, such as {text}+08:00")
    return named.astimezone(UTC)


def words_of(option: str, given: list[str] | None, kind: Any) -> frozenset[Any]:
    """Return words as the rules know them.

    Raises:
        ConfigError: a word that is none of them.
    """
    from openesim.kernel.errors import ConfigError

    try:
        return frozenset(kind(each) for each in given or ())
    except ValueError as error:
        raise ConfigError(f"{option}: {error}; there are {', '.join(kind)}") from None


def change(data: Path, unit: Callable[[Any], Licence], *, as_json: bool) -> None:
    """Do something to a licence and print it."""
    from openesim.apps.cli.folder import opened

    with opened(data, must_exist=True, holds="licences") as work:
        licence = work.run_now(unit)
    fields = summary_of(licence)
    if as_json:
        print_json(fields)
    else:
        print_fields(fields)


def summary_of(licence: Licence) -> dict[str, Any]:
    """Return what is printed of a licence."""
    return {
        "licence": licence.licence_id,
        "operator": licence.operator,
        "service": licence.service.value,
        "state": licence.state.value,
        "renews": licence.renews,
        "checklist": f"{licence.checklist} {licence.version}",
        "changed_at": licence.changed_at.isoformat(timespec="seconds"),
        **scope_fields(licence.scope),
        "conditions": len(licence.conditions),
    }


def scope_fields(scope: Scope) -> dict[str, Any]:
    """Return a scope, as it is printed."""
    return {
        "begins": scope.begins.isoformat(timespec="minutes"),
        "ends": None if scope.ends is None else scope.ends.isoformat(timespec="minutes"),
        "channels": ", ".join(sorted(scope.channels)) or "all",
        "regions": ", ".join(sorted(scope.regions)) or "all",
        "numbers": ", ".join(sorted(scope.numbers)) or "all",
    }
