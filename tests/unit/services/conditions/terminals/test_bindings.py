"""The bond of chip and device is recorded without the device's number, and holds until somebody says why it ends."""

from __future__ import annotations

import pytest

from openesim.kernel.errors import ConflictError
from openesim.kernel.ids import Imei
from openesim.services.conditions.terminals.bindings import bind, release
from tests.support.memory import MemoryWork
from tests.support.rig import NOW, eid_of

IMEI = Imei("490154203237518")


def test_no_number_of_a_device_is_in_the_ledger() -> None:
    work = MemoryWork()
    work.run_now(lambda stores: bind(stores, eid_of(1), IMEI, "counter", NOW))
    work.run_now(lambda stores: release(stores, eid_of(1), "repaired", "ada", NOW))
    entries = [kept.entry for kept in work.stores.ledger_rows.values()]
    assert [entry.facts["deed"] for entry in entries if entry is not None] == ["bind", "release"]
    assert IMEI not in repr(entries)


def test_a_release_needs_a_reason() -> None:
    work = MemoryWork()
    work.run_now(lambda stores: bind(stores, eid_of(1), IMEI, "counter", NOW))
    with pytest.raises(ConflictError, match="reason"):
        work.run_now(lambda stores: release(stores, eid_of(1), " ", "ada", NOW))
    assert work.stores.binding_of_device(IMEI) is not None
