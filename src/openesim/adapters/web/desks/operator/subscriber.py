"""One subscriber's verification: how it stands, what was shown, his lines here, its evidence, and what happened to it."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.naming import (
    channel_name,
    region_name,
    service_name,
    verifier_name,
)
from openesim.adapters.web.desks.components.records import Evidence
from openesim.adapters.web.desks.components.table import Column, Row, plain_table
from openesim.adapters.web.desks.components.values import Fact, Identifier, Masked, Pill, Tone
from openesim.adapters.web.desks.operator.case_views import (
    CASES,
    case_path,
    case_pill,
    document_name,
    field_name,
    group_name,
    missing_texts,
    refusal_text,
    story,
    who_text,
)
from openesim.adapters.web.desks.operator.fields import note_faults
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.views import order_link, say, state_pill
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.admission.admission import LineState
from openesim.conditions.identity.case import Field
from openesim.conditions.identity.cases import TRANSITIONS, CaseEvent, CaseState
from openesim.conditions.identity.faults import FormError
from openesim.conditions.identity.pictures import picture_of
from openesim.kernel.errors import NotFoundError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.operator.subscribers import SHOWN, CaseLook, Proof

W: Final = "operator.subscriber"

_ONE: Final = f"{CASES}/{{case_id:str}}"
_READ = reach(Permission.SUBSCRIBERS_READ, Tenancy.OPERATOR)
_UNMASK = reach(Permission.SUBSCRIBERS_UNMASK, Tenancy.OPERATOR)
_LINE_TONES: Final = {
    LineState.RESERVED: Tone.WAIT,
    LineState.ACTIVE: Tone.GOOD,
    LineState.ENDED: Tone.IDLE,
}
_AT_COUNTER: Final = frozenset(
    {CaseState.APPLIED, CaseState.DOCUMENTS, CaseState.STEP_UP, CaseState.RE_VERIFY, CaseState.EXPIRED}
)

Operator = NamedDependency[OperatorServices]


@get(_ONE, opt=_READ)
async def subscriber(
    visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]
) -> Response[Any]:
    """Show a verification with everything about it that is this operator's."""
    return _page(visit, await operator.subscribers.one(visit.operator, case_id))


@get(f"{_ONE}/look", opt=_UNMASK)
async def look_form(
    visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]
) -> Response[Any]:
    """Ask why somebody has to see a personal value."""
    found = await operator.subscribers.one(visit.operator, case_id)
    return _reason_page(visit, found, _field_of(visit.asked("field")), visit.blank("shell.reason"))


@post(f"{_ONE}/look", opt=_UNMASK)
async def look(visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]) -> Response[Any]:
    """Show the value, once; the look is in the ledger."""
    form = await visit.form("shell.reason")
    found = await operator.subscribers.one(visit.operator, case_id)
    field, reason = _field_of(form.value("field")), form.lines("reason", most=200)
    if not form.is_wrong:
        try:
            value = await operator.subscribers.value(visit.operator, case_id, field, visit.me.actor, reason)
        except FormError as error:
            note_faults(visit, form, error)
        else:
            if field is Field.IMAGE:
                kind, octets = picture_of(value)
                headers = {
                    "content-disposition": f'attachment; filename="{case_id}.{kind.rpartition("/")[2]}"'
                }
                return Response(octets, media_type=kind, headers=headers)
            return _page(visit, found, (field, value))
    return _reason_page(visit, found, field, form, http_status=422)


def _reason_page(
    visit: Visit, found: CaseLook, field: Field, form: Any, http_status: int = 200
) -> Response[Any]:
    path = case_path(found.case.case_id)
    return visit.page(
        "shell/reason.html",
        http_status=http_status,
        form=form,
        action=f"{path}/look",
        back=path,
        hidden=[("field", field.value)],
        is_file=field is Field.IMAGE,
    )


def _field_of(text: str) -> Field:
    """Return a personal value by its name.

    Raises:
        NotFoundError: there is none of this name that somebody may ask to see.
    """
    if text not in {each.value for each in SHOWN}:
        raise NotFoundError("there is no such thing")
    return Field(text)


def _page(visit: Visit, found: CaseLook, seen: tuple[Field, str] | None = None) -> Response[Any]:
    return visit.page(
        "operator/subscriber.html",
        case=found.case,
        path=case_path(found.case.case_id),
        name=found.shown.get(Field.NAME, ""),
        pill=case_pill(visit, found.case),
        person=person_facts(visit, found, seen),
        about=_facts(visit, found),
        lines=_lines(visit, found),
        orders=_orders(visit, found),
        proof=None if found.proof is None else _evidence(visit, found, found.proof),
        proof_state=None
        if found.proof is None
        else {True: "holds", False: "broken", None: "gone"}[found.proof.holds],
        told=[] if found.proof is None else _told(found.proof),
        timeline=story(visit, found.story, found.who),
        moves=moves(visit, found),
        missing=missing_texts(visit, found.case.missing),
        refusal="" if found.case.refusal is None else refusal_text(visit, found.case.refusal),
        is_counter=found.case.state in _AT_COUNTER,
    )


