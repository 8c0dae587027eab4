"""A description tells what is known, and says of the rest that it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.describing import Description, describe
from openesim.conditions.terminals.device import Device
from openesim.conditions.terminals.makers import ChipMaker
from openesim.conditions.terminals.models import Ability, Approval, Model, ModelState
from openesim.conditions.terminals.recalls import Recall, RecallKind, Target
from openesim.conditions.terminals.registry import Found
from openesim.conditions.terminals.vendors import Standing, Vendor, VendorKind
from tests.support.rig import NOW

NOTHING = Found(None, None, None, None, is_maker_out=False)
VENDOR = Vendor(vendor_id=1, name="Qinghe", kind=VendorKind.STATE, country="CN", created_at=NOW)
APPROVAL = Approval(number="02-1", begins=NOW, ends=NOW + timedelta(days=1))
MODEL = Model(
    vendor_id=1,
    name="Q1",
    category=ServiceClass.WATCH,
    state=ModelState.APPROVED,
    abilities=frozenset({Ability.CONSUMER}),
    approval=APPROVAL,
    changed_at=NOW,
)
MAKER = ChipMaker(name="Chips", created_at=NOW)


def test_of_a_device_that_nobody_knows_everything_is_unknown() -> None:
    assert describe(Device(eid=""), NOTHING, NOW) == Description()
    assert describe(Device(eid="", tac="12345678"), NOTHING, NOW) == Description(is_recalled=False)


def test_of_a_known_device_everything_is_told() -> None:
    found = Found(MODEL, VENDOR, MAKER, None, is_maker_out=False)
    told = describe(Device(eid="1" * 32, imei="1" * 15), found, NOW)
    assert told == Description(
        model="Q1",
        vendor="Qinghe",
        vendor_state=Standing.IN_FORCE,
        category=ServiceClass.WATCH,
        state=ModelState.APPROVED,
        approval_number="02-1",
        approved_to=APPROVAL.ends,
        is_foreign=False,
        abilities=frozenset({Ability.CONSUMER}),
        maker="Chips",
        maker_state=Standing.IN_FORCE,
        is_recalled=False,
    )
    assert describe(Device(eid=""), found, NOW + timedelta(days=2)).state is ModelState.EXPIRED


def test_a_recall_is_told_with_its_reason() -> None:
    recall = Recall(
        recall_id=5, target=Target.parse(RecallKind.MODEL, "1"), reason="hot", created_at=NOW, created_by="x"
    )
    told = describe(Device(eid=""), replace(NOTHING, recall=recall), NOW)
    assert (told.is_recalled, told.recall_id, told.recall_reason) == (True, 5, "hot")
    assert describe(Device(eid=""), replace(NOTHING, is_maker_out=True), NOW).is_recalled is True
