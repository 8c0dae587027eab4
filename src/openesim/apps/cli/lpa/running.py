"""What all commands of ``openesim lpa`` share: the way from card and network to result or error."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.kernel.errors import OpenEsimError

if TYPE_CHECKING:
    from openesim.apps.cli.lpa.options import PhoneOptions
    from openesim.apps.cli.lpa.screen import Screen
    from openesim.apps.cli.lpa.terminal import TerminalUser
    from openesim.messages.sgp22.euicc_info import DeviceInfo
    from openesim.provisioning.lpa.download import Downloaded
    from openesim.provisioning.lpa.management import Change
    from openesim.services.lpa import Lpa

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Agree to everything that would be asked.")]
Profile = Annotated[
    str, typer.Argument(metavar="PROFILE", help="ICCID or ISD-P AID, or the end of one.", show_default=False)
]

Action = Callable[["Lpa", "Screen", "TerminalUser"], dict[str, Any]]
"""What a command does with an open LPA; returns the members of its JSON object."""


def run(
    context: typer.Context,
    action: Action,
    *,
    as_json: bool,
    yes: bool = False,
    confirmation_code: str | None = None,
) -> None:
    """Open card and network, act, and tell result or error.

    Raises:
        typer.Exit: with code 1 or 2 after an error; with code 1 if the result says of itself that it is not ``ok``.
    """
    from openesim.apps.cli.lpa.phone import open_phone
    from openesim.apps.cli.lpa.screen import Screen
    from openesim.apps.cli.lpa.terminal import TerminalUser

    given: PhoneOptions = context.obj
    screen = Screen(given.language, is_json=given.is_json or as_json)
    user = TerminalUser(screen, agrees=yes, confirmation_code=confirmation_code)
    try:
        with open_phone(given, user) as lpa:
            values = action(lpa, screen, user)
    except (OpenEsimError, KeyboardInterrupt) as error:
        user.close()
        raise typer.Exit(screen.failure(error)) from None
    finally:
        user.close()
    screen.result(values)
    if not values.get("ok", True):
        raise typer.Exit(1)


def tell_change(screen: Screen, key: str, change: Change) -> dict[str, Any]:
    """Tell a change to a profile and return it for JSON."""
    from openesim.apps.cli.lpa.values import report_values

    screen.say(key, iccid=change.profile.iccid)
    screen.deliveries(change.notifications)
    return {"iccid": change.profile.iccid, "notifications": report_values(change.notifications)}


def tell_download(screen: Screen, done: Downloaded) -> dict[str, Any]:
    """Tell an installed profile and return it for JSON."""
    from openesim.apps.cli.lpa.values import metadata_values, report_values

    screen.say("installed", iccid=done.metadata.iccid)
    if done.is_resumed:
        screen.say("resumed")
    screen.deliveries(done.notifications)
    return {
        "iccid": done.metadata.iccid,
        "isdp_aid": done.aid.hex().upper(),
        "smdp_address": done.address,
        "resumed": done.is_resumed,
        "profile": metadata_values(done.metadata),
        "notifications": report_values(done.notifications),
    }


def device_of(imei: str | None) -> DeviceInfo:
    """Return the device to tell a server about.

    Raises:
        ConfigError: the IMEI is none.
    """
    from openesim.kernel.errors import ConfigError, DecodeError
    from openesim.kernel.ids import Imei
    from openesim.messages.sgp22.euicc_info import DeviceCapabilities, DeviceInfo
    from openesim.provisioning.lpa.session import DEFAULT_DEVICE

    if imei is None:
        return DEFAULT_DEVICE
    try:
        parsed = Imei.parse(imei)
    except DecodeError as error:
        raise ConfigError(f"--imei: {error}") from None
    return DeviceInfo(tac=parsed.tac.octets, device_capabilities=DeviceCapabilities(), imei=parsed.octets)


def not_confirmed(what: str) -> OpenEsimError:
    """Return the error for a question that was not answered with yes."""
    from openesim.messages.sgp22.explained import LpaOutcome, with_outcome

    return with_outcome(OpenEsimError(what), LpaOutcome.NOT_CONFIRMED)
