"""``openesim terminal recall``: devices and chips that get nothing from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.terminal.options import PAGE, Who, Why, actor, all_of, given, now
from openesim.apps.cli.terminal.views import recall_fields, show, show_all

if TYPE_CHECKING:
    from openesim.conditions.terminals.recalls import Target
    from openesim.services.conditions.terminals.recalls import Preview

app = typer.Typer(help="Recalls: devices and chips that get nothing from now on.", no_args_is_help=True)

Model = Annotated[str | None, typer.Option(metavar="NUMBER", help="A model.")]
Tac = Annotated[str | None, typer.Option(metavar="TAC|FIRST-LAST", help="Types of devices.")]
Eum = Annotated[
    str | None, typer.Option(metavar="KEY", help="A chip maker: key identifier of the certificate.")
]
Ein = Annotated[
    str | None, typer.Option(metavar="DIGITS|FIRST-LAST", help="Chips, by what their EIDs begin with.")
]
Build = Annotated[str | None, typer.Option(metavar="VERSION|FIRST-LAST", help="Software of chips.")]
Maker = Annotated[int | None, typer.Option(metavar="NUMBER", help="Whose builds; left out, everybody's.")]


@app.command("preview")
@json_errors
def preview(
    data: Data,
    model: Model = None,
    tac: Tac = None,
    eum: Eum = None,
    ein: Ein = None,
    build: Build = None,
    maker: Maker = None,
    as_json: AsJson = False,
) -> None:
    """Tell who would be hit by a recall; nothing is changed."""
    from openesim.services.conditions.terminals.recalls import preview_recall

    target = _target(maker, model=model, tac=tac, eum=eum, ein=ein, build=build)
    with opened(data, must_exist=True, holds="terminals") as work:
        found = work.run_now(lambda stores: preview_recall(stores, target))
    show(_preview_fields(found), as_json=as_json)


@app.command("add")
@json_errors
def add(
    data: Data,
    reason: Why,
    model: Model = None,
    tac: Tac = None,
    eum: Eum = None,
    ein: Ein = None,
    build: Build = None,
    maker: Maker = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Recall devices or chips. A download that is under way is stopped before it gets its profile."""
    from openesim.services.conditions.terminals.recalls import make_recall

    target, moment = _target(maker, model=model, tac=tac, eum=eum, ein=ein, build=build), now()
    with opened(data) as work:
        recall = work.run_now(lambda stores: make_recall(stores, target, reason, actor(by), moment))
    show(recall_fields(recall), as_json=as_json)


@app.command("lift")
@json_errors
def lift(
    number: Annotated[int, typer.Argument(help="Number of the recall, see: openesim terminal recall list.")],
    data: Data,
    reason: Why,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Lift a recall. It stays on record, with who made and who lifted it."""
    from openesim.services.conditions.terminals.recalls import lift_recall

    moment = now()
    with opened(data, must_exist=True, holds="recalls") as work:
        recall = work.run_now(lambda stores: lift_recall(stores, number, reason, actor(by), moment))
    show(recall_fields(recall), as_json=as_json)


@app.command("list")
@json_errors
def list_recalls(
    data: Data,
    with_lifted: Annotated[bool, typer.Option("--all", help="Lifted ones, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List recalls."""
    with opened(data, must_exist=True, holds="recalls") as work:
        recalls = all_of(
            lambda last: work.run_now(lambda stores: stores.recalls(last.recall_id if last else 0, PAGE))
        )
    rows = [recall_fields(each) for each in recalls if with_lifted or each.lifted_at is None]
    show_all(rows, ("recall", "kind", "which", "reason", "made", "made_by", "lifted"), as_json=as_json)


def _target(maker: int | None, **named: str | None) -> Target:
    """Return which devices or chips the options mean.

    Raises:
        ConfigError: none of the options, more than one, or a text that cannot be read.
    """
    from openesim.conditions.terminals.recalls import RecallKind, Target
    from openesim.kernel.errors import ConfigError

    texts = [(RecallKind(kind), text) for kind, text in named.items() if text is not None]
    if len(texts) != 1:
        raise ConfigError("one of --model, --tac, --eum, --ein and --build says what is recalled")
    kind, text = texts[0]
    if maker is not None and kind is not RecallKind.BUILD:
        raise ConfigError("--maker goes with --build: it says whose software")
    return given(f"--{kind.value}", lambda typed: Target.parse(kind, typed, maker), text)


def _preview_fields(found: Preview) -> dict[str, Any]:
    """Return who would be hit, and how sure that is."""
    notes = {
        "at least: there are more": found.is_at_least,
        "of devices that are bound to their chips": found.is_by_bond,
        "at most: chips tell their software only when they ask": found.is_at_most,
    }
    return {
        "models": list(found.models),
        "ranges": found.ranges,
        "orders": found.orders,
        "lines": found.lines,
        "persons": found.persons,
        "counted": [note for note, holds in notes.items() if holds],
    }
