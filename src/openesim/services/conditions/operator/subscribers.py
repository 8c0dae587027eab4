"""Subscribers as their operator's people look at them: verifications, masked, and what hangs on each.

A wall stands here. Whatever leaves this module is one operator's: his cases, his lines, what the ledger tells of his
matters. The keyed digest of a person is the same at every operator, so it does not leave either, nor do the facts that
the gate counted across operators. Who searches for a person has his document before him, and types it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from openesim.conditions.admission.admission import Admission, Line
from openesim.conditions.identity.case import Case, Field
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.identity.judging import day_of
from openesim.conditions.identity.masking import masked
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import Channel, DocumentKind, ServiceClass, Trigger
from openesim.kernel.ambient import Clock
from openesim.kernel.errors import DecodeError, NotFoundError, RuleRefused, VerificationError
from openesim.kernel.ids import Eid
from openesim.kernel.records import changed
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.ledger.ledger import Range, Window
from openesim.services.conditions.operator.colleagues import Who, seen_from
from openesim.services.conditions.operator.texts import Matter, explained, missing
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.cases import (
    CaseStores,
    case_of_operator,
    evidence_of,
    refuse,
    revoke,
    withdraw,
)
from openesim.services.conditions.persons.personal_data import look
from openesim.services.conditions.persons.persons import person_with, trigger
from openesim.services.ports import AnyWork, never
from openesim.transparency.chain import Kept
from openesim.transparency.entries import Entry, EntryKind

LOOKED_AT: Final = 1000
"""Cases that are looked at for one page of a list, at most."""

IN_LISTS: Final = (Field.NAME, Field.NUMBER)
"""Personal values of which lists show a part."""

SHOWN: Final = frozenset(Field) - {Field.FLOW, Field.CONFIRMATION_CODE}
"""Personal values that somebody may ask to see: not the codes, which are for who was verified."""

_MOST_ENTRIES: Final = 200
_MOST_ORDERS: Final = 100
_MOST_FOUND: Final = 50
_CASE_ID: Final = 16
_NOT_TOLD: Final = frozenset({"recorded"})
"""Facts of the ledger that no operator is told: what the gate counted across operators is among them."""

_ON_THEIR_WAY: Final = frozenset({OrderState.CONFIRMED, OrderState.RELEASED, OrderState.DOWNLOADED})

T = TypeVar("T")


class SubscriberStores(CaseStores, Protocol):
    """Cases, their lines, orders and entries, inside one unit of work."""

    def lines_of_person_at(self, person: bytes, operator: str, limit: int) -> list[Line]:
        """Return lines of a person at one operator, newest first."""
        ...

    def admissions_of_case(self, case_id: str, limit: int) -> list[Admission]:
        """Return the orders that a case stands behind."""
        ...

    def order(self, order_id: int) -> Order | None:
        """Return an order by its number."""
        ...

    def account(self, account_id: str) -> Account | None:
        """Return an account."""
        ...

    def ledger_window(self, window: Window, limit: int) -> list[Kept]:
        """Return at most ``limit`` entries of a window, newest first."""
        ...


class CaseRules(Protocol):
    """What knows the rules in force."""

    def pack_for(self, operator: str, service: ServiceClass, now: datetime) -> Pack:
        """Return the pack that holds for an operator and a kind of device; NotFoundError where none is in force."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilters:
    """What a list is asked for; what is None leaves nothing out.

    Attributes:
        state: in this state.
        channel: verified here.
        service: for this kind of device.
        since: begun then or later.
    """

    state: CaseState | None = None
    channel: Channel | None = None
    service: ServiceClass | None = None
    since: datetime | None = None

    def passes(self, case: Case) -> bool:
        """Tell whether a case is wanted."""
        wished = ((self.state, case.state), (self.channel, case.channel), (self.service, case.service))
        return all(wish is None or wish is value for wish, value in wished)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A case in a list.

    Attributes:
        case: as it stands.
        shown: parts of personal values, by field.
    """

    case: Case
    shown: dict[Field, str]


@dataclass(frozen=True, slots=True)
class SubscriberPage:
    """Some cases, newest first.

    Attributes:
        subscribers: those that pass.
        next: name of the case behind which the list goes on; empty: this is the last page.
    """

    subscribers: list[Subscriber]
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The evidence record of a case, as an operator sees it.

    Attributes:
        digest: SHA-256 of the record, 32 octets.
        holds: whether the record has that digest; None: it is not kept any more.
        size: octets of the record.
        told: what it tells, by name; nothing that leads to the person at another operator.
    """

    digest: bytes
    holds: bool | None
    size: int
    told: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLook:
    """A case with everything about it that is its operator's.

    Attributes:
        case: as it stands.
        shown: parts of personal values, by field.
        ends: when each personal value goes, by field.
        story: what the ledger tells of it, oldest first.
        who: who is behind the actors of the story.
        lines: of the person, at this operator, newest first.
        orders: that it stands behind.
        proof: its evidence; None: there is none yet.
        triggers: signs that the rules name for verifying again.
    """

    case: Case
    shown: dict[Field, str]
    ends: dict[Field, datetime | None]
    story: tuple[Entry, ...]
    who: dict[str, Who]
    lines: tuple[Line, ...]
    orders: tuple[Order, ...]
    proof: Proof | None
    triggers: tuple[Trigger, ...]

    @property
    def on_their_way(self) -> int:
        """How many orders stop with the verification: confirmed, and not on a chip yet."""
        return sum(order.state in _ON_THEIR_WAY for order in self.orders)


