"""At the counter: an order without a person behind it, the person, and her order."""

from __future__ import annotations

import os
from http.client import CREATED
from typing import Any, Final

from openesim.apps.demo.books import RELEASED, Standing
from openesim.apps.demo.operators import activation_code
from openesim.apps.demo.refusals import tell_facts
from openesim.apps.demo.ruling import REGION
from openesim.apps.demo.scene import Scene
from openesim.apps.world.people import QINGHE_CLERK, QINGHE_SECOND_CLERK, SUBSCRIBER
from openesim.conditions.identity.case import Case, Field
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.identity.counter import CounterForm, Papers
from openesim.conditions.identity.documents import resident_id_check_digit
from openesim.conditions.identity.faults import FormError
from openesim.conditions.identity.steps import Application
from openesim.conditions.identity.texts import DOCUMENT_TEXTS
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import Channel, DocumentKind, Group, ServiceClass
from openesim.kernel.errors import ConflictError
from openesim.messages.sgp22.activation_code import ActivationCode
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.conditions.ledger.ledger import Query, find_page
from openesim.services.conditions.persons.cases import apply
from openesim.services.conditions.persons.personal_data import masked_fields, own_code
from openesim.services.conditions.persons.verifying import Manner, agree, verify_at_counter
from openesim.services.rules import shipped_packs
from openesim.transparency.entries import EntryKind

NAME: Final = "林月"
"""As her document has it."""

_BODY: Final = "31000019900307002"
NUMBER: Final = _BODY + resident_id_check_digit(_BODY)
"""Of a document that no authority issues: the district does not exist."""

_PACK: Final = "cn-2025-trial"


def order_unverified(scene: Scene) -> None:
    """Step 7: licence, phone and chip are in order, but nobody is verified yet: the order is refused, and says why."""
    scene.begin("unverified")
    teller = scene.teller
    _open_case(scene)
    has_heard = scene.wait_for_answer("not-verified")
    status, problem = scene.order()
    teller.say("http_refusal", style="bold yellow", status=status)
    told = problem.get("explanation", {})
    tell_facts(teller, told)
    is_why = told.get("cause") == scene.words_of("not-verified") and bool(told.get("next_step"))
    teller.check(has_heard and status != CREATED and is_why, "check_unverified")
    states = scene.do(lambda stores: [order.state for order in stores.orders(0, 10)])
    teller.check(set(states) == {OrderState.AVAILABLE}, "check_nothing_kept")


def _open_case(scene: Scene) -> None:
    """Let her come to the counter: a case is opened, and nobody has looked at her document yet."""
    people, key = scene.people, scene.home.operator.key
    people.come(QINGHE_CLERK, QINGHE_SECOND_CLERK, tenant=key)
    people.come(SUBSCRIBER)
    (plan,) = scene.do(lambda stores: stores.plans_of_operator(key))
    wanted = Application(
        operator=key,
        service=ServiceClass.PHONE,
        channel=Channel.COUNTER,
        account=people.account(SUBSCRIBER).account_id,
        eid=scene.phone.eid,
        imei=scene.phone.imei,
        region=REGION,
        in_country=True,
        plan_id=plan.plan_id,
    )
    case = scene.do(lambda stores: apply(stores, wanted, people.act(QINGHE_CLERK), os.urandom))
    scene.case_id = case.case_id


# --- verified -----------------------------------------------------------------------------------------------------


def verify_person(scene: Scene) -> None:
    """Step 8: a clerk verifies her, a second one agrees; what was typed is sealed."""
    scene.begin("verify")
    teller, people = scene.teller, scene.people
    pack = next(pack for pack in shipped_packs() if pack.id == _PACK)
    fault = _mistype(scene, pack)
    teller.check(fault, "check_mistyped", fault=fault)
    manner = Manner(notices=tuple(pack.notices), four_eyes=True)
    form, act = _form(NUMBER), people.act(QINGHE_CLERK)
    scene.do(lambda stores: verify_at_counter(stores, scene.case_id, form, pack, act, manner))
    teller.check(_cannot_agree_alone(scene, pack), "check_four_eyes")
    case = scene.do(lambda stores: agree(stores, scene.case_id, pack, people.act(QINGHE_SECOND_CLERK)))
    _tell_case(scene, case)
    is_verified = case.state is CaseState.VERIFIED and case.evidence is not None
    teller.check(is_verified, "check_verified")
    kept = scene.home.on_disk()
    teller.check(NAME.encode() not in kept and NUMBER.encode() not in kept, "check_not_in_clear")


def _form(number: str) -> CounterForm:
    """Return what the clerk types and ticks."""
    papers = Papers(group=Group.NATIONAL, document=DocumentKind.RESIDENT_ID, number=number, name=NAME)
    return CounterForm(
        papers=papers, document_seen=True, chip_or_scan=True, face_matched=True, in_person=True
    )


