"""``openesim lpa discover``: which servers have something for the chip, and the downloads that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.failing import error_values
from openesim.apps.cli.lpa.running import Json, Yes, device_of, run, tell_download

if TYPE_CHECKING:
    from openesim.apps.cli.lpa.screen import Screen
    from openesim.apps.cli.lpa.terminal import TerminalUser
    from openesim.messages.sgp22.euicc_info import DeviceInfo
    from openesim.provisioning.lpa.discovery import FoundEvent
    from openesim.services.lpa import Lpa


def discover(
    context: typer.Context,
    smds: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="SM-DS to ask; left out, the chip's root SM-DS.", show_default=False
        ),
    ] = None,
    only_list: Annotated[bool, typer.Option("--list", help="List the events and download nothing.")] = False,
    confirmation_code: Annotated[
        str | None, typer.Option(metavar="CODE", help="Confirmation code; asked for if needed and left out.")
    ] = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Ask the discovery server (SM-DS) who has a profile for this chip, and download what you accept."""

    def act(lpa: Lpa, screen: Screen, _user: TerminalUser) -> dict[str, Any]:
        device = device_of(context.obj.imei)
        found = lpa.discover(_address(smds), device)
        if not found.events:
            screen.say("no_events", address=found.root)
        else:
            screen.say("found_events", address=found.root, count=len(found.events))
            _show(screen, found.events)
        values = [_event_values(screen, each) for each in found.events]
        if not only_list:
            for event, told in zip(found.events, values, strict=True):
                if event.problem is None:
                    told.update(_download(lpa, screen, event, device))
        is_ok = all(told["error"] is None for told in values)
        return {"ok": is_ok, "smds_address": found.root, "events": values}

    run(context, act, as_json=as_json, yes=yes, confirmation_code=confirmation_code)


def _address(text: str | None) -> str | None:
    """Return the address of the SM-DS.

    Raises:
        ConfigError: no host name.
    """
    from openesim.kernel.errors import ConfigError, DecodeError
    from openesim.messages.sgp22.activation_code import parse_address

    if text is None:
        return None
    try:
        return parse_address(text)
    except DecodeError as error:
        raise ConfigError(f"--smds {text!r}: {error}") from None


def _show(screen: Screen, events: tuple[FoundEvent, ...]) -> None:
    """Tell a person the events."""
    has_problem = any(each.problem is not None for each in events)
    headings = [screen.text("address"), screen.text("through")]
    rows = [[each.address, " → ".join(each.through)] for each in events]
    if has_problem:
        headings.append(screen.text("problem"))
        for row, each in zip(rows, events, strict=True):
            row.append("–" if each.problem is None else str(each.problem))
    screen.table(headings, rows)
    for each in events:
        if each.problem is not None:
            screen.explain(each.problem)


def _event_values(screen: Screen, event: FoundEvent) -> dict[str, Any]:
    """Return an event for JSON."""
    return {
        "event_id": event.event_id,
        "rsp_server_address": event.address,
        "through": list(event.through),
        "outcome": "found" if event.problem is None else "leads nowhere",
        "error": None if event.problem is None else _error_values(screen, event.problem),
        "download": None,
    }


def _download(lpa: Lpa, screen: Screen, event: FoundEvent, device: DeviceInfo) -> dict[str, Any]:
    """Download what an event leads to; what fails or is refused does not hinder the next one."""
    from openesim.kernel.errors import OpenEsimError
    from openesim.messages.sgp22.explained import LpaOutcome, outcome_of

    try:
        done = lpa.download_event(event, device)
    except OpenEsimError as error:
        outcome = outcome_of(error)
        if outcome is LpaOutcome.USER_REFUSED:
            screen.say("event_refused", address=event.address)
            return {"outcome": "refused"}
        if outcome in {LpaOutcome.USER_POSTPONED, LpaOutcome.USER_DID_NOT_ANSWER}:
            screen.say("event_later", address=event.address)
            return {"outcome": "later"}
        screen.explain(error)
        return {"outcome": "failed", "error": _error_values(screen, error)}
    return {"outcome": "installed", "download": tell_download(screen, done)}


def _error_values(screen: Screen, error: BaseException) -> dict[str, Any]:
    """Return an error for JSON, explained in the user's language."""
    from openesim.messages.sgp22.explained import Language, explain_error, in_language

    explanation = explain_error(error)
    told = in_language(explanation, Language(screen.language))
    words = {"cause": told.cause, "owner": told.owner, "next_step": told.next_step}
    return error_values(error, explanation) | words
