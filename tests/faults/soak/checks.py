"""What must hold when everything has come to rest, whatever was killed on the way."""

from __future__ import annotations

import msgspec

from openesim.provisioning.smdp.orders import TRANSITIONS, OrderState
from tests.faults.soak.crowd import Account
from tests.faults.soak.servers import Receiver
from tests.faults.soak.world import World

_MOST_TOLD = 5


def check_orders(world: World, account: Account) -> list[str]:
    """No order is lost, none is on another chip than the one that has its profile, and all are Installed."""
    found = {row[0]: row[1:] for row in world.rows("SELECT matching_id, state, eid FROM orders")}
    wrong = []
    for matching_id, eid in account.eids.items():
        state, owner = found.get(matching_id, ("lost", None))
        if (state, owner) != ("Installed", eid):
            wrong.append(f"order {matching_id}: {state} for {owner}, but the profile is on {eid}")
    wrong += [f"download {matching_id} never ended: {why}" for matching_id, why in account.given_up.items()]
    return _few(wrong)


def check_history(world: World) -> list[str]:
    """History tells of every order what became of it: along the table, by one chip, to where the order stands."""
    rows = world.rows(
        "SELECT h.order_id, o.state, o.eid, h.action, h.record FROM history h JOIN orders o USING (order_id)"
        " ORDER BY h.order_id, h.step_id"
    )
    untold = world.rows(
        "SELECT count(*) FROM orders o WHERE state <> 'Released'"
        " AND NOT EXISTS (SELECT 1 FROM history h WHERE h.order_id = o.order_id)"
    )
    wrong = [f"{untold[0][0]} orders moved without a step in their history"] if untold[0][0] else []
    steps: dict[int, list[tuple[str, OrderState, str | None, bool]]] = {}
    stands: dict[int, tuple[str, str | None]] = {}
    for order_id, state, eid, action, record in rows:
        _, _, told, chip, subject, *_ = msgspec.msgpack.decode(record)
        stands[order_id] = state, eid
        steps.setdefault(order_id, []).append((action, OrderState(told), chip, subject is not None))
    for order_id, told in steps.items():
        state, eid = stands[order_id]
        wrong += [f"order {order_id}: {problem}" for problem in _problems_of(told, state, eid)]
    return _few(wrong)


def _problems_of(
    steps: list[tuple[str, OrderState, str | None, bool]], state: str, eid: str | None
) -> list[str]:
    wrong = []
    if steps[-1][1].value != state:
        wrong.append(f"stands at {state}, its history ends at {steps[-1][1].value}")
    bound = {
        chip for action, _, chip, is_refused in steps if action.startswith("get_bound") and not is_refused
    }
    if len(bound) > 1 or (bound and bound != {eid}):
        wrong.append(f"packages went to {len(bound)} chips")
    before = OrderState.RELEASED
    for _, after, _, _ in steps:
        if after is not before and after not in TRANSITIONS[before].values():
            wrong.append(f"went from {before.value} to {after.value}")
        before = after
    installed = sum(
        action == "installation_result" and after is OrderState.INSTALLED for action, after, _, _ in steps
    )
    if state == "Installed" and installed == 0:
        wrong.append("Installed, and no step says so")
    return wrong


def check_rest(world: World, receiver: Receiver) -> list[str]:
    """Nothing waits: notifications are read, the outbox is empty; the operator was told of every installation."""
    counts = world.counts()
    wrong = [
        f"{counts[table]} rows are left in {table}" for table in ("notifications", "outbox") if counts[table]
    ]
    for (iccid,) in world.rows("SELECT iccid FROM orders WHERE state = 'Installed'"):
        told = receiver.told.get(iccid, [])
        if not any(each["data"]["state"] == "Installed" for each in told):
            wrong.append(f"the operator was not told that {iccid} is installed")
        first_told = list(dict.fromkeys(each["data"]["step_id"] for each in told))
        if first_told != sorted(first_told):
            wrong.append(f"the operator was told of {iccid} out of order: {first_told}")
    return _few(wrong)


def _few(problems: list[str]) -> list[str]:
    rest = len(problems) - _MOST_TOLD
    return problems if rest <= 0 else [*problems[:_MOST_TOLD], f"… and {rest} more"]
