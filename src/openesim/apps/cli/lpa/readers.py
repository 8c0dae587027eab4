"""``openesim lpa readers``: what ``--card`` can name on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from openesim.apps.cli.lpa.card import AT, PCSC
from openesim.apps.cli.lpa.running import Json

if TYPE_CHECKING:
    from openesim.apps.cli.lpa.options import PhoneOptions
    from openesim.kernel.errors import OpenEsimError


def readers(context: typer.Context, as_json: Json = False) -> None:
    """List the card readers and serial ports that are here."""
    from openesim.adapters.apdu.serial_port import list_ports
    from openesim.apps.cli.lpa.screen import Screen
    from openesim.kernel.errors import CardError, ConfigError

    given: PhoneOptions = context.obj
    screen = Screen(given.language, is_json=given.is_json or as_json)
    try:
        found, problem = _card_readers(), None
    except (CardError, ConfigError) as error:  # the serial ports are there all the same
        found, problem = [], error
    found += [
        {"card": f"{AT}{port}", "kind": "modem", "state": "allowed" if is_allowed else "not_allowed"}
        for port, is_allowed in list_ports().items()
    ]
    _tell(screen, found, problem)


def _card_readers() -> list[dict[str, Any]]:
    """Return the readers of PC/SC.

    Raises:
        ConfigError: PC/SC is not installed.
        CardError: its service does not run.
    """
    from openesim.adapters.apdu.atr import is_euicc
    from openesim.adapters.apdu.pcsc import list_readers

    return [
        {
            "card": f"{PCSC}{reader}",
            "kind": "reader",
            "state": "empty" if atr is None else "euicc" if is_euicc(atr) else "other_card",
            "atr": None if atr is None else atr.hex().upper(),
        }
        for reader, atr in list_readers().items()
    ]


def _tell(screen: Any, found: list[dict[str, Any]], problem: OpenEsimError | None) -> None:
    """Tell what was found, and why there may be more."""
    if found:
        headings = ("--card", screen.text("door_kind"), screen.text("door_state"))
        screen.table(
            headings,
            (
                (one["card"], screen.text(f"door_{one['kind']}"), screen.text(f"door_{one['state']}"))
                for one in found
            ),
        )
    else:
        screen.say("no_doors")
    if problem is not None:
        screen.explain(problem)
    screen.result({"readers": found, "problem": str(problem) if problem else None})
