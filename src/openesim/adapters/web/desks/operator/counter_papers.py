"""What a clerk types and ticks, from one page of the counter's wizard to the next.

Nothing personal is kept between the pages, or stands in an address: what was typed is sent along in the form until the
last page takes all of it at once.
"""

from __future__ import annotations

from typing import Final

from openesim.adapters.web.desks.forms import Form
from openesim.conditions.identity.counter import (
    BOTH_DOCUMENTS,
    BY_FIELDS,
    GUARDIAN,
    Companion,
    CounterForm,
    Papers,
)
from openesim.conditions.identity.faults import FormError
from openesim.conditions.rules.words import Assurance, DocumentKind, Group
from openesim.services.conditions.operator.counter_desk import AtCounter

AGENT: Final = "agent"
HIMSELF: Final = "himself"

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "document": ("document",),
    "papers": ("number", "name", "born", "issuer", "address", "contact", "acts"),
    "done": ("done",),
    "along": (
        *("agent_document", "agent_number", "agent_name"),
        *("guardian_document", "guardian_number", "guardian_name"),
        "brought",
    ),
    "notices": ("notices",),
    "check": ("four_eyes", "verifier"),
}
"""Which fields stand on which page."""

PAGE_OF: Final = {
    **{field: page for page, fields in FIELDS.items() for field in fields},
    "group": "document",
    "agent": "papers",
}
"""On which page a field is mended that a service finds wrong."""

TICKS: Final = (
    Assurance.DOCUMENT,
    Assurance.DOCUMENT_CHIP_OR_SCAN,
    Assurance.FACE_MATCH,
    Assurance.BIOMETRICS,
    Assurance.IN_PERSON,
)
"""What a clerk can do to be sure of somebody."""


def documents_of(look: AtCounter) -> list[str]:
    """Return what may be shown, as values of a form: ``national/resident-id``."""
    return [f"{group}/{kind}" for group, kinds in look.documents.items() for kind in kinds]


def document_of(form: Form, look: AtCounter) -> tuple[Group, DocumentKind] | None:
    """Return which document is shown; None where what came is none that is accepted here."""
    chosen = form.choice("document", documents_of(look))
    if chosen is None:
        return None
    group, _, kind = chosen.partition("/")
    return Group(group), DocumentKind(kind)


def read_papers(form: Form, shown: tuple[Group, DocumentKind], *, with_companions: bool) -> Papers:
    """Return what was typed about the person; what is plainly missing or too long is noted.

    Args:
        form: that came.
        shown: which document.
        with_companions: agent and guardian, too.
    """
    acts = form.value("acts")
    papers = Papers(
        group=shown[0],
        document=shown[1],
        number=form.lines("number", most=200),
        name=form.text("name"),
        born=form.text("born", most=20, is_needed=False),
        issuer=form.text("issuer", most=3, is_needed=False),
        address=form.text("address", most=300, is_needed=False),
        contact=form.text("contact", most=254, is_needed=False),
        agent=_companion(form, AGENT) if with_companions and acts == AGENT else None,
        guardian=_companion(form, GUARDIAN) if with_companions else None,
        brought=frozenset(form.values("brought")) - BY_FIELDS if with_companions else frozenset(),
        by_agent=acts == AGENT,
    )
    form.choice("acts", (HIMSELF, AGENT))
    return papers


def read_along(form: Form, brings: tuple[str, ...]) -> None:
    """Note what has to come along and was not typed in; what a tick says may stay away, the rules ask for it then."""
    for word, who in ((BOTH_DOCUMENTS, AGENT), (GUARDIAN, GUARDIAN)):
        if word in brings:
            form.choice(f"{who}_document", list(DocumentKind))
            form.lines(f"{who}_number", most=200)
            form.text(f"{who}_name")


def read_form(form: Form, papers: Papers) -> CounterForm:
    """Return everything that a clerk typed and ticked."""
    done = set(form.values("done"))
    return CounterForm(
        papers=papers,
        document_seen=Assurance.DOCUMENT in done,
        chip_or_scan=Assurance.DOCUMENT_CHIP_OR_SCAN in done,
        face_matched=Assurance.FACE_MATCH in done,
        biometrics=Assurance.BIOMETRICS in done,
        in_person=Assurance.IN_PERSON in done,
    )


def carried(form: Form, page: str) -> list[tuple[str, str]]:
    """Return everything that was typed on other pages, to be sent along."""
    return [
        (field, value)
        for other, fields in FIELDS.items()
        if other != page
        for field in fields
        for value in form.values(field)
        if value
    ]


def sort_errors(form: Form) -> None:
    """Bring what is wrong with a form into the order in which its fields stand on the pages."""
    places = [*PAGE_OF]
    found = sorted(
        form.errors.items(), key=lambda each: places.index(each[0]) if each[0] in places else len(places)
    )
    form.errors.clear()
    form.errors.update(found)


def page_of_fault(error: FormError) -> str:
    """Return the first page on which something has to be mended."""
    wrong = {PAGE_OF.get(field, "papers") for field in error.faults}
    return next(page for page in FIELDS if page in wrong)


def _companion(form: Form, who: str) -> Companion | None:
    """Return who came along, where anything was typed of him."""
    number, name = form.value(f"{who}_number").strip()[:200], form.value(f"{who}_name").strip()[:200]
    kind = form.value(f"{who}_document")
    if not (number or name) or kind not in set(DocumentKind):
        return None
    return Companion(document=DocumentKind(kind), number=number, name=name)