def _mistype(scene: Scene, pack: Pack) -> str:
    """Type a number with a wrong digit, and return what the form says to it; empty: it was taken."""
    wrong = NUMBER[:-2] + str((int(NUMBER[-2]) + 1) % 10) + NUMBER[-1]
    act = scene.people.act(QINGHE_CLERK)
    try:
        scene.do(lambda stores: verify_at_counter(stores, scene.case_id, _form(wrong), pack, act))
    except FormError as error:
        told = {field: fault.said(scene.teller.language) for field, fault in error.faults.items()}
        return told["number"] if set(told) == {"number"} else ""
    return ""


def _cannot_agree_alone(scene: Scene, pack: Pack) -> bool:
    """Tell whether the clerk who saw her is kept from agreeing to it himself."""
    act = scene.people.act(QINGHE_CLERK)
    try:
        scene.do(lambda stores: agree(stores, scene.case_id, pack, act))
    except ConflictError:
        return True
    return False


def _tell_case(scene: Scene, case: Case) -> None:
    """Tell the case as everybody sees it who may see it."""
    teller = scene.teller
    shown = scene.do(lambda stores: masked_fields(stores, scene.case_id))
    teller.facts(
        [
            (teller.text("case"), case.case_id),
            (teller.text("person_name"), shown[Field.NAME]),
            (
                teller.text("document"),
                f"{DOCUMENT_TEXTS[DocumentKind.RESIDENT_ID][teller.language]} {shown[Field.NUMBER]}",
            ),
            (teller.text("evidence"), "" if case.evidence is None else case.evidence.hex()),
        ]
    )


# --- her order ----------------------------------------------------------------------------------------------------


def order_verified(scene: Scene) -> None:
    """Step 9: the same order with her behind it; the code of the other operator, who asks nobody, beside it."""
    scene.begin("order_made")
    teller, home, abroad = scene.teller, scene.home, scene.abroad
    status, document = scene.order()
    home.order_id = _order_of(scene, document).order_id
    abroad.place_order(os.urandom)
    order = home.order
    scene.code = _look_at_code(scene)
    _show_codes(scene)
    is_released = status == CREATED and Standing.of(order) == RELEASED and order.eid == scene.phone.eid
    teller.check(is_released, "check_bound")
    is_hers = order.confirmation_hash is not None and scene.code not in repr(document)
    looks = _entries(scene, EntryKind.LOOK)
    is_noted = [entry.actor for entry in looks] == [scene.people.actor(SUBSCRIBER)]
    teller.check(
        is_hers and is_noted and scene.code.encode() not in home.on_disk(), "check_code_kept", home=home.name
    )
    teller.check(_carry_orders(scene), "check_codes")
    free = abroad.work.run_now(lambda stores: stores.has_unsealed() or stores.last_place())
    is_free = Standing.of(abroad.order) == RELEASED and abroad.order.eid is None
    teller.check(is_free and not free, "check_free", abroad=abroad.name)


def _order_of(scene: Scene, document: dict[str, Any]) -> Any:
    """Return the order of an answer."""
    return scene.do(lambda stores: stores.order_of_profile(document["iccid"]))


def _look_at_code(scene: Scene) -> str:
    """Return her confirmation code, as her own page shows it to her."""
    act, order_id = scene.people.act(SUBSCRIBER), scene.home.order_id
    found: str = scene.do(lambda stores: own_code(stores, stores.case(scene.case_id), order_id, act))
    return found


def _show_codes(scene: Scene) -> None:
    """Show the activation codes as phones read them, and hers beside its own."""
    teller, desks = scene.teller, (scene.home, scene.abroad)
    texts = [activation_code(desk.operator, desk.order).format() for desk in desks]
    teller.pictures([(desk.name, text) for desk, text in zip(desks, texts, strict=True)])
    facts = [(desk.name, text) for desk, text in zip(desks, texts, strict=True)]
    facts.insert(1, (teller.text("asks_code"), teller.text("code_beside", code=scene.code)))
    teller.facts(facts)


def _carry_orders(scene: Scene) -> bool:
    """Tell whether both codes read back as server and matching id of their orders."""
    for desk in (scene.home, scene.abroad):
        order = desk.order
        read = ActivationCode.parse(activation_code(desk.operator, order).format())
        if (read.address, read.matching_id) != (desk.operator.fqdn, order.matching_id):
            return False
    return True


def _entries(scene: Scene, kind: EntryKind) -> list[Any]:
    """Return the entries of the ledger of a kind, newest first, at most a hundred."""
    page = scene.do(lambda stores: find_page(stores, Query(kind=kind), None, 100))
    return [kept.entry for kept in page.entries if kept.entry is not None]
