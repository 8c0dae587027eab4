"""``openesim terminal vendor``: who answers for models."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.terminal.options import PAGE, Who, Why, actor, all_of, formed, now
from openesim.apps.cli.terminal.views import show, show_all, vendor_fields

app = typer.Typer(help="Vendors: who answers for models of terminals.", no_args_is_help=True)

Kind = Annotated[
    Literal["state", "private", "joint-stock", "foreign"], typer.Option(help="Whose the vendor is.")
]
Country = Annotated[str, typer.Option(metavar="CC", help="Seat: two capital letters of ISO 3166.")]
Agent = Annotated[
    str | None, typer.Option(metavar="NAME", help="Who acts for a foreign vendor here; needed for those.")
]
Number = Annotated[int, typer.Argument(help="Number of the vendor, see: openesim terminal vendor list.")]


@app.command("add")
@json_errors
def add(
    name: Annotated[str, typer.Argument(help="Name, unique.")],
    data: Data,
    kind: Kind,
    country: Country = "CN",
    agent: Agent = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Register a vendor."""
    from openesim.conditions.terminals.forms import read_vendor_form
    from openesim.services.conditions.terminals.terminals import register_vendor

    moment = now()
    cells = {"name": name, "kind": kind, "country": country, "agent": agent or ""}
    vendor = formed(lambda typed: read_vendor_form(typed, moment), cells)
    with opened(data) as work:
        stored = work.run_now(lambda stores: register_vendor(stores, vendor, actor(by), moment))
    show(vendor_fields(stored), as_json=as_json)


@app.command("change")
@json_errors
def change(
    vendor: Number,
    data: Data,
    name: Annotated[str, typer.Option(help="Name.")],
    kind: Kind,
    country: Country = "CN",
    agent: Agent = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Change what is registered of a vendor; his standing stays."""
    from openesim.conditions.terminals.forms import read_vendor_form
    from openesim.kernel.records import changed
    from openesim.services.conditions.terminals.terminals import change_vendor

    moment = now()
    cells = {"name": name, "kind": kind, "country": country, "agent": agent or ""}
    form = formed(lambda typed: read_vendor_form(typed, moment), cells)
    wanted = changed(form, vendor_id=vendor)
    with opened(data, must_exist=True, holds="vendors") as work:
        stored = work.run_now(lambda stores: change_vendor(stores, wanted, actor(by), moment))
    show(vendor_fields(stored), as_json=as_json)


@app.command("move")
@json_errors
def move(
    vendor: Number,
    event: Annotated[
        Literal["suspend", "resume", "strike-off"], typer.Argument(help="What happens to the vendor.")
    ],
    data: Data,
    reason: Why,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Suspend a vendor, let him in again, or strike him off; none of his models counts as approved meanwhile."""
    from openesim.conditions.terminals.vendors import StandingEvent
    from openesim.services.conditions.terminals.terminals import move_vendor

    what, who, moment = StandingEvent(event), actor(by), now()
    with opened(data, must_exist=True, holds="vendors") as work:
        stored = work.run_now(lambda stores: move_vendor(stores, vendor, what, reason, who, moment))
    show(vendor_fields(stored), as_json=as_json)


@app.command("list")
@json_errors
def list_vendors(data: Data, as_json: AsJson = False) -> None:
    """List vendors."""
    with opened(data, must_exist=True, holds="vendors") as work:
        vendors = all_of(
            lambda last: work.run_now(lambda stores: stores.vendors(last.vendor_id if last else 0, PAGE))
        )
    rows = [vendor_fields(each) for each in vendors]
    show_all(rows, ("vendor", "name", "kind", "country", "agent", "state"), as_json=as_json)
