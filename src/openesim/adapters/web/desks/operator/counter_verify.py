"""A person is verified, one question a page: his document, who he is, what was done, who came along, notices, check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from openesim.adapters.web.desks.components.naming import in_words, verifier_name
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.operator.case_views import (
    document_name,
    group_name,
    missing_texts,
)
from openesim.adapters.web.desks.operator.counter import COUNTER, STEPS, at_counter, wizard
from openesim.adapters.web.desks.operator.counter_papers import (
    AGENT,
    HIMSELF,
    TICKS,
    carried,
    document_of,
    documents_of,
    page_of_fault,
    read_along,
    read_form,
    read_papers,
    sort_errors,
)
from openesim.adapters.web.desks.operator.fields import note_faults
from openesim.adapters.web.desks.operator.services import OperatorServices
from openesim.adapters.web.desks.operator.views import say
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.identity.counter import BOTH_DOCUMENTS, BY_FIELDS, GUARDIAN, VERIFIER, CounterForm
from openesim.conditions.identity.documents import tells_birth
from openesim.conditions.identity.faults import FormError
from openesim.conditions.rules.words import DocumentKind, Group
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.operator.counter_desk import AtCounter
from openesim.services.conditions.persons.verifying import Manner

FORM: Final = "operator.counter_verify"

_PAGES: Final = ("document", "papers", "done", "along", "notices", "check")
_VERIFY = reach(Permission.COUNTER_VERIFY, Tenancy.OPERATOR)

Operator = NamedDependency[OperatorServices]


@dataclass(slots=True)
class _Filled:
    """What was read of the pages so far.

    Attributes:
        shown: which document.
        brings: what has to come along, by the pack's words.
        form: everything; None until the papers are right.
    """

    shown: tuple[Group, DocumentKind] | None = None
    brings: tuple[str, ...] = ()
    form: CounterForm | None = None


@get(f"{COUNTER}/{{case_id:str}}/papers", opt=_VERIFY)
async def begin(visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]) -> Response[Any]:
    """Ask for the document."""
    look = await operator.counter.look(visit.operator, case_id)
    if not look.awaits_papers:
        return visit.go(at_counter(case_id))
    return _page(visit, operator, look, "document", visit.blank(FORM), _Filled())


@post(f"{COUNTER}/{{case_id:str}}/papers", opt=_VERIFY)
async def go_on(visit: NamedDependency[Visit], operator: Operator, case_id: FromPath[str]) -> Response[Any]:
    """Take a page, and show the next one; the last one verifies."""
    look = await operator.counter.look(visit.operator, case_id)
    form = await visit.form(FORM)
    here, wanted = form.value("page"), form.value("to")
    here = here if here in _PAGES else "document"
    is_back = wanted in _PAGES and _PAGES.index(wanted) < _PAGES.index(here)
    # Who goes back need not have filled in the page that he comes from.
    until = _PAGES[max(_PAGES.index(wanted) - 1, 0)] if is_back else here
    filled, wrong = (
        (_Filled(), "") if is_back and wanted == "document" else _read(visit, operator, look, form, until)
    )
    if wrong:
        return _page(visit, operator, look, wrong, form, filled, http_status=422)
    if is_back:
        return _page(visit, operator, look, wanted, form, filled)
    if here == "check" and filled.form is not None:
        return await _verify(visit, operator, look, form, filled)
    following = _asked(look, filled)
    return _page(visit, operator, look, following[following.index(here) + 1], form, filled)


def _asked(look: AtCounter, filled: _Filled) -> tuple[str, ...]:
    """Return the pages that are asked: nobody is asked about companions who came alone."""
    left_out = set() if filled.brings else {"along"}
    if not look.pack.notices:
        left_out.add("notices")
    return tuple(page for page in _PAGES if page not in left_out)


def _read(
    visit: Visit, operator: OperatorServices, look: AtCounter, form: Form, here: str
) -> tuple[_Filled, str]:
    """Read the pages up to one; return what they say, and the first page on which something is wrong."""
    filled, last = _Filled(), _PAGES.index(here)
    filled.shown = document_of(form, look)
    if filled.shown is None:
        return filled, "document"
    if last == 0:
        return filled, ""
    wrong = _read_person(visit, operator, look, form, filled, with_companions=False)
    if wrong or last <= _PAGES.index("done"):
        return filled, wrong
    if filled.brings:
        read_along(form, filled.brings)
        wrong = "along" if form.is_wrong else ""
        wrong = wrong or _read_person(visit, operator, look, form, filled, with_companions=True)
    if not wrong and last >= _PAGES.index("notices") and set(look.pack.notices) - set(form.values("notices")):
        form.wrong("notices", f"{FORM}.read_them")
        wrong = "notices"
    return filled, wrong


def _read_person(
    visit: Visit,
    operator: OperatorServices,
    look: AtCounter,
    form: Form,
    filled: _Filled,
    *,
    with_companions: bool,
) -> str:
    """Read who is there; return the page on which something is wrong."""
    assert filled.shown is not None  # noqa: S101 (its page was read before)
    papers = read_papers(form, filled.shown, with_companions=with_companions)
    was_wrong = form.is_wrong
    try:
        read = operator.counter.read_papers(look, papers)
    except FormError as error:
        note_faults(visit, form, error, {"group": "document", "agent": "acts"})
        return "papers" if was_wrong else page_of_fault(error)
    if was_wrong:
        return "papers"
    filled.brings = operator.counter.brings(look, read)
    filled.form = read_form(form, papers)
    return ""


async def _verify(
    visit: Visit, operator: OperatorServices, look: AtCounter, form: Form, filled: _Filled
) -> Response[Any]:
    """Verify, or ask who was chosen to do so."""
    case_id, counter_form = look.case.case_id, filled.form
    assert counter_form is not None  # noqa: S101 (asked before)
    verifier = (
        form.choice("verifier", [VERIFIER, *operator.counter.authorities])
        if operator.counter.authorities
        else VERIFIER
    )
    if form.is_wrong or verifier is None:
        return _page(visit, operator, look, "check", form, filled, http_status=422)
    manner = Manner(notices=tuple(look.pack.notices), four_eyes=form.flag("four_eyes"))
    try:
        if verifier == VERIFIER:
            case = await operator.counter.verify(
                visit.operator, case_id, counter_form, manner, visit.me.actor
            )
            return _told(visit, case_id, case.state)
        await operator.counter.ask(visit.operator, case_id, counter_form, verifier, manner, visit.me.actor)
    except FormError as error:
        note_faults(visit, form, error, {"group": "document", "agent": "acts"})
        return _page(visit, operator, look, page_of_fault(error), form, filled, http_status=422)
    return visit.go(at_counter(case_id))


def _told(visit: Visit, case_id: str, state: CaseState) -> Redirect:
    kind = "done" if state is CaseState.VERIFIED else "trouble" if state is CaseState.REFUSED else "note"
    return visit.go(at_counter(case_id), f"{FORM}.end.{state}", kind=kind)


def _page(
    visit: Visit,
    operator: OperatorServices,
    look: AtCounter,
    page: str,
    form: Form,
    filled: _Filled,
    http_status: int = 200,
) -> Response[Any]:
    case_id = look.case.case_id
    sort_errors(form)
    names = tuple(name for name in STEPS if name in {"plan", "device", *_asked(look, filled)} or name == page)
    # Companions are asked about as soon as it is known that there are any; until then their page is counted, too.
    if page in {"document", "papers"}:
        names = tuple(name for name in STEPS if name != "notices" or look.pack.notices)
    return visit.page(
        "operator/counter_verify.html",
        http_status=http_status,
        form=_shown(visit, form, page),
        page=page,
        action=f"{at_counter(case_id)}/papers",
        back=at_counter(case_id),
        carried=carried(form, page),
        wizard=wizard(visit, names, page),
        before=_before(look, filled, page),
        view=_views(visit, operator, look, page, form, filled),
    )


def _shown(visit: Visit, form: Form, page: str) -> Form:
    """Return what stands in the fields of a page: whoever is asked nothing else verifies himself."""
    if page != "check" or form.is_wrong or form.value("verifier"):
        return form
    return visit.blank(FORM, verifier=VERIFIER, four_eyes=form.value("four_eyes"))


def _before(look: AtCounter, filled: _Filled, page: str) -> str:
    """Return the page before one; empty on the first."""
    pages = _asked(look, filled)
    at = pages.index(page) if page in pages else 1
    return pages[at - 1] if at else ""


def _views(
    visit: Visit, operator: OperatorServices, look: AtCounter, page: str, form: Form, filled: _Filled
) -> dict[str, Any]:
    """Return what one page shows."""
    kinds = {each.value: document_name(visit, each) for each in DocumentKind}
    match page:
        case "document":
            return {"documents": _documents(visit, look), "hints": _groups(visit, look)}
        case "papers":
            shown = filled.shown or document_of(form, look)
            kind = None if shown is None else shown[1]
            tells = kind is not None and tells_birth(kind, look.pack.pack.country)
            return {
                "is_passport": kind is DocumentKind.PASSPORT,
                "asks_born": not tells and shown is not None and shown[0] is not Group.ORGANISATION,
                "asks_issuer": kind is not DocumentKind.PASSPORT
                and shown is not None
                and shown[0] is Group.FOREIGN,
                "kind": kinds[kind] if kind else "",
                "acts": {each: say(visit, f"{FORM}.field.acts.option.{each}") for each in (HIMSELF, AGENT)},
                "allows_agent": look.pack.person.agent.allowed,
            }
        case "done":
            return {"ticks": _ticks(visit), "hints": _asked_hints(visit, look)}
        case "along":
            return {
                "kinds": kinds,
                "agent": BOTH_DOCUMENTS in filled.brings,
                "guardian": GUARDIAN in filled.brings,
                "others": dict(
                    zip(
                        _others(filled),
                        missing_texts(visit, _others(filled)),
                        strict=True,
                    )
                ),
            }
        case "notices":
            return {"notices": {name: in_words(visit, texts) for name, texts in look.pack.notices.items()}}
    return _check(visit, operator, look, form, filled)


def _check(
    visit: Visit, operator: OperatorServices, look: AtCounter, form: Form, filled: _Filled
) -> dict[str, Any]:
    """Return the answers, to be checked before anything happens."""
    assert filled.shown is not None and filled.form is not None  # noqa: S101, PT018 (read before)
    papers = filled.form.papers
    ticks = _ticks(visit)
    answers = [
        (
            "document",
            "document",
            f"{group_name(visit, papers.group)} · {document_name(visit, papers.document)}",
        ),
        ("number", "papers", papers.number),
        ("name", "papers", papers.name),
        ("born", "papers", papers.born),
        ("issuer", "papers", papers.issuer),
        ("address", "papers", papers.address),
        ("contact", "papers", papers.contact),
        ("acts", "papers", say(visit, f"{FORM}.field.acts.option.{AGENT if papers.by_agent else HIMSELF}")),
        ("done", "done", " · ".join(ticks[each] for each in form.values("done") if each in ticks)),
        ("agent_name", "along", "" if papers.agent is None else papers.agent.name),
        ("guardian_name", "along", "" if papers.guardian is None else papers.guardian.name),
        ("brought", "along", " · ".join(missing_texts(visit, sorted(papers.brought)))),
    ]
    undone = [each for each in look.assurance if each not in filled.form.assurance]
    authorities = {name: verifier_name(visit, name) for name in operator.counter.authorities}
    return {
        "answers": [
            (form.label(field), page, value) for field, page, value in answers if value or field == "done"
        ],
        "undone": missing_texts(visit, undone),
        "asks_second": look.asks_second,
        "verifiers": {VERIFIER: say(visit, f"{FORM}.field.verifier.option.counter"), **authorities}
        if authorities
        else {},
    }


def _documents(visit: Visit, look: AtCounter) -> dict[str, str]:
    return {value: document_name(visit, value.partition("/")[2]) for value in documents_of(look)}


def _groups(visit: Visit, look: AtCounter) -> dict[str, str]:
    return {value: group_name(visit, value.partition("/")[0]) for value in documents_of(look)}


def _ticks(visit: Visit) -> dict[str, str]:
    return {each.value: say(visit, f"{FORM}.tick.{each}") for each in TICKS}


def _asked_hints(visit: Visit, look: AtCounter) -> dict[str, str]:
    """Return which of what can be done the rules ask for."""
    asked = say(visit, f"{FORM}.asked")
    return {each.value: asked if each in look.assurance else "" for each in TICKS}


def _others(filled: _Filled) -> list[str]:
    """Return what has to come along and is told by a tick."""
    return [word for word in filled.brings if word not in BY_FIELDS]


ROUTES: Final[tuple[Any, ...]] = (begin, go_on)
