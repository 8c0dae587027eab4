"""Two packs are compared place by place."""

from __future__ import annotations

import msgspec
import pytest

from openesim.conditions.rules.differences import Difference, find_differences, is_nothing, text_of
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import ServiceClass
from openesim.services.rules import shipped_packs

PACKS = {pack.id: pack for pack in shipped_packs()}
TEST = PACKS["test"]


@pytest.mark.parametrize("pack", PACKS.values(), ids=list(PACKS))
def test_a_pack_does_not_differ_from_itself(pack: Pack) -> None:
    assert find_differences(pack, pack) == []


def test_what_differs_is_told_with_before_and_after() -> None:
    phone = msgspec.structs.replace(
        TEST.service[ServiceClass.PHONE], channels=(), needs_licence=False, profiles_per_device=5
    )
    changed = msgspec.structs.replace(
        TEST,
        service={ServiceClass.PHONE: phone},
        limits=msgspec.structs.replace(TEST.limits, per_operator=0),
        person=msgspec.structs.replace(TEST.person, freshness_days=0),
    )
    assert find_differences(TEST, changed)[:3] == [
        Difference("service.phone.channels", "counter, online", None),
        Difference("service.phone.profiles_per_device", "2", "5"),
        Difference("service.phone.needs_licence", "yes", "no"),
    ]
    others = {each.path: (each.before, each.after) for each in find_differences(TEST, changed)[3:]}
    assert others.pop("service.iot")[1] is None
    assert others == {"limits.per_operator": ("2", None), "person.freshness_days": ("30", "0")}
    assert [each.path for each in find_differences(changed, TEST)] == [
        each.path for each in find_differences(TEST, changed)
    ]


def test_values_are_written_for_people() -> None:
    assert text_of({"a": ["x", "y"], "b": {"c": 1, "d": 0}, "e": False}) == "a: x, y; b: (c: 1); e: no"
    assert is_nothing("per_operator", 0)
    assert not is_nothing("freshness_days", 0)
    assert not is_nothing("needs_person", value=False)
    assert is_nothing("anything", None)
