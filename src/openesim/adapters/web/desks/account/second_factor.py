"""Enrolling a second factor: scanned, tried with a first code, and recovery codes shown once."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from openesim.adapters.web.desks.account.ways import next_of, note, with_next
from openesim.adapters.web.desks.components.records import qr_svg
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.services.conditions.accounts.accounts import AccountService
from openesim.services.conditions.accounts.desk_sessions import Stage
from openesim.services.conditions.accounts.own import Enrolment
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.accounts.texts import AccountRefused, Cause

DEVICE = "account.device"
ANEW = "/anew"


@get("/sign-in/device", opt=reach(None, Tenancy.SELF))
async def device_first(
    visit: NamedDependency[Visit], accounts: NamedDependency[AccountService]
) -> Response[Any]:
    """Ask whose role needs a second factor to enrol one, before anything else."""
    if visit.signed_in is None:
        raise AccountRefused(Cause.NOT_SIGNED_IN)
    if visit.signed_in.session.stage is not Stage.EXPECT_ENROLMENT:
        raise AccountRefused(Cause.UNFINISHED)
    return await _begin(visit, accounts)


@get("/account/device", opt=reach(Permission.OWN_ACCOUNT, Tenancy.SELF))
async def device(visit: NamedDependency[Visit], accounts: NamedDependency[AccountService]) -> Response[Any]:
    """Ask to scan a second factor; until it is confirmed, the page shows the same one."""
    return await _begin(visit, accounts)


@post(["/sign-in/device/anew", "/account/device/anew"], opt=reach(None, Tenancy.SELF))
async def begin_anew(
    visit: NamedDependency[Visit], accounts: NamedDependency[AccountService]
) -> Response[Any]:
    """Forget what was to be scanned, and show another one."""
    if visit.signed_in is None:
        raise AccountRefused(Cause.NOT_SIGNED_IN)
    await accounts.begin_enrolment(visit.signed_in, anew=True)
    return visit.go(with_next(visit.path.removesuffix(ANEW), next_of(visit)), f"{DEVICE}.another")


@post(["/sign-in/device", "/account/device"], opt=reach(None, Tenancy.SELF))
async def confirm_device(
    visit: NamedDependency[Visit], accounts: NamedDependency[AccountService]
) -> Response[Any]:
    """Enrol what was scanned, if its code is right, and show the recovery codes once."""
    if visit.signed_in is None:
        raise AccountRefused(Cause.NOT_SIGNED_IN)
    form = await visit.form(DEVICE)
    code = form.text("code", most=20)
    if not form.is_wrong:
        try:
            enrolled = await accounts.confirm_enrolment(visit.signed_in, code)
        except AccountRefused as error:
            if error.cause is not Cause.CODE:
                raise
            note(visit, form, error, "code")
        else:
            visit.seat(enrolled.opened)
            codes = [each.reveal() for each in enrolled.recovery_codes]
            onward = next_of(visit) or f"/{enrolled.opened.visit.account.desk.value}"
            return visit.page("account/recovery_codes.html", codes=codes, onward=onward)
    enrolment = await accounts.pending_enrolment(visit.signed_in)
    return _show(visit, enrolment, form, http_status=422)


async def _begin(visit: Visit, accounts: AccountService) -> Response[Any]:
    """Show the second factor that is being enrolled."""
    assert visit.signed_in is not None  # noqa: S101 (both routes have looked)
    return _show(visit, await accounts.begin_enrolment(visit.signed_in), visit.blank(DEVICE))


def _show(visit: Visit, enrolment: Enrolment, form: Form, http_status: int = 200) -> Response[Any]:
    return visit.page(
        "account/device.html",
        http_status=http_status,
        form=form,
        code=qr_svg(enrolment.uri.reveal()),
        uri=enrolment.uri.reveal(),
        text=enrolment.text.reveal(),
        anew=with_next(f"{visit.path}{ANEW}", next_of(visit)),
    )
