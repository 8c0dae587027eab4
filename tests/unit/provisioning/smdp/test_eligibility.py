"""Whether a profile fits a chip, judged before the code is burnt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from openesim.messages.sgp22.euicc_info import UiccCapability
from openesim.messages.sgp22.types import PprIds
from openesim.provisioning.smdp.orders import OrderState
from tests.support.chip import node, tlv
from tests.support.rig import Rig, make_chip, make_package, package_octets

Pair = tuple[str, str] | None

PPR1, PPR2, UPDATE = b"\x40", b"\x20", b"\x80"
MEMORY = len(package_octets())


@dataclass(frozen=True)
class Case:
    """What is special about chip and package, and what becomes of it."""

    name: str
    expected: Pair
    chip: dict[str, Any]
    package: dict[str, Any]


def case(name: str, expected: Pair, chip: dict[str, Any] | None = None, **package: Any) -> Case:
    return Case(name, expected, chip or {}, package)


def with_rules(rules: int) -> dict[str, Any]:
    return {"metadata": replace(make_package().metadata, profile_policy_rules=PprIds(rules))}


NOT_ELIGIBLE = ("8.2.5", "4.3")
USIM_MILENAGE = b"\x48"

CASES = [
    case("a plain chip", None),
    case("rule forbidden", NOT_ELIGIBLE, {"forbidden": PPR1}, **with_rules(2)),
    case("one of two rules forbidden", NOT_ELIGIBLE, {"forbidden": PPR2}, **with_rules(2 | 4)),
    case("another rule forbidden", None, {"forbidden": PPR2}, **with_rules(2)),
    case("rules forbidden, none wanted", None, {"forbidden": b"\x60"}),
    case("rules wanted, none forbidden", None, {}, **with_rules(2 | 4)),
    case("no room for another profile", NOT_ELIGIBLE, {"rsp_capability": b"\x40"}),
    case("all that is asked for", None, {"uicc_capability": USIM_MILENAGE}),
    case("no MILENAGE", NOT_ELIGIBLE, {"uicc_capability": b"\x40"}),
    case("no Java Card", NOT_ELIGIBLE, {"uicc_capability": USIM_MILENAGE}, required=UiccCapability(1 << 14)),
    case("no CSIM", None, {"uicc_capability": USIM_MILENAGE}, required=UiccCapability(1 << 3)),
    case("no test algorithm", None, {"uicc_capability": USIM_MILENAGE}, required=UiccCapability(1 << 8)),
    case("a chip that tells nothing", None, {"uicc_capability": b"\0", "rsp_capability": b"\0"}),
    case("a package of the next version", NOT_ELIGIBLE, {"profile_version": b"\2\3\1"}, saip_version=(3, 1)),
    case("a package of a later revision", None, {"profile_version": b"\2\1\0"}, saip_version=(2, 3)),
    case("an old package on a new chip", None, {"profile_version": b"\3\3\1"}, saip_version=(2, 1)),
    case("just enough memory", None, {"free_memory": MEMORY}),
    case("an octet too little", ("8.1", "4.8"), {"free_memory": MEMORY - 1}),
    case("no memory", ("8.1", "4.8"), {"free_memory": 0}),
    case("rules before memory", NOT_ELIGIBLE, {"forbidden": PPR1, "free_memory": 0}, **with_rules(2)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_profile_is_given_to_a_chip_that_can_take_it(rig: Rig, case: Case) -> None:
    """PAIN 16 and 17: version, features and memory are compared before anything is loaded."""
    rig.add_order(package=rig.add_package(**case.package))
    chip = make_chip()
    for name, value in case.chip.items():
        setattr(chip, name, value)
    assert rig.lpa(chip).announce("TEST-1").pair == case.expected
    order = rig.order()
    assert order.download_attempts == 1, "the attempt counts, whatever came of it"
    if case.expected is None:
        assert order.state is OrderState.RELEASED
    else:
        assert (order.state, order.outcome) == (OrderState.ERROR, "/".join(case.expected))


def test_a_chip_whose_memory_cannot_be_read_judges_on_its_own(rig: Rig) -> None:
    def without_memory(signed1: bytes) -> bytes:
        return _rebuilt(signed1, 0xBF22, lambda info: _rebuilt(info, 0x84, lambda _: tlv(0x84, b"\xff\xff")))

    def _rebuilt(octets: bytes, tag: int, change: Callable[[bytes], bytes]) -> bytes:
        outer = node(octets)
        return tlv(outer.tag, *(change(part.octets) if part.tag == tag else part.octets for part in outer))

    rig.add_order()
    chip = make_chip()
    chip.alter["euicc_signed1"] = without_memory
    assert rig.lpa(chip).announce("TEST-1").pair is None


def test_a_reusable_order_outlives_a_chip_that_does_not_fit(rig: Rig) -> None:
    stored = rig.add_order(is_reusable=True)
    poor = make_chip(1)
    poor.free_memory = 1
    assert rig.lpa(poor).announce("TEST-1").pair == ("8.1", "4.8")
    assert rig.order(stored.order_id).state is OrderState.RELEASED
    assert rig.lpa(make_chip(2)).download("TEST-1").http_status == 204
