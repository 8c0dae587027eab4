"""Cases as the subscriber who applied for them moves them: his own, and nobody else's.

A case is named in the address of a page, so every function asks first whose it is; another's is answered as one that is
not there. The person behind an account is known once one of its cases was verified, wherever that was: online, or at a
counter to which he brought the number of his case.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from openesim.conditions.identity import steps
from openesim.conditions.identity.case import Case
from openesim.conditions.identity.cases import TRANSITIONS, CaseEvent, CaseState
from openesim.conditions.identity.steps import Application
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import Channel
from openesim.kernel.ambient import Entropy
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.accounts.keeping import bind_person
from openesim.services.conditions.ledger.ledger import Cursor, Range, Window
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.cases import CaseStores, apply, store
from openesim.services.conditions.subscriber.texts import Matter, refused
from openesim.transparency.chain import Kept
from openesim.transparency.entries import Entry

MOST_OPEN: Final = 10
"""Applications that an account has under way, at most."""

MOST_TRIES: Final = 10
"""How often an account may show papers in a day: nobody finds out by trying which name has which number."""

_DAY: Final = timedelta(days=1)
_MOST_CASES: Final = 100
_MOST_ENTRIES: Final = 200


class OwnCaseStores(CaseStores, Protocol):
    """Cases, their accounts and what the ledger tells of them, inside one unit of work."""

    def account(self, account_id: str) -> Account | None:
        """Return an account."""
        ...

    def hold_account(self, account_id: str) -> Account | None:
        """Return an account, held until the unit ends."""
        ...

    def person_of_account(self, account: str, person: bytes | None = None) -> bytes | None:
        """Return who was verified first on a case of an account that was not revoked; or only whether it was he."""
        ...

    def save_account(self, account: Account) -> None:
        """Store an account that changed."""
        ...

    def ledger_window(self, window: Window, limit: int) -> list[Kept]:
        """Return at most ``limit`` entries of a window, newest first."""
        ...


def is_open(case: Case) -> bool:
    """Tell whether the person can still give a case up: it leads somewhere, and has not led there yet."""
    return CaseEvent.WITHDRAW in TRANSITIONS[case.state]


def apply_once(stores: OwnCaseStores, application: Application, act: Act, entropy: Entropy) -> Case:
    """Begin a case of an account, or return the one that it has under way for the same plan and chip.

    Args:
        stores: of the unit of work.
        application: what is applied for; it names the account.
        act: who does it, and when.
        entropy: makes the name of the case.

    Raises:
        ConflictError: too many are under way.
    """
    stores.hold_account(application.account or "")  # whoever clicks twice at once waits for himself
    mine = stores.cases_of_account(application.account or "", _MOST_CASES)
    under_way = [case for case in mine if is_open(case) and case.state is not CaseState.EXPIRED]
    for case in under_way:
        if (case.plan_id, case.eid, case.imei) == (application.plan_id, application.eid, application.imei):
            return case
    if len(under_way) >= MOST_OPEN:
        raise refused(Matter.TOO_MANY_CASES)
    return apply(stores, application, act, entropy)


def choose_channel(stores: CaseStores, case: Case, channel: Channel, act: Act) -> Case:
    """Have a person verified online or at a counter, as he chose.

    Args:
        stores: of the unit of work.
        case: held.
        channel: where he will be verified.
        act: who does it, and when.

    Raises:
        CaseStateError: something was shown already.
    """
    if case.channel is channel:
        return case
    return store(stores, steps.moved_to(case, channel, act.now), "case-channel", act, channel=channel.value)


def accept_notices(stores: CaseStores, case: Case, names: Iterable[str], pack: Pack, act: Act) -> Case:
    """Note which texts of the rules a person was shown and has accepted; what the rules do not know is left out.

    Args:
        stores: of the unit of work.
        case: held.
        names: of the texts.
        pack: the rules in force.
        act: who does it, and when.
    """
    shown = tuple(name for name in pack.notices if name in set(names))
    if shown == case.notices:
        return case
    noted = steps.shown_notices(case, shown, act.now)
    return store(stores, noted, "case-notices", act, notices=", ".join(shown))


def verify_may_try(stores: OwnCaseStores, actor: str, now: datetime) -> None:
    """Refuse who has shown papers too often.

    Args:
        stores: of the unit of work.
        actor: the account, as the ledger calls it.
        now: aware UTC.

    Raises:
        ConflictError: he has.
    """
    window, tries = Window(range=Range.ACTOR, value=actor, since=now - _DAY), 0
    while page := stores.ledger_window(window, _MOST_ENTRIES):
        # All that he did in the day: else other deeds would push his tries out of sight.
        tries += sum(
            kept.entry is not None and kept.entry.facts.get("deed") == "case-present" for kept in page
        )
        if tries >= MOST_TRIES:
            raise refused(Matter.TOO_MANY_TRIES)
        window = replace(window, after=Cursor(page[-1].at, page[-1].entry_id))


def person_of(stores: OwnCaseStores, account_id: str, act: Act) -> bytes | None:
    """Return the person behind an account, and keep it with the account as soon as it is known; None: nobody knows.

    The first person who was verified is the account's. What was verified and turned out wrong does not count.

    Args:
        stores: of the unit of work.
        account_id: the account.
        act: who asks, and when.
    """
    account = stores.account(account_id)
    if account is None:
        return None
    person = stores.person_of_account(account_id, account.person)
    if person is None or account.person is not None:
        return person
    return _bound(stores, account_id, person, act)


def _bound(stores: OwnCaseStores, account_id: str, person: bytes, act: Act) -> bytes:
    """Keep the person with the account, unless somebody has just done it."""
    account = stores.hold_account(account_id)
    if account is None or account.person is not None:
        return person
    bind_person(stores, account, person, act.actor, act.now)
    return person


def story_of(stores: OwnCaseStores, case: Case) -> list[Entry]:
    """Return what the ledger tells of a case, oldest first."""
    window = Window(range=Range.SUBJECT, value=f"case:{case.case_id}")
    kept = stores.ledger_window(window, _MOST_ENTRIES)
    return [each.entry for each in reversed(kept) if each.entry is not None]
