"""Adding a rule pack: pasted or as a file, judged as a whole, looked at, and then added."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.explained import explained_by, in_a_line
from openesim.adapters.web.desks.components.naming import in_words
from openesim.adapters.web.desks.components.values import Code, Fact
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator import pack_view as view
from openesim.adapters.web.desks.regulator.rules import path_of_pack
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.rules.pack import Pack
from openesim.kernel.errors import ConfigError, ConflictError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.rules import MOST_OCTETS

WORDS: Final = "regulator.rule_add"
MOST_BODY: Final = 4 * MOST_OCTETS
"""Of a form with a pack in it: what a browser sends is longer than what was typed."""

_AROUND: Final = 3
_WRITE = reach(Permission.RULES_PUT_IN_FORCE, Tenancy.NATION)


@get("/regulator/rules/add", opt=_WRITE)
async def add_page(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Ask for a pack; one that is there may be the beginning of it."""
    pack_id, _, version = visit.asked("from").partition("@")
    text = ""
    if pack_id:
        text = (await regulator.rules.seen()).version(pack_id, version).text
    return _add_page(visit, visit.blank(WORDS, text=text))


@post("/regulator/rules/add", opt=_WRITE, request_max_body_size=MOST_BODY)
async def add_rules(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Judge a pack and show it; once it was looked at, add it."""
    form = await visit.form(WORDS)
    text = text_of(form)
    if form.is_wrong:
        return _add_page(visit, form, http_status=422)
    try:
        pack = regulator.rules.read(text)
        if form.value("checked") == "yes":
            await regulator.rules.add(text, visit.me.actor)
            return visit.go(path_of_pack(pack.id, pack.version), f"{WORDS}.done", pack=pack.id)
        await regulator.rules.verify_fits(pack)
    except (ConfigError, ConflictError) as error:
        told = explained_by(error, visit.language)
        if told is None:
            raise
        form.refuse("text", in_a_line(told, visit.language))
        return _add_page(visit, form, regulator.rules.line_of_fault(text), text=text, http_status=422)
    before = regulator.rules.before(pack)
    return visit.page("regulator/rule_check.html", **_checked(visit, pack, before), text=text)


def text_of(form: Form) -> str:
    """Return the pack that came: of the file, or else of the field."""
    upload = form.file("file", most=MOST_OCTETS, is_needed=False)
    if upload is not None and "file" not in form.errors:
        try:
            return upload.octets.decode("utf-8-sig")
        except UnicodeDecodeError:
            form.wrong("file", f"{WORDS}.not_text")
            return ""
    text = form.value("text").replace("\r\n", "\n")
    if not text.strip():
        form.wrong("text", "form.missing")
    return text


def _add_page(
    visit: Visit, form: Form, line: int | None = None, text: str = "", http_status: int = 200
) -> Response[Any]:
    """Return the page of the form, with the lines around the one that is wrong."""
    shown = form if not text else Form(visit, form.words, {"text": [text]})
    if shown is not form:
        shown.errors.update(form.errors)
    return visit.page(
        "regulator/rule_add.html",
        http_status=http_status,
        form=shown,
        lines=[] if line is None else _lines_around(text, line),
        wrong_line=line,
    )


def _lines_around(text: str, line: int) -> list[tuple[int, str]]:
    """Return lines with their numbers, around one; the rest of a very long one is left out."""
    lines = text.split("\n")
    first = max(line - 1 - _AROUND, 0)
    return [(first + at + 1, each[:300]) for at, each in enumerate(lines[first : line + _AROUND])]


def _checked(visit: Visit, pack: Pack, before: Pack | None) -> dict[str, Any]:
    """Return what is shown of a pack before it is added."""
    facts = [
        (f"{WORDS}.fact.pack", Code(pack.id)),
        (f"{WORDS}.fact.version", pack.version),
        (f"{view.WORDS}.fact.begins", pack.begins),
        (f"{view.WORDS}.fact.country", pack.pack.country),
        (f"{WORDS}.fact.before", None if before is None else before.version),
    ]
    return {
        "pack": pack,
        "title": in_words(visit, pack.pack.title),
        "note": in_words(visit, pack.pack.note),
        "facts": [Fact(visit.say(key), value) for key, value in facts],
        "changes": None if before is None else view.changes(visit, before, pack),
        "is_past": pack.begins <= visit.now,
        "parts": view.parts(visit, pack),
        "notices": view.notices(visit, pack),
        "sources": [(key, view.source_view(visit, source)) for key, source in pack.sources.items()],
    }