def moves(visit: Visit, found: CaseLook) -> list[str]:
    """Return what the one who looks may do to a verification now, by the names of the deeds."""
    events = TRANSITIONS[found.case.state]
    may_revoke = visit.me.may(Permission.VERIFICATIONS_REVOKE)
    may_verify = visit.me.may(Permission.COUNTER_VERIFY)
    possible = {
        "revoke": may_revoke and CaseEvent.REVOKE in events,
        "again": may_revoke and CaseEvent.TRIGGER in events and bool(found.triggers),
        "refuse": may_verify and CaseEvent.REFUSE in events and found.case.state is not CaseState.RE_VERIFY,
        "withdraw": may_verify and CaseEvent.WITHDRAW in events,
    }
    return [name for name, is_possible in possible.items() if is_possible]


def person_facts(visit: Visit, found: CaseLook, seen: tuple[Field, str] | None) -> list[Fact]:
    """Return the personal values of a case, in part; one that was asked for is whole, once."""
    action = f"{case_path(found.case.case_id)}/look" if visit.me.may(Permission.SUBSCRIBERS_UNMASK) else ""
    facts = []
    for field in Field:
        if field in found.shown:
            value = seen[1] if seen is not None and seen[0] is field else ""
            masked = Masked(found.shown[field], action, field.value, value)
            facts.append(Fact(field_name(visit, field), masked))
    return facts


def _facts(visit: Visit, found: CaseLook) -> list[Fact]:
    case = found.case
    facts: dict[str, object] = {
        "case": Identifier(case.case_id),
        "begun": case.created_at,
        "changed": case.changed_at,
        "service": service_name(visit, case.service),
        "channel": channel_name(visit, case.channel),
        "eid": None if case.eid is None else Identifier(str(case.eid)),
        "imei": None if case.imei is None else Identifier(str(case.imei)),
    }
    more: dict[str, object] = {
        "region": region_name(visit, case.region) if case.region else None,
        "group": None if case.group is None else group_name(visit, case.group),
        "document": None if case.document is None else document_name(visit, case.document),
        "agent": say(visit, "ui.yes") if case.acts_for_another else None,
        "assurance": " · ".join(say(visit, f"operator.assurance.{each}") for each in sorted(case.assurance))
        or None,
        "verifier": verifier_name(visit, case.verifier) if case.verifier else None,
        "clerk": who_text(visit, found.who.get(case.clerk or "")) or None,
        "second": who_text(visit, found.who.get(case.second or "")) or None,
        "verified": case.verified_at,
        "expires": case.expires_at,
        "pack": case.pack,
    }
    facts |= {name: value for name, value in more.items() if value is not None}
    return [Fact(say(visit, f"{W}.fact.{name}"), value) for name, value in facts.items()]


def _lines(visit: Visit, found: CaseLook) -> Any:
    columns = [
        Column(say(visit, f"{W}.line.{name}"))
        for name in ("iccid", "state", "service", "begun", "ended", "disputed")
    ]
    rows = [
        Row(
            (
                order_link(line.iccid),
                Pill.of(visit, f"{W}.line_state.{line.state}", _LINE_TONES[line.state]),
                service_name(visit, line.service),
                line.begun_at,
                line.ended_at,
                line.disputed_at,
            )
        )
        for line in found.lines
    ]
    return plain_table(say(visit, f"{W}.lines"), columns, rows)


def _orders(visit: Visit, found: CaseLook) -> Any:
    columns = [Column(say(visit, f"{W}.order.{name}")) for name in ("iccid", "state", "type", "ordered")]
    rows = [
        Row((order_link(each.iccid), state_pill(visit, each.state), each.profile_type, each.ordered_at))
        for each in found.orders
    ]
    return plain_table(say(visit, f"{W}.orders"), columns, rows)


def _evidence(visit: Visit, found: CaseLook, proof: Proof) -> Evidence:
    return Evidence(
        name=say(visit, f"{W}.record"),
        size=proof.size,
        media_type="application/json",
        digest=proof.digest.hex(),
        added_at=found.case.verified_at or found.case.changed_at,
        added_by=verifier_name(visit, found.case.verifier or ""),
        holds=proof.holds,
    )


def _told(proof: Proof) -> list[tuple[str, str]]:
    """Return what the record tells, as a program reads it."""
    return [(name, _written(value)) for name, value in sorted(proof.told.items())]


def _written(value: object) -> str:
    if isinstance(value, dict):
        return " · ".join(f"{name}: {_written(each)}" for name, each in sorted(value.items())) or "–"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value) or "–"
    return "–" if value is None else str(value)


ROUTES: Final[tuple[Any, ...]] = (subscriber, look_form, look)
