"""What the deeds of a world stand on: its time, its chance, the services, and who acts."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from openesim.apps.conditions import Conditions
from openesim.apps.world.operators import Offer, WorldOperator
from openesim.apps.world.people import Person
from openesim.apps.world.simulation import Simulation
from openesim.conditions.rules.pack import Pack
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.persons.acts import Act
from openesim.services.es2plus import Es2PlusService


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What everything that happens in a world needs.

    Attributes:
        simulation: its time.
        rng: its chance.
        conditions: rules, licences, terminals, plans, and the gate.
        functions: what orders are made by.
        accounts: who acts, by login.
    """

    simulation: Simulation
    rng: random.Random
    conditions: Conditions
    functions: Es2PlusService
    accounts: Mapping[str, Account]

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.simulation.clock.now()

    def act(self, person: Person) -> Act:
        """Return that somebody does something now."""
        return Act(actor=self.accounts[person.login].actor, now=self.now)

    def rules_for(self, operator: WorldOperator, offer: Offer) -> Pack:
        """Return the rules that an offer is under."""
        return self.conditions.rules.pack_for(operator.key, offer.service, self.now)

    def happens(self, share: float) -> bool:
        """Tell whether something happens that does so often."""
        return self.rng.random() < share

    def later(self, least_s: float, most_s: float) -> datetime:
        """Return a moment from now on; rather soon than late.

        Args:
            least_s: seconds at least.
            most_s: seconds at most.
        """
        share = self.rng.random() ** 2
        return self.now + timedelta(seconds=least_s + share * (most_s - least_s))
