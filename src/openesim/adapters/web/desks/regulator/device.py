"""A device: looked up by IMEI, TAC or EID, with what holds its chip and the way to let go of it."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.flows import Confirm
from openesim.adapters.web.desks.components.identifiers import judge_eid
from openesim.adapters.web.desks.components.values import Code, Fact, Identifier, Link, Masked, Pill, Tone
from openesim.adapters.web.desks.formats import in_fours
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator.enquiry import note_faults
from openesim.adapters.web.desks.regulator.saying import say
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.regulator.terminal_view import (
    DEVICE,
    abilities_text,
    category_name,
    market_name,
    model_pill,
    note_error,
    read,
    standing_pill,
)
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.identity.faults import FormError
from openesim.conditions.terminals.bindings import Bond
from openesim.conditions.terminals.describing import Description
from openesim.conditions.terminals.device import Device
from openesim.conditions.terminals.fields import read_imei
from openesim.kernel.errors import ConflictError, DecodeError
from openesim.kernel.ids import Eid, is_decimal
from openesim.services.conditions.accounts.roles import Permission

LOOK: Final = f"{DEVICE}/look"

_W: Final = "regulator.device"
_BIND: Final = "regulator.device_bind"
_RELEASE: Final = "regulator.device_release"
_TAC, _IMEI, _EID = 8, 15, 32

_READ = reach(Permission.TERMINALS_READ, Tenancy.NATION)
_WRITE = reach(Permission.BINDINGS_WRITE, Tenancy.NATION)


@get(DEVICE, opt=_READ)
async def device(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Show what is known of a device."""
    number = visit.asked("number")
    form = visit.blank(_W, number=number[:100])
    found = device_of(visit, form) if number else None
    if found is None:
        return visit.page(
            "regulator/device.html", http_status=422 if form.is_wrong else 200, form=form, facts=None
        )
    bond = await regulator.terminals.bond(found)
    return _device_page(visit, regulator, form, found, bond)


def _device_page(
    visit: Visit,
    regulator: RegulatorServices,
    form: Form,
    found: Device,
    bond: Bond | None,
    *,
    is_shown: bool = False,
) -> Response[Any]:
    """Show what is known of a device; the number of the one that a chip is held to, once somebody said why."""
    described = regulator.terminals.describe(found)
    return visit.page(
        "regulator/device.html",
        form=form,
        facts=_facts(visit, found, described),
        recall=_recall(visit, described),
        bond=None if bond is None else _bond_facts(visit, found, bond, is_shown=is_shown),
        is_bindable=bool(found.eid or found.imei),
        may_write=visit.me.may(Permission.BINDINGS_WRITE),
        eid=bond.eid if bond is not None else found.eid,
        imei=found.imei or "",
    )


def device_of(visit: Visit, form: Form) -> Device | None:
    """Return the device that a number names: a TAC, an IMEI or an EID; None: it is none, and noted."""
    digits = "".join(form.value("number").replace("-", "").split())
    if not digits:
        form.wrong("number", "form.missing")
    elif not is_decimal(digits):
        form.wrong("number", "form.number")
    elif len(digits) == _TAC:
        return Device(eid="", tac=digits)
    elif len(digits) == _IMEI:
        imei = read(visit, form, "number", lambda _text: read_imei(digits))
        return None if imei is None else Device(eid="", imei=str(imei))
    elif len(digits) == _EID:
        return _chip(visit, form, digits)
    else:
        form.wrong("number", f"{_W}.length", count=len(digits))
    return None


def _chip(visit: Visit, form: Form, digits: str) -> Device | None:
    judged = judge_eid(digits)
    if judged.eid is None:
        form.wrong("number", f"form.eid.{judged.fault}", **judged.facts(visit.language))
        return None
    return Device(eid=str(judged.eid))


def _facts(visit: Visit, found: Device, described: Description) -> list[Fact]:
    """Return what is known: of the device, of the chip, or of both."""
    facts: list[tuple[str, object]] = []
    if found.type_code is not None:
        facts += [("tac", Identifier(found.type_code)), ("model", described.model or _unknown(visit))]
        if described.model is not None:
            facts += _model_facts(visit, described)
    if found.eid:
        facts += [("eid", Identifier(found.eid)), ("maker", described.maker or _unknown(visit))]
        if described.maker_state is not None:
            facts.append(("maker_state", standing_pill(visit, described.maker_state, "maker")))
    return [Fact(say(visit, f"{_W}.fact.{name}"), value) for name, value in facts]


def _model_facts(visit: Visit, described: Description) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = []
    if described.state is not None:
        facts.append(("state", model_pill(visit, described.state)))
    if described.approval_number is not None and described.approved_to is not None:
        facts += [("approval", Code(described.approval_number)), ("ends", described.approved_to.date())]
    facts.append(("vendor", described.vendor))
    if described.vendor_state is not None:
        facts.append(("vendor_state", standing_pill(visit, described.vendor_state, "vendor")))
    if described.category is not None:
        facts.append(("category", category_name(visit, described.category)))
    facts.append(("market", market_name(visit, is_foreign=bool(described.is_foreign))))
    facts.append(("abilities", abilities_text(visit, described.abilities or frozenset())))
    return facts


def _unknown(visit: Visit) -> Pill:
    return Pill(say(visit, f"{_W}.unknown.label"), Tone.WAIT, say(visit, f"{_W}.unknown.why"))


