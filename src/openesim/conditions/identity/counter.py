"""What a clerk types and ticks, read as a whole: who is before him, what he saw of him, and who came along.

Whatever is wrong is told at its field, all of it at once, and nothing is taken. An agent brings his own document and a
written authority, a minor his guardian with a document; each of them is somebody else than the person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeVar

from openesim.conditions.identity.case import Case, Field
from openesim.conditions.identity.countries import country_code
from openesim.conditions.identity.documents import Document, age_on, parse_document
from openesim.conditions.identity.faults import Fault, FaultyTextError, FormError
from openesim.conditions.identity.findings import Findings
from openesim.conditions.identity.forms import parse_address, parse_born, parse_contact, parse_name
from openesim.conditions.identity.pictures import verify_picture
from openesim.conditions.identity.texts import DOCUMENT_TEXTS
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import Assurance, DocumentKind, Group
from openesim.kernel.secret import Secret

T = TypeVar("T")

VERIFIER: Final = "counter"

BOTH_DOCUMENTS: Final = "both-documents"
WRITTEN_AUTHORITY: Final = "written-authority"
GUARDIAN: Final = "guardian"
BY_FIELDS: Final = frozenset({BOTH_DOCUMENTS, GUARDIAN})
"""What is brought by a document that is typed in: a tick alone does not say it."""

FULL_AGE: Final = 18

AT_COUNTER: Final = frozenset(
    {
        Assurance.DOCUMENT,
        Assurance.DOCUMENT_CHIP_OR_SCAN,
        Assurance.FACE_MATCH,
        Assurance.BIOMETRICS,
        Assurance.IN_PERSON,
    }
)
"""What a clerk can do to be sure of a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """An agent or a guardian, as typed.

    Attributes:
        document: kind of his document.
        number: of it; of a passport, the machine-readable zone.
        name: as the document has it.
    """

    document: DocumentKind
    number: str
    name: str

    def __repr__(self) -> str:
        """Leave out who it is."""
        return f"Companion({self.document.value})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What somebody shows of himself, as typed or scanned.

    Attributes:
        group: which documents he has to choose from.
        document: kind of his document.
        number: of it; of a passport, the machine-readable zone.
        name: as the document has it.
        born: day of birth, where the number does not tell it.
        address: where he lives; empty: not asked.
        contact: telephone or e-mail; empty: not asked.
        image: picture of the document, octets; empty: none was taken.
        agent: who acts for him.
        guardian: who stands by him while he is young.
        brought: what else came along, by the pack's words.
        issuer: code of the country that issued the document; empty: not typed.
        by_agent: somebody acts for him, even where the rules ask for no document of the agent.
    """

    group: Group
    document: DocumentKind
    number: str
    name: str
    born: str = ""
    address: str = ""
    contact: str = ""
    image: bytes = b""
    agent: Companion | None = None
    guardian: Companion | None = None
    brought: frozenset[str] = frozenset()
    issuer: str = ""
    by_agent: bool = False

    @property
    def acts_for_another(self) -> bool:
        """Whether somebody acts for him."""
        return self.by_agent or self.agent is not None

    def __repr__(self) -> str:
        """Leave out who it is."""
        return f"Papers({self.group.value}, {self.document.value})"


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterForm:
    """What a clerk typed and ticked.

    Attributes:
        papers: what was shown.
        document_seen: he held the document in his hands.
        chip_or_scan: its chip was read, or it was scanned and found genuine.
        face_matched: he compared the face with the picture.
        biometrics: a finger or an eye was compared.
        in_person: the person himself stood before him.
    """

    papers: Papers
    document_seen: bool = False
    chip_or_scan: bool = False
    face_matched: bool = False
    biometrics: bool = False
    in_person: bool = False

    @property
    def assurance(self) -> frozenset[Assurance]:
        """What was done to be sure of him: a document that was read was seen as well."""
        ticks = {
            Assurance.DOCUMENT: self.document_seen or self.chip_or_scan,
            Assurance.DOCUMENT_CHIP_OR_SCAN: self.chip_or_scan,
            Assurance.FACE_MATCH: self.face_matched,
            Assurance.BIOMETRICS: self.biometrics,
            Assurance.IN_PERSON: self.in_person,
        }
        return frozenset(assurance for assurance, is_ticked in ticks.items() if is_ticked)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPapers:
    """Papers whose form is right.

    Attributes:
        papers: as they were typed.
        document: the person's document.
        name: in its one form.
        born: day of birth; None for an organisation.
        brought: everything that came along, by the pack's words.
        fields: the personal values to keep.
    """

    papers: Papers
    document: Document
    name: str
    born: date | None
    brought: frozenset[str]
    fields: Mapping[Field, str] = field(repr=False)

    @property
    def issuer(self) -> str | None:
        """Who issued the document, as three letters; None: not known."""
        return self.document.issuer or country_code(self.papers.issuer)


class _Reader:
    """Reads fields of one form and gathers what is wrong with them."""

    def __init__(self) -> None:
        self.faults: dict[str, Fault] = {}

    def read(self, name: str, parse: Callable[[], T]) -> T | None:
        """Return what a field says; None where what is wrong with it was noted."""
        try:
            return parse()
        except FaultyTextError as error:
            self.faults.setdefault(name, error.fault)
            return None

    def refuse(self, name: str, word: str, **facts: str) -> None:
        """Note what is wrong with a field."""
        self.faults.setdefault(name, Fault(word, facts))


def read_papers(case: Case, papers: Papers, pack: Pack, today: date) -> ReadPapers:
    """Return papers whose form is right.

    Args:
        case: for which they are shown.
        papers: as typed.
        pack: the rules in force.
        today: the day it is there.

    Raises:
        FormError: fields that are wrong, with what is wrong with each.
    """
    reader = _Reader()
    country = pack.pack.country
    document = reader.read("number", lambda: _document(papers.document, papers.number, today, country))
    name = reader.read("name", lambda: parse_name(papers.document, papers.name))
    _check_kind(reader, case, papers, pack)
    born = _born(reader, papers, document, today)
    fields: dict[Field, str] = {}
    if papers.address:
        fields[Field.ADDRESS] = reader.read("address", lambda: parse_address(papers.address)) or ""
    if papers.contact:
        fields[Field.CONTACT] = reader.read("contact", lambda: parse_contact(papers.contact)) or ""
    if papers.image:
        fields[Field.IMAGE] = reader.read("image", lambda: verify_picture(papers.image)) or ""
    brought = _read_companions(reader, papers, document, pack, today, fields)
    if papers.issuer:
        reader.read("issuer", lambda: _issuer(papers.issuer))
    if reader.faults or document is None or name is None:
        raise FormError(reader.faults)
    fields |= {Field.NAME: name, Field.NUMBER: document.number}
    if born is not None:
        fields[Field.BORN] = born.isoformat()
    return ReadPapers(papers=papers, document=document, name=name, born=born, brought=brought, fields=fields)


def read_counter_form(case: Case, form: CounterForm, pack: Pack, today: date) -> tuple[ReadPapers, Findings]:
    """Return what a clerk found, with the papers it is about.

    Args:
        case: for which he looked.
        form: what he typed and ticked.
        pack: the rules in force.
        today: the day it is there.

    Raises:
        FormError: fields that are wrong, with what is wrong with each.
    """
    read = read_papers(case, form.papers, pack, today)
    findings = Findings(
        verifier=VERIFIER,
        group=form.papers.group,
        document=form.papers.document,
        number=Secret(read.document.number),
        name=Secret(read.name),
        born=read.born,
        assurance=form.assurance,
        issuer=read.issuer,
    )
    return read, findings


def _check_kind(reader: _Reader, case: Case, papers: Papers, pack: Pack) -> None:
    """Note a document that the rules do not accept here."""
    accepted = pack.person.documents_for(papers.group, case.channel)
    if not accepted:
        reader.refuse("group", "group-not-served")
    elif papers.document not in accepted:
        kinds = {language: _kinds(accepted, language) for language in ("en", "zh")}
        reader.refuse("document", "document-not-accepted", accepted=kinds["en"], accepted_zh=kinds["zh"])


def _kinds(accepted: tuple[DocumentKind, ...], language: str) -> str:
    separator = ", " if language == "en" else "、"
    return separator.join(DOCUMENT_TEXTS[kind][language] for kind in accepted)


def _document(kind: DocumentKind, text: str, today: date, country: str) -> Document:
    """Return a document whose form is right and whose time is not over.

    Raises:
        FaultyTextError: it is not so.
    """
    if not text.strip():
        raise FaultyTextError("missing")
    document = parse_document(kind, text, today, country)
    if document.expires is not None and document.expires < today:
        raise FaultyTextError("document-expired", day=document.expires.isoformat())
    return document


def _born(reader: _Reader, papers: Papers, document: Document | None, today: date) -> date | None:
    """Return the day of birth, typed or told by the number; both have to agree."""
    if papers.group is Group.ORGANISATION:
        if papers.born:
            reader.refuse("born", "not-asked")
        return None
    told = None if document is None else document.born
    if not papers.born:
        if told is None and document is not None:
            reader.refuse("born", "born-needed")
        return told
    typed = reader.read("born", lambda: parse_born(papers.born, today))
    if typed is not None and told is not None and typed != told:
        reader.refuse("born", "born-differs")
    return typed


def _read_companions(
    reader: _Reader,
    papers: Papers,
    document: Document | None,
    pack: Pack,
    today: date,
    fields: dict[Field, str],
) -> frozenset[str]:
    """Return everything that came along, and put the documents of agent and guardian to the fields."""
    brought = papers.brought - BY_FIELDS
    if papers.acts_for_another and not pack.person.agent.allowed:
        reader.refuse("agent", "agents-not-allowed")
    if papers.agent is not None:
        agent = _companion(reader, "agent", papers.agent, document, pack, today)
        if agent is not None:
            brought |= {BOTH_DOCUMENTS}
            fields |= {Field.AGENT_NAME: agent[1], Field.AGENT_NUMBER: agent[0].number}
    if papers.guardian is not None:
        guardian = _companion(reader, "guardian", papers.guardian, document, pack, today)
        if guardian is not None:
            if guardian[0].born is not None and age_on(guardian[0].born, today) < FULL_AGE:
                reader.refuse("guardian_number", "guardian-minor")
            brought |= {GUARDIAN}
            fields |= {Field.GUARDIAN_NAME: guardian[1], Field.GUARDIAN_NUMBER: guardian[0].number}
    return frozenset(brought)


def _companion(
    reader: _Reader, who: str, companion: Companion, document: Document | None, pack: Pack, today: date
) -> tuple[Document, str] | None:
    """Return document and name of who came along; None where something is wrong with them."""
    country = pack.pack.country
    own = reader.read(
        f"{who}_number", lambda: _document(companion.document, companion.number, today, country)
    )
    name = reader.read(f"{who}_name", lambda: parse_name(companion.document, companion.name))
    if own is None or name is None:
        return None
    if document is not None and own.number == document.number:
        reader.refuse(f"{who}_number", "same-person")
    return own, name


def _issuer(text: str) -> str:
    """Return who issued a document.

    Raises:
        FaultyTextError: no code of a country.
    """
    code = country_code(text)
    if code is None:
        raise FaultyTextError("country-form")
    return code
