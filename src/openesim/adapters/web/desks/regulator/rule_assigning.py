"""Putting a pack in force: for everybody, an operator or a class of service, from a day on; asked once more."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.explained import explained_by, in_a_line
from openesim.adapters.web.desks.components.flows import Confirm
from openesim.adapters.web.desks.components.naming import members, service_name
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.errors import ConflictError, NotFoundError
from openesim.services.conditions.accounts.roles import Permission

WORDS: Final = "regulator.rule_assign"
NONE: Final = "-"
"""Chosen in the place of a pack: none of its own any more."""

_WRITE = reach(Permission.RULES_PUT_IN_FORCE, Tenancy.NATION)
_FIELDS: Final = ("pack", "operator", "service", "when", "day")
_WHEN: Final = ("at-once", "day")


@get("/regulator/rules/assign", opt=_WRITE)
async def assign_page(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Ask which pack, for whom, from when."""
    form = visit.blank(WORDS, pack=visit.asked("pack"), operator=visit.asked("operator"), when="at-once")
    return await _assign_page(visit, regulator, form)


@post("/regulator/rules/assign", opt=_WRITE)
async def assign_rules(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Ask once more; then put the pack in force."""
    names = await regulator.licences.operator_names()
    form = await visit.form(WORDS)
    pack_ids = await _pack_ids(regulator)
    chosen = form.choice("pack", [*pack_ids, NONE])
    operator = form.choice("operator", list(names), is_needed=False)
    service = form.member("service", ServiceClass, is_needed=False)
    when = form.choice("when", _WHEN)
    pack_id = None if chosen == NONE else chosen
    begins = _begins(form, regulator, pack_id) if when == "day" else None
    if form.is_wrong:
        return await _assign_page(visit, regulator, form, http_status=422)
    try:
        regulator.rules.verify_assignable(pack_id, begins)
        if form.value("checked") == "yes":
            await regulator.rules.put_in_force(
                pack_id, visit.me.actor, operator=operator, service=service, begins=begins
            )
            return visit.go("/regulator/rules", f"{WORDS}.done")
    except (ConflictError, NotFoundError) as error:
        told = explained_by(error, visit.language)
        if told is None:
            raise
        form.refuse("day" if begins is not None else "pack", in_a_line(told, visit.language))
        return await _assign_page(visit, regulator, form, http_status=422)
    whom = {
        "operator": names.get(operator or "", ""),
        "service": service,
        "count": 1 if operator else len(names),
    }
    confirm = _confirm(visit, form, pack_id, begins, whom)
    return visit.page("shell/confirm.html", confirm=confirm, form=visit.blank(WORDS))


def _begins(form: Form, regulator: RegulatorServices, pack_id: str | None) -> datetime | None:
    """Return when the day begins that was given, where the pack is from."""
    day = form.day("day")
    return None if day is None else regulator.rules.beginning_of(day, pack_id)


async def _pack_ids(regulator: RegulatorServices) -> list[str]:
    seen = await regulator.rules.seen()
    return list(dict.fromkeys(each.pack.id for each in seen.versions))


async def _assign_page(
    visit: Visit, regulator: RegulatorServices, form: Form, http_status: int = 200
) -> Response[Any]:
    pack_ids = await _pack_ids(regulator)
    names = await regulator.licences.operator_names()
    packs = {pack_id: pack_id for pack_id in pack_ids} | {NONE: visit.say("regulator.rules.none_of_its_own")}
    return visit.page(
        "regulator/rule_assign.html",
        http_status=http_status,
        form=form,
        packs=packs,
        operators=names,
        services=members(ServiceClass, lambda each: service_name(visit, each)),
        when=_WHEN,
    )


def _confirm(
    visit: Visit, form: Form, pack_id: str | None, begins: datetime | None, whom: dict[str, Any]
) -> Confirm:
    """Return the question: what holds for whom from when."""
    service = whom["service"]
    facts = {
        "pack": pack_id or visit.say("regulator.rules.none_of_its_own"),
        "whom": whom["operator"] or visit.say("regulator.rules.everybody"),
        "service": visit.say("regulator.rules.every_class")
        if service is None
        else service_name(visit, service),
        "when": visit.say(f"{WORDS}.at_once") if begins is None else visit.format.exact(begins),
    }
    return Confirm(
        title=visit.say(f"{WORDS}.confirm" if pack_id else f"{WORDS}.confirm_none", **facts),
        consequence=visit.say(f"{WORDS}.consequence", **facts),
        hit=whom["count"],
        hit_label=visit.say(f"{WORDS}.hit", count=whom["count"]),
        action="/regulator/rules/assign",
        button=visit.say(f"{WORDS}.go"),
        back="/regulator/rules/assign",
        hidden=[*((name, form.value(name)) for name in _FIELDS), ("checked", "yes")],
    )
