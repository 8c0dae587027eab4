"""``openesim account``: who may come to the desks; the first of them is made here, others make the rest at their desks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.printing import print_fields, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from openesim.kernel.secret import Secret
    from openesim.services.conditions.accounts.account import Account
    from openesim.services.conditions.accounts.keeping import AccountStores, Invitation

app = typer.Typer(
    help="Accounts of the desks: of the regulator, of operators, vendors and subscribers.",
    no_args_is_help=True,
)

Login = Annotated[str, typer.Argument(help="What its holder types to sign in.")]
RoleName = Annotated[
    str, typer.Option("--role", help="chief, inspector, manager, clerk, vendor or subscriber.")
]
Tenant = Annotated[
    str | None,
    typer.Option("--tenant", metavar="NAME", help="Whose: name of the operator, number of the vendor."),
]

By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who does it; left out, the user of this machine.")
]

_PAGE = 1000
_KEPT = "accounts"


@app.command("add")
@json_errors
def add(
    login: Login,
    data: Data,
    role: RoleName,
    tenant: Tenant = None,
    name: Annotated[str | None, typer.Option(help="Name for people; left out, the login.")] = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Make an account and show its one-time password, this once; whoever signs in with it has to choose another."""
    from openesim.services.conditions.accounts.account import AccountRules
    from openesim.services.conditions.accounts.deeds import AccountDeed
    from openesim.services.conditions.accounts.keeping import (
        Invitation,
        NewAccount,
        add_account,
        make_account,
    )

    new = NewAccount.parse(
        login=login, display_name=login if name is None else name, role=_role(role), tenant=tenant
    )
    password, kept = _one_time_password()
    now, actor = _now(), _who(by)
    account = make_account(new, kept, _entropy(), now, one_time_until=now + AccountRules().invitation)
    with opened(data) as work:
        work.run_now(lambda stores: add_account(stores, account, AccountDeed.INVITED, actor))
    _print_invitation(Invitation(account, password), as_json=as_json)


@app.command("list")
@json_errors
def list_accounts(
    data: Data,
    role: Annotated[str | None, typer.Option("--role", help="Only of this role.")] = None,
    tenant: Tenant = None,
    as_json: AsJson = False,
) -> None:
    """List accounts: who they are, never their passwords."""
    from openesim.services.conditions.accounts.keeping import accounts_of_roles
    from openesim.services.conditions.accounts.roles import Role

    roles = list(Role) if role is None else [_role(role)]
    found: list[Account] = []
    with opened(data, must_exist=True, holds=_KEPT) as work:
        after = ""
        while page := work.run_now(lambda stores: accounts_of_roles(stores, roles, tenant, after, _PAGE)):  # noqa: B023
            found += page
            after = page[-1].account_id
    if as_json:
        print_json([_fields(account) for account in found])
        return
    headings = ("login", "name", "role", "tenant", "state", "second factor", "made")
    print_table([headings, *map(_cells, found)])


@app.command("disable")
@json_errors
def disable(login: Login, data: Data, by: By = None, as_json: AsJson = False) -> None:
    """Disable an account: within two seconds it is signed out everywhere, and opens nothing any more."""
    from openesim.services.conditions.accounts.keeping import disable_account

    now, actor = _now(), _who(by)
    account = _change(data, login, lambda stores, account: disable_account(stores, account, actor, now))
    _print_account(account, as_json=as_json)


@app.command("enable")
@json_errors
def enable(login: Login, data: Data, by: By = None, as_json: AsJson = False) -> None:
    """Enable an account that was disabled."""
    from openesim.services.conditions.accounts.keeping import enable_account

    now, actor = _now(), _who(by)
    account = _change(data, login, lambda stores, account: enable_account(stores, account, actor, now))
    _print_account(account, as_json=as_json)


@app.command("reset-password")
@json_errors
def reset_password(login: Login, data: Data, by: By = None, as_json: AsJson = False) -> None:
    """Give an account a one-time password, shown this once; it is signed out everywhere, and no longer locked."""
    from openesim.services.conditions.accounts.account import AccountRules
    from openesim.services.conditions.accounts.keeping import Invitation, set_one_time_password

    password, kept = _one_time_password()
    now, actor = _now(), _who(by)
    account = _change(
        data,
        login,
        lambda stores, account: set_one_time_password(stores, account, kept, AccountRules(), actor, now),
    )
    _print_invitation(Invitation(account, password), as_json=as_json)


