"""A rule pack: what a country asks, since when, and who says so.

Every table that asks something names its sources, by the keys of ``[sources]``; a field that another source stands behind
names its own (``source_of``). So a reader finds for every field which rule it is, since when, and who says so (``citing``).
Nothing here decides: ``conditions.admission`` does, from these figures and the facts of a case.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Final

import msgspec

from openesim.conditions.rules.days import midnight
from openesim.conditions.rules.toml_tables import COUNTRY, LANGUAGE, NAME, OFFSET, VERSION
from openesim.conditions.rules.words import (
    Assurance,
    Binding,
    Channel,
    ChipMakers,
    Deed,
    DocumentKind,
    ForeignModels,
    Group,
    ModelApproval,
    NumberKind,
    Otherwise,
    Region,
    Reliability,
    ServiceClass,
    Trigger,
)

Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Days = Annotated[int, msgspec.Meta(ge=0, le=36_525)]
Hours = Annotated[int, msgspec.Meta(ge=0, le=876_600)]
Name = Annotated[str, msgspec.Meta(pattern=NAME)]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
Texts = Mapping[Annotated[str, msgspec.Meta(pattern=LANGUAGE)], Line]
"""A text by language, such as ``en`` and ``zh``."""


OLDEST_MINOR: Final = 30
"""No pack counts anybody of this age as a minor."""


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who says so.

    Attributes:
        title: what it is called.
        where: address or place.
        reliability: how sure it is.
        seen: when somebody looked.
    """

    title: Line
    where: Line
    reliability: Reliability
    seen: date | None = None


class InForce(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From which day, and up to which day (that day included), a pack holds."""

    from_: date = msgspec.field(name="from")
    to: date | None = None


class Heading(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[pack]``: what it is.

    Attributes:
        id: name of the pack; all its versions share it.
        version: tells versions apart; the later in force goes before.
        country: ISO 3166 code, or ``ZZ`` for none.
        title: what a person calls it.
        note: what has to be said with it: that it is not legal advice.
        in_force: when it holds.
        utc_offset: whose days these are: the pack begins at midnight there, and ends at midnight there.
    """

    id: Name
    version: Annotated[str, msgspec.Meta(pattern=VERSION)]
    country: Annotated[str, msgspec.Meta(pattern=COUNTRY)]
    title: Texts
    note: Texts
    in_force: InForce
    utc_offset: Annotated[str, msgspec.Meta(pattern=OFFSET)] = "+00:00"


class Device(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked of the device.

    Attributes:
        model_approval: whether its model has to be approved, for this kind of device.
        chip_maker: whether its chip has to be of a registered maker, by certificate and EID.
        chip_binding: what profile, chip and device are held to.
        foreign_models: what happens to models that are made for other markets.
    """

    model_approval: ModelApproval = ModelApproval.NOT_ASKED
    chip_maker: ChipMakers = ChipMakers.NOT_ASKED
    chip_binding: Binding = Binding.NONE
    foreign_models: ForeignModels = ForeignModels.ALLOW


class Service(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[service.CLASS]``: what may be sold for a kind of device; a class that is missing may not be sold at all.

    Attributes:
        channels: where it may be ordered; empty: everywhere.
        regions: where it may be written.
        numbers: what numbers it may carry.
        profiles_per_device: most profiles on one chip; 0: no limit.
        device: what is asked of the device.
        needs_licence: the operator needs an approval for this class.
        needs_person: a verified person has to stand behind it.
        source: keys of ``[sources]``.
        source_of: the same for single fields that others say.
    """

    channels: tuple[Channel, ...] = ()
    regions: Region = Region.ANYWHERE
    numbers: tuple[NumberKind, ...] = (NumberKind.ANY,)
    profiles_per_device: Count = 0
    device: Device = Device()
    needs_licence: bool = False
    needs_person: bool = True
    source: tuple[str, ...] = ()
    source_of: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)


class Agent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may act for another, and what he brings."""

    allowed: bool = False
    needs: tuple[Name, ...] = ()


class Minor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is too young to act alone, and what he brings."""

    below: Annotated[int, msgspec.Meta(ge=0, le=OLDEST_MINOR)] = 0
    needs: tuple[Name, ...] = ()


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[person]``: how a person is verified.

    Attributes:
        documents: what he may show, by group; a group that is missing cannot be served.
        documents_online: the same for orders that are made online, where that differs.
        assurance: everything that has to be done.
        assurance_online: the same for orders online, where that differs.
        freshness_days: how long a verification may be used; 0: only in the same visit.
        agent: acting for another.
        minor: acting while young.
        four_eyes: channels in which a second clerk has to agree to what the first one saw.
        source: keys of ``[sources]``.
        source_of: the same for single fields that others say.
    """

    documents: Mapping[Group, tuple[DocumentKind, ...]] = msgspec.field(default_factory=dict)
    documents_online: Mapping[Group, tuple[DocumentKind, ...]] = msgspec.field(default_factory=dict)
    assurance: tuple[Assurance, ...] = ()
    assurance_online: tuple[Assurance, ...] = ()
    freshness_days: Days = 0
    agent: Agent = Agent()
    minor: Minor = Minor()
    four_eyes: tuple[Channel, ...] = ()
    source: tuple[str, ...] = ()
    source_of: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)

    def documents_for(self, group: Group, channel: Channel) -> tuple[DocumentKind, ...]:
        """Return what somebody of the group may show; nothing where he cannot be served."""
        if channel is Channel.ONLINE and self.documents_online:
            return self.documents_online.get(group, ())
        return self.documents.get(group, ())

    def assurance_for(self, channel: Channel) -> tuple[Assurance, ...]:
        """Return what has to be done to be sure of him."""
        if channel is Channel.ONLINE and self.assurance_online:
            return self.assurance_online
        return self.assurance


class PeriodLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many new lines in so many days."""

    lines: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    days: Annotated[int, msgspec.Meta(ge=1, le=3_660)]


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[limits]``: lines of one person; 0: no figure.

    Attributes:
        per_operator: active lines at one operator.
        nationwide: active lines at all operators together.
        per_class: active lines a class of device.
        per_period: new lines in a time.
        source: keys of ``[sources]``.
        source_of: the same for single fields that others say.
    """

    per_operator: Count = 0
    nationwide: Count = 0
    per_class: Mapping[ServiceClass, Count] = msgspec.field(default_factory=dict)
    per_period: tuple[PeriodLimit, ...] = ()
    source: tuple[str, ...] = ()
    source_of: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)


class Reverify(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What makes a person verify again, within which time, and what happens otherwise."""

    triggers: tuple[Trigger, ...]
    within_hours: Hours
    otherwise: Otherwise = msgspec.field(name="else", default=Otherwise.SUSPEND)


class CoolDown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For so long after a re-issue nothing of these is done."""

    cool_down_hours: Hours
    blocks: tuple[Deed, ...]


class Risk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[risk]``: from which score on something is done, and what makes verified people verify again.

    Attributes:
        step_up_from: score from which more has to be shown; 101 cannot be reached.
        hold_from: score from which a person looks at it.
        refuse_from: score from which it is refused.
        orders_per_person_per_day: more are held; 0: no figure.
        orders_per_chip_per_day: the same for one EID.
        orders_per_address_per_day: the same for one network address.
        reverify: verifying again.
        after_reissue: cool-down.
        source: keys of ``[sources]``.
        source_of: the same for single fields that others say.
    """

    step_up_from: Annotated[int, msgspec.Meta(ge=1, le=101)] = 101
    hold_from: Annotated[int, msgspec.Meta(ge=1, le=101)] = 101
    refuse_from: Annotated[int, msgspec.Meta(ge=1, le=101)] = 101
    orders_per_person_per_day: Count = 0
    orders_per_chip_per_day: Count = 0
    orders_per_address_per_day: Count = 0
    reverify: Reverify | None = None
    after_reissue: CoolDown | None = None
    source: tuple[str, ...] = ()
    source_of: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)


