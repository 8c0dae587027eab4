"""Where somebody goes on after a step of signing in, and how a refusal is told at a form."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from litestar.response import Redirect

from openesim.adapters.web.desks.components.explained import explained_by, in_a_line
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.problems import STAGES
from openesim.adapters.web.desks.visit import Visit
from openesim.kernel.errors import OpenEsimError
from openesim.services.conditions.accounts.desk_sessions import Opened, Stage
from openesim.services.conditions.accounts.texts import AccountRefused

NEXT: Final = "next"
_LONGEST_NEXT: Final = 500


def next_of(visit: Visit) -> str:
    """Return where somebody wanted to go; a page of ours, or nothing."""
    wanted = visit.asked(NEXT)
    is_ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if is_ours and len(wanted) <= _LONGEST_NEXT else ""


def with_next(path: str, wanted: str) -> str:
    """Return the address of a step on the way to where somebody wanted to go; to nowhere else, where that is empty."""
    return path + (f"?{NEXT}={quote(wanted, safe='/')}" if wanted else "")


def go_on(visit: Visit, opened: Opened) -> Redirect:
    """Keep the session and send somebody to what is awaited of him, or to where he wanted to go."""
    visit.seat(opened)
    stage, wanted = opened.visit.session.stage, next_of(visit)
    if stage is Stage.OPEN:
        return visit.go(wanted or f"/{opened.visit.account.desk.value}")
    return visit.go(with_next(STAGES[stage], wanted))


def note(visit: Visit, form: Form, error: OpenEsimError, field: str) -> None:
    """Tell a refusal at the field that it is about, or at another one."""
    told = explained_by(error, visit.language)
    assert told is not None  # noqa: S101 (refusals of accounts are told in both languages)
    about = error.field if isinstance(error, AccountRefused) and error.field else field
    form.refuse(about, in_a_line(told, visit.language))
