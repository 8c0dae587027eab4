"""What users see may be changed until their chip was told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openesim.kernel.errors import DecodeError, StateError
from openesim.messages.sgp22.metadata import IconType, StoreMetadataRequest
from openesim.messages.sgp22.types import OperatorId, PprIds
from openesim.provisioning.smdp.dressing import Dressing, dressed, verify_to_come
from openesim.provisioning.smdp.orders import Order, OrderState
from tests.support.rig import ICCID

PNG, JPG = b"\x89PNG\r\n\x1a\n" + bytes(50), b"\xff\xd8\xff\xe0" + bytes(50)
OWNER = OperatorId(mcc_mnc=bytes.fromhex("00F110"))
PPR1 = PprIds(PprIds.PPR1_DISABLE_NOT_ALLOWED)
PLAIN = StoreMetadataRequest(iccid=ICCID, service_provider_name="Testland", profile_name="One")


def test_only_what_is_wished_changes() -> None:
    assert dressed(PLAIN, Dressing()) == PLAIN
    assert dressed(PLAIN, Dressing(profile_name="Two")) == replace(PLAIN, profile_name="Two")
    assert dressed(PLAIN, Dressing(service_provider_name="")) == replace(PLAIN, service_provider_name="")


@pytest.mark.parametrize(("icon", "kind"), [(PNG, IconType.PNG), (JPG, IconType.JPG)])
def test_an_icon_comes_and_goes_with_its_type(icon: bytes, kind: IconType) -> None:
    with_icon = dressed(PLAIN, Dressing(icon=icon))
    assert (with_icon.icon, with_icon.icon_type) == (icon, kind)
    assert dressed(with_icon, Dressing(icon=b"")) == PLAIN


def test_policy_rules_need_an_owner() -> None:
    with pytest.raises(DecodeError, match="owner"):
        dressed(PLAIN, Dressing(rules=PPR1))
    ruled = dressed(PLAIN, Dressing(rules=PPR1, owner=OWNER))
    assert (ruled.profile_policy_rules, ruled.profile_owner) == (PPR1, OWNER)
    assert dressed(ruled, Dressing(rules=PprIds(0))).profile_policy_rules is None


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Dressing(service_provider_name="x" * 33), "service_provider_name"),
        (Dressing(profile_name="x" * 65), "profile_name"),
        (Dressing(profile_name="a\x1b[2J"), "profile_name"),
        (Dressing(icon=PNG + bytes(1024)), "icon"),
        (Dressing(icon=b"GIF89a"), "icon"),
    ],
)
def test_what_no_chip_would_take_is_refused_at_its_field(wish: Dressing, field: str) -> None:
    with pytest.raises(DecodeError) as error:
        dressed(PLAIN, wish)
    assert error.value.path == (field,)


@pytest.mark.parametrize("state", OrderState)
def test_what_a_chip_was_told_is_changed_over_the_air_alone(state: OrderState) -> None:
    order = Order(iccid=ICCID, package_id=1, profile_type="T", state=state)
    is_out = state in {
        OrderState.DOWNLOADED,
        OrderState.INSTALLED,
        OrderState.DELETED,
        OrderState.ERROR,
        OrderState.UNAVAILABLE,
    }
    if not is_out:
        verify_to_come(order)
        return
    with pytest.raises(StateError) as refusal:
        verify_to_come(order)
    assert refusal.value.explanation is not None
    assert "ES6" in refusal.value.explanation.next_step
