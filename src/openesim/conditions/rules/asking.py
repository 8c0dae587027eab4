"""Whether a pack, or a part of it, asks anything of anybody."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from openesim.conditions.rules.pack import Limits, Pack, Service
from openesim.conditions.rules.words import NumberKind, ServiceClass

T = TypeVar("T", bound=msgspec.Struct)


def asks_nothing(pack: Pack) -> bool:
    """Tell whether a pack lets everybody through, in every class of service: then nobody need be asked for facts.

    Args:
        pack: any pack; retention and notices ask nothing of an order and do not count.
    """
    return (
        all(service in pack.service and not asks(pack.service[service]) for service in ServiceClass)
        and not asks(pack.limits)
        and not asks(pack.risk)
    )


def asks(table: Any) -> bool:
    """Tell whether a table of a pack asks for more than nothing; its sources do not count."""
    if isinstance(table, Service):
        table = _without_words(table)
        return bool(table != Service(needs_person=False))
    if isinstance(table, Limits):
        return any((table.per_operator, table.nationwide, *table.per_class.values(), table.per_period))
    return bool(_without_sources(table) != type(table)())


def _without_words(service: Service) -> Service:
    """Return a class of service without what asks nothing: its sources, and numbers that are any."""
    numbers = (NumberKind.ANY,) if NumberKind.ANY in service.numbers else service.numbers
    return _without_sources(msgspec.structs.replace(service, numbers=numbers))


def _without_sources(table: T) -> T:
    return msgspec.structs.replace(table, source=(), source_of={})