class Subscribers:
    """Looks at an operator's subscribers, and what his people do to their verifications."""

    def __init__(self, work: AnyWork, clock: Clock, rules: CaseRules) -> None:
        """Bind to the stores, and to the rules in force."""
        self._work: Final = work
        self._clock: Final = clock
        self._rules: Final = rules

    # --- lists

    async def page(self, operator: str, filters: CaseFilters, after: str, limit: int) -> SubscriberPage:
        """Return cases of an operator, newest first.

        Args:
            operator: whose.
            filters: what is left out.
            after: name of the last case of the page before; empty, or none of his: from the newest.
            limit: how many at most.
        """

        def unit(stores: SubscriberStores) -> SubscriberPage:
            """Look them up."""
            cases, behind = find_cases(stores, operator, filters, after, limit)
            return SubscriberPage([row_of(stores, case) for case in cases], behind)

        return await self._ask(unit)

    async def find(self, operator: str, text: str) -> list[Subscriber]:
        """Return the cases of an operator that a text names: the name of a case, or the EID of its chip."""
        plain = "".join(text.split()).replace("-", "").upper()

        def unit(stores: SubscriberStores) -> list[Subscriber]:
            """Look it up."""
            case = stores.case(plain) if len(plain) == _CASE_ID and plain.isascii() else None
            if case is None:
                case = _of_chip(stores, operator, plain)
            return [row_of(stores, case)] if case is not None and case.operator == operator else []

        return await self._ask(unit)

    async def with_document(
        self, operator: str, kind: DocumentKind, number: str, issuer: str, actor: str
    ) -> list[Subscriber]:
        """Return the cases of an operator whose person has a document; that somebody searched is in the ledger.

        The number itself is kept nowhere: it is found by its keyed digest.

        Args:
            operator: whose.
            kind: of the document.
            number: as typed; of a passport, the machine-readable zone.
            issuer: code of the country that issued it, where the number does not tell it; empty: the rules' own.
            actor: who searches.

        Raises:
            FormError: the number is wrong.
            NotFoundError: no rules are in force.
        """
        now = self._clock.now()
        pack = self._pack(operator, ServiceClass.PHONE)

        def unit(stores: SubscriberStores) -> list[Subscriber]:
            """Look them up, and note it."""
            day = day_of(pack, now)
            person = person_with(stores, kind, number, day, country=pack.pack.country, issuer=issuer or None)
            cases = stores.cases_of_person(person, operator, _MOST_FOUND)
            facts = {"deed": "subscriber-search", "document": kind.value, "found": str(len(cases))}
            stores.append_entry(
                Entry(kind=EntryKind.DEED, at=now, actor=actor, operator=operator, facts=facts)
            )
            return [row_of(stores, case) for case in cases]

        return await self._work.run(unit)

    # --- one of them

    async def one(self, operator: str, case_id: str) -> CaseLook:
        """Return a case with everything about it that is its operator's.

        Raises:
            NotFoundError: he has none of this name.
        """

        def unit(stores: SubscriberStores) -> CaseLook:
            """Look it up."""
            case = case_of_operator(stores, operator, case_id)
            story = _story(stores, case)
            actors = [entry.actor for entry in story]
            actors += [actor for actor in (case.clerk, case.second) if actor]
            admitted = stores.admissions_of_case(case_id, _MOST_ORDERS)
            orders = [stores.order(each.order_id) for each in admitted]
            return CaseLook(
                case=without_digests(case),
                shown=shown_of(stores, case_id, stores.fields_of(case_id)),
                ends={field: end for field, end in stores.fields_of(case_id).items() if field in SHOWN},
                story=story,
                who=seen_from(operator, stores, actors),
                lines=_lines(stores, case),
                orders=tuple(each for each in orders if each is not None and each.operator == operator),
                proof=None if case.evidence is None else _proof(stores, case.evidence),
                triggers=self._triggers(case),
            )

        return await self._ask(unit)

    async def value(self, operator: str, case_id: str, field: Field, actor: str, reason: str) -> str:
        """Return a personal value to somebody who has said why he has to see it; the look is in the ledger.

        Raises:
            NotFoundError: the operator has no such case, or no such value is kept.
            FormError: the reason is none.
        """
        now = self._clock.now()

        def unit(stores: SubscriberStores) -> str:
            """Look at it."""
            case_of_operator(stores, operator, case_id)
            if stores.field(case_id, field) is None or field not in SHOWN:
                raise missing(Matter.VALUE_GONE)
            return look(stores, case_id, field, actor, reason, now)

        return await self._work.run(unit)

    # --- what is done

    async def revoke(self, operator: str, case_id: str, refusal: str, actor: str) -> Case:
        """Revoke a verification: downloads on it stop, in the middle if need be.

        Raises:
            NotFoundError: the operator has no such case, or there is no such reason.
            StateError: nobody was verified, or it was revoked before.
        """
        return await self._do(
            operator, case_id, lambda stores, act: revoke(stores, case_id, refusal, act), actor
        )

    async def refuse(self, operator: str, case_id: str, refusal: str, actor: str) -> Case:
        """Refuse a case that nobody has decided.

        Raises:
            NotFoundError: the operator has no such case, or there is no such reason.
            StateError: it has ended.
        """
        return await self._do(
            operator, case_id, lambda stores, act: refuse(stores, case_id, refusal, act), actor
        )

    async def withdraw(self, operator: str, case_id: str, actor: str) -> Case:
        """Give a case up, as the person wishes.

        Raises:
            NotFoundError: the operator has no such case.
            StateError: it has ended, or somebody was verified.
        """
        return await self._do(operator, case_id, lambda stores, act: withdraw(stores, case_id, act), actor)

    async def trigger(self, operator: str, case_id: str, sign: Trigger, actor: str) -> Case:
        """Have a person verify again, in the time that the rules give him.

        Raises:
            NotFoundError: the operator has no such case, or no rules are in force.
            RuleRefused: the rules know no verifying again for this sign.
            StateError: nobody was verified.
        """

        def triggered(stores: SubscriberStores, act: Act) -> Case:
            """Do it."""
            pack = self._pack(operator, case_of_operator(stores, operator, case_id).service)
            try:
                return trigger(stores, case_id, sign, pack, act)
            except RuleRefused as error:
                raise error.explained(explained(Matter.SIGN_NOT_IN_RULES)) from None

        return await self._do(operator, case_id, triggered, actor)

    # --- the parts of it

    async def _do(
        self, operator: str, case_id: str, change: Callable[[SubscriberStores, Act], Case], actor: str
    ) -> Case:
        """Change a case of an operator, held."""
        act = Act(actor=actor, now=self._clock.now())

        def unit(stores: SubscriberStores) -> Case:
            """Do it, if it is his."""
            case_of_operator(stores, operator, case_id, is_held=True)
            return without_digests(change(stores, act))

        return await self._work.run(unit)

    async def _ask(self, unit: Callable[[SubscriberStores], T]) -> T:
        asked: Callable[[Any], T] = unit
        return await self._work.run(asked, must_last=never)

    def _pack(self, operator: str, service: ServiceClass) -> Pack:
        try:
            return self._rules.pack_for(operator, service, self._clock.now())
        except NotFoundError as error:
            raise error.explained(explained(Matter.NO_RULES)) from None

    def _triggers(self, case: Case) -> tuple[Trigger, ...]:
        """Return the signs that the rules name for verifying again; none where no rules are in force."""
        try:
            rule = self._rules.pack_for(case.operator, case.service, self._clock.now()).risk.reverify
        except NotFoundError:
            return ()
        return () if rule is None else rule.triggers


