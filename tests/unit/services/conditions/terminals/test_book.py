"""The book of a process says what the database would say, after any changes and any number of looks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.device import Device
from openesim.conditions.terminals.fields import read_eins, read_tacs
from openesim.conditions.terminals.forms import ModelForm
from openesim.conditions.terminals.models import Approval, ModelEvent
from openesim.conditions.terminals.recalls import RecallKind, Target
from openesim.conditions.terminals.vendors import StandingEvent, Vendor, VendorKind
from openesim.kernel.errors import OpenEsimError
from openesim.services.conditions.following import Following
from openesim.services.conditions.terminals import chip_makers, recalls, terminals
from openesim.services.conditions.terminals.book import TerminalBook
from openesim.services.conditions.terminals.lookup import look_up
from tests.support.memory import MemoryWork
from tests.support.rig import NOW

APPROVAL = Approval(number="02-1", begins=NOW, ends=NOW)
Deed = Callable[[Any], Any]

_small = st.integers(0, 5)
_kinds = st.sampled_from([RecallKind.MODEL, RecallKind.TAC, RecallKind.EIN, RecallKind.BUILD])
_targets: dict[RecallKind, Callable[[int], str]] = {
    RecallKind.MODEL: str,
    RecallKind.TAC: lambda number: f"0000000{number}",
    RecallKind.EIN: lambda number: f"8904{number}",
    RecallKind.BUILD: lambda number: f"1.0.{number}",
}


def _recall(kind: RecallKind, number: int, maker: int) -> Deed:
    target = Target.parse(kind, _targets[kind](number), maker or None)
    return lambda stores: recalls.make_recall(stores, target, "hot", "ada", NOW)


deeds: st.SearchStrategy[Deed] = st.one_of(
    st.builds(
        lambda ends: (
            lambda stores: terminals.add_tacs(
                stores, ends[0] % 2 + 1, read_tacs(f"0000000{min(ends)}-0000000{max(ends)}"), "ada", NOW
            )
        ),
        st.tuples(_small, _small),
    ),
    st.builds(lambda n: lambda stores: terminals.remove_tacs(stores, f"0000000{n}", "ada", NOW), _small),
    st.builds(
        lambda n: lambda stores: chip_makers.add_eins(stores, n % 2 + 1, read_eins(f"8904{n}"), "ada", NOW),
        _small,
    ),
    st.builds(
        lambda n: lambda stores: chip_makers.remove_eins(stores, f"8904{n}".ljust(32, "0"), "ada", NOW),
        _small,
    ),
    st.builds(_recall, _kinds, _small, st.integers(0, 2)),
    st.builds(lambda n: lambda stores: recalls.lift_recall(stores, n, "mended", "ada", NOW), _small),
    st.builds(
        lambda n, event: lambda stores: terminals.review_model(stores, n, event, "because", "ada", NOW),
        _small,
        st.sampled_from(ModelEvent),
    ),
    st.builds(lambda n: lambda stores: terminals.approve_model(stores, n, APPROVAL, "ada", NOW), _small),
    st.builds(
        lambda n, event: lambda stores: terminals.move_vendor(stores, n, event, "because", "ada", NOW),
        _small,
        st.sampled_from(StandingEvent),
    ),
    st.builds(
        lambda n, event: lambda stores: chip_makers.move_maker(stores, n, event, "because", "ada", NOW),
        _small,
        st.sampled_from(StandingEvent),
    ),
)

devices = st.builds(
    Device,
    eid=st.just("") | _small.map(lambda n: f"8904{n}".ljust(32, "7")),
    tac=st.none() | _small.map(lambda n: f"0000000{n}"),
    firmware=st.just(b"") | _small.map(lambda n: bytes([1, 0, n])),
)


def prepared() -> MemoryWork:
    """Returns a register with two vendors, each with a model, and two chip makers."""
    work = MemoryWork()
    for name in ("A", "B"):
        vendor = Vendor(name=name, kind=VendorKind.STATE, country="CN", created_at=NOW)
        form = ModelForm(vendor=name, name="M", category=ServiceClass.PHONE)
        work.run_now(lambda stores: terminals.register_vendor(stores, vendor, "ada", NOW))  # noqa: B023
        work.run_now(lambda stores: terminals.submit_model(stores, form, "ada", NOW))  # noqa: B023
        work.run_now(lambda stores: chip_makers.register_maker(stores, name, "ada", NOW))  # noqa: B023
    return work


@settings(max_examples=150, deadline=None)
@given(
    steps=st.lists(st.lists(deeds, max_size=6), max_size=5), seen=st.lists(devices, min_size=1, max_size=8)
)
def test_the_book_finds_what_a_look_into_the_database_finds(
    steps: list[list[Deed]], seen: list[Device]
) -> None:
    work, book = prepared(), TerminalBook()
    following = Following(work, [book])

    async def run() -> None:
        await following.load()
        for some in steps:
            for deed in some:
                try:
                    await work.run(deed)
                except OpenEsimError:
                    continue  # refused: nothing has changed
            await following.refresh()
            fresh = TerminalBook()
            await Following(work, [fresh]).load()
            for device in seen:
                found = work.run_now(lambda stores: look_up(stores, device))  # noqa: B023
                known = book._registry.look_up(device)
                assert (known.model, known.maker, known.is_maker_out) == (
                    found.model,
                    found.maker,
                    found.is_maker_out,
                )
                assert (known.recall is None) == (found.recall is None)
                assert book.terminal_of(device, NOW) == fresh.terminal_of(device, NOW)
                assert book.describe(device, NOW).state == fresh.describe(device, NOW).state

    asyncio.run(run())
