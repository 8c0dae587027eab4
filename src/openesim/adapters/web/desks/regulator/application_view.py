"""An application, drawn: what is asked, what was answered and handed in, what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from openesim.adapters.web.desks.components.flows import Step, Timeline
from openesim.adapters.web.desks.components.licences import SectionView, answer_text, remark_step
from openesim.adapters.web.desks.components.naming import (
    in_words,
    licence_pill,
    service_name,
    twin,
)
from openesim.adapters.web.desks.components.records import Evidence
from openesim.adapters.web.desks.components.values import Code, Fact, Link
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.licensing.checklist import Demand, Item
from openesim.conditions.licensing.licence import EvidenceFile, Licence, Missing, Remark
from openesim.conditions.licensing.states import Event
from openesim.conditions.licensing.texts import PARTIES
from openesim.services.conditions.ledger.actors import Actor
from openesim.services.conditions.licences.desk import Dossier

WORDS: Final = "regulator.application"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """An item of the checklist with everything that belongs to it.

    Attributes:
        name: of the item.
        question: what is asked.
        wanted: what files are asked for; empty: none.
        answer: what the operator says; empty: nothing.
        told: who answered and when; empty: nobody did.
        files: that stand behind it.
        missing: what it lacks, in words.
        remarks: what was said about it.
        sources: who says that it has to be asked.
        asks: path of the page that asks back about it; empty: that cannot be done now.
    """

    name: str
    question: str
    wanted: str
    answer: str
    told: str
    files: Sequence[Evidence]
    missing: Sequence[str]
    remarks: Sequence[Step]
    sources: Sequence[Link]
    asks: str


def path_of(licence: Licence) -> str:
    """Return the path of the page about a licence."""
    return f"/regulator/applications/{licence.licence_id}"


def path_of_operator(operator: str) -> str:
    """Return the path of the page about an operator."""
    return f"/regulator/operators/{quote(operator, safe='')}"


def head_facts(visit: Visit, dossier: Dossier) -> list[Fact]:
    """Return what is known of an application at a glance."""
    licence = dossier.licence
    inspector = dossier.actors.get(licence.inspector or "")
    facts = [
        ("operator", Link(dossier.display_name, path_of_operator(licence.operator))),
        ("service", service_name(visit, licence.service)),
        ("state", licence_pill(visit, licence.state)),
        ("changed", licence.changed_at),
        ("inspector", None if inspector is None else inspector.told),
        ("checklist", Code(f"{licence.checklist} {licence.version}")),
    ]
    if licence.renews is not None:
        number = visit.say(f"{WORDS}.number", number=licence.renews)
        facts.append(("renews", Link(number, f"/regulator/applications/{licence.renews}")))
    if dossier.picture.renewal is not None:
        number = visit.say(f"{WORDS}.number", number=dossier.picture.renewal)
        facts.append(("renewal", Link(number, f"/regulator/applications/{dossier.picture.renewal}")))
    return [Fact(visit.say(f"{WORDS}.fact.{name}"), value) for name, value in facts]


def sections(visit: Visit, dossier: Dossier) -> list[SectionView[ItemView]]:
    """Return the checklist, filled in."""
    checklist = dossier.picture.checklist
    return [
        SectionView(
            in_words(visit, section.title),
            [_item(visit, dossier, key, item) for key, item in checklist.items_of(name)],
        )
        for name, section in checklist.section.items()
    ]


def _item(visit: Visit, dossier: Dossier, name: str, item: Item) -> ItemView:
    licence, picture = dossier.licence, dossier.picture
    answer = licence.answer_to(name)
    may_ask = Event.ASK in picture.moves
    return ItemView(
        name=name,
        question=in_words(visit, item.question),
        wanted="" if item.files is Demand.NONE else in_words(visit, item.evidence),
        answer="" if answer is None else answer_text(visit, item, answer.text),
        told=""
        if answer is None
        else f"{dossier.actors[answer.actor].told} · {visit.format.exact(answer.at)}",
        files=[_evidence(licence, each, dossier.actors) for each in picture.files if each.item == name],
        missing=[_lack(visit, lacks) for item_name, lacks in picture.missing if item_name == name],
        remarks=[
            _step(visit, each, dossier, with_item=False) for each in licence.dialogue if each.item == name
        ],
        sources=[
            Link(source.title, source.where)
            for key in item.source
            if (source := picture.checklist.sources.get(key)) is not None
            and source.where.startswith(("http://", "https://"))
        ],
        asks=f"{path_of(licence)}/ask?item={name}" if may_ask else "",
    )


def _lack(visit: Visit, lacks: Missing) -> str:
    return visit.say(f"{WORDS}.missing.{lacks}")


def _evidence(licence: Licence, file: EvidenceFile, actors: dict[str, Actor]) -> Evidence:
    return Evidence(
        name=file.name,
        size=file.size,
        media_type=file.media_type,
        digest=file.digest.hex(),
        added_at=file.added_at,
        added_by=actors[file.added_by].told,
        address=f"{path_of(licence)}/files/{file.file_id}",
    )


def timeline(visit: Visit, dossier: Dossier) -> Timeline:
    """Return what was done and said, oldest first."""
    return Timeline([_step(visit, each, dossier, with_item=True) for each in dossier.licence.dialogue])


def _step(visit: Visit, remark: Remark, dossier: Dossier, *, with_item: bool) -> Step:
    item = dossier.picture.checklist.item.get(remark.item or "") if with_item else None
    party = twin(visit, PARTIES[remark.party.value])
    who = visit.say("ui.in_brackets", text=dossier.actors[remark.actor].told, more=party)
    return remark_step(visit, WORDS, remark, item, who)