def find_cases(
    stores: CaseStores, operator: str, filters: CaseFilters, after: str, limit: int
) -> tuple[list[Case], str]:
    """Return cases of an operator, newest first, and behind which the list goes on; empty: there are no more.

    A list runs along one index. What filters leave out besides is passed over, and at most ``LOOKED_AT`` cases are looked
    at for one page: so it costs the same whatever is asked for, and may be shorter than wished while there is more.

    Args:
        stores: of the unit of work.
        operator: whose.
        filters: what is left out.
        after: name of the last case of the page before; empty, or none of his: from the newest.
        limit: how many at most.
    """
    last = stores.case(after) if after else None
    last = last if last is not None and last.operator == operator else None
    found: list[Case] = []
    left, wanted = LOOKED_AT, limit + 1
    while left > 0:
        some = stores.cases_of_operator(operator, filters.state, last, min(wanted, left))
        for case in some:
            if filters.since is not None and case.created_at < filters.since:
                return found, ""
            if not filters.passes(case):
                continue
            if len(found) == limit:
                return found, found[-1].case_id
            found.append(case)
        if len(some) < min(wanted, left):
            return found, ""
        left, last, wanted = left - len(some), some[-1], LOOKED_AT // 4
    return found, "" if last is None else last.case_id


def shown_of(stores: CaseStores, case_id: str, fields: Any) -> dict[Field, str]:
    """Return parts of personal values as everybody sees them who may see the case, of those that are kept."""
    found = {field: stores.field(case_id, field) for field in fields if field in SHOWN}
    return {field: masked(field, value) for field, value in found.items() if value is not None}