@app.command("reset-totp")
@json_errors
def reset_totp(login: Login, data: Data, by: By = None, as_json: AsJson = False) -> None:
    """Forget the second factor of an account whose device is lost; it is signed out everywhere."""
    from openesim.services.conditions.accounts.keeping import reset_factor

    now, actor = _now(), _who(by)
    account = _change(data, login, lambda stores, account: reset_factor(stores, account, actor, now))
    _print_account(account, as_json=as_json)


@app.command("unlock")
@json_errors
def unlock(login: Login, data: Data, by: By = None, as_json: AsJson = False) -> None:
    """Lift the lock of an account with which too many attempts failed."""
    from openesim.services.conditions.accounts.keeping import unlock_account

    now, actor = _now(), _who(by)
    account = _change(data, login, lambda stores, account: unlock_account(stores, account, actor, now))
    _print_account(account, as_json=as_json)


def _change(data: Any, login: str, change: Callable[[AccountStores, Account], Account]) -> Account:
    """Return an account after it was changed.

    Raises:
        NotFoundError: the login is nobody's.
    """
    from openesim.kernel.errors import NotFoundError
    from openesim.services.conditions.accounts.account import normalised_login

    def unit(stores: AccountStores) -> Account:
        """Find it and change it."""
        account = stores.hold_account_of_login(normalised_login(login))
        if account is None:
            raise NotFoundError("nobody has this login, see: openesim account list")
        return change(stores, account)

    with opened(data, must_exist=True, holds=_KEPT) as work:
        changed: Account = work.run_now(unit)
    return changed


def _role(text: str) -> Any:
    """Return a role by its name.

    Raises:
        ConfigError: there is none.
    """
    from openesim.kernel.errors import ConfigError
    from openesim.services.conditions.accounts.roles import Role

    try:
        return Role(text.strip().lower())
    except ValueError:
        raise ConfigError(f"--role {text!r} is none: {', '.join(Role)}") from None


def _one_time_password() -> tuple[Secret[str], Secret[str]]:
    """Return a fresh one-time password, and what is kept of it."""
    from openesim.security.crypto.argon2id import Argon2Hashing
    from openesim.services.conditions.accounts.keeping import random_words
    from openesim.services.conditions.accounts.passwords import normalised

    password = random_words(_entropy())
    return password, Argon2Hashing(_entropy()).hash(normalised(password))


def _entropy() -> Callable[[int], bytes]:
    """Return the system's randomness."""
    import os

    return os.urandom


def _now() -> datetime:
    """Return the present moment."""
    from openesim.apps.wiring import SystemClock

    return SystemClock().now()


def _who(by: str | None) -> str:
    """Return who does it."""
    import getpass

    try:
        return by or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _print_invitation(invitation: Invitation, *, as_json: bool) -> None:
    """Print an account and its one-time password."""
    told = {"password": invitation.password.reveal(), **_fields(invitation.account)}
    if as_json:
        print_json(told)
        return
    print_fields(told)
    print("\nTell the password to its holder alone: it is shown this once, and has to be changed at sign-in.")


def _print_account(account: Account, *, as_json: bool) -> None:
    """Print an account."""
    if as_json:
        print_json(_fields(account))
    else:
        print_fields(_fields(account))


def _fields(account: Account) -> dict[str, Any]:
    """Return what a person or program may see of an account."""
    until = account.one_time_until
    return {
        "account_id": account.account_id,
        "login": account.login,
        "name": account.display_name,
        "role": account.role.value,
        "tenant": account.tenant,
        "state": _state(account),
        "second_factor": account.factor is not None,
        "created_at": account.created_at.isoformat(timespec="seconds"),
        "one_time_until": None if until is None else until.isoformat(timespec="seconds"),
    }


def _state(account: Account) -> str:
    """Return how an account stands."""
    if account.disabled_at is not None:
        return "disabled"
    return "good" if account.one_time_until is None else "invited"


def _cells(account: Account) -> tuple[str, ...]:
    """Return the row of an account."""
    return (
        account.login,
        account.display_name,
        account.role.value,
        account.tenant or "",
        _state(account),
        "yes" if account.factor is not None else "no",
        f"{account.created_at:%Y-%m-%d %H:%M}",
    )
