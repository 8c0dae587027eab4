"""Four eyes: what a first clerk saw, looked at by another one, who agrees or does not."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.table import Column, Row, TableQuery
from openesim.adapters.web.desks.components.values import Fact, Masked
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.operator.case_views import document_name, who_text
from openesim.adapters.web.desks.operator.counter import COUNTER, at_counter
from openesim.adapters.web.desks.operator.counter_case import case_facts
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.views import say
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.identity.case import Field
from openesim.conditions.identity.cases import CaseState
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.operator.counter_desk import AtCounter
from openesim.services.conditions.operator.texts import Matter, refused

W: Final = "operator.second"
ONE: Final = "operator.second_one"

_PATH: Final = f"{COUNTER}/second"
_PAGE: Final = 50
_SECOND = reach(Permission.COUNTER_SECOND, Tenancy.OPERATOR)

Operator = NamedDependency[OperatorServices]


@get(_PATH, opt=_SECOND)
async def second(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Show what waits for a second clerk."""
    query = TableQuery(visit)
    found, behind = await operator.counter.waiting(visit.operator, query.cursor, _PAGE)
    columns = [
        Column(say(visit, f"{W}.column.{name}")) for name in ("person", "document", "clerk", "since", "move")
    ]
    rows = [
        Row(
            (
                Masked(each.shown.get(Field.NAME, each.case.case_id)),
                document_name(visit, each.case.document or ""),
                who_text(visit, who),
                each.case.changed_at,
                say(visit, f"{W}.{'yours' if each.case.clerk == visit.me.actor else 'look'}"),
            ),
            f"{_PATH}/{each.case.case_id}",
        )
        for each, who in found
    ]
    table = query.table(say(visit, f"{W}.title"), columns, rows, next_cursor=behind)
    return visit.page("operator/second.html", table=table)


@get(f"{_PATH}/{{case_id:str}}", opt=_SECOND)
async def second_one(
    visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]
) -> Response[Any]:
    """Show what the first clerk saw and did."""
    return _page(visit, await operator.counter.look(visit.operator, case_id), visit.blank(ONE))


@post(f"{_PATH}/{{case_id:str}}", opt=_SECOND)
async def decide(visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]) -> Response[Any]:
    """Agree, or not."""
    look = await operator.counter.look(visit.operator, case_id)
    form = await visit.form(ONE)
    answer = form.choice("answer", ("agree", "disagree"))
    if answer == "agree":
        form.flag("seen", is_needed=True)
    if form.is_wrong:
        return _page(visit, look, form, http_status=422)
    if answer == "agree":
        case = await operator.counter.agree(visit.operator, case_id, visit.me.actor)
        done = "verified" if case.state is CaseState.VERIFIED else "more"
    else:
        await operator.counter.disagree(visit.operator, case_id, visit.me.actor)
        done = "refused"
    return visit.go(at_counter(case_id), f"{ONE}.{done}", kind="done" if done == "verified" else "note")


def _page(visit: Visit, look: AtCounter, form: Form, http_status: int = 200) -> Response[Any]:
    case = look.case
    if case.state is not CaseState.FOUR_EYES:
        raise refused(Matter.NO_SECOND_AWAITED)
    done = " · ".join(say(visit, f"operator.assurance.{each}") for each in sorted(case.assurance))
    return visit.page(
        "operator/second_one.html",
        http_status=http_status,
        form=form,
        path=f"{_PATH}/{case.case_id}",
        facts=[*case_facts(visit, look), Fact(say(visit, f"{ONE}.done"), done)],
        is_own=case.clerk == visit.me.actor,
        answers={each: say(visit, f"{ONE}.field.answer.option.{each}") for each in ("agree", "disagree")},
    )


ROUTES: Final[tuple[Any, ...]] = (second, second_one, decide)
