"""Customers in a world: who comes to a counter, with which device, and how he is verified."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, replace
from typing import Final

from openesim.apps.world import chance, documents
from openesim.apps.world.documents import Identity
from openesim.apps.world.registry import Register
from openesim.conditions.identity.counter import WRITTEN_AUTHORITY, Companion, CounterForm, Papers
from openesim.conditions.rules.words import DocumentKind, ServiceClass
from openesim.kernel.ids import Eid, Imei

_RECENT: Final = 4_000
_COLLECTORS: Final = 40
_UNKNOWN_EIN: Final = "89999999"
_UNKNOWN_TAC: Final = "01999999"
_GUARDIAN_YEARS: Final = 35


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Somebody with a device.

    Attributes:
        identity: who he is.
        eid: of the chip in his device.
        imei: of the device.
        account: his account; None: he has none.
        is_collector: he wants ever more lines.
    """

    identity: Identity
    eid: Eid
    imei: Imei
    account: str | None = None
    is_collector: bool = False


class Customers:
    """Who comes."""

    def __init__(self, register: Register, rng: random.Random, this_year: int) -> None:
        """Nobody was here yet.

        Args:
            register: which devices there are.
            rng: draws everything.
            this_year: in which they come.
        """
        self._register: Final = register
        self._rng: Final = rng
        self._year: Final = this_year
        self._recent: Final[deque[Customer]] = deque(maxlen=_RECENT)
        self._collectors: Final[list[Customer]] = []

    def next(self, service: ServiceClass) -> Customer:
        """Return who comes next, for a kind of device."""
        rng, draw = self._rng, self._rng.random()
        if service is ServiceClass.IOT:
            return self._with_thing(documents.company(rng))
        if draw < chance.COLLECTS and self._collectors:
            return replace(self._with_phone(rng.choice(self._collectors).identity), is_collector=True)
        if draw < chance.RETURNS and self._recent:
            known = rng.choice(self._recent)
            return known if rng.random() < chance.SAME_DEVICE else self._with_phone(known.identity)
        new = self._with_phone(documents.somebody(rng, self._year))
        if len(self._collectors) < _COLLECTORS and rng.random() < chance.COLLECTS:
            self._collectors.append(new)
            return replace(new, is_collector=True)
        self._recent.append(new)
        return new

    def somebody(self) -> Customer:
        """Return somebody whom nobody has seen before, with a phone that nothing speaks against."""
        return self.good_phone(documents.resident(self._rng, self._year - _GUARDIAN_YEARS))

    def recent(self) -> Customer | None:
        """Return somebody who was here lately; None: nobody was."""
        return self._rng.choice(self._recent) if self._recent else None

    def good_phone(self, identity: Identity, account: str | None = None) -> Customer:
        """Return somebody with a phone that nothing speaks against."""
        rng = self._rng
        return Customer(
            identity=identity,
            eid=documents.chip(rng, rng.choice(self._register.eins)),
            imei=documents.device(rng, self._register.phone(rng).tac),
            account=account,
        )

    def form(self, customer: Customer) -> CounterForm:
        """Return what a clerk types and ticks of a customer."""
        identity, rng = customer.identity, self._rng
        papers = Papers(
            group=identity.group,
            document=identity.document,
            number=identity.number,
            name=identity.name,
            contact=f"1900{rng.randrange(10**7):07d}" if rng.random() < chance.TELLS_CONTACT else "",
        )
        if identity.document is DocumentKind.BUSINESS_LICENCE:
            papers = replace(papers, agent=self._companion(), brought=frozenset({WRITTEN_AUTHORITY}))
            return CounterForm(papers=papers, document_seen=True)
        if identity.document is DocumentKind.MAINLAND_TRAVEL_PERMIT:
            papers = replace(papers, born=f"{self._year - 40}-05-17")
        if identity.is_minor:
            papers = replace(papers, guardian=self._companion())
        elif rng.random() < chance.WITH_AGENT:
            papers = replace(papers, agent=self._companion(), brought=frozenset({WRITTEN_AUTHORITY}))
        return CounterForm(
            papers=papers, document_seen=True, chip_or_scan=True, face_matched=True, in_person=True
        )

    def _companion(self) -> Companion:
        """Return who acts for somebody, or stands by him."""
        identity = documents.resident(self._rng, self._year - _GUARDIAN_YEARS - self._rng.randrange(20))
        return Companion(document=identity.document, number=identity.number, name=identity.name)

    def _with_phone(self, identity: Identity) -> Customer:
        """Return somebody with a phone; a few have one that may not be sold for."""
        rng, register, draw = self._rng, self._register, self._rng.random()
        customer = self.good_phone(identity)
        odd = (
            (chance.FOREIGN_MODEL, register.foreign),
            (chance.WAITING_MODEL, register.waiting),
        )
        for share, models in odd:
            if draw < share and models:
                return replace(customer, imei=documents.device(rng, rng.choice(models).tac))
            draw -= share
        if 0 <= draw < chance.UNKNOWN_MODEL:
            return replace(customer, imei=documents.device(rng, _UNKNOWN_TAC))
        if 0 <= draw - chance.UNKNOWN_MODEL < chance.UNKNOWN_CHIP:
            return replace(customer, eid=documents.chip(rng, _UNKNOWN_EIN))
        return customer

    def _with_thing(self, identity: Identity) -> Customer:
        """Return a company with one of its things."""
        rng, register = self._rng, self._register
        things = register.things or register.phones
        return Customer(
            identity=identity,
            eid=documents.chip(rng, rng.choice(register.eins)),
            imei=documents.device(rng, rng.choice(things).tac),
            is_collector=True,
        )
