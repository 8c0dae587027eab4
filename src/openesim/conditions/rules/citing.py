"""Which rule, since when, and who says so: of every field of a pack."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from openesim.conditions.rules.pack import Pack, Source
from openesim.conditions.rules.words import ServiceClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """What a finding of the gate stands on.

    Attributes:
        pack: name of the pack.
        version: which version of it.
        rule: where the demand stands in it, such as ``limits.per_operator``.
        since: first day on which this version holds.
        sources: who says so.
    """

    pack: str
    version: str
    rule: str
    since: date
    sources: tuple[Source, ...]


def cite(pack: Pack, rule: str) -> Citation:
    """Return what a demand stands on.

    Args:
        pack: the rules it is in.
        rule: where it stands, as findings name it. Of a place that is not in the pack no source is known.
    """
    table, field = _table_of(pack, rule.split("."))
    keys = () if table is None else table.source_of.get(field, table.source)
    return Citation(
        pack=pack.id,
        version=pack.version,
        rule=rule,
        since=pack.pack.in_force.from_,
        sources=tuple(pack.sources[key] for key in keys if key in pack.sources),
    )


def _table_of(pack: Pack, path: list[str]) -> tuple[Any, str]:
    """Return the table that a place is in, and the field of it."""
    if path[0] == "service" and len(path) > 1:
        service = pack.service.get(ServiceClass(path[1])) if path[1] in set(ServiceClass) else None
        return service, "".join(path[2:3])
    if path[0] in {"person", "limits", "risk", "retention"}:
        return getattr(pack, path[0]), "".join(path[1:2])
    return None, ""
