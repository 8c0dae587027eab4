"""The SM-DP+ service: what is stored with which answer, what is read when, and what happens when storage fails."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from openesim.encoding.jsonbinding import decode_object
from openesim.kernel.ids import Iccid
from openesim.messages.sgp22.es9plus import HANDLE_NOTIFICATION
from openesim.provisioning.smdp.orders import OrderState
from openesim.provisioning.smdp.session import SessionState
from openesim.security.pki.certificate import Certificate
from openesim.services import notification_reading
from openesim.services.ports import always
from tests.support.chip import ENABLE
from tests.support.lpa import b64
from tests.support.memory import MemoryWork
from tests.support.rig import FQDN, ICCID, Rig, make_chip


class Recorder(MemoryWork):
    """Remembers, for every unit of work, whether its result had to last before the answer left."""

    def __init__(self) -> None:
        super().__init__()
        self.lasted: list[bool] = []
        self.fault: Exception | None = None

    async def run(self, unit: Callable[[Any], Any], *, must_last: Callable[[Any], bool] = always) -> Any:
        if self.fault is not None:
            raise self.fault
        result = self.run_now(unit)
        self.lasted.append(must_last(result))
        return result


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def rig(recorder: Recorder, runner: asyncio.Runner) -> Rig:
    return Rig(recorder, runner)


# --- What is on disk before the answer leaves ------------------------------------------------------------------


def test_what_must_last_is_on_disk_before_the_answer(rig: Rig, recorder: Recorder) -> None:
    rig.add_order(code="1234")
    lpa = rig.lpa()
    seen: dict[str, list[bool]] = {}
    steps: list[tuple[str, Callable[[], Any]]] = [
        ("opened", lpa.initiate),
        ("admitted", lambda: lpa.authenticate("TEST-1")),
        ("wrong code", lambda: lpa.get_package("0000")),
        ("package", lambda: lpa.get_package("1234")),
        ("acknowledged", lambda: lpa.deliver(lpa.install())),
        ("cancelled", lambda: lpa.cancel(1)),
    ]
    for name, step in steps:
        recorder.lasted.clear()
        step()
        seen[name] = list(recorder.lasted)
    assert seen == {
        "opened": [False],
        "admitted": [False],
        "wrong code": [True],
        "package": [True],
        "acknowledged": [True],
        "cancelled": [True],
    }, "a session is an offer; a package, a wrong code and an acknowledgement are none"


def test_a_refusal_that_ends_an_order_must_last(rig: Rig, recorder: Recorder) -> None:
    rig.add_order(max_attempts=1)
    rig.lpa().announce("TEST-1")
    recorder.lasted.clear()
    rig.lpa().announce("TEST-1")
    assert recorder.lasted == [False, True]
    assert rig.order().state is OrderState.ERROR


def test_a_refused_initiation_touches_no_storage(rig: Rig, recorder: Recorder) -> None:
    rig.lpa().initiate(smdpAddress="other.example.com")
    assert recorder.lasted == []


def test_storage_that_fails_is_no_answer(rig: Rig, recorder: Recorder, logs: list[Any]) -> None:
    rig.add_order()
    lpa = rig.lpa()
    lpa.announce("TEST-1")
    recorder.fault = OSError("disk")
    assert lpa.get_package().http_status == 500
    recorder.fault = None
    assert rig.order().state is OrderState.RELEASED
    assert lpa.get_package().pair is None
    logs.clear()


# --- Sessions -------------------------------------------------------------------------------------------------


def test_a_session_follows_its_calls(rig: Rig, recorder: Recorder) -> None:
    rig.add_order()
    lpa = rig.lpa()

    def state() -> SessionState:
        (session,) = recorder.stores.sessions.values()
        return session.state

    lpa.initiate()
    assert state() is SessionState.EXPECT_AUTHENTICATE_CLIENT
    lpa.authenticate("TEST-1")
    assert state() is SessionState.EXPECT_GET_BOUND_PROFILE_PACKAGE
    lpa.get_package()
    assert state() is SessionState.EXPECT_GET_BOUND_PROFILE_PACKAGE, "a lost answer may be asked for again"
    lpa.cancel(1)
    assert state() is SessionState.CLOSED


def test_a_refused_chip_closes_its_session(rig: Rig, recorder: Recorder) -> None:
    rig.lpa().announce("UNKNOWN")
    (session,) = recorder.stores.sessions.values()
    assert session.state is SessionState.CLOSED


def test_expired_sessions_are_swept(rig: Rig, recorder: Recorder) -> None:
    for _ in range(3):
        rig.lpa().initiate()
    rig.clock.advance(minutes=20)
    rig.lpa().initiate()
    assert rig.run(rig.service.sweep()) == 0
    rig.clock.advance(minutes=11)
    assert [rig.run(rig.service.sweep(2)), rig.run(rig.service.sweep(2))] == [2, 1]
    assert len(recorder.stores.sessions) == 1


def test_a_manufacturer_is_verified_once_and_not_for_every_session(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[bytes] = []
    honest = Certificate.verify_signed_by

    def watched(certificate: Certificate, key: Any) -> None:
        verified.append(certificate.octets)
        honest(certificate, key)

    monkeypatch.setattr(Certificate, "verify_signed_by", watched)
    rig.add_order(is_reusable=True)
    chips = [make_chip(number) for number in range(1, 6)]
    for chip in chips:
        assert rig.lpa(chip).announce("TEST-1").pair is None
    assert Counter(verified) == {chips[0].eum_certificate: 1} | {chip.certificate: 1 for chip in chips}


# --- Notifications --------------------------------------------------------------------------------------------


def test_notifications_are_read_in_the_background_in_their_order(rig: Rig) -> None:
    rig.add_order()
    lpa = rig.lpa()
    lpa.fetch("TEST-1")

    async def deliver() -> None:
        reader = asyncio.create_task(rig.service.read_notifications())
        await asyncio.sleep(0)
        try:
            for octets in (lpa.install(), lpa.chip.change(ICCID, ENABLE)):
                await rig.service.handle_notification(_request(octets))
            for _ in range(10):
                await asyncio.sleep(0)
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)

    rig.run(deliver())
    order = rig.order()
    assert (order.state.value, order.chip_state and order.chip_state.value) == ("Installed", "enabled")
    assert rig.process() == 0, "what was read is not kept"


def test_what_an_earlier_process_left_is_read_first(
    rig: Rig, recorder: Recorder, runner: asyncio.Runner
) -> None:
    rig.add_order()
    lpa = rig.lpa()
    lpa.fetch("TEST-1")
    lpa.deliver(lpa.install())
    later = Rig(recorder, runner, seed="later")

    async def start() -> None:
        reader = asyncio.create_task(later.service.read_notifications())
        for _ in range(10):
            await asyncio.sleep(0)
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)

    later.run(start())
    assert later.order().state is OrderState.INSTALLED
    assert recorder.stores.notifications == {}


def test_more_than_a_page_is_read(rig: Rig, recorder: Recorder) -> None:
    lpa = rig.lpa()
    for _ in range(250):
        lpa.deliver(lpa.chip.tell(ENABLE, FQDN, ICCID))
    assert rig.process() == 250
    assert recorder.stores.notifications == {}


def test_the_reader_outlives_storage_that_fails(
    rig: Rig, recorder: Recorder, monkeypatch: pytest.MonkeyPatch, logs: list[Any]
) -> None:
    """The disk is full for a while: what was acknowledged before is read when there is room again."""
    monkeypatch.setattr(notification_reading, "LOOK_S", 0.01)
    rig.add_order()
    lpa = rig.lpa()
    lpa.fetch("TEST-1")
    lpa.deliver(lpa.install())

    async def trouble() -> None:
        recorder.fault = OSError("disk full")
        reader = asyncio.create_task(rig.service.read_notifications())
        await asyncio.sleep(0.03)
        assert not reader.done()
        recorder.fault = None
        await asyncio.sleep(0.2)
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)

    rig.run(trouble())
    assert rig.order().state is OrderState.INSTALLED
    assert any("disk full" in str(event.get("fault")) for event in logs)
    logs.clear()


def test_a_notification_that_breaks_the_reader_stops_no_other(
    rig: Rig, recorder: Recorder, logs: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.add_order()
    lpa = rig.lpa()
    lpa.fetch("TEST-1")
    lpa.deliver(make_chip(7).tell(ENABLE, FQDN, ICCID))
    lpa.deliver(lpa.install())
    honest = rig.service._process_other

    def broken(*_: Any) -> Any:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr(rig.service, "_process_other", broken)
    rig.process()
    monkeypatch.setattr(rig.service, "_process_other", honest)
    assert rig.order().state is OrderState.INSTALLED
    assert len(recorder.stores.notifications) == 1, "it stays for another time"
    assert rig.process() == 1
    assert recorder.stores.notifications == {}
    logs.clear()


def _request(octets: bytes) -> Any:
    body = f'{{"pendingNotification": "{b64(octets)}"}}'.encode()
    return HANDLE_NOTIFICATION.request.decode(decode_object(body))


# --- Packages -------------------------------------------------------------------------------------------------


def test_orders_of_one_package_do_not_get_one_another_s_profile(rig: Rig) -> None:
    others = [Iccid(f"898821100000000{number:04d}") for number in range(1, 80)]
    for number, iccid in enumerate(others):
        rig.add_order(iccid=iccid, matching_id=f"T{number}")
    for number, iccid in [*enumerate(others), *enumerate(others[:3])]:
        reply = rig.lpa().announce(f"T{number}")
        assert reply.pair is None
        padded = iccid.ljust(20, "F")
        swapped = bytes.fromhex("".join(padded[i + 1] + padded[i] for i in range(0, 20, 2)))
        assert swapped in reply.octets("profileMetadata")


def test_the_address_that_is_called_is_not_confused_with_the_one_before(rig: Rig) -> None:
    rig.add_order(max_attempts=None)
    for address in (FQDN, f"{FQDN}:1", f"{FQDN}:2", FQDN):
        lpa = rig.lpa()
        lpa.address = address
        assert lpa.announce("TEST-1").octets("profileMetadata").count(address.encode()) == 1
        lpa.chip.profiles.clear()
