"""What commands of ``openesim case`` share: options, who does it, the rules in force, and how a case is printed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.folder import opened
from openesim.apps.cli.printing import print_fields, print_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from openesim.apps.wiring import Work
    from openesim.conditions.identity.case import Case
    from openesim.conditions.rules.pack import Pack
    from openesim.services.conditions.persons.acts import Act

CaseId = Annotated[str, typer.Argument(metavar="CASE", help="Name of the case, see: openesim case list.")]
Language = Annotated[str, typer.Option("--lang", metavar="en|zh", help="Language of what is told.")]
Because = Annotated[
    str,
    typer.Option("--because", metavar="WORD", help="Why, such as wrongly-verified; a wrong word lists all."),
]


def change(data: Path, unit: Callable[[Any], Case], language: str, *, as_json: bool) -> None:
    """Do something to a case and print it."""
    with opened(data, must_exist=True, holds="cases") as work:
        case = _told_in(language, lambda: work.run_now(unit))
    print_case(case, language, as_json=as_json)


def change_by_rules(
    data: Path,
    case_id: str,
    unit: Callable[[Any, Pack], Case],
    act: Act,
    language: str,
    *,
    as_json: bool,
) -> None:
    """Do something to a case that the rules have a word in, and print it."""
    from openesim.services.conditions.persons.cases import known

    with opened(data, must_exist=True, holds="cases") as work:
        found = work.run_now(lambda stores: known(stores, case_id))
        pack = _pack_for(data, work, found, act)
        case = _told_in(language, lambda: work.run_now(lambda stores: unit(stores, pack)))
    print_case(case, language, as_json=as_json)


def _pack_for(data: Path, work: Work, case: Case, act: Act) -> Pack:
    """Return the rules that hold for a case now."""
    import asyncio

    from openesim.apps.conditions import rule_book_of
    from openesim.apps.config import read_config
    from openesim.services.conditions.following import Reading

    book = rule_book_of(read_config(data))
    asyncio.run(book.load(Reading(work)))
    return book.pack_for(case.operator, case.service, act.now)


def _told_in(language: str, do: Callable[[], Case]) -> Case:
    """Do something; what cannot be done is explained in a language."""
    from openesim.conditions.identity.cases import CaseStateError
    from openesim.conditions.identity.faults import FormError
    from openesim.conditions.identity.texts import explain

    try:
        return do()
    except CaseStateError as error:
        raise error.explained(explain(error, language)) from None
    except FormError as error:
        raise error.explained(error.explain(language)) from None


def act_of(by: str | None) -> Act:
    """Return who does something, now.

    Raises:
        ConfigError: a name that cannot be kept.
    """
    import getpass
    from datetime import UTC, datetime

    from openesim.conditions.identity.faults import FaultyTextError
    from openesim.conditions.identity.forms import parse_line
    from openesim.kernel.errors import ConfigError
    from openesim.services.conditions.persons.acts import Act

    try:
        actor = by or getpass.getuser()
    except (KeyError, OSError):
        actor = "unknown"
    try:
        return Act(actor=parse_line(actor, 1, 64), now=datetime.now(UTC))
    except FaultyTextError as error:
        raise ConfigError(f"--by: {error}") from None


def word_of(option: str, text: str, kind: Any) -> Any:
    """Return a word as the rules know it.

    Raises:
        ConfigError: it is none of them.
    """
    from openesim.kernel.errors import ConfigError

    try:
        return kind(text)
    except ValueError:
        raise ConfigError(f"{option}: there is {', '.join(kind)}") from None


def print_case(case: Case, language: str, *, as_json: bool) -> None:
    """Print a case."""
    if as_json:
        print_json(fields_of(case, language))
    else:
        print_fields(fields_of(case, language))


def fields_of(case: Case, language: str) -> dict[str, Any]:
    """Return what is told of a case; nothing of it is personal."""
    from openesim.conditions.identity.texts import MISSING_TEXTS, NEXT_TEXTS, REFUSAL_TEXTS, STATE_TEXTS, said

    moments = {
        name: None if moment is None else moment.isoformat(timespec="seconds")
        for name, moment in (
            ("created_at", case.created_at),
            ("verified_at", case.verified_at),
            ("expires_at", case.expires_at),
        )
    }
    return {
        "case": case.case_id,
        "operator": case.operator,
        "state": case.state.value,
        "meaning": said(STATE_TEXTS, case.state, language),
        "next": said(NEXT_TEXTS, case.state, language),
        "missing": "; ".join(said(MISSING_TEXTS, word, language) for word in case.missing) or None,
        "refusal": said(REFUSAL_TEXTS, case.refusal, language) if case.refusal else None,
        "service": case.service.value,
        "channel": case.channel.value,
        "eid": None if case.eid is None else str(case.eid),
        "group": None if case.group is None else case.group.value,
        "document": None if case.document is None else case.document.value,
        "assurance": ", ".join(sorted(case.assurance)) or None,
        "verifier": case.verifier,
        "clerk": case.clerk,
        "second": case.second,
        "pack": case.pack,
        "evidence": None if case.evidence is None else case.evidence.hex(),
        **moments,
    }


def text_of(value: Any) -> Any:
    """Return a value of the evidence as a person reads it."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name}: {text_of(each)}" for name, each in value.items())
    return value
