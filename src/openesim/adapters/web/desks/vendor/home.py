"""The first page of the desk: models by state, what is asked, what ends soon, recalls that hit, how one stands."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.table import Column, Row, Table, plain_table
from openesim.adapters.web.desks.components.values import Quiet
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.vendor.services import VendorServices
from openesim.adapters.web.desks.vendor.views import (
    IN_REVIEW,
    MODELS,
    category_name,
    hit_view,
    model_link,
    path_of,
    standing_pill,
    state_pill,
)
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.terminals.models import Model, ModelState, state_at
from openesim.conditions.terminals.vendors import Standing
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.vendor.pictures import Overview

_W: Final = "vendor.home"


@get("/vendor", opt=reach(Permission.MODELS_READ, Tenancy.VENDOR))
async def home(visit: NamedDependency[Visit], vendor: NamedDependency[VendorServices]) -> Response[str]:
    """Show what there is to do."""
    now = await vendor.desk.overview(visit.vendor_id)
    return visit.page(
        "vendor/home.html",
        name=now.vendor.name,
        standing=standing_pill(visit, now.vendor.state),
        is_out=now.vendor.state is not Standing.IN_FORCE,
        remark=now.vendor.remark,
        maker=now.maker,
        is_empty=not now.total,
        figures=_figures(visit, now),
        asked=[(each, path_of(each.model_id)) for each in now.asked],
        ending=_ending(visit, now.ending),
        changed=_changed(visit, now.changed[:8]),
        hits=[hit_view(visit, hit) for hit in now.hits],
        may_submit=visit.me.may(Permission.MODELS_SUBMIT),
    )


def _figures(visit: Visit, now: Overview) -> list[tuple[str, int, str, str]]:
    """Return label, number, address and note of what is looked at first."""
    review = sum(now.counts.get(state, 0) for state in IN_REVIEW)
    asked = now.counts.get(ModelState.ASKED_BACK, 0)
    figures = (
        ("approved", now.counts.get(ModelState.APPROVED, 0), f"{MODELS}?state=approved", ""),
        ("review", review, f"{MODELS}?state=submitted", _note(visit, "asked", asked)),
        ("ending", len(now.ending), "#ending", visit.say(f"{_W}.figure.ending_note")),
        ("recalls", len(now.hits), "/vendor/notices", ""),
    )
    return [(visit.say(f"{_W}.figure.{name}"), number, to, note) for name, number, to, note in figures]


def _note(visit: Visit, name: str, count: int) -> str:
    return visit.say(f"{_W}.figure.{name}_note", count=count) if count else ""


def _ending(visit: Visit, models: tuple[Model, ...]) -> Table | None:
    """Return approvals that end soon as a table."""
    if not models:
        return None
    columns = [Column(visit.say(f"{_W}.column.{name}")) for name in ("model", "number", "ends", "left")]
    rows = []
    for model in models:
        assert model.approval is not None  # noqa: S101 (of those that are approved)
        left = visit.format.ago(model.approval.ends, visit.now)
        ends = model.approval.ends
        rows.append(Row((model_link(model), model.approval.number, ends.date(), left)))
    return plain_table(visit.say(f"{_W}.ending"), columns, rows)


def _changed(visit: Visit, models: tuple[Model, ...]) -> Table | None:
    """Return the last decisions as a table."""
    if not models:
        return None
    return decisions_table(visit, visit.say(f"{_W}.changed"), models)


def decisions_table(visit: Visit, caption: str, models: tuple[Model, ...]) -> Table:
    """Return what was decided of models as a table."""
    names = ("model", "category", "state", "remark", "changed")
    columns = [Column(visit.say(f"{_W}.column.{name}")) for name in names]
    rows: list[Row] = []
    for model in models:
        cells: tuple[Any, ...] = (
            model_link(model),
            Quiet(category_name(visit, model.category)),
            state_pill(visit, state_at(model, visit.now)),
            model.remark or None,
            model.changed_at,
        )
        rows.append(Row(cells))
    return plain_table(caption, columns, rows)
