"""Staff: accounts of the operator's own people, kept by its managers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.account.ways import note
from openesim.adapters.web.desks.components.flows import Confirm
from openesim.adapters.web.desks.components.naming import account_pill
from openesim.adapters.web.desks.components.table import Column, Row, TableQuery
from openesim.adapters.web.desks.components.values import Fact
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.operator.views import say
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.accounts.accounts import AccountService
from openesim.services.conditions.accounts.keeping import Invitation
from openesim.services.conditions.accounts.roles import KEEPS, Permission, Role
from openesim.services.conditions.accounts.texts import AccountRefused

STAFF: Final = "/operator/staff"
W: Final = "operator.staff"
NEW: Final = "operator.staff_new"
ONE: Final = "operator.staff_one"

ROLES: Final = tuple(role for role in Role if role in KEEPS[Role.MANAGER])
OTHER_ROLE: Final = {Role.MANAGER: Role.CLERK, Role.CLERK: Role.MANAGER}

_PAGE: Final = 50
_KEEP = reach(Permission.OPERATOR_STAFF, Tenancy.OPERATOR)

Accounts = NamedDependency[AccountService]


@get(STAFF, opt=_KEEP)
async def staff(visit: NamedDependency[Visit], accounts: Accounts) -> Response[Any]:
    """Show the accounts of the operator."""
    query = TableQuery(visit, filters={"role": [role.value for role in ROLES]})
    chosen = query.chosen("role")
    found = await accounts.kept_by(
        visit.me_signed_in, query.cursor, _PAGE + 1, Role(chosen) if chosen else None
    )
    shown = list(found[:_PAGE])
    columns = [
        Column(say(visit, f"{W}.column.{name}")) for name in ("name", "role", "state", "since", "factor")
    ]
    rows = [
        Row(
            (
                each.display_name,
                say(visit, f"account.role.{each.role}"),
                account_pill(visit, W, each),
                each.created_at,
                each.factor is not None,
            ),
            path_of(each.account_id),
        )
        for each in shown
    ]
    names = {role.value: say(visit, f"account.role.{role}") for role in ROLES}
    table = query.table(
        say(visit, f"{W}.title"),
        columns,
        rows,
        filters=[query.chips("role", say(visit, f"{W}.column.role"), names)],
        next_cursor=shown[-1].account_id if len(found) > _PAGE else "",
    )
    return visit.page("operator/staff.html", table=table)


@get(f"{STAFF}/new", opt=_KEEP)
async def new_account(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask for whom an account is made."""
    return _new_page(visit, visit.blank(NEW, role=Role.CLERK.value))


@post(f"{STAFF}/new", opt=_KEEP)
async def make_account(visit: NamedDependency[Visit], accounts: Accounts) -> Response[Any]:
    """Make it, and show its one-time password once."""
    form = await visit.form(NEW)
    role = form.choice("role", [each.value for each in ROLES])
    name, login = form.text("display_name", most=80), form.text("login", most=64)
    if form.is_wrong or role is None:
        return _new_page(visit, form, http_status=422)
    try:
        made = await accounts.invite(
            visit.me_signed_in, login=login, display_name=name, role=Role(role), tenant=visit.operator
        )
    except AccountRefused as error:
        note(visit, form, error, "login")
        return _new_page(visit, form, http_status=422)
    return _password_page(visit, made)


@get(f"{STAFF}/{{account_id:str}}", opt=_KEEP)
async def one(visit: NamedDependency[Visit], accounts: Accounts, account_id: FromPath[str]) -> Response[Any]:
    """Show an account, and what may be done with it."""
    account = await accounts.account(visit.me_signed_in, account_id)
    values: dict[str, object] = {
        "login": account.login,
        "role": say(visit, f"account.role.{account.role}"),
        "state": account_pill(visit, W, account),
        "since": account.created_at,
        "password": account.password_at,
        "factor": None if account.factor is None else account.factor.since,
    }
    is_own = account_id == visit.me.account_id
    return visit.page(
        "operator/staff_one.html",
        name=account.display_name,
        facts=[Fact(say(visit, f"{ONE}.fact.{name}"), value) for name, value in values.items()],
        deeds=[] if is_own else [(deed, _deed_label(visit, account, deed)) for deed in _deeds_of(account)],
        is_own=is_own,
        path=path_of(account_id),
    )


