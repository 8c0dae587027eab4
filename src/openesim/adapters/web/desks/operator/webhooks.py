"""Webhooks: where a program of the operator is told what happens, with what is on its way to it and what was given up."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.flows import Confirm
from openesim.adapters.web.desks.components.table import Column, Row, plain_table
from openesim.adapters.web.desks.components.values import Code, Fact, Link, Pill, Tone
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.operator.fields import note_refusal
from openesim.adapters.web.desks.operator.places import iccid_of, number_of
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.views import order_link, say
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.kernel.errors import ConflictError, DecodeError, NotFoundError
from openesim.provisioning.smdp.webhooks import EVENT_TYPES, Webhook
from openesim.security.crypto.webhook_signature import format_secret
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.webhook_deeds import Told
from openesim.services.webhook_deliveries import Delivery, DeliveryLook

WEBHOOKS: Final = "/operator/webhooks"
W: Final = "operator.webhooks"
FORM: Final = "operator.webhook_form"
ONE: Final = "operator.webhook"

_ONE: Final = f"{WEBHOOKS}/{{webhook_id:str}}"
_PAGE: Final = 50
_ROOMS: Final = ("*", "order.*", "profile.*")
_TYPES: Final = (*_ROOMS, *EVENT_TYPES)
_KEEP = reach(Permission.WEBHOOKS, Tenancy.OPERATOR)

Operator = NamedDependency[OperatorServices]


@get(WEBHOOKS, opt=_KEEP)
async def webhooks(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Show the webhooks."""
    columns = [Column(say(visit, f"{W}.column.{name}")) for name in ("address", "state", "types", "made")]
    rows = [
        Row((Link(each.address, path_of(each)), _state(visit, each), _types(visit, each), each.created_at))
        for each in await operator.webhooks.webhooks_of(visit.operator)
    ]
    return visit.page("operator/webhooks.html", table=plain_table(say(visit, f"{W}.title"), columns, rows))


