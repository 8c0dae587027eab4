"""Order and event agree, whatever operator, chip, SM-DS, loss and death do in between."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from openesim.provisioning.smdp.announcements import OVER
from openesim.provisioning.smdp.orders import OrderState
from tests.support.discovery import ALTERNATIVE, ROOT, AnnouncingRig, Sky, SmdsRig, make_smds
from tests.support.fixtures import captured_logs
from tests.support.memory import MemoryWork
from tests.support.rig import ICCID, eid_of, make_chip, new_runner, world_of

WIRE_ICCID = f"{ICCID}F"
CANCEL = {"iccid": WIRE_ICCID, "eid": str(eid_of(1)), "finalProfileStatusIndicator": "Available"}

NOBODY = "nobody.example.com"
addresses = st.sampled_from([ROOT, ALTERNATIVE, NOBODY, None])
tokens = st.sampled_from([None, "CHOSEN", ""])


class Died(BaseException):
    """The SM-DP+ was killed while it called the SM-DS."""


class Announcing(RuleBasedStateMachine):
    """An order of one chip, two SM-DSs, and everything that can go wrong between them."""

    def __init__(self) -> None:
        super().__init__()
        self._logs = captured_logs()
        self._logs.__enter__()
        self._runner = new_runner()
        runner = self._runner.__enter__()
        self.sky = Sky()
        self.root = SmdsRig(MemoryWork(), runner, sky=self.sky)
        below = make_smds(world_of(), fqdn=ALTERNATIVE, root=ROOT)
        self.below = SmdsRig(MemoryWork(), runner, below, self.sky)
        self.smdp = AnnouncingRig(MemoryWork(), runner, self.sky)

    def teardown(self) -> None:
        self._runner.__exit__(None, None, None)
        self._logs.__exit__(None, None, None)

    @property
    def state(self) -> OrderState:
        return self.smdp.order().state

    @initialize()
    def stock(self) -> None:
        self.smdp.add_order(state=OrderState.AVAILABLE, matching_id=None)
        self.order()

    @rule()
    def order(self) -> None:
        self.smdp.call_es2("downloadOrder", iccid=WIRE_ICCID)

    @rule(smds=addresses, token=tokens, release=st.booleans(), dies=st.sampled_from(["", "before", "after"]))
    def confirm(self, smds: str | None, token: str | None, release: bool, dies: str) -> None:
        peer: Any = self.smdp.registrar._peer
        call = peer.call

        async def die(*arguments: Any) -> Any:
            if dies == "after":
                await call(*arguments)
            raise Died

        peer.call = die if dies else call
        try:
            with suppress(Died):
                self.smdp.confirm(smds, release=release, matchingId=token)
        finally:
            peer.call = call

    @rule()
    def release(self) -> None:
        self.smdp.call_es2("releaseProfile", iccid=WIRE_ICCID)

    @rule()
    def cancel(self) -> None:
        self.smdp.call_es2("cancelOrder", **CANCEL)

    @rule(names=st.sets(st.sampled_from(["register_event", "delete_event"])), after=st.booleans())
    def break_lines(self, names: set[str], after: bool) -> None:
        self.sky.breaks_before, self.sky.breaks_after = (set(), names) if after else (names, set())

    @rule()
    def mend_lines(self) -> None:
        self.sky.breaks_before, self.sky.breaks_after = set(), set()

    @rule()
    def send(self) -> None:
        self.smdp.clock.advance(hours=2)
        self.smdp.send()

    @precondition(lambda self: self.state is OrderState.RELEASED)
    @rule(reason=st.sampled_from([0, 1]))
    def give_up(self, reason: int) -> None:
        lpa = self.smdp.lpa(make_chip(1))
        if lpa.announce(self.smdp.order().matching_id).pair is None:
            lpa.cancel(reason)

    @precondition(lambda self: self.state is OrderState.RELEASED)
    @rule()
    def download(self) -> None:
        self.smdp.lpa(make_chip(1)).download(self.smdp.order().matching_id)
        self.smdp.process()

    @invariant()
    def a_released_order_can_be_found(self) -> None:
        order = self.smdp.order()
        if order.state is OrderState.RELEASED and order.smds_address is not None:
            here = self.root if order.smds_address == ROOT else self.below
            (event,) = [each for each in here.events if each.event_id == order.matching_id]
            assert (event.eid, event.is_told) == (order.eid, True)
            if here is self.below:
                assert event.forwarded_event_id in [each.event_id for each in self.root.events]

    @precondition(lambda self: not self.sky.breaks_before and not self.sky.breaks_after)
    @rule()
    def nothing_is_left_of_what_is_over(self) -> None:
        for _ in range(3):
            self.send()
        order = self.smdp.order()
        left = [each.event_id for each in (*self.root.events, *self.below.events)]
        # Who is nowhere may still be asked: an order that was confirmed for him may have been released in vain.
        waiting = [each for each in self.smdp.waiting if each.destination != NOBODY]
        if order.state in OVER:
            assert (left, waiting) == ([], [])


TestAnnouncing = pytest.mark.slow(Announcing.TestCase)
TestAnnouncing.settings = settings(
    max_examples=40,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
