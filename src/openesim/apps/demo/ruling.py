"""The country: its rules, the operator's licence, who answers for phone and chip."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from openesim.apps.conditions import rule_book_of
from openesim.apps.config import read_config
from openesim.apps.demo.issuing import Issuer
from openesim.apps.demo.operators import Desk, write_private
from openesim.apps.demo.people import People
from openesim.apps.demo.phone import TAC
from openesim.apps.demo.preparing import names_of
from openesim.apps.demo.scene import Scene
from openesim.apps.demo.telling import Teller
from openesim.apps.world.people import CHIEF, INSPECTOR, QINGHE_MANAGER, VENDOR
from openesim.apps.world.simulation import present
from openesim.conditions.catalogue.plans import Plan
from openesim.conditions.identity.texts import CHANNEL_TEXTS
from openesim.conditions.licensing.checklist import AnswerKind, Checklist, Demand
from openesim.conditions.licensing.deeds import Approval, IncompleteError
from openesim.conditions.licensing.evidence import read_upload
from openesim.conditions.licensing.licence import Licence, Scope
from openesim.conditions.licensing.scopes import Narrowing
from openesim.conditions.licensing.states import LicenceState
from openesim.conditions.rules.citing import cite
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import Channel, NumberKind, ServiceClass
from openesim.conditions.terminals import models
from openesim.conditions.terminals.device import Device
from openesim.conditions.terminals.fields import read_eins, read_tacs
from openesim.conditions.terminals.forms import read_model_form, read_vendor_form
from openesim.conditions.terminals.makers import read_certificate
from openesim.conditions.terminals.models import ModelState
from openesim.provisioning.euicc.personalise import find_ein
from openesim.provisioning.smdp.operators import Operator as KeptOperator
from openesim.security.pki.certificate import Certificate
from openesim.services.conditions.licences.checklists import read_checklists
from openesim.services.conditions.licences.files import attach
from openesim.services.conditions.licences.licences import Licensing
from openesim.services.conditions.operator.plans import keep_plan
from openesim.services.conditions.rules.book import RuleBook
from openesim.services.conditions.terminals.chip_makers import add_certificate, add_eins, register_maker
from openesim.services.conditions.terminals.lookup import look_up
from openesim.services.conditions.terminals.terminals import (
    add_tacs,
    approve_model,
    register_vendor,
    submit_model,
)

REGION: Final = "CN-31"
"""Where the number belongs, and where she stands at the counter."""

_OTHER_REGION: Final = "CN-32"
_PACK: Final = "cn-2025-trial"
_ASKED_BACK: Final = "emergency-stop"

_RULES: Final = """
[rules]
usual = "open"

[rules.operators]
{operator} = "{pack}"
"""
_CONFIG: Final = """\
# Written by openesim demo. Nothing here is real.
{rules}
[desks]
test = true                 # every page says so
zone = "Asia/Shanghai"
"""


def rules_section(operator: str) -> str:
    """Return what stands in the configuration of who is under which rules."""
    return _RULES.format(operator=operator, pack=_PACK)


def set_rules(teller: Teller, home: Issuer, abroad: Desk) -> None:
    """Step 3: a country's rules are put in force by configuration, for the operator that works in it."""
    teller.begin("country", **names_of(home, abroad))
    key = home.operator.key
    write_private(home.data / "openesim.toml", _CONFIG.format(rules=rules_section(key)).encode())
    book = rule_book_of(read_config(home.data))
    now = present()
    pack = book.pack_for(key, ServiceClass.PHONE, now)
    teller.facts(_pack_facts(teller, pack))
    teller.check(pack.id == _PACK and not book.asks_nothing(key, now), "check_in_force", home=home.name)
    asked = ("service.phone.channels", "service.phone.device", "person.assurance", "limits.per_operator")
    teller.check(all(cite(pack, rule).sources for rule in asked), "check_sources", count=len(pack.sources))
    free = rule_book_of(read_config(abroad.data))
    teller.check(_asks_nothing_at(free, abroad), "check_open", abroad=abroad.name)


def _asks_nothing_at(book: RuleBook, desk: Desk) -> bool:
    return book.asks_nothing(desk.operator.key, present()) and book.asks_nothing("", present())