def _recall(visit: Visit, described: Description) -> tuple[Link, str] | None:
    """Return the recall that hits it, with its reason; None: none does."""
    if described.recall_id is None:
        return None
    number = say(visit, "regulator.recall.number", number=described.recall_id)
    return Link(number, f"/regulator/recalls/{described.recall_id}"), described.recall_reason or ""


def _bond_facts(visit: Visit, found: Device, bond: Bond, *, is_shown: bool) -> list[Fact]:
    """Return what holds chip and device; which device it is, is told in part to who asked for the chip."""
    imei: object = Identifier(bond.imei)
    if found.imei is None:
        whole = in_fours(bond.imei) if is_shown else ""
        imei = Masked(f"{bond.imei[:8]} •••••• •", LOOK, bond.eid, whole)
    values = (
        ("eid", Identifier(bond.eid)),
        ("imei", imei),
        ("source", Code(bond.source)),
        ("bound_at", bond.bound_at),
    )
    return [Fact(say(visit, f"{_W}.bond.{name}"), value) for name, value in values]


# --- which device a chip is held to


@get(LOOK, opt=_READ)
async def look_form(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Ask why somebody has to see it."""
    eid = _eid_of(visit.asked("field"))
    if eid is None or await regulator.terminals.bond(Device(eid=str(eid))) is None:
        return visit.go(DEVICE, f"{_RELEASE}.nothing", kind="note")
    return _reason_page(visit, eid, visit.blank("shell.reason"))


@post(LOOK, opt=_READ)
async def look(visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]) -> Response[Any]:
    """Show it, once; the look is in the ledger."""
    form = await visit.form("shell.reason")
    eid, reason = _eid_of(form.value("field")), form.lines("reason", most=200)
    if eid is None or await regulator.terminals.bond(Device(eid=str(eid))) is None:
        return visit.go(DEVICE, f"{_RELEASE}.nothing", kind="note")
    if not form.is_wrong:
        try:
            bond = await regulator.terminals.look_at_bond(eid, reason, visit.me.actor)
        except FormError as error:
            note_faults(visit, form, error)
        else:
            asked = visit.blank(_W, number=str(eid))
            return _device_page(visit, regulator, asked, Device(eid=str(eid)), bond, is_shown=True)
    return _reason_page(visit, eid, form, http_status=422)


def _reason_page(visit: Visit, eid: Eid, form: Form, http_status: int = 200) -> Response[Any]:
    return visit.page(
        "shell/reason.html",
        http_status=http_status,
        form=form,
        action=LOOK,
        back=f"{DEVICE}?number={eid}",
        hidden=[("field", str(eid))],
    )


# --- binding and letting go


@get(f"{DEVICE}/bind", opt=_WRITE)
async def bind_page(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask which chip is in which device."""
    form = visit.blank(_BIND, eid=visit.asked("eid")[:40], imei=visit.asked("imei")[:20])
    return visit.page("regulator/device_bind.html", form=form)


@post(f"{DEVICE}/bind", opt=_WRITE)
async def bind(visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]) -> Response[Any]:
    """Hold a chip and a device to each other."""
    form = await visit.form(_BIND)
    eid, imei = form.eid("eid"), read(visit, form, "imei", read_imei)
    if eid is not None and imei is not None:
        try:
            await regulator.deeds.bind(eid, imei, visit.me.actor)
            return visit.go(f"{DEVICE}?number={eid}", f"{_BIND}.done")
        except ConflictError as error:
            note_error(visit, form, error, "eid")
    return visit.page("regulator/device_bind.html", http_status=422, form=form)


@get(f"{DEVICE}/release", opt=_WRITE)
async def release_page(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Ask once more before a chip is let go."""
    eid = _eid_of(visit.asked("eid"))
    bond = None if eid is None else await regulator.terminals.bond(Device(eid=str(eid)))
    if eid is None or bond is None:
        return visit.go(DEVICE, f"{_RELEASE}.nothing", kind="note")
    return _release_page(visit, eid, bond, visit.blank(_RELEASE))


@post(f"{DEVICE}/release", opt=_WRITE)
async def release(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Let go of it."""
    form = await visit.form(_RELEASE)
    eid, reason = _eid_of(form.value("eid")), form.text("reason", most=500)
    bond = None if eid is None else await regulator.terminals.bond(Device(eid=str(eid)))
    if eid is None or bond is None:
        return visit.go(DEVICE, f"{_RELEASE}.nothing", kind="note")
    if not form.is_wrong:
        try:
            await regulator.deeds.release(eid, reason, visit.me.actor)
            return visit.go(f"{DEVICE}?number={eid}", f"{_RELEASE}.done")
        except (ConflictError, DecodeError) as error:
            note_error(visit, form, error, "reason")
    return _release_page(visit, eid, bond, form, http_status=422)


def _eid_of(text: str) -> Eid | None:
    return judge_eid(text[:64]).eid


def _release_page(visit: Visit, eid: Eid, bond: Bond, form: Form, http_status: int = 200) -> Response[Any]:
    confirm = Confirm(
        title=say(visit, f"{_RELEASE}.title"),
        consequence=say(visit, f"{_RELEASE}.consequence", tac=bond.imei[:8]),
        hit=None,
        hit_label="",
        action=f"{DEVICE}/release",
        button=say(visit, f"{_RELEASE}.button"),
        back=f"{DEVICE}?number={eid}",
        is_grave=False,
        asks_reason=True,
        hidden=[("eid", str(eid))],
    )
    return visit.page("shell/confirm.html", http_status=http_status, confirm=confirm, form=form)


ROUTES: Final[tuple[Any, ...]] = (device, look_form, look, bind_page, bind, release_page, release)
