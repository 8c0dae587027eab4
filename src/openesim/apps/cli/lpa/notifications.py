"""``openesim lpa notifications``: what the chip keeps for servers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.lpa.running import Json, Yes, not_confirmed, run

if TYPE_CHECKING:
    from openesim.apps.cli.lpa.screen import Screen
    from openesim.apps.cli.lpa.terminal import TerminalUser
    from openesim.services.lpa import Lpa

app = typer.Typer(help="What the chip keeps for servers: list, process, remove.")


@app.callback(invoke_without_command=True)
def notifications(context: typer.Context, as_json: Json = False) -> None:
    """List what the chip keeps for servers; process delivers it, remove throws it away."""
    if as_json:
        context.obj = replace(context.obj, is_json=True)
    if context.invoked_subcommand is None:
        list_notifications(context)


@app.command("list")
def list_notifications(context: typer.Context, as_json: Json = False) -> None:
    """List the notifications that wait for delivery."""

    def act(lpa: Lpa, screen: Screen, _user: TerminalUser) -> dict[str, Any]:
        from openesim.apps.cli.lpa.values import notification_values

        waiting = lpa.notifications()
        if not waiting:
            screen.say("no_notifications")
        else:
            headings = (screen.text("number"), screen.text("event"), "ICCID", screen.text("address"))
            screen.table(
                headings,
                (
                    (
                        str(one.seq_number),
                        " ".join(map(screen.text, one.profile_management_operation.set_names)),
                        one.iccid or "–",
                        one.notification_address,
                    )
                    for one in waiting
                ),
            )
        return {"notifications": [notification_values(one) for one in waiting]}

    run(context, act, as_json=as_json)


@app.command("process")
def process_notifications(
    context: typer.Context,
    number: Annotated[
        int | None, typer.Argument(metavar="NUMBER", help="Only this one, and earlier ones for its server.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Deliver notifications; each is removed from the chip once its server has acknowledged it.

    Exit code 1 if one could not be delivered: it stays on the chip.
    """

    def act(lpa: Lpa, screen: Screen, _user: TerminalUser) -> dict[str, Any]:
        from openesim.apps.cli.lpa.values import report_values

        report = lpa.process_notifications(number)
        if not report.deliveries:
            screen.say("no_notifications")
        screen.deliveries(report)
        return {"ok": not report.undelivered, **report_values(report)}

    run(context, act, as_json=as_json)


@app.command("remove")
def remove_notification(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Sequence number.", show_default=False)],
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Throw a notification away UNDELIVERED: its server will never hear of what happened."""

    def act(lpa: Lpa, screen: Screen, user: TerminalUser) -> dict[str, Any]:
        if not user.confirm("ask_remove", number=number):
            raise not_confirmed("the removal was not confirmed")
        lpa.remove_notification(number)
        screen.say("done_remove", number=number)
        return {"seq_number": number}

    run(context, act, as_json=as_json, yes=yes)
