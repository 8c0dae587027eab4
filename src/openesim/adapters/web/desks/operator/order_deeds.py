"""What is done to one order: its code is shown, it is issued again, taken back, released; a hold is ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.explained import explained_by
from openesim.adapters.web.desks.components.flows import Confirm
from openesim.adapters.web.desks.components.records import QrCard
from openesim.adapters.web.desks.components.values import Identifier
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.operator.places import iccid_of
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.views import ORDERS, order_path, say, seen_of, seen_text, sentences
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.identity.faults import FaultyTextError
from openesim.kernel.errors import NotFoundError, OpenEsimError
from openesim.kernel.ids import Eid, Iccid
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.provisioning.smdp.reissue import Wish
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.operator.order_looks import OrderLook

FORM: Final = "operator.order_deeds"

_ONE: Final = f"{ORDERS}/{{iccid:str}}"
_WRITE = reach(Permission.ORDERS_WRITE, Tenancy.OPERATOR)
_REISSUE = reach(Permission.ORDERS_REISSUE, Tenancy.OPERATOR)
_CANCEL = reach(Permission.ORDERS_CANCEL, Tenancy.OPERATOR)
_CLEAR = reach(Permission.ORDERS_CLEAR, Tenancy.OPERATOR)

_SAME, _OTHER, _ANY = "same", "other", "any"

Operator = NamedDependency[OperatorServices]
Reason = Callable[[Iccid, str, str, str], Awaitable[Order]]
"""Ends a hold: profile, operator, actor, reason."""


# --- the code -----------------------------------------------------------------------------------------------------


@get(f"{_ONE}/code", opt=_WRITE)
async def code_form(visit: NamedDependency[Visit], operator: Operator, iccid: FromPath[str]) -> Response[Any]:
    """Ask once more: whoever opens the page by its address has seen nothing yet, and nothing is noted."""
    one = await operator.deeds.verify_has_code(iccid_of(iccid), visit.operator)
    path, key = order_path(one.iccid), f"{FORM}.code"
    confirm = Confirm(
        title=say(visit, f"{key}.title"),
        consequence=say(visit, f"{key}.consequence"),
        hit=None,
        hit_label="",
        action=f"{path}/code",
        button=say(visit, f"{key}.button"),
        back=path,
        is_grave=False,
    )
    return visit.page("shell/confirm.html", confirm=confirm, form=visit.blank("shell.confirm"))


@post(f"{_ONE}/code", opt=_WRITE)
async def code(visit: NamedDependency[Visit], operator: Operator, iccid: FromPath[str]) -> Response[Any]:
    """Show the activation code, and note who saw it."""
    found = await operator.deeds.show_code(iccid_of(iccid), visit.operator, visit.me.actor)
    one = found.order
    links = (
        (say(visit, f"{FORM}.ios"), found.ios_link),
        (say(visit, f"{FORM}.android"), found.android_link),
    )
    card = QrCard(
        text=found.text,
        title=say(visit, f"{FORM}.card"),
        told=say(visit, f"{FORM}.{'card_code' if one.confirmation_hash else 'card_told'}"),
        bound_to="" if one.eid is None else str(one.eid),
        expires_at=one.expires_at,
        links=links,
    )
    return visit.page("operator/code.html", card=card, back=order_path(one.iccid), order=one)


# --- issued again -------------------------------------------------------------------------------------------------


@get(f"{_ONE}/reissue", opt=_REISSUE)
async def reissue_form(
    visit: NamedDependency[Visit], operator: Operator, iccid: FromPath[str]
) -> Response[Any]:
    """Ask for which chip the order shall be issued again."""
    look = await operator.looks.one(iccid_of(iccid), visit.operator)
    form = visit.blank(FORM, chip=_SAME if look.order.eid else _ANY, seen=seen_text(look.order))
    return _reissue_page(visit, look, form)


@post(f"{_ONE}/reissue", opt=_REISSUE)
async def reissue(visit: NamedDependency[Visit], operator: Operator, iccid: FromPath[str]) -> Response[Any]:
    """Issue it again."""
    look = await operator.looks.one(iccid_of(iccid), visit.operator)
    form = await visit.form(FORM)
    wish = read_wish(form, look)
    if form.is_wrong:
        return _reissue_page(visit, look, form, http_status=422)
    seen = seen_of(form.value("seen"), visit.now)
    try:
        await operator.deeds.reissue(look.order.iccid, wish, visit.operator, visit.me.actor, seen)
    except NotFoundError:
        raise
    except OpenEsimError as error:
        return _reissue_page(visit, look, form, error, http_status=409)
    return visit.go(order_path(look.order.iccid), f"{FORM}.reissued")


def read_wish(form: Form, look: OrderLook) -> Wish:
    """Return how an order shall be issued again; what is wrong is noted."""
    chip = form.choice("chip", _chips(look))
    eid: Eid | None = form.eid("eid") if chip == _OTHER else None
    if _is_dangerous(look, chip):
        form.flag("forced", is_needed=True)
    return Wish(eid=eid, is_for_any=chip == _ANY, is_forced=bool(form.value("forced")))


def _chips(look: OrderLook) -> list[str]:
    """Return for which chips an order can be issued again."""
    chips = [_SAME] if look.order.eid is not None else []
    return [*chips, _OTHER] if look.order.is_default_smdp else [*chips, _OTHER, _ANY]


def _is_dangerous(look: OrderLook, chip: str | None) -> bool:
    """Tell whether two chips could come to have the profile."""
    return look.was_handed_out and look.order.state is not OrderState.DELETED and chip in {_OTHER, _ANY}


def _reissue_page(
    visit: Visit,
    look: OrderLook,
    form: Form,
    error: OpenEsimError | None = None,
    http_status: int = 200,
) -> Response[Any]:
    return visit.page(
        "operator/reissue.html",
        http_status=http_status,
        form=form,
        chips=_chips(look),
        is_possible=look.can_be_reissued,
        was_handed_out=look.was_handed_out and look.order.state is not OrderState.DELETED,
        eid=None if look.order.eid is None else Identifier(str(look.order.eid)),
        back=order_path(look.order.iccid),
        refused=None if error is None else explained_by(error, visit.language),
    )


# --- taken back, released -----------------------------------------------------------------------------------------


@get(f"{_ONE}/cancel", opt=_CANCEL)
async def cancel_form(
    visit: NamedDependency[Visit], operator: Operator, iccid: FromPath[str]
) -> Response[Any]:
    """Ask once more."""
    return _cancel_page(visit, await operator.looks.one(iccid_of(iccid), visit.operator))


@post(f"{_ONE}/cancel", opt=_CANCEL)
async def cancel(visit: NamedDependency[Visit], operator: Operator, iccid: FromPath[str]) -> Response[Any]:
    """Take it back."""
    look = await operator.looks.one(iccid_of(iccid), visit.operator)
    form = await visit.form(FORM)
    seen = seen_of(form.value("seen"), visit.now)
    final = OrderState.AVAILABLE if look.can_go_back else OrderState.UNAVAILABLE
    await operator.deeds.cancel(look.order.iccid, final.value, visit.operator, visit.me.actor, seen)
    return visit.go(order_path(look.order.iccid), f"{FORM}.cancelled.{final.value.lower()}")


def _cancel_page(visit: Visit, look: OrderLook) -> Response[Any]:
    path = order_path(look.order.iccid)
    consequence = "back" if look.can_go_back else "out"
    key = f"{FORM}.cancel"
    confirm = Confirm(
        title=say(visit, f"{key}.title"),
        consequence=sentences(
            visit, (say(visit, f"{key}.{part}") for part in (_hit_by_cancel(look), consequence))
        ),
        hit=1 if look.order.state in {OrderState.RELEASED, OrderState.DOWNLOADED} else 0,
        hit_label=say(visit, f"{key}.hit"),
        action=f"{path}/cancel",
        button=say(visit, f"{key}.button"),
        back=path,
        is_grave=True,
        hidden=(("seen", seen_text(look.order)),),
    )
    return visit.page("shell/confirm.html", confirm=confirm, form=visit.blank("shell.confirm"))


def _hit_by_cancel(look: OrderLook) -> str:
    """Return what a cancellation does to whoever has the code, as the name of its words."""
    if look.order.state is OrderState.DOWNLOADED:
        return "downloaded"
    return "code_dies" if look.order.matching_id is not None else "no_code"


@get(f"{_ONE}/release", opt=_WRITE)
async def release_form(
    visit: NamedDependency[Visit], operator: Operator, iccid: FromPath[str]
) -> Response[Any]:
    """Ask once more."""
    look = await operator.looks.one(iccid_of(iccid), visit.operator)
    path, key = order_path(look.order.iccid), f"{FORM}.release"
    confirm = Confirm(
        title=say(visit, f"{key}.title"),
        consequence=say(visit, f"{key}.consequence"),
        hit=1,
        hit_label=say(visit, f"{key}.hit"),
        action=f"{path}/release",
        button=say(visit, f"{key}.button"),
        back=path,
        is_grave=False,
    )
    return visit.page("shell/confirm.html", confirm=confirm, form=visit.blank("shell.confirm"))


@post(f"{_ONE}/release", opt=_WRITE)
async def release(visit: NamedDependency[Visit], operator: Operator, iccid: FromPath[str]) -> Response[Any]:
    """Release it."""
    one = await operator.deeds.release(iccid_of(iccid), visit.operator, visit.me.actor)
    return visit.go(order_path(one.iccid), f"{FORM}.released")


# --- held ---------------------------------------------------------------------------------------------------------


@get(f"{_ONE}/clear", opt=_CLEAR)
async def clear_form(
    visit: NamedDependency[Visit], operator: Operator, iccid: FromPath[str]
) -> Response[Any]:
    """Ask why a held order may go on."""
    look = await operator.looks.one(iccid_of(iccid), visit.operator)
    return _hold_page(visit, look.order, "clear", visit.blank("shell.confirm"))


@post(f"{_ONE}/clear", opt=_CLEAR)
async def clear(visit: NamedDependency[Visit], operator: Operator, iccid: FromPath[str]) -> Response[Any]:
    """Let it go on."""
    return await _end_hold(visit, operator, iccid_of(iccid), ("clear", operator.held.clear))


@get(f"{_ONE}/refuse", opt=_CLEAR)
async def refuse_form(
    visit: NamedDependency[Visit], operator: Operator, iccid: FromPath[str]
) -> Response[Any]:
    """Ask why a held order shall not go on."""
    look = await operator.looks.one(iccid_of(iccid), visit.operator)
    return _hold_page(visit, look.order, "refuse", visit.blank("shell.confirm"))


@post(f"{_ONE}/refuse", opt=_CLEAR)
async def refuse(visit: NamedDependency[Visit], operator: Operator, iccid: FromPath[str]) -> Response[Any]:
    """End its hold, and give the line back."""
    return await _end_hold(visit, operator, iccid_of(iccid), ("refuse", operator.held.refuse))


async def _end_hold(
    visit: Visit, operator: OperatorServices, iccid: Iccid, deed: tuple[str, Reason]
) -> Response[Any]:
    """End a hold in one way or the other, for a reason."""
    name, do = deed
    look = await operator.looks.one(iccid, visit.operator)
    form = await visit.form("shell.confirm")
    reason = form.lines("reason", most=400)
    if not form.is_wrong:
        try:
            await do(iccid, visit.operator, visit.me.actor, reason)
        except FaultyTextError as error:
            form.refuse("reason", error.fault.said(visit.language.value))
        else:
            return visit.go(order_path(iccid), f"{FORM}.{name}.done")
    return _hold_page(visit, look.order, name, form, http_status=422)


def _hold_page(visit: Visit, one: Order, name: str, form: Form, http_status: int = 200) -> Response[Any]:
    path, key = order_path(one.iccid), f"{FORM}.{name}"
    confirm = Confirm(
        title=say(visit, f"{key}.title"),
        consequence=say(visit, f"{key}.consequence"),
        hit=1,
        hit_label=say(visit, f"{key}.hit"),
        action=f"{path}/{name}",
        button=say(visit, f"{key}.button"),
        back=path,
        is_grave=name == "refuse",
        asks_reason=True,
    )
    return visit.page("shell/confirm.html", http_status=http_status, confirm=confirm, form=form)


ROUTES: Final[tuple[Any, ...]] = (
    *(code_form, code, reissue_form, reissue, cancel_form, cancel, release_form, release),
    *(clear_form, clear, refuse_form, refuse),
)