class Retention(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[retention]``: how long what is kept.

    Attributes:
        document_images_days: pictures of documents; 0: they are not kept at all.
        evidence_years: the evidence record, after the line has ended.
        source: keys of ``[sources]``.
        source_of: the same for single fields that others say.
    """

    document_images_days: Days = 0
    evidence_years: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    source: tuple[str, ...] = ()
    source_of: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)


class Pack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole pack.

    Attributes:
        pack: what it is.
        sources: who says so, by key.
        service: what may be sold, by class.
        person: how people are verified.
        limits: how many lines a person may have.
        risk: what makes an order suspicious.
        retention: how long what is kept.
        notices: texts that a person has to be shown, by name.
    """

    pack: Heading
    sources: Mapping[Name, Source] = msgspec.field(default_factory=dict)
    service: Mapping[ServiceClass, Service]
    person: Person = Person()
    limits: Limits = Limits()
    risk: Risk = Risk()
    retention: Retention = Retention()
    notices: Mapping[Name, Texts] = msgspec.field(default_factory=dict)

    @property
    def id(self) -> str:
        """Name of the pack."""
        return self.pack.id

    @property
    def version(self) -> str:
        """Which version of it."""
        return self.pack.version

    @property
    def begins(self) -> datetime:
        """First moment at which the pack holds, aware UTC."""
        return midnight(self.pack.in_force.from_, self.pack.utc_offset)

    @property
    def ends(self) -> datetime | None:
        """First moment at which the pack does not hold any more, aware UTC; None: it is open-ended."""
        to = self.pack.in_force.to
        if to is None or to == date.max:
            return None
        return midnight(to + timedelta(days=1), self.pack.utc_offset)

    def holds_on(self, day: date) -> bool:
        """Tell whether the pack is in force on a day, as days are counted where it is from."""
        span = self.pack.in_force
        return span.from_ <= day and (span.to is None or day <= span.to)

    def holds_at(self, now: datetime) -> bool:
        """Tell whether the pack is in force at a moment, which is aware."""
        ends = self.ends
        return self.begins <= now and (ends is None or now < ends)