@get(f"{WEBHOOKS}/new", opt=_KEEP)
async def new_webhook(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask where, and of what."""
    return _form_page(visit, visit.blank(FORM, types="*"), None)


@post(f"{WEBHOOKS}/new", opt=_KEEP)
async def make_webhook(visit: NamedDependency[Visit], operator: Operator) -> Response[Any]:
    """Make it, and show its secret once."""
    form = await visit.form(FORM)
    address, types = form.text("address", most=2000), form.chosen("types", _TYPES)
    if not form.is_wrong:
        try:
            made = await operator.webhook_deeds.create(
                visit.operator, address, types, visit.me.actor, form.token
            )
        except DecodeError:
            form.wrong("address", f"{FORM}.address_form")
        except ConflictError as error:
            note_refusal(visit, form, error, "address")
        else:
            return _told(visit, made)
    return _form_page(visit, form, None, http_status=422)


@get(_ONE, opt=_KEEP)
async def webhook(
    visit: NamedDependency[Visit], operator: Operator, webhook_id: FromPath[str]
) -> Response[Any]:
    """Show a webhook, and how its messages fare."""
    after = number_of(visit.asked("after")) or 0
    look = await operator.deliveries.look(visit.operator, webhook_id, after, _PAGE)
    return _page(visit, look)


@get(f"{_ONE}/change", opt=_KEEP)
async def change_form(
    visit: NamedDependency[Visit], operator: Operator, webhook_id: FromPath[str]
) -> Response[Any]:
    """Show it to be changed."""
    known = await operator.webhooks.webhook(visit.operator, webhook_id)
    values = {"address": [known.address], "types": list(known.event_types)}
    return _form_page(visit, Form(visit, FORM, values), known)


@post(f"{_ONE}/change", opt=_KEEP)
async def change(
    visit: NamedDependency[Visit], operator: Operator, webhook_id: FromPath[str]
) -> Response[Any]:
    """Change it."""
    known = await operator.webhooks.webhook(visit.operator, webhook_id)
    form = await visit.form(FORM)
    address, types = form.text("address", most=2000), form.chosen("types", _TYPES)
    if not form.is_wrong:
        try:
            await operator.webhooks.change(
                visit.operator, webhook_id, address=address, event_types=types, actor=visit.me.actor
            )
        except DecodeError:
            form.wrong("address", f"{FORM}.address_form")
        else:
            return visit.go(path_of(known), f"{ONE}.changed")
    return _form_page(visit, form, known, http_status=422)


@post(f"{_ONE}/test", opt=_KEEP)
async def test(visit: NamedDependency[Visit], operator: Operator, webhook_id: FromPath[str]) -> Response[Any]:
    """Try it out."""
    await visit.form(FORM)
    fault = await operator.webhooks.test(visit.operator, webhook_id)
    path = f"{WEBHOOKS}/{webhook_id}"
    if fault is None:
        return visit.go(path, f"{ONE}.test_good")
    return visit.go(path, f"{ONE}.test_bad", kind="trouble", fault=fault[:300])


@post(f"{_ONE}/state", opt=_KEEP)
async def switch(
    visit: NamedDependency[Visit], operator: Operator, webhook_id: FromPath[str]
) -> Response[Any]:
    """Let it be told things again, or not any more."""
    form = await visit.form(FORM)
    is_active = form.value("active") == "yes"
    await operator.webhooks.change(visit.operator, webhook_id, is_active=is_active, actor=visit.me.actor)
    return visit.go(f"{WEBHOOKS}/{webhook_id}", f"{ONE}.{'on' if is_active else 'off'}")


@post(f"{_ONE}/secret", opt=_KEEP)
async def new_secret(
    visit: NamedDependency[Visit], operator: Operator, webhook_id: FromPath[str]
) -> Response[Any]:
    """Give it a new secret, and show that once."""
    form = await visit.form(ONE)
    made = await operator.webhook_deeds.rotate_secret(visit.operator, webhook_id, visit.me.actor, form.token)
    return _told(visit, made)


@post(f"{_ONE}/try", opt=_KEEP)
async def try_now(
    visit: NamedDependency[Visit], operator: Operator, webhook_id: FromPath[str]
) -> Response[Any]:
    """Have one that does not answer tried at once."""
    await visit.form(FORM)
    await operator.deliveries.try_now(visit.operator, webhook_id, visit.me.actor)
    return visit.go(f"{WEBHOOKS}/{webhook_id}", f"{ONE}.tried")


@post(f"{_ONE}/replay", opt=_KEEP)
async def replay(
    visit: NamedDependency[Visit], operator: Operator, webhook_id: FromPath[str]
) -> Response[Any]:
    """Tell it again what happened behind an event."""
    form = await visit.form(ONE)
    behind = form.number("behind", 0, 2**62)
    if form.is_wrong or behind is None:
        look = await operator.deliveries.look(visit.operator, webhook_id, 0, _PAGE)
        return _page(visit, look, form, http_status=422)
    replayed = await operator.webhooks.replay(visit.operator, webhook_id, behind, visit.me.actor)
    return visit.go(
        f"{WEBHOOKS}/{webhook_id}",
        f"{ONE}.{'replayed' if replayed.is_all else 'replayed_part'}",
        count=replayed.count,
        last=replayed.last_step_id,
    )


@post(f"{_ONE}/messages", opt=_KEEP)
async def on_message(
    visit: NamedDependency[Visit], operator: Operator, webhook_id: FromPath[str]
) -> Response[Any]:
    """Have a message sent again, or forgotten."""
    form = await visit.form(ONE)
    number = number_of(form.value("message"))
    if number is None:
        raise NotFoundError("there is no such thing")
    is_sent = form.value("do") != "drop"
    deed = operator.deliveries.retry if is_sent else operator.deliveries.drop
    await deed(visit.operator, webhook_id, number, visit.me.actor)
    return visit.go(f"{WEBHOOKS}/{webhook_id}", f"{ONE}.{'retried' if is_sent else 'dropped'}")


@get(f"{_ONE}/delete", opt=_KEEP)
async def delete_form(
    visit: NamedDependency[Visit], operator: Operator, webhook_id: FromPath[str]
) -> Response[Any]:
    """Ask once more."""
    look = await operator.deliveries.look(visit.operator, webhook_id, 0, 1)
    confirm = Confirm(
        title=say(visit, f"{ONE}.ask_delete"),
        consequence=say(visit, f"{ONE}.delete_consequence"),
        hit=len(look.waiting),
        hit_label=say(visit, f"{ONE}.delete_hit", count=len(look.waiting)),
        action=f"{path_of(look.webhook)}/delete",
        button=say(visit, f"{ONE}.delete"),
        back=path_of(look.webhook),
    )
    return visit.page("shell/confirm.html", confirm=confirm, form=visit.blank("shell.confirm"))


@post(f"{_ONE}/delete", opt=_KEEP)
async def delete(
    visit: NamedDependency[Visit], operator: Operator, webhook_id: FromPath[str]
) -> Response[Any]:
    """Delete it."""
    await visit.form("shell.confirm")
    await operator.webhooks.delete(visit.operator, webhook_id, visit.me.actor)
    return visit.go(WEBHOOKS, f"{ONE}.deleted")


def path_of(webhook: Webhook) -> str:
    """Return the path of the page about a webhook."""
    return f"{WEBHOOKS}/{webhook.webhook_id}"


def _form_page(visit: Visit, form: Form, known: Webhook | None, http_status: int = 200) -> Response[Any]:
    texts = {each: say(visit, f"{FORM}.type.{_slug(each)}") for each in _TYPES}
    return visit.page(
        "operator/webhook_form.html",
        http_status=http_status,
        form=form,
        types=texts,
        hints={each: "" if each in _ROOMS else each for each in _TYPES},
        is_new=known is None,
        back=WEBHOOKS if known is None else path_of(known),
    )


def _told(visit: Visit, made: Told) -> Response[Any]:
    """Show a secret once; whoever sends the form again is led to its webhook."""
    webhook = made.webhook
    if not made.is_first:
        return visit.go(path_of(webhook), f"{ONE}.told_before", kind="note")
    return visit.page(
        "operator/webhook_secret.html",
        secret=format_secret(webhook.secret),
        path=path_of(webhook),
        is_renewed=webhook.previous is not None,
    )


def _page(
    visit: Visit, look: DeliveryLook, form: Form | None = None, http_status: int = 200
) -> Response[Any]:
    known, resting = look.webhook, look.resting
    facts = {
        "address": Code(known.address),
        "state": _state(visit, known),
        "types": _types(visit, known),
        "made": known.created_at,
        "given_up": known.disabled_at,
        "why": known.disabled_reason,
    }
    return visit.page(
        "operator/webhook.html",
        http_status=http_status,
        facts=[
            Fact(say(visit, f"{ONE}.fact.{name}"), value)
            for name, value in facts.items()
            if value is not None
        ],
        path=path_of(known),
        is_active=known.is_active,
        resting=resting,
        waiting=_messages(visit, look.waiting, "waiting"),
        is_more=look.is_more,
        stuck=look.stuck,
        stuck_rows=[_stuck_row(visit, each) for each in look.stuck],
        further=visit.address(after=str(look.next)) if look.next else "",
        form=form or visit.blank(ONE, behind="0"),
    )


def _messages(visit: Visit, deliveries: list[Delivery], name: str) -> Any:
    names = ("event", "iccid", "created", "attempts", "due", "fault")
    columns = [Column(say(visit, f"{ONE}.column.{each}")) for each in names]
    rows = [
        Row(
            (
                _event(visit, each.event_type),
                order_link(iccid_of(each.iccid)) if each.iccid else None,
                each.message.created_at,
                each.message.attempts,
                each.message.due_at,
                each.message.last_fault,
            )
        )
        for each in deliveries
    ]
    return plain_table(say(visit, f"{ONE}.{name}"), columns, rows)


def _stuck_row(visit: Visit, each: Delivery) -> tuple[Any, ...]:
    return (
        _event(visit, each.event_type),
        order_link(iccid_of(each.iccid)) if each.iccid else None,
        each.message.created_at,
        each.message.last_fault,
        each.message.message_id,
    )


def _event(visit: Visit, name: str) -> str:
    key = f"{FORM}.type.{_slug(name)}"
    return say(visit, key) if key in visit.pages.wording else name


def _types(visit: Visit, known: Webhook) -> str:
    return " · ".join(_event(visit, each) for each in known.event_types)


def _state(visit: Visit, known: Webhook) -> Pill:
    if known.is_active:
        return Pill.of(visit, f"{W}.state.active", Tone.GOOD)
    return Pill.of(
        visit,
        f"{W}.state.{'given_up' if known.disabled_at else 'off'}",
        Tone.BAD if known.disabled_at else Tone.IDLE,
    )


def _slug(name: str) -> str:
    return "all" if name == "*" else name.replace(".*", "-all").replace(".", "-")


ROUTES: Final[tuple[Any, ...]] = (
    *(webhooks, new_webhook, make_webhook, webhook, change_form, change, test, switch),
    *(new_secret, try_now, replay, on_message, delete_form, delete),
)
