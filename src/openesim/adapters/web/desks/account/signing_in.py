"""Signing in and out: password, second factor, a password of one's own, and proof for grave deeds."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from openesim.adapters.web.desks.account.ways import go_on, next_of, note
from openesim.adapters.web.desks.cookies import SESSION
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.accounts import AccountService
from openesim.services.conditions.accounts.desk_sessions import Stage
from openesim.services.conditions.accounts.desk_sessions import Visit as SignedIn
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.accounts.sessions import SessionService
from openesim.services.conditions.accounts.sign_in import SignInService
from openesim.services.conditions.accounts.texts import AccountRefused, Cause

SIGN_IN = "account.sign_in"
CODE = "account.code"
FIRST_PASSWORD = "account.first_password"  # noqa: S105 (beginning of keys)
PROVE = "account.prove"


@get("/sign-in", opt=reach(None, Tenancy.NOBODY))
async def sign_in_page(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask for login and password."""
    if visit.account is not None:
        return visit.go(next_of(visit) or visit.home)
    return visit.page("account/sign_in.html", form=visit.blank(SIGN_IN))


@post("/sign-in", opt=reach(None, Tenancy.NOBODY))
async def try_sign_in(
    visit: NamedDependency[Visit], sign_in: NamedDependency[SignInService]
) -> Response[Any]:
    """Let somebody in."""
    form = await visit.form(SIGN_IN)
    login, password = form.text("login", most=100), form.secret("password")
    if not form.is_wrong:
        try:
            return go_on(visit, await sign_in.sign_in(login, Secret(password), visit.whence))
        except AccountRefused as error:
            note(visit, form, error, "login")
    return visit.page("account/sign_in.html", http_status=422, form=form)


@get("/sign-in/code", opt=reach(None, Tenancy.SELF))
async def code_page(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask for the code of the second factor."""
    expecting(visit, Stage.EXPECT_CODE)
    return visit.page("account/code.html", form=visit.blank(CODE))


@post("/sign-in/code", opt=reach(None, Tenancy.SELF))
async def give_code(visit: NamedDependency[Visit], sign_in: NamedDependency[SignInService]) -> Response[Any]:
    """Go on behind the second factor."""
    signed_in = expecting(visit, Stage.EXPECT_CODE)
    form = await visit.form(CODE)
    code = form.text("code", most=40)
    if not form.is_wrong:
        try:
            return go_on(visit, await sign_in.give_code(signed_in, code, visit.whence))
        except AccountRefused as error:
            note(visit, form, error, "code")
    return visit.page("account/code.html", http_status=422, form=form)


@get("/sign-in/password", opt=reach(None, Tenancy.SELF))
async def first_password(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask for a password of one's own in the place of one that somebody else chose."""
    expecting(visit, Stage.EXPECT_PASSWORD)
    return visit.page("account/first_password.html", form=visit.blank(FIRST_PASSWORD))


@post("/sign-in/password", opt=reach(None, Tenancy.SELF))
async def set_first_password(
    visit: NamedDependency[Visit], accounts: NamedDependency[AccountService]
) -> Response[Any]:
    """Set it."""
    signed_in = expecting(visit, Stage.EXPECT_PASSWORD)
    form = await visit.form(FIRST_PASSWORD)
    password = form.secret("password")
    if not form.is_wrong:
        try:
            new = Secret(password)
            return go_on(visit, await accounts.change_password(signed_in, Secret(""), new, visit.whence))
        except AccountRefused as error:
            note(visit, form, error, "password")
    return visit.page("account/first_password.html", http_status=422, form=form)


@get("/account/prove", opt=reach(Permission.OWN_ACCOUNT, Tenancy.SELF))
async def proof_page(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask once more for a proof, before a grave deed."""
    return visit.page("account/prove.html", form=visit.blank(PROVE), has_factor=visit.me.factor is not None)


@post("/account/prove", opt=reach(Permission.OWN_ACCOUNT, Tenancy.SELF))
async def give_proof(visit: NamedDependency[Visit], sign_in: NamedDependency[SignInService]) -> Response[Any]:
    """Take the proof and go back to the deed."""
    form = await visit.form(PROVE)
    has_factor = visit.me.factor is not None
    name = "code" if has_factor else "password"
    proof = form.secret(name, most=200)
    if not form.is_wrong:
        try:
            return go_on(visit, await sign_in.prove(visit.me_signed_in, Secret(proof), visit.whence))
        except AccountRefused as error:
            note(visit, form, error, name)
    return visit.page("account/prove.html", http_status=422, form=form, has_factor=has_factor)


@post("/sign-out", opt=reach(None, Tenancy.SELF))
async def sign_out(visit: NamedDependency[Visit], sessions: NamedDependency[SessionService]) -> Response[Any]:
    """End the session, whatever it is at."""
    if visit.signed_in is not None:
        await sessions.sign_out(visit.signed_in)
    visit.cookies.drop(SESSION)
    return visit.go("/", "account.signed_out")


def expecting(visit: Visit, stage: Stage) -> SignedIn:
    """Return the session, if a sign-in is at this stage.

    Raises:
        AccountRefused: nobody is, or it is at another one.
    """
    if visit.signed_in is None:
        raise AccountRefused(Cause.NOT_SIGNED_IN)
    if visit.signed_in.session.stage is not stage:
        raise AccountRefused(Cause.UNFINISHED)
    return visit.signed_in
