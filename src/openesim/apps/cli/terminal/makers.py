"""``openesim terminal maker``: chip makers, their certificates and builds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.terminal.options import PAGE, Who, Why, actor, all_of, given, now
from openesim.apps.cli.terminal.views import maker_fields, show, show_all

app = typer.Typer(help="Chip makers (EUM): certificates, builds, standing.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="Number of the chip maker, see: openesim terminal maker list.")]


@app.command("add")
@json_errors
def add(
    name: Annotated[str, typer.Argument(help="Name, unique.")],
    data: Data,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Register a chip maker."""
    from openesim.conditions.terminals.fields import read_text
    from openesim.services.conditions.terminals.chip_makers import register_maker

    read, moment = given("name", read_text, name), now()
    with opened(data) as work:
        maker = work.run_now(lambda stores: register_maker(stores, read, actor(by), moment))
    show(maker_fields(maker), as_json=as_json)


@app.command("certificate")
@json_errors
def certificate(
    maker: Number,
    file: Annotated[Path, typer.Argument(help="EUM certificate, PEM or DER.", exists=True, dir_okay=False)],
    data: Data,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Note a certificate of a chip maker: chips are known by its key."""
    from openesim.adapters.keystore.pem import read_certificates
    from openesim.conditions.terminals.makers import read_certificate
    from openesim.services.conditions.terminals.chip_makers import add_certificate

    read, moment = read_certificate(read_certificates(file)[0].octets), now()
    with opened(data, must_exist=True, holds="chip makers") as work:
        stored = work.run_now(lambda stores: add_certificate(stores, maker, read, actor(by), moment))
    show(maker_fields(stored), as_json=as_json)


@app.command("build")
@json_errors
def build(
    maker: Number,
    version: Annotated[str, typer.Argument(help="Version of the chip's software, such as 4.2.0.")],
    data: Data,
    remark: Annotated[str, typer.Option(help="What the maker says of it.")] = "",
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Note a build that a chip maker told."""
    from openesim.conditions.terminals.makers import read_build
    from openesim.services.conditions.terminals.chip_makers import add_build

    read, moment = given(version, lambda text: read_build(text, remark), version), now()
    with opened(data, must_exist=True, holds="chip makers") as work:
        stored = work.run_now(lambda stores: add_build(stores, maker, read, actor(by), moment))
    show(maker_fields(stored), as_json=as_json)


@app.command("move")
@json_errors
def move(
    maker: Number,
    event: Annotated[
        Literal["suspend", "resume", "strike-off"], typer.Argument(help="What happens to the chip maker.")
    ],
    data: Data,
    reason: Why,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Suspend a chip maker, let him in again, or strike him off; his chips get nothing meanwhile."""
    from openesim.conditions.terminals.vendors import StandingEvent
    from openesim.services.conditions.terminals.chip_makers import move_maker

    what, who, moment = StandingEvent(event), actor(by), now()
    with opened(data, must_exist=True, holds="chip makers") as work:
        stored = work.run_now(lambda stores: move_maker(stores, maker, what, reason, who, moment))
    show(maker_fields(stored), as_json=as_json)


@app.command("assign")
@json_errors
def assign(
    maker: Number,
    data: Data,
    vendor: Annotated[
        int | None, typer.Option(help="Number of the vendor who is this chip maker, too; left out: none is.")
    ] = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Note which vendor a chip maker is: his desk then keeps certificates, EIDs and builds."""
    from openesim.services.conditions.terminals.chip_makers import assign_maker

    who, moment = actor(by), now()
    with opened(data, must_exist=True, holds="chip makers") as work:
        stored = work.run_now(lambda stores: assign_maker(stores, maker, vendor, who, moment))
    show(maker_fields(stored), as_json=as_json)


@app.command("list")
@json_errors
def list_makers(data: Data, as_json: AsJson = False) -> None:
    """List chip makers."""
    with opened(data, must_exist=True, holds="chip makers") as work:
        makers = all_of(
            lambda last: work.run_now(lambda stores: stores.makers(last.maker_id if last else 0, PAGE))
        )
    rows = [maker_fields(each) for each in makers]
    show_all(rows, ("maker", "name", "state", "keys", "builds"), as_json=as_json)
