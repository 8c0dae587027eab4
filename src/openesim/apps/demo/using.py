"""Her phone: two downloads, online with the one that the rules stand before, and the other one deleted."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

from openesim.apps.cli.lpa.texts import TEXTS as LPA_TEXTS
from openesim.apps.demo.books import DELETED, DISABLED, ENABLED, RELEASED, find_on_chip
from openesim.apps.demo.operators import Desk, activation_code
from openesim.apps.demo.refusals import tell_refusal
from openesim.apps.demo.scene import Scene
from openesim.apps.demo.usim import authenticate
from openesim.kernel.errors import FunctionError
from openesim.kernel.secret import Secret
from openesim.network.auc import issue_vector
from openesim.provisioning.lpa.notifications import DeliveryReport
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.auc import AucService

_OCTETS = 16


def download_home(scene: Scene) -> None:
    """Step 10: a download with the confirmation code that only she has, wrong at first."""
    scene.begin("download_home")
    scene.phone.user.codes = [Secret(_wrong(scene.code)), Secret(scene.code)]
    _download(scene, scene.home)
    order = scene.home.order
    has_counted = order.confirmation_attempts == 1 and not scene.phone.user.codes
    scene.teller.check(has_counted, "check_wrong_code", limit=order.confirmation_limit)
    scene.compare(DISABLED, RELEASED)


def _wrong(code: str) -> str:
    """Return another code."""
    return code[:-1] + str((int(code[-1]) + 1) % 10)


def _download(scene: Scene, desk: Desk) -> None:
    """Download the profile of a desk and check what its server knows, when it is under way and afterwards."""
    teller, phone, seen = scene.teller, scene.phone, list[Order]()
    phone.user.watch = lambda: seen.append(desk.order)
    done = phone.download(activation_code(desk.operator, desk.order))
    phone.user.watch = lambda: None
    is_handed_out = [(order.state, order.eid) for order in seen] == [(OrderState.DOWNLOADED, phone.eid)]
    teller.check(is_handed_out, "check_handed_out")
    has_heard = len(done.notifications.delivered) == 1 and not done.notifications.undelivered
    teller.check(has_heard and done.metadata.iccid == desk.order.iccid, "check_reported")


def use_abroad(scene: Scene) -> None:
    """Step 11: a profile of an operator in a country without rules: nobody asks anything; it is enabled."""
    scene.begin("abroad")
    teller, lpa = scene.teller, scene.phone.lpa
    _download(scene, scene.abroad)
    profiles = lpa.profiles()
    teller.table(
        ("ICCID", "provider", "name", "state"),
        [
            (
                profile.iccid or "",
                profile.service_provider_name or "",
                profile.profile_name or "",
                teller.text(find_on_chip(lpa, profile.iccid)) if profile.iccid else "",
            )
            for profile in profiles
        ],
    )
    found = {(each.iccid, each.service_provider_name, each.profile_name) for each in profiles}
    ordered = {(desk.order.iccid, desk.name, desk.plan) for desk in (scene.home, scene.abroad)}
    teller.check(found == ordered, "check_two")
    change = lpa.enable(scene.abroad.order.iccid)
    _check_routes(scene, change.notifications, (None, "enable"))
    scene.compare(DISABLED, ENABLED)


def go_online(scene: Scene) -> None:
    """Step 12: the other profile is enabled, and its USIM and the operator's network prove themselves to each other."""
    scene.begin("online")
    teller, home, phone = scene.teller, scene.home, scene.phone
    change = phone.lpa.enable(home.order.iccid)
    _check_routes(scene, change.notifications, ("enable", "disable"))
    scene.compare(ENABLED, DISABLED)
    teller.check(home.subscription.is_active, "check_let_in", home=home.name)
    subscription = home.subscription
    vector = asyncio.run(AucService(home.work, os.urandom).vector(subscription.imsi))
    answer = authenticate(phone.card, vector.rand, vector.autn)
    teller.facts((("RAND", vector.rand.hex()), ("AUTN", vector.autn.hex()), ("IMSI", str(subscription.imsi))))
    is_mutual = answer.believes and answer.response == vector.xres
    teller.check(
        is_mutual and (answer.ck, answer.ik) == (vector.ck, vector.ik), "check_online", home=home.name
    )
    false, _ = issue_vector(replace(subscription, k=Secret(os.urandom(_OCTETS))), os.urandom(_OCTETS))
    is_fooled = authenticate(phone.card, false.rand, false.autn).believes
    teller.check(not is_fooled and home.subscription.sqn > 0, "check_false")


def delete_abroad(scene: Scene) -> None:
    """Step 13: the travel profile is deleted; its code is used up, and the refusal says why and what to do."""
    scene.begin("delete")
    teller, lpa, desk = scene.teller, scene.phone.lpa, scene.abroad
    before = lpa.info().free_memory or 0
    change = lpa.delete(desk.order.iccid)
    _check_routes(scene, change.notifications, (None, "delete"))
    freed = (lpa.info().free_memory or 0) - before
    teller.check(freed > 0 and not lpa.notifications(), "check_freed", count=freed)
    refusal = None
    try:
        scene.phone.download(activation_code(desk.operator, desk.order))
    except FunctionError as error:
        refusal = error
        tell_refusal(teller, refusal, desk.operator.fqdn)
    teller.check(refusal is not None, "check_refused")
    scene.compare(ENABLED, DELETED)


def _check_routes(scene: Scene, report: DeliveryReport, wanted: tuple[str | None, str | None]) -> None:
    """Check that each server heard of its own profile what it had to hear, and nobody of anything else.

    Args:
        scene: who takes part.
        report: what became of the notifications.
        wanted: for each operator the event its server has to hear of, None for none.
    """
    heard = []
    for one in report.delivered:
        event = "+".join(one.profile_management_operation.set_names)
        heard.append((one.notification_address, event, one.iccid))
        told = LPA_TEXTS[event][scene.teller.language == "zh"]
        values = {"address": one.notification_address, "event": told, "iccid": one.iccid}
        scene.teller.say("delivered", style="dim", **values)
    due = [
        (desk.operator.fqdn, event, desk.order.iccid)
        for desk, event in zip((scene.home, scene.abroad), wanted, strict=True)
        if event is not None
    ]
    is_complete = sorted(map(str, heard)) == sorted(map(str, due)) and not report.undelivered
    scene.teller.check(is_complete and not report.others_waiting, "check_routes")
