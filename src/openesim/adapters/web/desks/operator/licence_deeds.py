"""What an operator does with an application as a whole: submits it, comments, gives it up, renews a licence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.licences import scope_facts
from openesim.adapters.web.desks.components.naming import in_words
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.operator.fields import note_refusal
from openesim.adapters.web.desks.operator.licence_view import LICENCES, W, path_of, title_of
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.views import say
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.licensing.deeds import IncompleteError
from openesim.conditions.licensing.states import HELD
from openesim.kernel.errors import ConflictError, DecodeError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.licences.applications import Dossier

FORM: Final = "operator.licence_deed"

_ONE: Final = f"{LICENCES}/{{licence_id:int}}"
_APPLY = reach(Permission.LICENCE_APPLY, Tenancy.OPERATOR)
_DAY: Final = timedelta(days=1)
_DEEDS: Final = ("submit", "comment", "withdraw", "renew")

Operator = NamedDependency[OperatorServices]


def _routes(deed: str) -> tuple[Any, Any]:
    """Return the page that asks, and what is done then."""

    @get(f"{_ONE}/{deed}", opt=_APPLY, name=f"operator.licence.{deed}_page")
    async def page(
        visit: NamedDependency[Visit], operator: Operator, licence_id: FromPath[int]
    ) -> Response[Any]:
        """Ask."""
        dossier = await operator.applications.dossier(visit.operator, licence_id, visit.me.actor)
        return _page(visit, dossier, deed, visit.blank(FORM))

    @post(f"{_ONE}/{deed}", opt=_APPLY, name=f"operator.licence.{deed}")
    async def do(
        visit: NamedDependency[Visit], operator: Operator, licence_id: FromPath[int]
    ) -> Response[Any]:
        """Do it."""
        dossier = await operator.applications.dossier(visit.operator, licence_id, visit.me.actor)
        form = await visit.form(FORM)
        number = licence_id
        try:
            number = await _do(visit, operator, dossier, deed, form)
        except IncompleteError:
            return _page(visit, dossier, deed, form, http_status=422)
        except DecodeError as error:
            note_refusal(visit, form, error, "ends" if deed == "renew" else "text")
        except ConflictError as error:
            note_refusal(visit, form, error, "ends" if deed == "renew" else "text")
        if form.is_wrong:
            return _page(visit, dossier, deed, form, http_status=422)
        return visit.go(path_of(number), f"{FORM}.{deed}.done")

    return page, do


async def _do(visit: Visit, operator: OperatorServices, dossier: Dossier, deed: str, form: Form) -> int:
    """Do a deed, and return the number of the licence that one looks at then; what is wrong is noted in the form."""
    applications, licence_id = operator.applications, dossier.licence.licence_id
    whose, actor = visit.operator, visit.me.actor
    if deed == "renew":
        day = form.day("ends", is_needed=False)
        if form.is_wrong:
            return licence_id
        ends = None if day is None else visit.format.begin_of(day + _DAY)
        return (await applications.renew(whose, licence_id, ends, actor)).licence_id
    text = form.lines("text", is_needed=deed == "comment")
    if form.is_wrong:
        return licence_id
    if deed == "submit":
        await applications.submit(whose, licence_id, text, actor)
    elif deed == "withdraw":
        await applications.withdraw(whose, licence_id, text, actor)
    else:
        await applications.comment(whose, licence_id, text, None, actor)
    return licence_id


def _page(visit: Visit, dossier: Dossier, deed: str, form: Form, http_status: int = 200) -> Response[Any]:
    one, picture = dossier.licence, dossier.picture
    base = path_of(one.licence_id)
    lacks: dict[str, list[str]] = {}
    for name, missing in picture.missing:
        lacks.setdefault(name, []).append(say(visit, f"{W}.missing.{missing}"))
    return visit.page(
        "operator/licence_deed.html",
        http_status=http_status,
        form=form,
        deed=deed,
        title=title_of(visit, one),
        path=base,
        facts=scope_facts(visit, W, one.asked, one.granted),
        lacking=[
            (
                in_words(visit, picture.checklist.item[name].question),
                " · ".join(words),
                f"{base}/items/{name}",
            )
            for name, words in lacks.items()
        ]
        if deed == "submit"
        else [],
        is_held=one.state in HELD,
        is_grave=deed == "withdraw",
    )


ROUTES: Final[tuple[Any, ...]] = tuple(route for deed in _DEEDS for route in _routes(deed))
