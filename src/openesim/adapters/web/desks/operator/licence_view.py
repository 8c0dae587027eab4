"""A licence, drawn for its operator: what is asked and granted, the checklist, what was done and said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from openesim.adapters.web.desks.components.flows import Timeline
from openesim.adapters.web.desks.components.licences import SectionView, answer_text, remark_step
from openesim.adapters.web.desks.components.naming import (
    in_words,
    licence_pill,
    listed,
    service_name,
)
from openesim.adapters.web.desks.components.records import Evidence
from openesim.adapters.web.desks.components.values import Code, Fact, Link
from openesim.adapters.web.desks.operator.case_views import who_text
from openesim.adapters.web.desks.operator.views import say
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.licensing.checklist import Demand, Item
from openesim.conditions.licensing.licence import Licence
from openesim.conditions.licensing.states import Party
from openesim.services.conditions.licences.applications import Dossier

LICENCES: Final = "/operator/licences"
W: Final = "operator.licence"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """An item of the checklist as the operator sees it.

    Attributes:
        name: of the item.
        question: what is asked.
        answer: what was said; empty: nothing yet.
        files: how many stand behind it.
        missing: what it lacks, in words.
        asked: questions of the inspector about it, the oldest first.
        address: of the page that answers it; empty: it cannot be answered now.
    """

    name: str
    question: str
    answer: str
    files: int
    missing: str
    asked: Sequence[str]
    address: str


def path_of(licence_id: int) -> str:
    """Return the path of the page about a licence."""
    return f"{LICENCES}/{licence_id}"


def title_of(visit: Visit, licence: Licence) -> str:
    """Return what a licence is called."""
    return say(visit, f"{W}.title", number=licence.licence_id, service=service_name(visit, licence.service))


def head_facts(visit: Visit, dossier: Dossier) -> list[Fact]:
    """Return what is known of a licence at a glance."""
    licence, picture = dossier.licence, dossier.picture
    facts: list[tuple[str, object]] = [
        ("state", licence_pill(visit, licence.state)),
        ("changed", licence.changed_at),
        ("checklist", Code(f"{licence.checklist} {licence.version}")),
    ]
    if licence.renews is not None:
        facts.append(("renews", _number(visit, licence.renews)))
    if picture.renewal is not None:
        facts.append(("renewal", _number(visit, picture.renewal)))
    return [Fact(say(visit, f"{W}.fact.{name}"), value) for name, value in facts]


def _number(visit: Visit, licence_id: int) -> Link:
    return Link(say(visit, f"{W}.number", number=licence_id), path_of(licence_id))


def sections(visit: Visit, dossier: Dossier, *, may_answer: bool) -> list[SectionView[ItemView]]:
    """Return the checklist with what was answered."""
    checklist = dossier.picture.checklist
    return [
        SectionView(
            in_words(visit, section.title),
            [
                _item(visit, dossier, key, item, may_answer=may_answer)
                for key, item in checklist.items_of(name)
            ],
        )
        for name, section in checklist.section.items()
    ]


def _item(visit: Visit, dossier: Dossier, name: str, item: Item, *, may_answer: bool) -> ItemView:
    licence, picture = dossier.licence, dossier.picture
    answer = licence.answer_to(name)
    lacks = [say(visit, f"{W}.missing.{each}") for item_name, each in picture.missing if item_name == name]
    return ItemView(
        name=name,
        question=in_words(visit, item.question),
        answer="" if answer is None else answer_text(visit, item, answer.text),
        files=sum(each.item == name for each in picture.files),
        missing=listed(visit, lacks),
        asked=asked_about(licence, name),
        address=f"{path_of(licence.licence_id)}/items/{name}" if may_answer else "",
    )


def asked_about(licence: Licence, item: str) -> list[str]:
    """Return what the inspector asked back about an item, the oldest first."""
    return [
        each.text
        for each in licence.dialogue
        if each.item == item and each.party is Party.INSPECTOR and each.text
    ]


def evidence(visit: Visit, dossier: Dossier, item: str) -> list[tuple[Evidence, str]]:
    """Return the files of an item, each with the path that removes it."""
    base = path_of(dossier.licence.licence_id)
    return [
        (
            Evidence(
                name=file.name,
                size=file.size,
                media_type=file.media_type,
                digest=file.digest.hex(),
                added_at=file.added_at,
                added_by=who_text(visit, dossier.who.get(file.added_by)),
                address=f"{base}/files/{file.file_id}",
            ),
            f"{base}/files/{file.file_id}/remove",
        )
        for file in dossier.picture.files
        if file.item == item
    ]


def wants_files(item: Item) -> bool:
    """Tell whether files may stand behind an item."""
    return item.files is not Demand.NONE


def timeline(visit: Visit, dossier: Dossier) -> Timeline:
    """Return what was done and said, oldest first."""
    items = dossier.picture.checklist.item
    return Timeline(
        [
            remark_step(
                visit, W, each, items.get(each.item or ""), who_text(visit, dossier.who.get(each.actor))
            )
            for each in dossier.licence.dialogue
        ]
    )
