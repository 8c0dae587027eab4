"""How vendors, models, chip makers, ranges and recalls are shown: as an object, or as a row."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from openesim.apps.cli.printing import print_fields, print_json, print_table

if TYPE_CHECKING:
    from openesim.conditions.terminals.makers import ChipMaker, EinRange, TacRange
    from openesim.conditions.terminals.models import Model
    from openesim.conditions.terminals.recalls import Recall
    from openesim.conditions.terminals.vendors import Vendor


def show(fields: dict[str, Any], *, as_json: bool) -> None:
    """Print one thing."""
    if as_json:
        print_json(fields)
    else:
        print_fields({name: _text(value) for name, value in fields.items()})


def show_all(rows: list[dict[str, Any]], headings: tuple[str, ...], *, as_json: bool) -> None:
    """Print several things of a kind; the table has the columns that are named."""
    if as_json:
        print_json(rows)
        return
    print_table([headings, *(tuple(_text(row[name]) for name in headings) for row in rows)])


def vendor_fields(vendor: Vendor) -> dict[str, Any]:
    """Return everything that is known of a vendor."""
    return {
        "vendor": vendor.vendor_id,
        "name": vendor.name,
        "kind": vendor.kind.value,
        "country": vendor.country,
        "agent": vendor.agent,
        "state": vendor.state.value,
        "remark": vendor.remark,
        "registered": _moment(vendor.created_at),
    }


def model_fields(model: Model, now: datetime) -> dict[str, Any]:
    """Return everything that is known of a model; its state is that of the moment."""
    from openesim.conditions.terminals.models import state_at

    approval = model.approval
    return {
        "model": model.model_id,
        "vendor": model.vendor_id,
        "name": model.name,
        "category": model.category.value,
        "state": state_at(model, now).value,
        "approval": None if approval is None else approval.number,
        "approved_from": None if approval is None else f"{approval.begins:%Y-%m-%d}",
        "approved_to": None if approval is None else f"{approval.ends:%Y-%m-%d}",
        "is_foreign": model.is_foreign,
        "abilities": sorted(model.abilities),
        "remark": model.remark,
        "changed": _moment(model.changed_at),
    }


def maker_fields(maker: ChipMaker) -> dict[str, Any]:
    """Return everything that is known of a chip maker, but the octets of his certificates."""
    return {
        "maker": maker.maker_id,
        "name": maker.name,
        "state": maker.state.value,
        "vendor": maker.vendor_id,
        "keys": [each.key_id.hex() for each in maker.certificates],
        "builds": [each.version for each in maker.builds],
        "remark": maker.remark,
        "registered": _moment(maker.created_at),
    }


def tac_fields(tacs: TacRange) -> dict[str, Any]:
    """Return everything that is known of a range of TACs."""
    return {"first": tacs.first, "last": tacs.last, "model": tacs.model_id, "holds": tacs.removed_at is None}


def ein_fields(eids: EinRange) -> dict[str, Any]:
    """Return everything that is known of a range of EIDs."""
    return {"first": eids.first, "last": eids.last, "maker": eids.maker_id, "holds": eids.removed_at is None}


def recall_fields(recall: Recall) -> dict[str, Any]:
    """Return everything that is known of a recall."""
    return {
        "recall": recall.recall_id,
        "kind": recall.target.kind.value,
        "which": str(recall.target),
        "first": recall.target.first,
        "last": recall.target.last,
        "maker": recall.target.maker_id,
        "reason": recall.reason,
        "made": _moment(recall.created_at),
        "made_by": recall.created_by,
        "lifted": None if recall.lifted_at is None else _moment(recall.lifted_at),
        "lifted_by": recall.lifted_by,
        "lifted_reason": recall.lifted_reason,
    }


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _text(value: Any) -> str:
    """Return a value as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name}: {each}" for name, each in value.items())
    return str(value)
