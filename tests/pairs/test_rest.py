"""REST beside the other faces: phones download what it orders, ES2+ and REST change one and the same order."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from openesim.adapters.web.watching import WatchedWeb
from openesim.apps.api import too_many
from openesim.apps.logs import AccessLog, configure_log
from openesim.messages.sgp22.activation_code import ActivationCode
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.limits import Limits, Rates
from tests.support.api import Api, fill_stock
from tests.support.chip import ENABLE
from tests.support.discovery import ROOT, AnnouncingRig, Sky, SmdsRig
from tests.support.memory import MemoryWork
from tests.support.rig import ICCID, PROFILE_TYPE, Rig, eid_of, make_chip, new_runner

WISH = {"profile_type": PROFILE_TYPE}
WIRE_ICCID = f"{ICCID}F"
SECRET, CODE = "SECRET-TOKEN-31415", "SECRET-CODE-27182"


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with new_runner() as runner:
        yield runner


@pytest.fixture
def api(runner: asyncio.Runner) -> Api:
    return Api(Rig(MemoryWork(), runner))


class Died(BaseException):
    """The process died here."""


def test_a_phone_downloads_what_was_ordered_over_rest(api: Api) -> None:
    fill_stock(api.rig, 1)
    iccid = api.post("/orders", WISH | {"confirmation_code": "4711"}).json["iccid"]
    told = api.get(f"/orders/{iccid}/activation-code").json
    code = ActivationCode.parse(told["lpa"])
    assert code.confirmation_code_required
    lpa = api.rig.lpa()
    lpa.initiate()
    assert lpa.authenticate(code.matching_id).pair is None
    assert lpa.get_package("0815").pair == ("8.2.7", "3.8")
    assert lpa.get_package("4711").pair is None
    lpa.deliver(lpa.install())
    lpa.deliver(lpa.chip.change(iccid, ENABLE))
    api.rig.process()
    order = api.get(f"/orders/{iccid}").json
    assert (order["state"], order["chip_state"], order["eid"]) == ("Installed", "enabled", lpa.chip.eid)
    steps = api.get(f"/orders/{iccid}/timeline", accept_language="zh").json["items"]
    (refused,) = [step for step in steps if step["refused"]]
    assert refused["refused"] == {"subject": "8.2.7", "reason": "3.8"}
    assert "确认码" in refused["explanation"]["cause"]
    told = api.post(f"/orders/{iccid}/cancel", {})
    assert (told.http_status, told.json["gsma"]["reason"]) == (409, "3.5")


def test_both_faces_change_the_same_order(api: Api) -> None:
    api.rig.add_order(state=OrderState.AVAILABLE, matching_id=None)
    assert api.post("/orders", {"iccid": ICCID, "release": False}).http_status == 201
    assert api.rig.call_es2("releaseProfile", iccid=WIRE_ICCID).pair is None
    assert api.get(f"/orders/{ICCID}").json["state"] == "Released"
    cancel = {"iccid": WIRE_ICCID, "finalProfileStatusIndicator": "Available"}
    assert api.rig.call_es2("cancelOrder", **cancel).pair is None
    assert api.rig.call_es2("downloadOrder", iccid=WIRE_ICCID).pair is None
    assert api.get("/orders?state=Allocated").json["items"][0]["iccid"] == ICCID
    assert api.post(f"/orders/{ICCID}/confirm", {}).json["state"] == "Released"
    assert api.post(f"/orders/{ICCID}/cancel", {"final_state": "Unavailable"}).json["state"] == "Unavailable"
    assert api.rig.call_es2("cancelOrder", **cancel).pair == ("8.2.1", "3.5")


# --- through an SM-DS


@pytest.fixture
def root(runner: asyncio.Runner) -> SmdsRig:
    return SmdsRig(MemoryWork(), runner, sky=Sky())


@pytest.fixture
def announcing(root: SmdsRig, runner: asyncio.Runner) -> Api:
    api = Api(AnnouncingRig(MemoryWork(), runner, root.sky))
    fill_stock(api.rig, 2)
    return api


ANNOUNCED = WISH | {"smds_address": ROOT, "eid": str(eid_of(1))}


def available(api: Api) -> int:
    level: int = api.get(f"/stock/{PROFILE_TYPE}").json["available"]
    return level


def test_an_order_is_announced_before_it_is_answered(announcing: Api, root: SmdsRig) -> None:
    told = announcing.post("/orders", ANNOUNCED, idempotency_key="k")
    assert (told.http_status, told.json["state"], told.json["smds_address"]) == (201, "Released", ROOT)
    assert len(root.events) == 1
    assert announcing.post("/orders", ANNOUNCED, idempotency_key="k").body == told.body
    assert len(root.events) == 1
    lpa = announcing.rig.lpa(make_chip(1))
    assert lpa.download(root.events[0].event_id).pair is None


def test_a_rehearsal_announces_nothing(announcing: Api, root: SmdsRig) -> None:
    told = announcing.post("/orders?dry_run=true", ANNOUNCED)
    assert (told.http_status, told.json["state"]) == (200, "Released")
    assert (root.events, available(announcing)) == ([], 2)


def test_an_order_that_no_smds_takes_leaves_its_profile_in_stock(announcing: Api, root: SmdsRig) -> None:
    root.sky.breaks_before.add("register_event")
    told = announcing.post("/orders", ANNOUNCED, idempotency_key="k")
    assert (told.http_status, told.json["gsma"]) == (409, {"subject": "8.9", "reason": "5.1"})
    assert available(announcing) == 2
    root.sky.breaks_before.clear()
    assert announcing.post("/orders", ANNOUNCED, idempotency_key="k").http_status == 201


def test_a_call_that_died_half_way_goes_on_with_the_same_profile(announcing: Api, root: SmdsRig) -> None:
    rig: Any = announcing.rig
    peer = rig.registrar._peer
    call = peer.call

    async def die(*_: Any) -> Any:
        raise Died

    peer.call = die
    with pytest.raises(Died):
        announcing.post("/orders", ANNOUNCED, idempotency_key="k")
    peer.call = call
    assert available(announcing) == 1
    told = announcing.post("/orders", ANNOUNCED, idempotency_key="k")
    assert (told.http_status, told.json["state"]) == (201, "Released")
    assert (available(announcing), len(root.events)) == (1, 1)
    assert told.headers["location"].endswith(told.json["iccid"])


def test_no_line_of_the_log_tells_a_code_or_a_key(
    api: Api, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    configure_log("debug")
    for name, module in list(sys.modules.items()):
        if name.startswith("openesim.") and hasattr(module, "_log"):
            # Those that other tests used may have kept another level.
            monkeypatch.setattr(module, "_log", structlog.get_logger(name))
    api.app = WatchedWeb(api.app, "api", [AccessLog()], Limits(Rates()), too_many)
    try:
        fill_stock(api.rig, 2)
        wish = WISH | {"matching_id": SECRET, "confirmation_code": CODE}
        iccid = api.post("/orders", wish, idempotency_key="k").json["iccid"]
        api.post("/orders", wish)
        api.post("/orders", wish | {"eid": 7})
        api.post(f"/orders/{iccid}/confirm", {"matching_id": SECRET, "confirmation_code": CODE, "x": 1})
        api.get(f"/orders/{iccid}/activation-code", key=api.key[:-1] + "a")
        api.get(f"/orders/{iccid}/activation-code.svg")
        api.get("/activation-codes.zip")
        printed = capsys.readouterr()
    finally:
        configure_log()
    assert printed.err.count('"event":"request"') == 7
    for secret in (SECRET, CODE, api.key, api.key.split("_")[2]):
        assert secret not in printed.err + printed.out
    kept = api.rig.work.run_now(lambda stores: stores.reply("operator", "k"))
    assert SECRET not in kept.body.decode()
    assert json.loads(kept.body)["iccid"] == iccid
