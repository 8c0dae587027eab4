"""Steps 5 to 14 of the demo: the phone downloads, lists, enables, switches, deletes; the books are compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from openesim.adapters.keystore.files import PkiFolder
from openesim.apps.cli.lpa.texts import TEXTS as LPA_TEXTS
from openesim.apps.demo.books import (
    DELETED,
    DISABLED,
    ENABLED,
    RELEASED,
    Standing,
    compare_books,
    find_on_chip,
    tell_standing,
)
from openesim.apps.demo.operators import Desk
from openesim.apps.demo.phone import Phone
from openesim.apps.demo.telling import Teller
from openesim.kernel.errors import FunctionError
from openesim.kernel.secret import Secret
from openesim.messages.sgp22.activation_code import ActivationCode
from openesim.messages.sgp22.explained import Language, explain_error, in_language, owner_text
from openesim.provisioning.lpa.download import Downloaded
from openesim.provisioning.lpa.notifications import DeliveryReport
from openesim.provisioning.smdp.orders import Order, OrderState


@dataclass(frozen=True, slots=True)
class Scene:
    """Who takes part.

    Attributes:
        desks: the two operators.
        codes: confirmation code of each, where it has one.
        before: how each order stood before the phone came.
    """

    teller: Teller
    phone: Phone
    desks: Sequence[Desk]
    codes: Sequence[Secret[str] | None]
    before: Sequence[Standing]

    def compare(self, *wanted: Standing) -> None:
        """Compare the books."""
        compare_books(self.teller, self.desks, self.phone.lpa, wanted)

    @property
    def names(self) -> dict[str, str]:
        """The operators' names, as texts want them."""
        return {"first": self.desks[0].name, "second": self.desks[1].name}


def meet_phone(scene: Scene, pki: PkiFolder) -> None:
    """Step 5: look at the empty chip."""
    teller, info = scene.teller, scene.phone.lpa.info()
    teller.begin("phone")
    identity = scene.phone.card.nvm.identity
    curves = ", ".join(credential.curve.label for credential in identity.credentials)
    teller.facts(
        (
            ("EID", info.eid),
            (teller.text("memory"), teller.text("memory_value", count=info.free_memory or 0)),
            (teller.text("trusts"), f"{pki.trust.anchors[0].subject} ({curves})"),
        )
    )
    is_empty = not scene.phone.lpa.profiles() and not info.waiting_notifications
    teller.check(is_empty, "check_empty")
    ours = {each.ci_key_id for each in pki.server_identities}
    teller.check(ours == set(info.euicc_info2.euicc_ci_pkid_list_for_verification), "check_trusted")


def show_codes(scene: Scene) -> None:
    """Step 6: show the activation codes as the users get them."""
    teller = scene.teller
    teller.begin("codes")
    codes = [desk.activation_code for desk in scene.desks]
    texts = [code.format() for code in codes]
    teller.pictures([(desk.name, text) for desk, text in zip(scene.desks, texts, strict=True)])
    facts = []
    for desk, text, secret in zip(scene.desks, texts, scene.codes, strict=True):
        facts.append((desk.name, text))
        if secret is not None:
            beside = teller.text("code_beside", code=secret.reveal())
            facts.append((teller.text("asks_code"), beside))
    teller.facts(facts)
    read_back = [ActivationCode.parse(text) for text in texts]
    ordered = [(desk.operator.fqdn, desk.order.matching_id) for desk in scene.desks]
    teller.check([(code.address, code.matching_id) for code in read_back] == ordered, "check_codes")


def download_first(scene: Scene) -> None:
    """Step 7: a download without confirmation code."""
    scene.teller.begin("download_first", **scene.names)
    _download(scene, scene.desks[0])
    scene.compare(DISABLED, RELEASED)


def download_second(scene: Scene) -> None:
    """Step 8: a download with a confirmation code, wrong at first."""
    second, code = scene.desks[1], scene.codes[1]
    scene.teller.begin("download_second", **scene.names)
    if code is not None:
        scene.phone.user.codes = [_wrong(code), code]
    _download(scene, second)
    order = second.order
    has_counted = order.confirmation_attempts == 1 and not scene.phone.user.codes
    scene.teller.check(has_counted, "check_wrong_code", limit=order.confirmation_limit)
    scene.compare(DISABLED, DISABLED)


def _wrong(code: Secret[str]) -> Secret[str]:
    """Return another code."""
    text = code.reveal()
    return Secret(text[:-1] + str((int(text[-1]) + 1) % 10))


def _download(scene: Scene, desk: Desk) -> Downloaded:
    """Download the profile of a desk and check what its server knows, when it is under way and afterwards."""
    teller, phone, seen = scene.teller, scene.phone, list[Order]()
    phone.user.watch = lambda: seen.append(desk.order)
    try:
        done = phone.lpa.download(desk.activation_code)
    finally:
        phone.user.close()
    eid = phone.card.nvm.identity.eid
    is_handed_out = [(order.state, order.eid) for order in seen] == [(OrderState.DOWNLOADED, eid)]
    teller.check(is_handed_out, "check_handed_out")
    has_heard = len(done.notifications.delivered) == 1 and not done.notifications.undelivered
    teller.check(has_heard and done.metadata.iccid == desk.order.iccid, "check_reported")
    return done


