"""Whether a pack asks anything of anybody: any single demand is enough to say yes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from openesim.conditions.rules.asking import asks, asks_nothing
from openesim.conditions.rules.pack import CoolDown, Device, Limits, PeriodLimit, Risk, Service
from openesim.conditions.rules.words import Binding, Channel, Deed, NumberKind, Region, ServiceClass
from openesim.services.rules import shipped_packs

PACKS = {pack.id: pack for pack in shipped_packs()}
OPEN = PACKS["open"]
FREE = OPEN.service[ServiceClass.WATCH]


def with_watch(**fields: Any) -> Any:
    watch = msgspec.structs.replace(FREE, **fields)
    return msgspec.structs.replace(OPEN, service={**OPEN.service, ServiceClass.WATCH: watch})


def test_only_open_asks_nothing() -> None:
    assert [name for name, pack in PACKS.items() if asks_nothing(pack)] == ["open"]


@pytest.mark.parametrize(
    "fields",
    [
        {"channels": (Channel.COUNTER,)},
        {"regions": Region.COUNTRY},
        {"numbers": (NumberKind.MOBILE,)},
        {"profiles_per_device": 1},
        {"device": Device(chip_binding=Binding.EID)},
        {"needs_licence": True},
        {"needs_person": True},
    ],
)
def test_one_demand_in_one_class_is_something(fields: dict[str, Any]) -> None:
    assert not asks_nothing(with_watch(**fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"limits": Limits(per_operator=1)},
        {"limits": Limits(per_class={ServiceClass.WATCH: 1})},
        {"limits": Limits(per_period=(PeriodLimit(lines=1, days=1),))},
        {"risk": Risk(refuse_from=100)},
        {"risk": Risk(after_reissue=CoolDown(cool_down_hours=1, blocks=(Deed.PORT_OUT,)))},
        {"service": {ServiceClass.PHONE: FREE}},
    ],
)
def test_one_limit_one_threshold_or_one_class_less_is_something(fields: dict[str, Any]) -> None:
    assert not asks_nothing(msgspec.structs.replace(OPEN, **fields))


def test_sources_and_figures_that_are_none_ask_nothing() -> None:
    assert asks_nothing(with_watch(source=("x",), source_of={"regions": ("x",)}))
    assert asks_nothing(with_watch(numbers=(NumberKind.MOBILE, NumberKind.ANY)))
    assert asks_nothing(msgspec.structs.replace(OPEN, limits=Limits(per_class={ServiceClass.WATCH: 0})))
    assert not asks(Risk(source=("x",)))
    assert asks(Service())
