"""Terminals in a world: vendors, models, TACs and chip makers, imported from files as an inspector imports them."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from openesim.apps.world.names import AGENTS, COUNTRIES, maker_name, model_name, vendor_name
from openesim.apps.world.sizes import WorldSize
from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.fields import read_eins
from openesim.conditions.terminals.forms import FormKind
from openesim.conditions.terminals.makers import read_build
from openesim.services.conditions.terminals.chip_makers import add_build, add_eins, register_maker
from openesim.services.conditions.terminals.importing import TerminalImport
from openesim.services.ports import AnyWork

_CATEGORIES: Final = (
    (ServiceClass.PHONE, 0.72),
    (ServiceClass.TABLET, 0.08),
    (ServiceClass.WATCH, 0.08),
    (ServiceClass.IOT, 0.07),
    (ServiceClass.LAPTOP, 0.03),
    (ServiceClass.VEHICLE, 0.02),
)
_FIRST_TAC: Final = 86_100_000
_STEP: Final = 7
_LONGEST_RANGE: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeModel:
    """A model as it is imported.

    Attributes:
        vendor: name of who answers for it.
        name: its own.
        category: what kind of device it is.
        is_foreign: made for other markets.
        approved: first and last day of its approval; None: it waits for a review.
        tacs: first and last TAC.
    """

    vendor: str
    name: str
    category: ServiceClass
    is_foreign: bool
    approved: tuple[date, date] | None
    tacs: tuple[str, str]

    @property
    def tac(self) -> str:
        """The first of its TACs."""
        return self.tacs[0]


@dataclass(slots=True)
class Register:
    """What customers bring along.

    Attributes:
        models: all that are imported.
        phones: those that may be sold for, the most frequent first.
        foreign: phones of other markets.
        waiting: phones that nobody has approved, or whose approval is over.
        things: devices of the internet of things that may be sold for.
        eins: what EIDs of registered makers begin with.
        weights: how often each of ``phones`` comes, summed up.
    """

    models: list[MadeModel] = field(default_factory=list)
    phones: list[MadeModel] = field(default_factory=list)
    foreign: list[MadeModel] = field(default_factory=list)
    waiting: list[MadeModel] = field(default_factory=list)
    things: list[MadeModel] = field(default_factory=list)
    eins: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def phone(self, rng: random.Random) -> MadeModel:
        """Return a phone that may be sold for: some are seen every day, most hardly ever."""
        (found,) = rng.choices(self.phones, cum_weights=self.weights)
        return found


def make_models(size: WorldSize, rng: random.Random, today: date) -> list[MadeModel]:
    """Return the models of all vendors.

    Args:
        size: how many.
        rng: draws them.
        today: approvals begin before, and some have ended.
    """
    made, tac = [], _FIRST_TAC
    counts: dict[int, int] = {}
    for number in range(size.models):
        vendor = number if number < size.vendors else _busy(rng, size.vendors)
        place = counts[vendor] = counts.get(vendor, 0) + 1
        name, brand, kind = vendor_name(vendor)
        (category,) = rng.choices([each for each, _ in _CATEGORIES], [share for _, share in _CATEGORIES])
        width = rng.choice((0, 0, 0, 1, _LONGEST_RANGE))
        made.append(
            MadeModel(
                vendor=name,
                name=model_name(brand, place - 1),
                category=ServiceClass.PHONE if number < size.vendors else category,
                is_foreign=kind == "foreign" and rng.random() < 0.6,
                approved=_approval(rng, today),
                tacs=(str(tac), str(tac + width)),
            )
        )
        tac += _STEP
    return made


def _busy(rng: random.Random, vendors: int) -> int:
    """Return a vendor: a few have most of the models."""
    return min(int(rng.expovariate(3.0) * vendors), vendors - 1)


def _approval(rng: random.Random, today: date) -> tuple[date, date] | None:
    """Return the days of an approval, some of which is over; None: there is none yet."""
    if rng.random() < 0.045:
        return None
    begins = today - timedelta(days=rng.randint(50, 1100))
    return begins, begins + timedelta(days=1000 if rng.random() < 0.3 else 1826)


def sorted_out(models: Sequence[MadeModel], today: date) -> Register:
    """Return the models by what comes of them at a counter."""
    register = Register(models=list(models))
    for model in models:
        is_good = model.approved is not None and model.approved[0] <= today <= model.approved[1]
        if model.category is ServiceClass.IOT and is_good and not model.is_foreign:
            register.things.append(model)
        elif model.category is not ServiceClass.PHONE:
            continue
        elif model.is_foreign:
            register.foreign.append(model)
        else:
            (register.phones if is_good else register.waiting).append(model)
    total = 0.0
    for place, _ in enumerate(register.phones):
        total += 1.0 / (place + 3)
        register.weights.append(total)
    return register


# --- stored -------------------------------------------------------------------------------------------------------


async def import_register(
    work: AnyWork, size: WorldSize, register: Register, rng: random.Random, by: tuple[str, datetime]
) -> None:
    """Register vendors, models, TACs and chip makers, and note what EIDs begin with.

    Args:
        work: the database.
        size: how many there are.
        register: the models; its EINs are filled in.
        rng: draws countries and agents.
        by: who imports, and when.
    """
    vendors = [("name", "kind", "country", "agent")]
    for number in range(size.vendors):
        name, _, kind = vendor_name(number)
        is_foreign = kind == "foreign"
        country = rng.choice(COUNTRIES) if is_foreign else "CN"
        vendors.append((name, kind, country, rng.choice(AGENTS) if is_foreign else ""))
    await _import(work, FormKind.VENDORS, vendors, by)
    columns = (
        "vendor",
        "name",
        "category",
        "is_foreign",
        "abilities",
        "approval_number",
        "approved_from",
        "approved_to",
    )
    await _import(work, FormKind.MODELS, [columns, *map(_row, enumerate(register.models))], by)
    tacs = [(_span(model.tacs), model.vendor, model.name) for model in register.models]
    await _import(work, FormKind.TACS, [("tac", "vendor", "model"), *tacs], by)
    actor, now = by
    for number in range(size.makers):
        register.eins.append(f"890861{number:02d}")
        await work.run(lambda stores: _register_maker(stores, number, actor, now))  # noqa: B023


def _row(numbered: tuple[int, MadeModel]) -> tuple[str, ...]:
    """Return a model as a row of a file."""
    number, model = numbered
    told = ("", "", "")
    if model.approved is not None:
        first, last = model.approved
        told = (f"02-{number % 9000 + 1000}-{first:%y%m}{number:04d}", first.isoformat(), last.isoformat())
    abilities = "iot" if model.category is ServiceClass.IOT else "consumer sm-ds"
    is_foreign = "yes" if model.is_foreign else "no"
    return (model.vendor, model.name, model.category.value, is_foreign, abilities, *told)


def _span(tacs: tuple[str, str]) -> str:
    first, last = tacs
    return first if first == last else f"{first}-{last}"


async def _import(
    work: AnyWork, kind: FormKind, rows: Iterable[Sequence[str]], by: tuple[str, datetime]
) -> None:
    """Import rows, the first of which names the columns."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    file = io.BytesIO(text.getvalue().encode())
    async for _ in TerminalImport(work, kind, file, by[0], by[1]).run():
        pass


def _register_maker(stores: Any, number: int, actor: str, now: datetime) -> None:
    """Register a chip maker with what its EIDs begin with, and a build or two."""
    maker = register_maker(stores, maker_name(number), actor, now)
    add_eins(stores, maker.maker_id, read_eins(f"890861{number:02d}"), actor, now)
    for version in ("3.1.0", "3.2.1")[: 1 + number % 2]:
        add_build(stores, maker.maker_id, read_build(version), actor, now)
