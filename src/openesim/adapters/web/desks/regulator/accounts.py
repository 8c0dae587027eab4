"""Accounts that the regulator keeps: his own people, managers of operators, vendors."""

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
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.visit import Visit
from openesim.kernel.errors import NotFoundError
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.accounts.accounts import AccountService
from openesim.services.conditions.accounts.keeping import Invitation
from openesim.services.conditions.accounts.roles import KEEPS, TENANTED, Permission, Role
from openesim.services.conditions.accounts.texts import AccountRefused

WORDS: Final = "regulator.accounts"
NEW: Final = "regulator.account_new"
ONE: Final = "regulator.account"

ROLES: Final = tuple(role for role in Role if role in KEEPS[Role.CHIEF])
"""Whose accounts the regulator makes."""

_PAGE: Final = 50
_MOST_NUMBER: Final = 10**17
_KEEP = reach(Permission.REGULATOR_STAFF, Tenancy.NATION)


@get("/regulator/accounts", opt=_KEEP)
async def accounts_page(
    visit: NamedDependency[Visit],
    accounts: NamedDependency[AccountService],
    regulator: NamedDependency[RegulatorServices],
) -> Response[Any]:
    """Show the accounts that the regulator keeps."""
    query = TableQuery(visit, filters={"role": [role.value for role in ROLES]})
    chosen = query.chosen("role")
    role = Role(chosen) if chosen else None
    found = await accounts.kept_by(visit.me_signed_in, query.cursor, _PAGE + 1, role)
    shown = list(found[:_PAGE])
    names = await regulator.tenants.names_of(shown)
    columns = [
        Column(visit.say(f"{WORDS}.column.{name}"))
        for name in ("name", "role", "tenant", "state", "since", "factor")
    ]
    table = query.table(
        visit.say(f"{WORDS}.title"),
        columns,
        [_row(visit, each, names) for each in shown],
        filters=[query.chips("role", visit.say(f"{WORDS}.filter"), _role_names(visit))],
        next_cursor=shown[-1].account_id if len(found) > _PAGE else "",
    )
    return visit.page("regulator/accounts.html", table=table)


def _role_names(visit: Visit) -> dict[str, str]:
    return {role.value: visit.say(f"account.role.{role}") for role in ROLES}


def _row(visit: Visit, account: Account, names: dict[str, str]) -> Row:
    cells = (
        account.display_name,
        visit.say(f"account.role.{account.role}"),
        names.get(account.account_id),
        account_pill(visit, WORDS, account),
        account.created_at,
        account.factor is not None,
    )
    return Row(cells, f"/regulator/accounts/{account.account_id}")


# --- making one


