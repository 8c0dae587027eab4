"""A lawful enquiry: why somebody asks and under which reference, then by which document; the lines, and no name."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.flows import Wizard, WizardStep
from openesim.adapters.web.desks.components.table import Column, Row, plain_table
from openesim.adapters.web.desks.components.values import Fact, Identifier, Pill, Tone
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator.saying import say
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.regulator.terminal_view import category_name
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.conditions.admission.admission import Line, LineState
from openesim.conditions.identity.faults import FormError
from openesim.conditions.identity.texts import DOCUMENT_TEXTS, said
from openesim.conditions.rules.words import DocumentKind
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.persons.lines import counted

ENQUIRY: Final = "/regulator/enquiry"

_W: Final = "regulator.enquiry"
_RESULT: Final = "regulator.enquiry_result"
_GRAVE = reach(Permission.LAWFUL_LOOK_UP, Tenancy.NATION)
_TONES: Final = {LineState.RESERVED: Tone.WAIT, LineState.ACTIVE: Tone.GOOD, LineState.ENDED: Tone.IDLE}


@get(ENQUIRY, opt=_GRAVE)
async def enquiry(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask why, first."""
    return _why_page(visit, visit.blank(_W))


@post(ENQUIRY, opt=_GRAVE)
async def enquire(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Ask for the document once it is said why; once that is there, look and show the lines, once."""
    form = await visit.form(_W)
    note_faults(visit, form, regulator.enquiries.faults_of_why(form.value("reason"), form.value("reference")))
    if form.is_wrong:
        return _why_page(visit, form, http_status=422)
    if not form.value("step"):
        return _who_page(visit, regulator, visit.blank(_W, **_kept(form)))
    kind = form.member("document", DocumentKind)
    country = form.choice("country", regulator.enquiries.countries)
    number = form.text("number", most=200)
    if kind is None or country is None or form.is_wrong:
        return _who_page(visit, regulator, form, http_status=422)
    why = form.value("reason"), form.value("reference")
    try:
        lines = await regulator.enquiries.lines_of((kind, number), country, why, visit.me.actor)
    except FormError as error:
        note_faults(visit, form, error)
        return _who_page(visit, regulator, form, http_status=422)
    names = await regulator.licences.operator_names()
    return _result_page(visit, form, kind, lines, names)


def note_faults(visit: Visit, form: Form, error: FormError | None) -> None:
    """Note at their fields what is wrong with what was typed."""
    for name, fault in () if error is None else error.faults.items():
        text = say(
            visit,
            "regulator.terminal_words.wrong",
            label=form.label(name),
            cause=fault.said(visit.language.value),
        )
        form.refuse(name, text)


def _kept(form: Form) -> dict[str, str]:
    return {name: " ".join(form.value(name).split()) for name in ("reason", "reference")}


def _wizard(visit: Visit, number: int) -> Wizard:
    steps = [WizardStep(say(visit, f"{_W}.step.{name}"), ENQUIRY) for name in ("why", "who")]
    return Wizard(steps, number)


def _why_page(visit: Visit, form: Form, http_status: int = 200) -> Response[Any]:
    return visit.page("regulator/enquiry.html", http_status=http_status, form=form, wizard=_wizard(visit, 1))


def _who_page(
    visit: Visit, regulator: RegulatorServices, form: Form, http_status: int = 200
) -> Response[Any]:
    countries = regulator.enquiries.countries
    return visit.page(
        "regulator/enquiry_who.html",
        http_status=http_status,
        form=form,
        wizard=_wizard(visit, 2),
        documents=[*DocumentKind],
        document_names=document_names(visit),
        countries=countries,
        country_names={code: country_name(visit, code) for code in countries},
        hidden=[*_kept(form).items(), ("step", "who")],
        why=[
            Fact(form.label(name).unescape(), form.value(name), ENQUIRY) for name in ("reason", "reference")
        ],
    )


def document_names(visit: Visit) -> dict[str, str]:
    """Return what documents are called."""
    language = visit.language.value
    return {kind.value: capital(said(DOCUMENT_TEXTS, kind.value, language)) for kind in DocumentKind}


def country_name(visit: Visit, code: str) -> str:
    """Return what a country is called; its code where it has no name here."""
    key = f"regulator.countries.{code.lower()}"
    return say(visit, key) if key in visit.pages.wording else code


def _result_page(
    visit: Visit, form: Form, kind: DocumentKind, lines: list[Line], names: dict[str, str]
) -> Response[Any]:
    columns = [
        Column(say(visit, f"{_RESULT}.column.{name}"))
        for name in ("operator", "state", "service", "iccid", "begun", "ended", "disputed")
    ]
    rows = [_row(visit, line, names) for line in lines]
    here = counted(lines)
    return visit.page(
        "regulator/enquiry_result.html",
        facts=[
            Fact(form.label("reference").unescape(), form.value("reference")),
            Fact(form.label("reason").unescape(), form.value("reason")),
            Fact(form.label("document").unescape(), document_names(visit)[kind.value]),
            Fact(say(visit, f"{_RESULT}.at"), visit.now),
        ],
        running=sum(here.values()),
        operators=len(here),
        table=plain_table(say(visit, f"{_RESULT}.title"), columns, rows),
    )


def _row(visit: Visit, line: Line, names: dict[str, str]) -> Row:
    cells = (
        names.get(line.operator, line.operator),
        Pill.of(visit, f"{_RESULT}.state.{line.state.value}", _TONES[line.state]),
        category_name(visit, line.service),
        Identifier(str(line.iccid)),
        line.begun_at,
        line.ended_at,
        line.disputed_at,
    )
    return Row(cells)


ROUTES: Final[tuple[Any, ...]] = (enquiry, enquire)