def path_of(account_id: str) -> str:
    """Return the path of the page about an account."""
    return f"{STAFF}/{account_id}"


def _deeds_of(account: Account) -> list[str]:
    """Return what may be done with an account now."""
    if account.disabled_at is not None:
        return ["enable"]
    return ["reset-password", *(["reset-factor"] if account.factor is not None else []), "role", "disable"]


Deed = Callable[[AccountService, Visit, Account], Awaitable[Account | Invitation]]

DEEDS: Final[dict[str, Deed]] = {
    "disable": lambda accounts, visit, one: accounts.disable(visit.me_signed_in, one.account_id),
    "enable": lambda accounts, visit, one: accounts.enable(visit.me_signed_in, one.account_id),
    "reset-password": lambda accounts, visit, one: accounts.reset_password(
        visit.me_signed_in, one.account_id
    ),
    "reset-factor": lambda accounts, visit, one: accounts.reset_factor(visit.me_signed_in, one.account_id),
    "role": lambda accounts, visit, one: accounts.change_role(
        visit.me_signed_in, one.account_id, OTHER_ROLE[one.role]
    ),
}


def _deed_routes(name: str) -> tuple[Any, Any]:
    """Return the page that asks once more, and what is done then."""

    @get(f"{STAFF}/{{account_id:str}}/{name}", opt=_KEEP, name=f"operator.staff.{name}_page")
    async def page(
        visit: NamedDependency[Visit], accounts: Accounts, account_id: FromPath[str]
    ) -> Response[Any]:
        """Ask once more."""
        account = await accounts.account(visit.me_signed_in, account_id)
        path = path_of(account_id)
        facts = {"name": account.display_name, "role": say(visit, f"account.role.{OTHER_ROLE[account.role]}")}
        confirm = Confirm(
            title=say(visit, f"{ONE}.{name}.title", **facts),
            consequence=say(visit, f"{ONE}.{name}.consequence"),
            hit=None,
            hit_label="",
            action=f"{path}/{name}",
            button=say(visit, f"{ONE}.{name}.button"),
            back=path,
            is_grave=name == "disable",
        )
        return visit.page("shell/confirm.html", confirm=confirm, form=visit.blank("shell.confirm"))

    @post(f"{STAFF}/{{account_id:str}}/{name}", opt=_KEEP, name=f"operator.staff.{name}")
    async def do(
        visit: NamedDependency[Visit], accounts: Accounts, account_id: FromPath[str]
    ) -> Response[Any]:
        """Do it."""
        account = await accounts.account(visit.me_signed_in, account_id)
        done = await DEEDS[name](accounts, visit, account)
        if isinstance(done, Invitation):
            return _password_page(visit, done)
        return visit.go(path_of(account_id), f"{ONE}.{name}.done")

    return page, do


def _deed_label(visit: Visit, account: Account, deed: str) -> str:
    return say(visit, f"{ONE}.do.{deed}", role=say(visit, f"account.role.{OTHER_ROLE[account.role]}"))


def _new_page(visit: Visit, form: Form, http_status: int = 200) -> Response[Any]:
    roles = {role.value: say(visit, f"account.role.{role}") for role in ROLES}
    return visit.page("operator/staff_new.html", http_status=http_status, form=form, roles=roles)


def _password_page(visit: Visit, invitation: Invitation) -> Response[Any]:
    """Return the page that shows a one-time password, once."""
    account = invitation.account
    return visit.page(
        "operator/staff_password.html",
        name=account.display_name,
        login=account.login,
        password=invitation.password.reveal(),
        until=account.one_time_until,
        path=path_of(account.account_id),
    )


ROUTES: Final[tuple[Any, ...]] = (
    *(staff, new_account, make_account, one),
    *(route for name in DEEDS for route in _deed_routes(name)),
)
