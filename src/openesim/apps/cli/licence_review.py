"""Commands of the inspector: ``openesim licence review``, ``ask``, ``approve`` and what may follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.blocklist import Who
from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.licence_options import (
    AboutItem,
    Begins,
    Channels,
    Ends,
    Lists,
    Number,
    Numbers,
    Reason,
    Regions,
    Text,
    change,
    hand,
    inspector_hand,
    licensing_of,
    moment,
    words_of,
)
from openesim.apps.cli.options import AsJson, Data

if TYPE_CHECKING:
    from openesim.conditions.licensing.licence import Licence

Said = Annotated[str, typer.Option("--text", metavar="TEXT", help="What is said; both sides read it.")]


@json_errors
def review(
    licence: Number, data: Data, checklists: Lists = None, by: Who = None, as_json: AsJson = False
) -> None:
    """Take up an application that was submitted."""
    licensing, who = licensing_of(data, checklists), inspector_hand(by)
    change(data, lambda stores: licensing.take_up(stores, licence, who), as_json=as_json)


@json_errors
def ask(
    licence: Number,
    data: Data,
    text: Said,
    item: AboutItem = None,
    checklists: Lists = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Ask back: the operator may change answers and files until he submits again."""
    licensing, who = licensing_of(data, checklists), inspector_hand(by)
    change(data, lambda stores: licensing.ask(stores, licence, who, text, item), as_json=as_json)


@json_errors
def comment(
    licence: Number,
    data: Data,
    text: Said,
    item: AboutItem = None,
    side: Annotated[
        str, typer.Option("--as", metavar="operator|inspector", help="On which side.")
    ] = "inspector",
    checklists: Lists = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Write a line into the dialogue."""
    from openesim.conditions.licensing.states import Party

    (party,) = words_of("--as", [side], Party)
    licensing, who = licensing_of(data, checklists), hand(by, party)
    change(data, lambda stores: licensing.comment(stores, licence, who, text, item), as_json=as_json)


@json_errors
def approve(
    licence: Number,
    data: Data,
    channel: Channels = None,
    region: Regions = None,
    number: Numbers = None,
    begins: Begins = None,
    ends: Ends = None,
    condition: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="Under which condition, in words; may come again."),
    ] = None,
    text: Text = "",
    checklists: Lists = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Approve an application. Options narrow what was applied for; left out, all of it is approved."""
    from openesim.conditions.licensing.deeds import Approval
    from openesim.conditions.licensing.scopes import Narrowing
    from openesim.conditions.rules.words import Channel, NumberKind
    from openesim.services.conditions.licences.keeping import find_licence

    licensing, who = licensing_of(data, checklists), inspector_hand(by)

    def unit(stores: Any) -> Licence:
        checklist = licensing.checklist_of(find_licence(stores, licence, who))
        narrowing = Narrowing(
            begins=None if begins is None else moment("--from", begins, checklist),
            ends=None if ends is None else moment("--to", ends, checklist),
            channels=words_of("--channel", channel, Channel) if channel else None,
            regions=frozenset(region) if region else None,
            numbers=words_of("--number", number, NumberKind) if number else None,
        )
        approval = Approval(narrowing=narrowing, conditions=tuple(condition or ()), text=text)
        return licensing.approve(stores, licence, approval, who)

    change(data, unit, as_json=as_json)


@json_errors
def refuse(
    licence: Number,
    data: Data,
    reason: Reason,
    checklists: Lists = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Refuse an application."""
    licensing, who = licensing_of(data, checklists), inspector_hand(by)
    change(data, lambda stores: licensing.refuse(stores, licence, who, reason), as_json=as_json)


@json_errors
def suspend(
    licence: Number,
    data: Data,
    reason: Reason,
    checklists: Lists = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Suspend a licence: within two seconds no server hands out a profile under it."""
    licensing, who = licensing_of(data, checklists), inspector_hand(by)
    change(data, lambda stores: licensing.suspend(stores, licence, who, reason), as_json=as_json)


@json_errors
def reinstate(
    licence: Number,
    data: Data,
    text: Text = "",
    checklists: Lists = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """End a suspension."""
    licensing, who = licensing_of(data, checklists), inspector_hand(by)
    change(data, lambda stores: licensing.reinstate(stores, licence, who, text), as_json=as_json)


@json_errors
def revoke(
    licence: Number,
    data: Data,
    reason: Reason,
    checklists: Lists = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Revoke a licence, for good."""
    licensing, who = licensing_of(data, checklists), inspector_hand(by)
    change(data, lambda stores: licensing.revoke(stores, licence, who, reason), as_json=as_json)