def _pack_facts(teller: Teller, pack: Pack) -> list[tuple[str, str]]:
    """Return what a pack asks, in short."""
    language, service = teller.language, pack.service[ServiceClass.PHONE]
    device = service.device
    asked = (
        f"model_{device.model_approval.value}",
        f"chip_{device.chip_maker.value}",
        device.chip_binding.value,
    )
    return [
        (
            teller.text("pack"),
            teller.text("pack_value", pack=f"{pack.id} {pack.version}", title=pack.pack.title[language]),
        ),
        (teller.text("note"), pack.pack.note[language]),
        (
            teller.text("channels"),
            _listed(teller, [CHANNEL_TEXTS[each][language] for each in service.channels]),
        ),
        (teller.text("device"), _listed(teller, [teller.text(each) for each in asked])),
        (teller.text("person"), _listed(teller, [teller.text(each) for each in pack.person.assurance])),
        (teller.text("limits"), teller.text("limits_value", count=pack.limits.per_operator)),
    ]


def _listed(teller: Teller, words: list[str]) -> str:
    return teller.text("comma").join(words)


# --- the licence --------------------------------------------------------------------------------------------------


def meet_people(home: Issuer, people: People) -> None:
    """Let the operator be known, with its plan, and those who work for it and for the regulator."""
    key, now = home.operator.key, present()
    kept = KeptOperator(name=key, display_name=home.name, created_at=now)
    plan = Plan(
        operator=key,
        name="home-30",
        profile_type=key,
        number=NumberKind.MOBILE_11,
        home_region=REGION,
        channel=Channel.COUNTER,
        created_at=now,
        titles=dict(zip(("en", "zh"), home.operator.plans, strict=True)),
        price=3900,
    )
    home.work.run_now(lambda stores: stores.add_operator(kept))
    people.come(CHIEF, INSPECTOR)
    people.come(QINGHE_MANAGER, tenant=key)
    actor = people.actor(QINGHE_MANAGER)
    home.work.run_now(lambda stores: keep_plan(stores, plan, actor, now))


def get_licence(scene: Scene) -> None:
    """Step 5: the operator applies, the inspector asks back, the chief approves for less than was asked."""
    scene.begin("licence")
    teller, people = scene.teller, scene.people
    licensing = Licensing(read_checklists())
    licence, lacking = _apply(scene, licensing)
    teller.check(lacking > 0, "check_incomplete", count=lacking)
    checklist = licensing.checklist_of(licence)
    files = _fill_in(scene, licensing, licence)
    number, question = licence.licence_id, teller.text("question")
    scene.do(lambda stores: licensing.submit(stores, number, people.hand(QINGHE_MANAGER)))
    scene.do(lambda stores: licensing.take_up(stores, number, people.hand(INSPECTOR)))
    scene.do(lambda stores: licensing.ask(stores, number, people.hand(INSPECTOR), question, _ASKED_BACK))
    reply = teller.text("reply")
    scene.do(lambda stores: licensing.answer(stores, number, _ASKED_BACK, reply, people.hand(QINGHE_MANAGER)))
    scene.do(lambda stores: licensing.submit(stores, number, people.hand(QINGHE_MANAGER), reply))
    scene.do(lambda stores: licensing.take_up(stores, number, people.hand(INSPECTOR)))
    approval = Approval(
        narrowing=Narrowing(regions=frozenset({REGION})), conditions=(teller.text("condition"),)
    )
    granted = scene.do(lambda stores: licensing.approve(stores, number, approval, people.hand(CHIEF)))
    _tell_licence(teller, checklist, granted, files)
    teller.check(_is_for_less(granted), "check_approved", place=teller.text("place"), region=REGION)


def _apply(scene: Scene, licensing: Licensing) -> tuple[Licence, int]:
    """Begin the application and submit it empty; return it, and how many mandatory things the refusal names."""
    hand = scene.people.hand(QINGHE_MANAGER)
    asked = Scope(
        begins=hand.now,
        ends=hand.now + timedelta(days=730),
        channels=frozenset({Channel.COUNTER}),
        regions=frozenset({REGION, _OTHER_REGION}),
        numbers=frozenset({NumberKind.MOBILE_11}),
    )
    key = scene.home.operator.key
    licence = scene.do(lambda stores: licensing.apply(stores, key, ServiceClass.PHONE, asked, hand))
    try:
        scene.do(lambda stores: licensing.submit(stores, licence.licence_id, hand))
    except IncompleteError as error:
        return licence, len(error.missing)
    return licence, 0


def _fill_in(scene: Scene, licensing: Licensing, licence: Licence) -> int:
    """Answer every item, attach a file wherever one is asked for, and return how many files."""
    hand, teller, number = scene.people.hand(QINGHE_MANAGER), scene.teller, licence.licence_id
    files = 0
    for name, item in licensing.checklist_of(licence).item.items():
        answer = "yes" if item.answer is AnswerKind.YES_NO else teller.text("answer")
        scene.do(lambda stores: licensing.answer(stores, number, name, answer, hand))  # noqa: B023
        if item.files is not Demand.NONE:
            upload = read_upload(f"{name}.txt", teller.text("evidence_text", item=name).encode())
            scene.do(lambda stores: attach(licensing, stores, number, name, upload, hand))  # noqa: B023
            files += 1
    return files


