"""The conditions of a process: what it knows of them by heart, and the gate that stands on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from openesim.apps.config import Config, RulesSection, read_config
from openesim.conditions.rules.in_force import Assignment
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import ConfigError
from openesim.services.conditions.following import Following, Reading
from openesim.services.conditions.gate.books import Books
from openesim.services.conditions.gate.gate import Gate
from openesim.services.conditions.gate.watch_book import WatchBook
from openesim.services.conditions.licences.book import LicenceBook
from openesim.services.conditions.operator.plans import PlanBook
from openesim.services.conditions.rules.book import RuleBook
from openesim.services.conditions.terminals.book import TerminalBook
from openesim.services.ports import AnyWork
from openesim.services.rules import read_folder, shipped_packs


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What a process knows of the conditions.

    Attributes:
        rules: packs, and who is under which.
        licences: what operators were approved for.
        terminals: makers, models, chips, recalls.
        plans: what operators offer.
        watched: who is watched.
        following: keeps all five up to date.
        gate: asks them.
    """

    rules: RuleBook
    licences: LicenceBook
    terminals: TerminalBook
    plans: PlanBook
    watched: WatchBook
    following: Following
    gate: Gate


def build_conditions(config: Config, work: AnyWork, ambient: Ambient) -> Conditions:
    """Return the conditions as they are configured; nothing is read yet.

    Raises:
        ConfigError: rule packs that cannot be read, or do not fit together.
    """
    rules, licences, terminals, plans = rule_book_of(config), LicenceBook(), TerminalBook(), PlanBook()
    watched = WatchBook()
    books = Books(rules=rules, licences=licences, terminals=terminals, plans=plans, watched=watched)
    return Conditions(
        rules=rules,
        licences=licences,
        terminals=terminals,
        plans=plans,
        watched=watched,
        following=Following(work, (rules, licences, terminals, plans, watched)),
        gate=Gate(books, ambient.entropy),
    )


def rule_book_of(config: Config) -> RuleBook:
    """Return the rule book as it is configured.

    Raises:
        ConfigError: rule packs that cannot be read, or do not fit together, or a class of service that is none.
    """
    return RuleBook([*shipped_packs(), *read_folder(config.rules.folder)], assignment_of(config.rules))


def assignment_of(section: RulesSection) -> Assignment:
    """Return which pack applies to whom, as it is configured.

    Raises:
        ConfigError: a key of ``services`` is not OPERATOR/CLASS.
    """
    services = {}
    for key, pack_id in section.services.items():
        operator, _, name = key.rpartition("/")
        try:
            services[operator, ServiceClass(name)] = pack_id
        except ValueError:
            operator = ""
        if not operator:
            known = ", ".join(ServiceClass)
            raise ConfigError(f"[rules] services: {key!r} is not OPERATOR/CLASS; classes are {known}")
    return Assignment(section.usual, section.operators, services)


async def gate_for_command(data: Path, work: AnyWork, ambient: Ambient, operator: str | None) -> Gate | None:
    """Return the gate for one command, everything read that it has to know; None where the rules ask nothing.

    Args:
        data: the data folder or the configuration file.
        work: the database.
        ambient: clock and randomness.
        operator: whose orders the command is about.

    Raises:
        ConfigError: rule packs that cannot be read, or do not fit together.
    """
    conditions = build_conditions(read_config(data), work, ambient)
    await conditions.rules.load(Reading(work))
    if conditions.rules.asks_nothing(operator or "", ambient.clock.now()):
        return None
    await conditions.following.load()
    return conditions.gate
