"""API keys: for programs of the operator, made and shown once, revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.flows import Confirm
from openesim.adapters.web.desks.components.table import Column, Row, plain_table
from openesim.adapters.web.desks.components.values import Code, Fact, Link, Pill, Tone
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.views import say
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.services.access import ApiKey, Scope
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.operator_keys import KeyWish

KEYS: Final = "/operator/api-keys"
W: Final = "operator.api_keys"
NEW: Final = "operator.api_key_new"
ONE: Final = "operator.api_key"

_DAYS: Final = {"30": 30, "90": 90, "365": 365, "0": 0}
_KEEP = reach(Permission.API_KEYS, Tenancy.OPERATOR)

Operator = NamedDependency[OperatorServices]


@get(KEYS, opt=_KEEP)
async def api_keys(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Show the keys."""
    columns = [
        Column(say(visit, f"{W}.column.{name}"))
        for name in ("label", "key", "state", "scopes", "made", "expires")
    ]
    rows = [
        Row(
            (
                Link(key.label or say(visit, f"{W}.unnamed"), f"{KEYS}/{key.key_id}"),
                Code(f"oe_{key.key_id}_…"),
                _state(visit, key),
                len(key.scopes),
                key.created_at,
                key.expires_at,
            )
        )
        for key in await operator.keys.all(visit.operator)
    ]
    return visit.page("operator/api_keys.html", table=plain_table(say(visit, f"{W}.title"), columns, rows))


@get(f"{KEYS}/new", opt=_KEEP)
async def new_key(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask what a key shall be for."""
    return _form_page(visit, visit.blank(NEW, days="365"))


@post(f"{KEYS}/new", opt=_KEEP)
async def make_key(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Make it, and show it once; whoever sends the form again is led to what it made."""
    form = await visit.form(NEW)
    label = form.text("label", most=60)
    scopes = form.chosen("scopes", list(Scope))
    days = form.choice("days", _DAYS)
    if form.is_wrong or days is None:
        return _form_page(visit, form, http_status=422)
    expires_at = visit.now + timedelta(days=_DAYS[days]) if _DAYS[days] else None
    wish = KeyWish(label, tuple(Scope(each) for each in scopes), expires_at)
    made = await operator.keys.make(visit.operator, wish, visit.me.actor, form.token)
    path = f"{KEYS}/{made.key.key_id}"
    if made.text is None:
        return visit.go(path, f"{NEW}.made_before", kind="note")
    return visit.page("operator/api_key_made.html", label=label, text=made.text.reveal(), path=path)


@get(f"{KEYS}/{{key_id:str}}", opt=_KEEP)
async def api_key(visit: NamedDependency[Visit], operator: Operator, key_id: FromPath[str]) -> Response[Any]:
    """Show one of them."""
    key = await operator.keys.one(visit.operator, key_id)
    facts = {
        "key": Code(f"oe_{key.key_id}_…"),
        "state": _state(visit, key),
        "scopes": " · ".join(say(visit, f"{NEW}.field.scopes.option.{each}") for each in sorted(key.scopes)),
        "made": key.created_at,
        "expires": key.expires_at,
        "revoked": key.revoked_at,
    }
    return visit.page(
        "operator/api_key.html",
        label=key.label or say(visit, f"{W}.unnamed"),
        facts=[Fact(say(visit, f"{ONE}.fact.{name}"), value) for name, value in facts.items()],
        path=f"{KEYS}/{key_id}",
        is_good=key.is_good(visit.now),
    )


@get(f"{KEYS}/{{key_id:str}}/revoke", opt=_KEEP)
async def revoke_form(
    visit: NamedDependency[Visit], operator: Operator, key_id: FromPath[str]
) -> Response[Any]:
    """Ask once more."""
    key = await operator.keys.one(visit.operator, key_id)
    confirm = Confirm(
        title=say(visit, f"{ONE}.ask", label=key.label or say(visit, f"{W}.unnamed")),
        consequence=say(visit, f"{ONE}.consequence"),
        hit=None,
        hit_label="",
        action=f"{KEYS}/{key_id}/revoke",
        button=say(visit, f"{ONE}.revoke"),
        back=f"{KEYS}/{key_id}",
    )
    return visit.page("shell/confirm.html", confirm=confirm, form=visit.blank("shell.confirm"))


@post(f"{KEYS}/{{key_id:str}}/revoke", opt=_KEEP)
async def revoke(visit: NamedDependency[Visit], operator: Operator, key_id: FromPath[str]) -> Response[Any]:
    """Revoke it."""
    await visit.form("shell.confirm")
    await operator.keys.revoke(visit.operator, key_id, visit.me.actor)
    return visit.go(KEYS, f"{ONE}.done")


def _form_page(visit: Visit, form: Form, http_status: int = 200) -> Response[Any]:
    return visit.page(
        "operator/api_key_new.html", http_status=http_status, form=form, scopes=list(Scope), days=list(_DAYS)
    )


def _state(visit: Visit, key: ApiKey) -> Pill:
    if key.revoked_at is not None:
        return Pill.of(visit, f"{W}.state.revoked", Tone.BAD)
    if not key.is_good(visit.now):
        return Pill.of(visit, f"{W}.state.expired", Tone.IDLE)
    return Pill.of(visit, f"{W}.state.good", Tone.GOOD)


ROUTES: Final[tuple[Any, ...]] = (api_keys, new_key, make_key, api_key, revoke_form, revoke)