def _tell_licence(teller: Teller, checklist: Checklist, licence: Licence, files: int) -> None:
    """Tell what was said, and what came of it."""
    teller.facts(
        [
            (teller.text("checklist"), checklist.checklist.title[teller.language]),
            (teller.text("answers"), teller.text("answers_value", count=len(licence.answers), files=files)),
            (teller.text("asked_back"), teller.text("question")),
            (teller.text("answered"), teller.text("reply")),
            (teller.text("condition_name"), " ".join(licence.conditions)),
        ]
    )


def _is_for_less(licence: Licence) -> bool:
    """Tell whether a licence runs under a condition, for one region of the two that were asked for."""
    regions = licence.scope.regions
    is_less = regions == {REGION} and licence.asked.regions == {REGION, _OTHER_REGION}
    return licence.state is LicenceState.APPROVED and is_less and len(licence.conditions) == 1


# --- the phone ----------------------------------------------------------------------------------------------------


def meet_phone(scene: Scene) -> None:
    """Step 6: a phone with an empty chip; model and chip maker are registered, the inspector approves."""
    scene.begin("phone")
    teller, phone, info = scene.teller, scene.phone, scene.phone.lpa.info()
    _register(scene)
    device = Device(eid=str(phone.eid), imei=str(phone.imei))
    before = scene.do(lambda stores: look_up(stores, device))
    now = present()
    approval = models.Approval(number="02-0001-DEMO", begins=now, ends=now + timedelta(days=1095))
    actor = scene.people.actor(INSPECTOR)
    scene.do(lambda stores: approve_model(stores, scene.model_id, approval, actor, now))
    found = scene.do(lambda stores: look_up(stores, device))
    teller.facts(
        (
            ("EID", str(phone.eid)),
            ("IMEI", str(phone.imei)),
            (teller.text("memory"), teller.text("memory_value", count=info.free_memory or 0)),
            (teller.text("model"), found.model.name if found.model else ""),
            (teller.text("vendor"), found.vendor.name if found.vendor else ""),
            (teller.text("maker"), found.maker.name if found.maker else ""),
        )
    )
    is_empty = not phone.lpa.profiles() and not info.waiting_notifications
    teller.check(is_empty, "check_empty")
    ours = {each.ci_key_id for each in scene.pki.server_identities}
    teller.check(ours == set(info.euicc_info2.euicc_ci_pkid_list_for_verification), "check_trusted")
    was_waiting = before.model is not None and before.model.state is ModelState.SUBMITTED
    is_known = found.model is not None and found.model.state is ModelState.APPROVED
    teller.check(was_waiting and is_known and found.maker is not None, "check_registered")


def _register(scene: Scene) -> None:
    """Register vendor, model, TAC and chip maker, each by whoever's move it is."""
    teller, people, now = scene.teller, scene.people, present()
    inspector = people.actor(INSPECTOR)
    name, model = teller.text("vendor_name"), teller.text("model_name")
    vendor = read_vendor_form({"name": name, "kind": "private", "country": "CN"}, now)
    vendor = scene.do(lambda stores: register_vendor(stores, vendor, inspector, now))
    people.come(VENDOR, tenant=str(vendor.vendor_id))
    form = read_model_form(
        {"vendor": name, "name": model, "category": "phone", "abilities": "consumer sm-ds"}
    )
    hers = scene.do(lambda stores: submit_model(stores, form, people.actor(VENDOR), now))
    scene.model_id = hers.model_id
    tacs = read_tacs(TAC)
    scene.do(
        lambda stores: add_tacs(
            stores, hers.model_id, tacs, people.actor(VENDOR), now, vendor_id=vendor.vendor_id
        )
    )
    eum = scene.phone.card.nvm.identity.credentials[0].eum_certificate
    maker = scene.do(lambda stores: register_maker(stores, teller.text("maker_name"), inspector, now))
    for credential in scene.phone.card.nvm.identity.credentials:
        kept = read_certificate(credential.eum_certificate)
        scene.do(lambda stores: add_certificate(stores, maker.maker_id, kept, inspector, now))  # noqa: B023
    eins = read_eins(find_ein(Certificate.decode(eum)))
    scene.do(lambda stores: add_eins(stores, maker.maker_id, eins, inspector, now))