def without_digests(case: Case) -> Case:
    """Return a case as it leaves: who somebody is, and where he comes from, is the same at every operator."""
    return changed(case, person=None, address=None)


def row_of(stores: CaseStores, case: Case) -> Subscriber:
    """Return a case as lists show it."""
    shown = shown_of(stores, case.case_id, IN_LISTS) if case.person is not None else {}
    return Subscriber(without_digests(case), shown)


def _lines(stores: SubscriberStores, case: Case) -> tuple[Line, ...]:
    """Return the lines of a person at his operator, without who he is."""
    if case.person is None:
        return ()
    lines = stores.lines_of_person_at(case.person, case.operator, _MOST_ORDERS)
    return tuple(changed(line, person=b"") for line in lines)


def _of_chip(stores: SubscriberStores, operator: str, digits: str) -> Case | None:
    try:
        return stores.newest_case_for(operator, Eid.parse(digits))
    except DecodeError:
        return None


def _story(stores: SubscriberStores, case: Case) -> tuple[Entry, ...]:
    """Return what the ledger tells of a case, oldest first, without facts that are not its operator's."""
    window = Window(range=Range.SUBJECT, value=f"case:{case.case_id}")
    kept = stores.ledger_window(window, _MOST_ENTRIES)
    entries = [each.entry for each in reversed(kept) if each.entry is not None]
    return tuple(own_entry(entry) for entry in entries if entry.operator == case.operator)


def own_entry(entry: Entry) -> Entry:
    """Return an entry as its operator may be told it: without what the gate recorded, and without a person's digest."""
    facts = {name: text for name, text in entry.facts.items() if name not in _NOT_TOLD}
    subject = None if (entry.subject or "").startswith("person:") else entry.subject
    return Entry(
        kind=entry.kind,
        at=entry.at,
        actor=entry.actor,
        operator=entry.operator,
        subject=subject,
        order_id=entry.order_id,
        facts=facts,
    )


def _proof(stores: SubscriberStores, digest: bytes) -> Proof:
    octets = stores.evidence(digest)
    if octets is None:
        return Proof(digest=digest, holds=None, size=0, told={})
    try:
        evidence = evidence_of(stores, digest)
    except (VerificationError, DecodeError):
        return Proof(digest=digest, holds=False, size=len(octets), told={})
    told = {name: value for name, value in evidence.told.items() if name != "person"}
    return Proof(digest=digest, holds=True, size=len(octets), told=told)
