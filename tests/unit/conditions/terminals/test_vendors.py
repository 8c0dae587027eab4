"""Vendors: a foreign one has an agent, and who is struck off stays so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openesim.conditions.terminals.vendors import (
    STANDINGS,
    Standing,
    StandingEvent,
    Vendor,
    VendorKind,
    standing_after,
    verify_vendor,
)
from openesim.kernel.errors import DecodeError, StateError
from tests.support.rig import NOW

FOREIGN = Vendor(name="Far", kind=VendorKind.FOREIGN, country="US", created_at=NOW)


def test_a_foreign_vendor_without_a_domestic_agent_is_refused() -> None:
    with pytest.raises(DecodeError, match="agent") as caught:
        verify_vendor(FOREIGN)
    assert caught.value.path == ("agent",)
    acted_for = replace(FOREIGN, agent="Haitang")
    assert verify_vendor(acted_for) is acted_for


@pytest.mark.parametrize("kind", [kind for kind in VendorKind if kind is not VendorKind.FOREIGN])
def test_any_other_vendor_needs_none(kind: VendorKind) -> None:
    verify_vendor(replace(FOREIGN, kind=kind))


@pytest.mark.parametrize("state", Standing)
@pytest.mark.parametrize("event", StandingEvent)
def test_an_event_leads_where_the_table_says_or_is_refused(state: Standing, event: StandingEvent) -> None:
    expected = STANDINGS[state].get(event)
    if expected is not None:
        assert standing_after(state, event) is expected
    else:
        with pytest.raises(StateError, match=state.value):
            standing_after(state, event)
