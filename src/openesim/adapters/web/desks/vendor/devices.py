"""Which chip a device of the vendor's is held to: for whoever repairs it. The answer names no more than he needs."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.values import Fact, Identifier, Masked, Pill, Tone
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.vendor.services import VendorServices
from openesim.adapters.web.desks.vendor.views import model_link, note_told, read
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.terminals.fields import read_imei
from openesim.conditions.terminals.texts import Told
from openesim.kernel.errors import NotFoundError
from openesim.kernel.ids import Imei
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.vendor.pictures import BoundDevice

WORDS: Final = "vendor.devices"

_READ = reach(Permission.MODELS_READ, Tenancy.VENDOR)
_SHOWN: Final = (8, 4)
"""Digits of an EID that are shown: whose chip it is, and enough to compare it with what is printed."""


@get("/vendor/devices", opt=_READ)
async def devices(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask which device."""
    return _page(visit, visit.blank(WORDS))


@post("/vendor/devices", opt=_READ)
async def look_up_device(
    visit: NamedDependency[Visit], vendor: NamedDependency[VendorServices]
) -> Response[Any]:
    """Show what it is held to; neither number gets into an address."""
    form = await visit.form(WORDS)
    imei = read(visit, form, "imei", read_imei)
    eid = form.eid("eid", is_needed=False)
    if form.is_wrong or imei is None:
        return _page(visit, form, http_status=422)
    try:
        found = await vendor.desk.device(visit.vendor_id, imei, visit.me.actor)
    except NotFoundError as error:
        if isinstance(error.explanation, Told):
            note_told(visit, form, "imei", error.explanation)
        return _page(visit, form, http_status=422)
    return _page(visit, form, facts=_facts(visit, imei, eid, found))


def _page(visit: Visit, form: Form, http_status: int = 200, facts: list[Fact] | None = None) -> Response[Any]:
    return visit.page("vendor/devices.html", http_status=http_status, form=form, facts=facts)


def _facts(visit: Visit, imei: Imei, eid: str | None, found: BoundDevice) -> list[Fact]:
    """Return what is known of a device."""

    def fact(name: str, value: object) -> Fact:
        """Return a line."""
        return Fact(visit.say(f"{WORDS}.fact.{name}"), value)

    facts = [
        fact("device", Identifier(str(imei), is_digits=False)),
        fact("model", model_link(found.model)),
        fact("binding", _binding(visit, eid, found)),
    ]
    if found.bond is not None:
        facts += [fact("chip", Masked(_part(found.bond.eid))), fact("since", found.bond.bound_at)]
    return facts


def _binding(visit: Visit, eid: str | None, found: BoundDevice) -> Pill:
    """Return whether a device is held to a chip, and to the one that was named."""
    if found.bond is None:
        return Pill.of(visit, f"{WORDS}.bound.none", Tone.IDLE)
    if eid is None:
        return Pill.of(visit, f"{WORDS}.bound.some", Tone.INFO)
    if found.bond.eid == eid:
        return Pill.of(visit, f"{WORDS}.bound.same", Tone.GOOD)
    return Pill.of(visit, f"{WORDS}.bound.other", Tone.BAD)


def _part(eid: str) -> str:
    begin, end = _SHOWN
    return f"{eid[:begin]} … {eid[-end:]}"
