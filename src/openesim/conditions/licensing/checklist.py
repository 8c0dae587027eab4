"""The checklist of an assessment: what an operator answers before he is approved. It is data, not code.

A checklist is for some classes of service and holds from a day on; a later version takes the place of an earlier one for
applications that begin after that. Who began under one version ends under it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from openesim.conditions.licensing.licence import Licence, Missing
from openesim.conditions.licensing.texts import explained
from openesim.conditions.rules.days import midnight
from openesim.conditions.rules.pack import Name, Source, Texts
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.errors import ConfigError, NotFoundError

LongTexts = Mapping[
    Annotated[str, msgspec.Meta(pattern="^[a-z]{2}$")],
    Annotated[str, msgspec.Meta(min_length=1, max_length=1000)],
]
"""A longer text by language."""


class AnswerKind(StrEnum):
    """What an item wants to hear."""

    TEXT = "text"
    YES_NO = "yes-no"


class Demand(StrEnum):
    """Whether files are asked for."""

    REQUIRED = "required"
    WELCOME = "welcome"
    NONE = "none"


class Heading(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[checklist]``: what it is.

    Attributes:
        id: name of the checklist; all its versions share it.
        version: tells versions apart.
        from_: first day on which an application may begin under it.
        utc_offset: whose days these are, and those that applications name.
        services: classes of service it is for.
        title: what a person calls it.
        note: what has to be said with it: that it is not legal advice.
    """

    id: Name
    version: Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z.-]{1,32}$")]
    from_: date = msgspec.field(name="from")
    services: Annotated[tuple[ServiceClass, ...], msgspec.Meta(min_length=1)]
    title: Texts
    note: Texts
    utc_offset: Annotated[str, msgspec.Meta(pattern="^[+-](0[0-9]|1[0-4]):[0-5][0-9]$")] = "+00:00"


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[section.NAME]``: what several items are about."""

    title: Texts


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[item.NAME]``: one question.

    Attributes:
        section: where it belongs.
        question: what is asked.
        evidence: what files are asked for; missing where none are.
        files: whether they have to be there.
        answer: what it wants to hear.
        mandatory: whether an application can be submitted without it.
        source: keys of ``[sources]``.
    """

    section: Name
    question: LongTexts
    evidence: LongTexts = msgspec.field(default_factory=dict)
    files: Demand = Demand.NONE
    answer: AnswerKind = AnswerKind.TEXT
    mandatory: bool = True
    source: tuple[str, ...] = ()


class Checklist(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole checklist.

    Attributes:
        checklist: what it is.
        sources: who says so, by key.
        section: its parts, in the order in which they are shown.
        item: its questions, in the order in which they are asked.
    """

    checklist: Heading
    sources: Mapping[str, Source] = msgspec.field(default_factory=dict)
    section: Mapping[Name, Section]
    item: Mapping[Name, Item]

    @property
    def id(self) -> str:
        """Name of the checklist."""
        return self.checklist.id

    @property
    def version(self) -> str:
        """Which version of it."""
        return self.checklist.version

    @property
    def begins(self) -> datetime:
        """First moment at which an application may begin under it, aware UTC."""
        return midnight(self.checklist.from_, self.checklist.utc_offset)

    def items_of(self, section: str) -> list[tuple[str, Item]]:
        """Return the items of a section with their names, in their order."""
        return [(name, item) for name, item in self.item.items() if item.section == section]

    def missing(self, licence: Licence, with_files: Collection[str]) -> list[tuple[str, Missing]]:
        """Return which mandatory items lack what, in their order.

        Args:
            licence: with its answers.
            with_files: items that at least one file is attached to.
        """
        return [
            (name, lacks)
            for name, item in self.item.items()
            if item.mandatory
            for lacks in _lacks(
                item, is_answered=licence.answer_to(name) is not None, has_file=name in with_files
            )
        ]


def _lacks(item: Item, *, is_answered: bool, has_file: bool) -> Iterator[Missing]:
    if not is_answered:
        yield Missing.ANSWER
    if item.files is Demand.REQUIRED and not has_file:
        yield Missing.EVIDENCE


class ChecklistShelf:
    """All versions of all checklists, found to fit together."""

    def __init__(self, checklists: Iterable[Checklist]) -> None:
        """Put checklists on the shelf.

        Raises:
            ConfigError: two are the same version, begin on one day, or two names are for one class of service.
        """
        self._versions: dict[str, list[Checklist]] = {}
        for each in checklists:
            self._versions.setdefault(each.id, []).append(each)
        for versions in self._versions.values():
            versions.sort(key=lambda each: each.begins)
            _verify_apart(versions)
        self._verify_one_a_service()

    def __iter__(self) -> Iterator[Checklist]:
        """Go through all checklists, by name and then by date."""
        return iter([each for _, versions in sorted(self._versions.items()) for each in versions])

    def version(self, name: str, version: str) -> Checklist:
        """Return a version of a checklist.

        Raises:
            NotFoundError: it is not there any more.
        """
        for each in self._versions.get(name, ()):
            if each.version == version:
                return each
        raise NotFoundError(f"there is no version {version} of the checklist {name}").explained(
            explained("checklist-gone", checklist=name, version=version)
        )

    def named(self, name: str, now: datetime) -> Checklist:
        """Return the version of a checklist that applications begin under.

        Raises:
            NotFoundError: there is none.
        """
        for each in reversed(self._versions.get(name, ())):
            if each.begins <= now:
                return each
        raise NotFoundError(f"there is no checklist {name}").explained(
            explained("no-checklist", service=name)
        )

    def for_service(self, service: ServiceClass, now: datetime) -> Checklist:
        """Return the checklist that applications begin under.

        Raises:
            NotFoundError: there is none for the class of service: it cannot be applied for.
        """
        for name in self._versions:
            found = next((each for each in reversed(self._versions[name]) if each.begins <= now), None)
            if found is not None and service in found.checklist.services:
                return found
        raise NotFoundError(f"there is no checklist for {service.value}").explained(
            explained("no-checklist", service=service.value)
        )

    def _verify_one_a_service(self) -> None:
        """Refuse two checklists for one class of service.

        Raises:
            ConfigError: there are two.
        """
        names: dict[ServiceClass, str] = {}
        for name, versions in sorted(self._versions.items()):
            for service in {service for each in versions for service in each.checklist.services}:
                other = names.setdefault(service, name)
                if other != name:
                    raise ConfigError(
                        f"the checklists {other} and {name} are both for {service.value}: one class of service has one "
                        "checklist; give them one id, and each version its own day"
                    )


def _verify_apart(versions: list[Checklist]) -> None:
    """Refuse two versions that cannot be told apart.

    Raises:
        ConfigError: they have one name, or begin on one day.
    """
    for kind, told in (
        ("version", [each.version for each in versions]),
        ("day", [str(each.checklist.from_) for each in versions]),
    ):
        for word in told:
            if told.count(word) > 1:
                raise ConfigError(f"the checklist {versions[0].id} has the {kind} {word} twice")
