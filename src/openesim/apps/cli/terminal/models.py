"""``openesim terminal model``: submissions, reviews and approvals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.terminal.options import PAGE, Who, Why, actor, all_of, formed, now
from openesim.apps.cli.terminal.views import model_fields, show, show_all

if TYPE_CHECKING:
    from openesim.adapters.db.stores import Stores
    from openesim.conditions.terminals.models import Model

app = typer.Typer(help="Models of terminals: submitted, reviewed, approved.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="Number of the model, see: openesim terminal model list.")]
Category = Annotated[
    Literal["phone", "tablet", "laptop", "watch", "iot", "vehicle"], typer.Option(help="What it is.")
]
Abilities = Annotated[
    str,
    typer.Option(
        metavar="WORDS",
        help="consumer, iot, m2m, sm-ds, multiple-enabled, device-change, removable; blanks between.",
    ),
]
Foreign = Annotated[bool, typer.Option("--foreign", help="It is made for other markets.")]
_COLUMNS = ("model", "vendor", "name", "category", "state", "approval", "approved_to", "is_foreign")


@app.command("submit")
@json_errors
def submit(
    name: Annotated[str, typer.Argument(help="Name, unique with its vendor.")],
    data: Data,
    vendor: Annotated[str, typer.Option(help="Name of the vendor.")],
    category: Category,
    abilities: Abilities = "",
    foreign: Foreign = False,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Submit a model; it waits for a review."""
    from openesim.conditions.terminals.forms import read_model_form
    from openesim.services.conditions.terminals.terminals import submit_model

    cells = {"vendor": vendor, "name": name, "category": category, "abilities": abilities}
    cells["is_foreign"] = "yes" if foreign else "no"
    form, moment = formed(read_model_form, cells), now()
    with opened(data, must_exist=True, holds="vendors") as work:
        model = work.run_now(lambda stores: submit_model(stores, form, actor(by), moment))
    show(model_fields(model, moment), as_json=as_json)


@app.command("answer")
@json_errors
def answer(
    model: Number,
    data: Data,
    text: Annotated[str, typer.Option("--text", help="What the vendor says to it.")] = "",
    name: Annotated[str | None, typer.Option(help="Another name.")] = None,
    category: Annotated[str | None, typer.Option(help="Another category.")] = None,
    abilities: Annotated[str | None, typer.Option(metavar="WORDS", help="Other abilities.")] = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Submit a model once more: in answer to a question, or after it was refused, revoked or has expired."""
    from openesim.conditions.terminals.forms import read_model_form
    from openesim.services.conditions.terminals.terminals import answer_model

    moment = now()

    def unit(stores: Stores) -> Model:
        known = stores.model(model)
        before = {} if known is None else model_fields(known, moment)
        cells = {
            "vendor": "its vendor",
            "name": name or before.get("name", "unknown"),
            "category": category or before.get("category", "phone"),
            "is_foreign": "yes" if before.get("is_foreign") else "no",
            "abilities": abilities if abilities is not None else " ".join(before.get("abilities", [])),
        }
        form = formed(read_model_form, cells)
        return answer_model(stores, model, form, text, actor(by), moment)

    with opened(data, must_exist=True, holds="models") as work:
        stored = work.run_now(unit)
    show(model_fields(stored, moment), as_json=as_json)


@app.command("approve")
@json_errors
def approve(
    model: Number,
    data: Data,
    number: Annotated[str, typer.Option(help="Number of the approval.")],
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="First day, YYYY-MM-DD.")],
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="Last day, YYYY-MM-DD.")],
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Approve a model, or renew its approval."""
    from openesim.conditions.terminals.forms import read_approval
    from openesim.kernel.errors import ConfigError
    from openesim.services.conditions.terminals.terminals import approve_model

    cells = {"approval_number": number, "approved_from": first, "approved_to": last}
    approval, moment = formed(read_approval, cells), now()
    if approval is None:
        raise ConfigError("an approval has a number, a first day and a last day")
    with opened(data, must_exist=True, holds="models") as work:
        stored = work.run_now(lambda stores: approve_model(stores, model, approval, actor(by), moment))
    show(model_fields(stored, moment), as_json=as_json)


@app.command("review")
@json_errors
def review(
    model: Number,
    event: Annotated[
        Literal["ask-back", "refuse", "suspend", "resume", "revoke"],
        typer.Argument(help="What happens to it."),
    ],
    data: Data,
    reason: Why = "",
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Ask back, refuse, suspend, resume or revoke a model."""
    from openesim.conditions.terminals.models import ModelEvent
    from openesim.services.conditions.terminals.terminals import review_model

    what, who, moment = ModelEvent(event), actor(by), now()
    with opened(data, must_exist=True, holds="models") as work:
        stored = work.run_now(lambda stores: review_model(stores, model, what, reason, who, moment))
    show(model_fields(stored, moment), as_json=as_json)


@app.command("list")
@json_errors
def list_models(
    data: Data,
    vendor: Annotated[int | None, typer.Option(metavar="NUMBER", help="Of this vendor only.")] = None,
    as_json: AsJson = False,
) -> None:
    """List models."""

    def page(stores: Stores, last: Model | None) -> list[Model]:
        if vendor is not None:
            return stores.models_of(vendor, last.name if last else "", PAGE)
        return stores.models(last.model_id if last else 0, PAGE)

    with opened(data, must_exist=True, holds="models") as work:
        models = all_of(lambda last: work.run_now(lambda stores: page(stores, last)))
    moment = now()
    show_all([model_fields(each, moment) for each in models], _COLUMNS, as_json=as_json)


@app.command("queue")
@json_errors
def queue(data: Data, as_json: AsJson = False) -> None:
    """List models that wait for an inspector, those that have waited longest first."""
    from openesim.services.conditions.terminals.terminals import review_queue

    with opened(data, must_exist=True, holds="models") as work:
        models = all_of(
            lambda last: work.run_now(
                lambda stores: review_queue(stores, (last.changed_at, last.model_id) if last else None, PAGE)
            )
        )
    moment = now()
    show_all([model_fields(each, moment) for each in models], (*_COLUMNS[:5], "changed"), as_json=as_json)
