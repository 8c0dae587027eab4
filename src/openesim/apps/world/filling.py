"""A world, from its first day to now: set up, lived through, sealed and counted.

Everything is stored by the services that servers use, at moments of the past; nothing of it is real. What is drawn is drawn
from a seed: two worlds of one seed are alike, but for the moment at which they were made and for keys.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from openesim.adapters.db.group_commit import SqliteWork
from openesim.apps.collecting import seldom_collected
from openesim.apps.conditions import build_conditions
from openesim.apps.config import Config
from openesim.apps.wiring import Work
from openesim.apps.world import chance, documents, people
from openesim.apps.world.customers import Customers
from openesim.apps.world.downloads import Downloads
from openesim.apps.world.licences import Office, Wish, file_licences
from openesim.apps.world.officials import Officials
from openesim.apps.world.operators import OPERATORS, RESTOCKS, Warehouse, keep_plans, name_operators, offers
from openesim.apps.world.people import Person, account_of, let_come
from openesim.apps.world.place import Place
from openesim.apps.world.registry import import_register, make_models, sorted_out
from openesim.apps.world.simulation import Simulation, WorldClock, present
from openesim.apps.world.sizes import WorldSize
from openesim.apps.world.visits import Counters, Visit
from openesim.conditions.rules.in_force import DatedAssignment
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.ambient import Ambient
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.ledger.ledger import seal_some
from openesim.services.conditions.ledger.tallies import tally_some
from openesim.services.conditions.rules.keeping import put_in_force
from openesim.services.es2plus import Es2PlusService

SEED: Final = 20_261_129

_HOURS: Final = 24
_AT_ONCE: Final = 2_000
_HELD_FOR_H: Final = 2

ZONE: Final = ZoneInfo("Asia/Shanghai")
"""Whose days these are."""

_PACKS: Final = {ServiceClass.PHONE: "cn-2025-trial", ServiceClass.IOT: "cn-iot"}
_SETTING_UP: Final = timedelta(days=4)
Tell = Callable[[str, float], None]
"""Hears what is done, and how far that is, from 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What was made.

    Attributes:
        accounts: sample accounts, by login.
        visits: how many came to a counter.
    """

    accounts: Mapping[str, Account]
    visits: int


class World:
    """One world that is made."""

    def __init__(
        self, work: Work, config: Config, size: WorldSize, runner: asyncio.Runner, language: str = "zh"
    ) -> None:
        """Bind to a database that holds no world yet.

        Args:
            work: the database.
            config: of the data folder.
            size: how much there is to be of everything.
            runner: runs what is asynchronous.
            language: in which operators and people are named.
        """
        self._work: Final = work
        self._size: Final = size
        self._runner: Final = runner
        self._language: Final = language
        self._rng: Final = random.Random(SEED)  # noqa: S311 (a world is to be the same again, and holds no secret)
        self._end: Final = present()
        day = self._end.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        self._begin: Final = day - timedelta(days=size.days - 1)
        clock = WorldClock(self._begin - _SETTING_UP)
        ambient = Ambient(clock, self._rng.randbytes)
        self._conditions: Final = build_conditions(config, work, ambient)
        self._functions: Final = Es2PlusService(work, ambient, "smdp.example.com", gate=self._conditions.gate)
        self._simulation: Final = Simulation(work, clock, self._conditions, runner)
        self._visits = 0

    def fill(self, tell: Tell) -> Filled:
        """Make everything.

        Args:
            tell: hears how far it is.
        """
        accounts = self._let_people_come()
        place = Place(
            simulation=self._simulation,
            rng=self._rng,
            conditions=self._conditions,
            functions=self._functions,
            accounts=accounts,
        )
        self._set_up(place, tell)
        self._live(tell)
        self._settle(tell)
        return Filled(accounts=accounts, visits=self._visits)

    # --- before the first day ---------------------------------------------------------------------------------

    def _let_people_come(self) -> dict[str, Account]:
        """Make the sample accounts, and let be known whose they are."""
        wanted: list[tuple[Person, str | None]] = [(people.CHIEF, None), (people.INSPECTOR, None)]
        for operator in OPERATORS:
            wanted += [(person, operator.key) for person in (operator.manager, *operator.clerks)]
        wanted.append((people.CUSTOMER, None))
        made = [account_of(person, tenant, self._language) for person, tenant in wanted]
        self._work.run_now(lambda stores: name_operators(stores, self._language, self._begin))
        return self._work.run_now(lambda stores: let_come(stores, made))

    def _set_up(self, place: Place, tell: Tell) -> None:
        """Register terminals, put rules in force, approve operators, fill warehouses, and plan the days."""
        now, today = place.now, self._begin.date()
        register = sorted_out(make_models(self._size, self._rng, today), today)
        inspector = place.act(people.INSPECTOR).actor
        tell("terminals", 0.0)
        self._simulation.run_apart(
            lambda: import_register(self._work, self._size, register, self._rng, (inspector, now))
        )
        tell("operators", 0.0)
        managers = {each.key: place.act(each.manager).actor for each in OPERATORS}
        office = Office(place.act(people.CHIEF).actor, inspector, managers)
        customers = Customers(register, self._rng, today.year)
        officials = Officials(place, register, customers, office)
        self._work.run_now(officials.sort_out)
        running = self._work.run_now(lambda stores: self._begin_work(stores, place, office))
        self._runner.run(self._conditions.following.load())
        self._fill_warehouses(tell)
        officials.plan_days(self._begin, self._size.days)
        officials.plan_licences(self._begin, self._size.days, running)
        self._let_vendor_come(register.models[1].vendor)
        downloads = Downloads(place, "smdp.example.com")
        for day in range(self._size.days):
            self._simulation.plan_apart(self._begin + timedelta(days=day, minutes=10), downloads.look_again)
        counters = Counters(place, customers, downloads)
        self._plan_visits(counters)
        self._plan_for_certain(counters, customers, place)

    def _begin_work(self, stores: Any, place: Place, office: Office) -> Any:
        """Let operators be known, with plans, rules and licences."""
        now, chief = place.now, place.act(people.CHIEF).actor
        for operator in OPERATORS:
            keep_plans(stores, operator, place.act(operator.manager).actor, now)
            for service in {offer.service for offer in operator.offers}:
                wanted = DatedAssignment(
                    operator=operator.key, service=service, pack_id=_PACKS[service], begins=now
                )
                put_in_force(stores, wanted, chief, now)
        wishes = (
            Wish(operator="qinghe", service=ServiceClass.PHONE, days=500),
            Wish(operator="yuanshan", service=ServiceClass.PHONE, days=self._size.days + 24),
            Wish(operator="haitang", service=ServiceClass.PHONE, days=300),
            Wish(operator="haitang", service=ServiceClass.IOT, days=700),
        )
        return file_licences(office, stores, wishes, now)

    def _fill_warehouses(self, tell: Tell) -> None:
        """Make profiles ready, and plan when more of them come."""
        warehouse = Warehouse(self._work, self._size, self._rng)
        every = list(offers())
        for number, (operator, offer) in enumerate(every):
            tell("stock", number / len(every))
            warehouse.restock(operator, offer, self._begin - timedelta(days=2))

        async def restock(turn: int) -> None:
            """Make more ready."""
            for operator, offer in every:
                if not offer.is_scarce or turn < RESTOCKS - 1:
                    warehouse.restock(operator, offer, self._simulation.clock.now())

        for turn in range(1, RESTOCKS):
            moment = self._begin + timedelta(days=turn * self._size.days // RESTOCKS, hours=7)
            self._simulation.plan_apart(moment, partial(restock, turn))

    def _let_vendor_come(self, name: str) -> None:
        """Make a sample account of a vendor."""

        def unit(stores: Any) -> None:
            """Find his number, and store it."""
            vendor = stores.vendor_named(name)
            let_come(stores, [account_of(people.MAKER_OF_MODELS, str(vendor.vendor_id), self._language)])

        self._work.run_now(unit)

    # --- the days ---------------------------------------------------------------------------------------------

    def _plan_visits(self, counters: Counters) -> None:
        """Plan the first visit; each plans the next one."""
        moments = self._moments()

        def somebody(stores: Any) -> None:
            """Let somebody come, and know when the next one does."""
            self._visits += 1
            following = next(moments, None)
            if following is not None:
                self._simulation.plan(following, somebody)
            counters.somebody_comes(stores)

        first = next(moments, None)
        if first is not None:
            self._simulation.plan(first, somebody)

    def _moments(self) -> Iterator[datetime]:
        """Yield when somebody comes, one moment behind the other, more of them from week to week."""
        rng, days = self._rng, self._size.days
        weights = [
            chance.BY_WEEKDAY[(self._begin + timedelta(days=day)).weekday()] * (0.8 + 0.4 * day / days)
            for day in range(days)
        ]
        for day, weight in enumerate(weights):
            count = round(self._size.orders * weight / sum(weights))
            midnight = self._begin + timedelta(days=day)
            hours = rng.choices(range(_HOURS), chance.BY_HOUR, k=count)
            moments = [midnight + timedelta(hours=hour, seconds=3600 * rng.random()) for hour in hours]
            yield from sorted(moments if day < days - 1 else self._up_to_now(midnight, moments))

    def _up_to_now(self, midnight: datetime, moments: list[datetime]) -> list[datetime]:
        """Return the moments of today that are over: early in the day some others, so that it is never empty."""
        over = [moment for moment in moments if moment < self._end]
        least = int(len(moments) * chance.LEAST_OF_TODAY)
        passed = self._end - midnight
        more = [midnight + passed * self._rng.random() for _ in range(least - len(over))]
        return over + more

    def _plan_for_certain(self, counters: Counters, customers: Customers, place: Place) -> None:
        """Plan what the sample subscriber does, and orders that wait for somebody to look at them.

        She has a line at each of two operators, and one on its way at the third.
        """
        account = place.accounts[people.CUSTOMER.login].account_id
        known = customers.good_phone(documents.SAMPLE, account)
        for number, operator in enumerate(OPERATORS):
            customer = known if number == 0 else customers.good_phone(documents.SAMPLE, account)
            visit = Visit(
                operator=operator,
                offer=operator.offers[0],
                customer=customer,
                is_smooth=True,
                is_left=operator is OPERATORS[-1],
            )
            days = (number + 1) * self._size.days // len(OPERATORS) - 2
            moment = self._begin + timedelta(days=days, hours=14)
            self._simulation.plan(moment, partial(counters.come, visit=visit))
            held = Visit(
                operator=operator,
                offer=operator.offers[0],
                customer=customers.somebody(),
                is_smooth=True,
                is_left=True,
                is_watched=True,
            )
            hours = _HELD_FOR_H + number
            self._simulation.plan(self._end - timedelta(hours=hours), partial(counters.come, visit=held))

    def _live(self, tell: Tell) -> None:
        """Let everything happen that is planned up to now."""
        whole = self._end - self._begin
        self._simulation.run(self._end, lambda moment: tell("days", max((moment - self._begin) / whole, 0.0)))

    # --- the end ----------------------------------------------------------------------------------------------

    def _settle(self, tell: Tell) -> None:
        """Give entries of the ledger their places, and count them."""
        tell("ledger", 0.0)
        while self._work.run_now(lambda stores: seal_some(stores, _AT_ONCE)).count:
            pass
        last, done = self._work.run_now(lambda stores: stores.last_place()), 0
        while some := self._work.run_now(lambda stores: tally_some(stores, _AT_ONCE)):
            done += some
            tell("ledger", done / max(last, 1))


def fill_world(
    work: Work,
    config: Config,
    size: WorldSize,
    tell: Tell = lambda _stage, _share: None,
    language: str = "zh",
) -> Filled:
    """Fill a database with a world, and return what was made.

    Args:
        work: a database that holds no world yet.
        config: of its data folder; which rules operators are under is put in force in the database itself.
        size: one of ``sizes.SIZES``.
        tell: hears how far it is.
        language: in which operators and people are named.
    """
    if isinstance(work, SqliteWork):
        work.make_haste()
    with asyncio.Runner() as runner, seldom_collected():
        return World(work, config, size, runner, language).fill(tell)
