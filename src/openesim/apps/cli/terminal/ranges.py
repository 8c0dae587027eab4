"""``openesim terminal tac`` and ``openesim terminal ein``: which TACs are a model's, which EIDs a chip maker's."""

from __future__ import annotations

from typing import Annotated

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.terminal.options import PAGE, Who, actor, all_of, given, now
from openesim.apps.cli.terminal.views import ein_fields, show, show_all, tac_fields

tacs = typer.Typer(help="TACs: which types of devices are of which model.", no_args_is_help=True)
eins = typer.Typer(help="EINs: what the EIDs of a maker's chips begin with.", no_args_is_help=True)

Model = Annotated[int, typer.Argument(help="Number of the model.")]
Maker = Annotated[int, typer.Argument(help="Number of the chip maker.")]


@tacs.command("add")
@json_errors
def add_tac(
    model: Model,
    tac: Annotated[str, typer.Argument(metavar="TAC|FIRST-LAST", help="8 digits, or a range of them.")],
    data: Data,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Give a model TACs."""
    from openesim.conditions.terminals.fields import read_tacs
    from openesim.services.conditions.terminals.terminals import add_tacs

    span, moment = given(tac, read_tacs, tac), now()
    with opened(data, must_exist=True, holds="models") as work:
        stored = work.run_now(lambda stores: add_tacs(stores, model, span, actor(by), moment))
    show(tac_fields(stored), as_json=as_json)


@tacs.command("remove")
@json_errors
def remove_tac(
    first: Annotated[str, typer.Argument(help="First TAC of the range.")],
    data: Data,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Take a range of TACs from its model."""
    from openesim.conditions.terminals.fields import read_tacs
    from openesim.services.conditions.terminals.terminals import remove_tacs

    (begin, _), moment = given(first, read_tacs, first), now()
    with opened(data, must_exist=True, holds="models") as work:
        stored = work.run_now(lambda stores: remove_tacs(stores, begin, actor(by), moment))
    show(tac_fields(stored), as_json=as_json)


@tacs.command("list")
@json_errors
def list_tacs(model: Model, data: Data, as_json: AsJson = False) -> None:
    """List the TACs of a model."""
    with opened(data, must_exist=True, holds="models") as work:
        found = all_of(
            lambda last: work.run_now(
                lambda stores: stores.tac_ranges_of(model, last.first if last else "", PAGE)
            )
        )
    show_all([tac_fields(each) for each in found], ("first", "last"), as_json=as_json)


@eins.command("add")
@json_errors
def add_ein(
    maker: Maker,
    ein: Annotated[
        str,
        typer.Argument(metavar="DIGITS|FIRST-LAST", help="What the EIDs begin with, or a range of EIDs."),
    ],
    data: Data,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Note which EIDs are a chip maker's."""
    from openesim.conditions.terminals.fields import read_eins
    from openesim.services.conditions.terminals.chip_makers import add_eins

    span, moment = given(ein, read_eins, ein), now()
    with opened(data, must_exist=True, holds="chip makers") as work:
        stored = work.run_now(lambda stores: add_eins(stores, maker, span, actor(by), moment))
    show(ein_fields(stored), as_json=as_json)


@eins.command("remove")
@json_errors
def remove_ein(
    first: Annotated[str, typer.Argument(metavar="DIGITS", help="What the EIDs of the range begin with.")],
    data: Data,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Take a range of EIDs from its chip maker."""
    from openesim.conditions.terminals.fields import read_eins
    from openesim.services.conditions.terminals.chip_makers import remove_eins

    (begin, _), moment = given(first, read_eins, first), now()
    with opened(data, must_exist=True, holds="chip makers") as work:
        stored = work.run_now(lambda stores: remove_eins(stores, begin, actor(by), moment))
    show(ein_fields(stored), as_json=as_json)


@eins.command("list")
@json_errors
def list_eins(maker: Maker, data: Data, as_json: AsJson = False) -> None:
    """List the EIDs of a chip maker."""
    with opened(data, must_exist=True, holds="chip makers") as work:
        found = all_of(
            lambda last: work.run_now(
                lambda stores: stores.ein_ranges_of(maker, last.first if last else "", PAGE)
            )
        )
    show_all([ein_fields(each) for each in found], ("first", "last"), as_json=as_json)
