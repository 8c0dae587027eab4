"""Stock: profile types with what is left of each, batches, and imports that were begun."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.table import Column, Row, TableQuery, plain_table
from openesim.adapters.web.desks.components.values import Link, Pill, Quiet, Tone
from openesim.adapters.web.desks.operator.places import number_of
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.views import at_least, say
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.network.subscription import Batch
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.profile_types import Level
from openesim.services.stock_import_state import Followed, Stage

STOCK: Final = "/operator/stock"

_W: Final = "operator.stock"
_BATCHES: Final = 20
_IMPORTS: Final = 5

STAGE_TONES: Final = {
    Stage.JUDGING: Tone.WAIT,
    Stage.STORING: Tone.INFO,
    Stage.DONE: Tone.GOOD,
    Stage.REFUSED: Tone.BAD,
    Stage.FAILED: Tone.BAD,
}


@get(STOCK, opt=reach(Permission.STOCK_READ, Tenancy.OPERATOR))
async def stock(visit: NamedDependency[Visit], operator: NamedDependency[OperatorServices]) -> Response[Any]:
    """Show what is left."""
    query = TableQuery(visit)
    levels = await levels_for(operator, visit.operator)
    batches = await operator.imports.batches(visit.operator, number_of(query.cursor), _BATCHES + 1)
    imports = await operator.imports.page(visit.operator, None, _IMPORTS)
    return visit.page(
        "operator/stock.html",
        types=await _types_table(visit, operator, levels),
        low=[level for level in levels if level.is_low],
        batches=_batches_table(visit, query, batches),
        imports=_imports_table(visit, imports) if imports and not query.cursor else None,
        may_import=visit.me.may(Permission.STOCK_IMPORT),
    )


async def levels_for(operator: OperatorServices, name: str) -> list[Level]:
    """Return how much is left of each profile type that is the operator's business."""
    names = {each.name for each in await operator.profile_types.known_to(name)}
    names |= {plan.profile_type for plan in await operator.plans.all(name)}
    return await operator.profile_types.levels_of(sorted(names), name)


async def _types_table(visit: Visit, operator: OperatorServices, levels: list[Level]) -> Any:
    known = {each.name: each for each in await operator.profile_types.known_to(visit.operator)}
    names = ("type", "shown", "available", "mark", "level")
    kinds: tuple[Any, ...] = ("text", "text", "number", "number", "text")
    columns = [
        Column(say(visit, f"{_W}.column.{name}"), kind) for name, kind in zip(names, kinds, strict=True)
    ]
    rows = []
    for level in levels:
        one = known.get(level.profile_type)
        shown = f"{one.service_provider_name} · {one.profile_name}" if one else ""
        left = at_least(visit, level.available, is_more=level.is_more)
        mark = level.low_stock or None
        rows.append(
            Row((level.profile_type, Quiet(shown) if shown else None, left, mark, level_pill(visit, level)))
        )
    return plain_table(say(visit, f"{_W}.types"), columns, rows)


def level_pill(visit: Visit, level: Level) -> Pill:
    """Return whether enough is left of a type."""
    if not level.available:
        return Pill.of(visit, f"{_W}.level.none", Tone.BAD)
    if level.is_low:
        return Pill.of(visit, f"{_W}.level.low", Tone.WAIT)
    return Pill.of(visit, f"{_W}.level.enough", Tone.GOOD)


def _batches_table(visit: Visit, query: TableQuery, batches: list[tuple[int, Batch]]) -> Any:
    names = ("batch", "type", "on_disk", "of", "mark", "state")
    columns = [
        Column(say(visit, f"{_W}.column.{name}"), "number" if name in {"on_disk", "of", "mark"} else "text")
        for name in names
    ]
    shown = batches[:_BATCHES]
    rows = [
        Row(
            (
                short_name(batch.name, visit.operator),
                batch.profile_type,
                batch.done,
                batch.size,
                batch.low_stock or None,
                batch_pill(visit, batch),
            )
        )
        for _, batch in shown
    ]
    following = str(shown[-1][0]) if len(batches) > _BATCHES else ""
    return query.table(say(visit, f"{_W}.batches"), columns, rows, next_cursor=following)


def batch_pill(visit: Visit, batch: Batch) -> Pill:
    """Return whether all of a batch is on disk."""
    if batch.done < batch.size:
        return Pill.of(visit, f"{_W}.batch.part", Tone.WAIT)
    return Pill.of(visit, f"{_W}.batch.whole", Tone.GOOD)


def _imports_table(visit: Visit, imports: list[Followed]) -> Any:
    names = ("batch", "begun", "on_disk", "state")
    columns = [
        Column(say(visit, f"{_W}.column.{name}"), "number" if name == "on_disk" else "text") for name in names
    ]
    rows = [
        Row(
            (
                Link(short_name(one.found.batch, visit.operator), import_path(one.found.import_id)),
                one.found.begun_at,
                one.on_disk,
                stage_pill(visit, one),
            )
        )
        for one in imports
    ]
    return plain_table(say(visit, f"{_W}.imports"), columns, rows)


def stage_pill(visit: Visit, one: Followed) -> Pill:
    """Return what an import is at."""
    if one.found.is_lost(visit.now):
        return Pill.of(visit, f"{_W}.stage.lost", Tone.BAD)
    stage = one.found.stage
    return Pill.of(visit, f"{_W}.stage.{stage.value}", STAGE_TONES[stage])


def import_path(import_id: int) -> str:
    """Return the path of the page about an import."""
    return f"{STOCK}/imports/{import_id}"


def full_name(name: str, operator: str) -> str:
    """Return the name of a batch as it is kept: nobody else's can have it."""
    return f"{operator}/{name}"


def short_name(name: str, operator: str) -> str:
    """Return the name of a batch as its operator calls it."""
    return name.removeprefix(f"{operator}/")
