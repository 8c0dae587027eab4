"""``openesim rules add`` and ``assign``: what changes the rules in the database; servers know it within two seconds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.blocklist import Who
from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.printing import print_fields, print_json
from openesim.apps.cli.rules_shelf import folder_packs, summary_of

if TYPE_CHECKING:
    from datetime import datetime

    from openesim.apps.cli.folder import opened
    from openesim.conditions.rules.in_force import DatedAssignment, PackShelf
    from openesim.conditions.rules.words import ServiceClass


@json_errors
def add(
    file: Annotated[Path, typer.Argument(help="A rule pack in TOML.", exists=True, dir_okay=False)],
    data: Data,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Add a pack, or a version of one, to those that servers know. It holds from its day on, for whoever is under it."""
    from openesim.services.conditions.rules.keeping import add_pack
    from openesim.services.rules import read_text

    text, own = read_text(file), folder_packs(data, None)
    who, now = _who(by), _now()
    with _opened(data) as work:
        pack = work.run_now(lambda stores: add_pack(stores, text, who, now, folder=own))
    fields = summary_of(pack, "en")
    if as_json:
        print_json(fields)
    else:
        print_fields(fields)


@json_errors
def assign(
    data: Data,
    which: Annotated[
        str | None, typer.Argument(metavar="PACK", help="Name of a pack; with --none, left out.")
    ] = None,
    operator: Annotated[
        str | None, typer.Option(help="For whom; left out, for everybody who has none of his own.")
    ] = None,
    service: Annotated[
        str | None,
        typer.Option(
            metavar="phone|tablet|laptop|watch|iot|vehicle", help="For which class; left out, for all."
        ),
    ] = None,
    begins: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DAY|MOMENT",
            help="From when: 2027-01-01 is midnight where the pack is from; 2027-01-01T08:00+08:00 is a moment. "
            "Left out, at once.",
        ),
    ] = None,
    none: Annotated[
        bool, typer.Option("--none", help="No pack of its own any more: what is wider holds again.")
    ] = False,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Put a pack in force for an operator, a class of service, or everybody. It goes before the configuration file."""
    from openesim.conditions.rules.in_force import DatedAssignment
    from openesim.kernel.errors import ConfigError
    from openesim.services.conditions.rules.keeping import known_shelf, put_in_force

    if (which is None) is not none:
        raise ConfigError("either a pack is named, or --none says that there is to be none")
    own, who, now = folder_packs(data, None), _who(by), _now()
    with _opened(data) as work:
        shelf = work.run_now(lambda stores: known_shelf(stores, own))
        wanted = DatedAssignment(
            operator=operator,
            service=service_named(service),
            pack_id=which,
            begins=_moment(begins, which, shelf, now),
        )
        stored = work.run_now(lambda stores: put_in_force(stores, wanted, who, now, folder=own))
    fields = _fields(stored) | {"by": who}
    if as_json:
        print_json(fields)
    else:
        print_fields(fields)


def assignments_of(data: Path | None) -> list[dict[str, Any]]:
    """Return who is under which pack: as configured, and as it was put in force."""
    from openesim.apps.cli.folder import is_begun
    from openesim.apps.config import RulesSection, read_config
    from openesim.services.conditions.rules.keeping import added_assignments

    section = RulesSection() if data is None else read_config(data).rules
    nothing = {"operator": None, "service": None, "begins": None, "by": "configuration"}
    found: list[dict[str, Any]] = [nothing | {"pack": section.usual}]
    found += [nothing | {"operator": name, "pack": pack} for name, pack in section.operators.items()]
    for key, pack in section.services.items():
        operator, _, service = key.rpartition("/")
        found.append(nothing | {"operator": operator, "service": service, "pack": pack})
    if data is None or not is_begun(data):
        return found
    with _opened(data) as work:
        added = work.run_now(added_assignments)
    return found + [_fields(each.assignment) | {"by": each.added_by} for each in added]


def _fields(assignment: DatedAssignment) -> dict[str, Any]:
    return {
        "operator": assignment.operator,
        "service": None if assignment.service is None else assignment.service.value,
        "pack": assignment.pack_id,
        "begins": assignment.begins.isoformat(),
    }


def service_named(name: str | None) -> ServiceClass | None:
    """Return the class of service of a name.

    Raises:
        ConfigError: there is none.
    """
    from openesim.conditions.rules.words import ServiceClass
    from openesim.kernel.errors import ConfigError

    try:
        return None if name is None else ServiceClass(name)
    except ValueError:
        raise ConfigError(f"--service {name}: classes are {', '.join(ServiceClass)}") from None


def _moment(text: str | None, pack_id: str | None, shelf: PackShelf, now: datetime) -> datetime:
    """Return from when something holds: a moment, or midnight of a day where the pack is from.

    Raises:
        ConfigError: it is neither, or a moment without an offset from UTC.
    """
    from datetime import UTC, date, datetime

    from openesim.conditions.rules.days import midnight
    from openesim.kernel.errors import ConfigError

    if text is None:
        return now
    try:
        if len(text) == len("2027-01-01"):
            versions = shelf.versions(pack_id or "")
            offset = versions[-1].pack.utc_offset if versions else "+00:00"
            return midnight(date.fromisoformat(text), offset)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"--from {text}: this is neither a day (2027-01-01) nor a moment") from None
    if moment.tzinfo is None:
        raise ConfigError(f"--from {text}: say in which offset from UTC, such as {text}+08:00")
    return moment.astimezone(UTC)


def _opened(data: Path) -> opened:
    from openesim.apps.cli.folder import opened

    return opened(data)


def _who(by: str | None) -> str:
    """Return who does it."""
    import getpass

    try:
        return by or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _now() -> datetime:
    """Return the present moment, to the millisecond, as it is kept."""
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