@get("/regulator/accounts/new", opt=_KEEP)
async def account_new(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Ask for whom an account is made."""
    form = visit.blank(NEW, role=visit.asked("role"), tenant=visit.asked("operator"))
    return await _new_page(visit, regulator, form)


@post("/regulator/accounts/new", opt=_KEEP)
async def make_account(
    visit: NamedDependency[Visit],
    accounts: NamedDependency[AccountService],
    regulator: NamedDependency[RegulatorServices],
) -> Response[Any]:
    """Make it, and show its one-time password once."""
    form = await visit.form(NEW)
    role = form.choice("role", [each.value for each in ROLES])
    name, login = form.text("display_name", most=80), form.text("login", most=64)
    tenant = await _tenant_of(form, regulator, role)
    if form.is_wrong or role is None:
        return await _new_page(visit, regulator, form, http_status=422)
    try:
        made = await accounts.invite(
            visit.me_signed_in, login=login, display_name=name, role=Role(role), tenant=tenant
        )
    except AccountRefused as error:
        note(visit, form, error, "login")
        return await _new_page(visit, regulator, form, http_status=422)
    return _password_page(visit, made)


async def _tenant_of(form: Form, regulator: RegulatorServices, role: str | None) -> str | None:
    """Return whose somebody is: an operator for managers, a vendor for vendors, nobody else's."""
    if role is None or Role(role) not in TENANTED:
        return None
    if Role(role) is Role.VENDOR:
        number = form.number("vendor", 1, _MOST_NUMBER)
        if number is not None and not await regulator.tenants.has_vendor(number):
            form.wrong("vendor", f"{NEW}.no_vendor")
        return None if number is None else str(number)
    return form.text("tenant", most=64) or None


async def _new_page(
    visit: Visit, regulator: RegulatorServices, form: Form, http_status: int = 200
) -> Response[Any]:
    return visit.page(
        "regulator/account_new.html",
        http_status=http_status,
        form=form,
        roles=[role.value for role in ROLES],
        role_names=_role_names(visit),
        role_hints={role.value: visit.say(f"{NEW}.role.{role}") for role in ROLES},
        operators=await regulator.licences.operator_names(),
    )


def _password_page(visit: Visit, invitation: Invitation) -> Response[Any]:
    """Return the page that shows a one-time password, once."""
    account = invitation.account
    return visit.page(
        "regulator/account_password.html",
        name=account.display_name,
        login=account.login,
        password=invitation.password.reveal(),
        until=account.one_time_until,
        path=f"/regulator/accounts/{account.account_id}",
    )


# --- one of them


@get("/regulator/accounts/{account_id:str}", opt=_KEEP)
async def account_page(
    visit: NamedDependency[Visit],
    accounts: NamedDependency[AccountService],
    regulator: NamedDependency[RegulatorServices],
    account_id: FromPath[str],
) -> Response[Any]:
    """Show an account, and what may be done with it."""
    account = await accounts.account(visit.me_signed_in, account_id)
    names = await regulator.tenants.names_of([account])
    factor = None if account.factor is None else account.factor.since
    values: list[tuple[str, object]] = [
        ("name", account.display_name),
        ("login", account.login),
        ("role", visit.say(f"account.role.{account.role}")),
        ("tenant", names.get(account.account_id)),
        ("state", account_pill(visit, WORDS, account)),
        ("since", account.created_at),
        ("password", account.password_at),
        ("factor", factor),
    ]
    is_own = account.account_id == visit.me.account_id
    return visit.page(
        "regulator/account.html",
        account=account,
        facts=[Fact(visit.say(f"{ONE}.fact.{name}"), value) for name, value in values],
        deeds=[] if is_own else _deeds_of(account),
        is_own=is_own,
        other_role=None if is_own else OTHER_ROLE.get(account.role),
        path=f"/regulator/accounts/{account_id}",
    )


OTHER_ROLE: Final = {Role.CHIEF: Role.INSPECTOR, Role.INSPECTOR: Role.CHIEF}
"""What somebody of the regulator may become."""


def _deeds_of(account: Account) -> list[str]:
    """Return what may be done with an account now."""
    if account.disabled_at is not None:
        return ["enable"]
    deeds = ["reset-password"] + (["reset-factor"] if account.factor is not None else [])
    return [*deeds, *(["role"] if account.role in OTHER_ROLE else []), "disable"]


Deed = Callable[[AccountService, Visit, Account], Awaitable[Account | Invitation]]


async def _change_role(accounts: AccountService, visit: Visit, account: Account) -> Account:
    """Give somebody of the regulator the other role."""
    role = OTHER_ROLE.get(account.role)
    if role is None:
        raise NotFoundError("there is no other role")
    return await accounts.change_role(visit.me_signed_in, account.account_id, role)


DEEDS: Final[dict[str, Deed]] = {
    "disable": lambda accounts, visit, one: accounts.disable(visit.me_signed_in, one.account_id),
    "enable": lambda accounts, visit, one: accounts.enable(visit.me_signed_in, one.account_id),
    "reset-password": lambda accounts, visit, one: accounts.reset_password(
        visit.me_signed_in, one.account_id
    ),
    "reset-factor": lambda accounts, visit, one: accounts.reset_factor(visit.me_signed_in, one.account_id),
    "role": _change_role,
}


def _deed_routes(name: str) -> tuple[Any, Any]:
    """Return the page that asks once more, and what is done then."""

    @get(f"/regulator/accounts/{{account_id:str}}/{name}", opt=_KEEP, name=f"regulator.account.{name}_page")
    async def page(
        visit: NamedDependency[Visit],
        accounts: NamedDependency[AccountService],
        account_id: FromPath[str],
    ) -> Response[Any]:
        """Ask once more."""
        account = await accounts.account(visit.me_signed_in, account_id)
        return visit.page("shell/confirm.html", confirm=_confirm(visit, account, name), form=visit.blank(ONE))

    @post(f"/regulator/accounts/{{account_id:str}}/{name}", opt=_KEEP, name=f"regulator.account.{name}")
    async def do(
        visit: NamedDependency[Visit],
        accounts: NamedDependency[AccountService],
        account_id: FromPath[str],
    ) -> Response[Any]:
        """Do it."""
        account = await accounts.account(visit.me_signed_in, account_id)
        done = await DEEDS[name](accounts, visit, account)
        if isinstance(done, Invitation):
            return _password_page(visit, done)
        return visit.go(f"/regulator/accounts/{account_id}", f"{ONE}.{name}.done")

    return page, do


def _confirm(visit: Visit, account: Account, name: str) -> Confirm:
    other = OTHER_ROLE.get(account.role)
    facts = {
        "name": account.display_name,
        "role": "" if other is None else visit.say(f"account.role.{other}"),
    }
    path = f"/regulator/accounts/{account.account_id}"
    return Confirm(
        title=visit.say(f"{ONE}.{name}.title", **facts),
        consequence=visit.say(f"{ONE}.{name}.consequence", **facts),
        hit=None,
        hit_label="",
        action=f"{path}/{name}",
        button=visit.say(f"{ONE}.{name}.button"),
        back=path,
        is_grave=name == "disable",
    )


DEED_ROUTES: Final[tuple[Any, ...]] = tuple(route for name in DEEDS for route in _deed_routes(name))
