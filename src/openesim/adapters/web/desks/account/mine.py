"""One's own account: password, second factor, sessions."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from openesim.adapters.web.desks.account.ways import note
from openesim.adapters.web.desks.cookies import SESSION
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.accounts import AccountService
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.accounts.sessions import SessionService
from openesim.services.conditions.accounts.texts import AccountRefused

PASSWORD = "account.password"  # noqa: S105 (beginning of keys)

_MINE = reach(Permission.OWN_ACCOUNT, Tenancy.SELF)


@get("/account", opt=_MINE)
async def account(visit: NamedDependency[Visit]) -> Response[Any]:
    """Show what the account is."""
    return visit.page("account/account.html", me=visit.me)


@get("/account/password", opt=_MINE)
async def password(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask for the old password and a new one."""
    return visit.page("account/password.html", form=visit.blank(PASSWORD))


@post("/account/password", opt=_MINE)
async def change_password(
    visit: NamedDependency[Visit], accounts: NamedDependency[AccountService]
) -> Response[Any]:
    """Set it; all other sessions end."""
    form = await visit.form(PASSWORD)
    old, new = form.secret("old"), form.secret("password")
    if not form.is_wrong:
        try:
            opened = await accounts.change_password(
                visit.me_signed_in, Secret(old), Secret(new), visit.whence
            )
        except AccountRefused as error:
            note(visit, form, error, "old")
        else:
            visit.seat(opened)
            return visit.go("/account", "account.password.done")
    return visit.page("account/password.html", http_status=422, form=form)


@get("/account/sessions", opt=_MINE)
async def sessions_page(
    visit: NamedDependency[Visit], sessions: NamedDependency[SessionService]
) -> Response[Any]:
    """Show where one is signed in."""
    found = await sessions.sessions_of(visit.me_signed_in)
    return visit.page("account/sessions.html", sessions=found, here=visit.me_signed_in.session.session_id)


@post("/account/sessions/end", opt=_MINE)
async def end_session(
    visit: NamedDependency[Visit], sessions: NamedDependency[SessionService]
) -> Response[Any]:
    """End one of them."""
    form = await visit.form("account.sessions")
    await sessions.end(visit.me_signed_in, form.value("session")[:100])
    return visit.go("/account/sessions", "account.sessions.ended")


@post("/account/sessions/end-all", opt=_MINE)
async def end_all_sessions(
    visit: NamedDependency[Visit], sessions: NamedDependency[SessionService]
) -> Response[Any]:
    """End all of them, this one too."""
    await sessions.sign_out_everywhere(visit.me_signed_in)
    visit.cookies.drop(SESSION)
    return visit.go("/sign-in", "account.sessions.all_ended")


@post("/account/device/remove", opt=_MINE)
async def remove_device(
    visit: NamedDependency[Visit], accounts: NamedDependency[AccountService]
) -> Response[Any]:
    """Do without a second factor, where the role needs none."""
    visit.seat(await accounts.remove_factor(visit.me_signed_in))
    return visit.go("/account", "account.device.removed")


@post("/account/recovery-codes", opt=_MINE)
async def renew_recovery_codes(
    visit: NamedDependency[Visit], accounts: NamedDependency[AccountService]
) -> Response[Any]:
    """Replace the recovery codes and show the new ones once."""
    codes = [each.reveal() for each in await accounts.renew_recovery_codes(visit.me_signed_in)]
    return visit.page("account/recovery_codes.html", codes=codes, onward="/account")
