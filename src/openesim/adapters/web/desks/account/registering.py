"""Subscribers register themselves; everybody else is invited."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from openesim.adapters.web.desks.account.ways import go_on, next_of, note
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.accounts import AccountService
from openesim.services.conditions.accounts.texts import AccountRefused

REGISTER = "account.register"


@get("/register", opt=reach(None, Tenancy.NOBODY))
async def registration(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask for a login and a password; who somebody is, is asked elsewhere."""
    if visit.account is not None:
        return visit.go(next_of(visit) or visit.home)
    return visit.page("account/register.html", form=visit.blank(REGISTER))


@post("/register", opt=reach(None, Tenancy.NOBODY))
async def register(visit: NamedDependency[Visit], accounts: NamedDependency[AccountService]) -> Response[Any]:
    """Make the account."""
    form = await visit.form(REGISTER)
    login, password = form.text("login", most=100), form.secret("password")
    if not form.is_wrong:
        try:
            language = visit.language.value
            opened = await accounts.register(login, Secret(password), visit.whence, language=language)
            return go_on(visit, opened)
        except AccountRefused as error:
            note(visit, form, error, "login")
    return visit.page("account/register.html", http_status=422, form=form)