def list_profiles(scene: Scene) -> None:
    """Step 9: what is on the chip."""
    teller, profiles = scene.teller, scene.phone.lpa.profiles()
    teller.begin("list")
    teller.table(
        ("ICCID", "provider", "name", "state"),
        [
            (
                profile.iccid or "",
                profile.service_provider_name or "",
                profile.profile_name or "",
                teller.text(find_on_chip(scene.phone.lpa, profile.iccid)) if profile.iccid else "",
            )
            for profile in profiles
        ],
    )
    found = {(each.iccid, each.service_provider_name, each.profile_name) for each in profiles}
    teller.check(found == {(desk.order.iccid, desk.name, desk.plan) for desk in scene.desks}, "check_two")


def enable_first(scene: Scene) -> None:
    """Step 10: enable the first profile."""
    scene.teller.begin("enable", **scene.names)
    change = scene.phone.lpa.enable(scene.desks[0].order.iccid)
    _check_routes(scene, change.notifications, ("enable", None))
    scene.compare(ENABLED, DISABLED)


def switch_to_second(scene: Scene) -> None:
    """Step 11: enable the second profile, which disables the first."""
    scene.teller.begin("switch", **scene.names)
    change = scene.phone.lpa.enable(scene.desks[1].order.iccid)
    _check_routes(scene, change.notifications, ("disable", "enable"))
    scene.compare(DISABLED, ENABLED)


def delete_first(scene: Scene) -> None:
    """Step 12: delete the first profile."""
    teller, lpa = scene.teller, scene.phone.lpa
    teller.begin("delete", **scene.names)
    before = lpa.info().free_memory or 0
    change = lpa.delete(scene.desks[0].order.iccid)
    _check_routes(scene, change.notifications, ("delete", None))
    freed = (lpa.info().free_memory or 0) - before
    teller.check(freed > 0, "check_freed", count=freed)
    teller.check(not lpa.notifications(), "check_nothing_waits")
    scene.compare(DELETED, ENABLED)


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
        for desk, event in zip(scene.desks, wanted, strict=True)
        if event is not None
    ]
    is_complete = sorted(map(str, heard)) == sorted(map(str, due)) and not report.undelivered
    scene.teller.check(is_complete and not report.others_waiting, "check_routes")


def try_again(scene: Scene) -> None:
    """Step 13: the code of the deleted profile is used up; the refusal says why and what to do."""
    teller, desk = scene.teller, scene.desks[0]
    teller.begin("again")
    refusal = None
    try:
        scene.phone.lpa.download(desk.activation_code)
    except FunctionError as error:
        refusal = error
    finally:
        scene.phone.user.close()
    if refusal is not None:
        _tell_refusal(teller, refusal, desk.operator.fqdn)
    teller.check(refusal is not None, "check_refused")
    scene.compare(DELETED, ENABLED)


def _tell_refusal(teller: Teller, refusal: FunctionError, fqdn: str) -> None:
    """Tell who refused, and cause, owner and next step."""
    language = Language(teller.language)
    told = in_language(explain_error(refusal), language)
    teller.say("refusal", style="bold yellow", fqdn=fqdn, subject=refusal.subject, reason=refusal.reason)
    teller.facts(
        (
            (teller.text("cause"), told.cause),
            (teller.text("owner"), owner_text(told.owner, language)),
            (teller.text("next_step"), told.next_step),
        )
    )


def close_books(scene: Scene) -> None:
    """Step 14: orders before and after beside the chip; then the servers end."""
    teller = scene.teller
    teller.begin("agreement")
    after = [Standing.of(desk.order) for desk in scene.desks]
    on_chip = [find_on_chip(scene.phone.lpa, desk.order.iccid) for desk in scene.desks]
    teller.table(
        ("operator", "before", "after", "chip"),
        [
            (desk.name, tell_standing(teller, old), tell_standing(teller, new), teller.text(present))
            for desk, old, new, present in zip(scene.desks, scene.before, after, on_chip, strict=True)
        ],
    )
    is_right = after == [DELETED, ENABLED] and on_chip == [standing.on_chip for standing in after]
    teller.check(list(scene.before) == [RELEASED, RELEASED] and is_right, "check_agree")
    servers = [desk.server for desk in scene.desks if desk.server is not None]
    exit_codes = [server.stop() for server in servers]
    has_faults = any(server.faults() for server in servers)
    teller.check(exit_codes == [0, 0] and not has_faults, "check_ended")


STEPS: Final[Sequence[Callable[[Scene], None]]] = (
    show_codes,
    download_first,
    download_second,
    list_profiles,
    enable_first,
    switch_to_second,
    delete_first,
    try_again,
    close_books,
)
"""Steps 6 to 14, in order."""
