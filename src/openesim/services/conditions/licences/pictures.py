"""Licences as people look at them: one with everything about it, and lists of what waits, what runs and what ends soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from openesim.conditions.licensing.checklist import Checklist
from openesim.conditions.licensing.deeds import renewals_of
from openesim.conditions.licensing.licence import By, EvidenceFile, Licence, Missing
from openesim.conditions.licensing.reminders import HORIZON, stage_of
from openesim.conditions.licensing.states import INBOX, TRANSITIONS, Event, LicenceState, Party, is_possible
from openesim.conditions.licensing.texts import explained
from openesim.kernel.errors import NotFoundError
from openesim.services.conditions.licences.keeping import (
    LicenceStores,
    all_of,
    find_licence,
    items_with_files,
)
from openesim.services.conditions.licences.licences import Licensing

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class LicencePicture:
    """A licence with everything that a page about it shows.

    Attributes:
        licence: as it stands.
        checklist: that it answers.
        files: its evidence, without what is in them.
        missing: mandatory items and what each lacks.
        moves: what the one who looks may do now.
        renewal: number of its renewal, where there is one.
        reminder: how many days before the end the reminder stands that it has come to; None: it has time.
    """

    licence: Licence
    checklist: Checklist
    files: tuple[EvidenceFile, ...]
    missing: tuple[tuple[str, Missing], ...]
    moves: frozenset[Event]
    renewal: int | None
    reminder: int | None


def picture_of(licensing: Licensing, stores: LicenceStores, licence_id: int, by: By) -> LicencePicture:
    """Return a licence with everything about it.

    Raises:
        NotFoundError: there is none, it is another operator's, or a draft, which no inspector sees; or its checklist is not
            on the shelf any more.
    """
    licence = find_licence(stores, licence_id, by)
    if licence.state is LicenceState.DRAFT and by.party is Party.INSPECTOR:
        raise NotFoundError(f"there is no licence {licence_id}").explained(
            explained("no-licence", licence=licence_id)
        )
    checklist = licensing.checklist_of(licence)
    renewals = renewals_of(licence, list(all_of(stores, licence.operator)))
    moves = frozenset(
        event for event in TRANSITIONS[licence.state] if is_possible(licence.state, event, by.party)
    )
    return LicencePicture(
        licence=licence,
        checklist=checklist,
        files=tuple(stores.files_of_licence(licence_id)),
        missing=tuple(checklist.missing(licence, items_with_files(stores, licence_id))),
        moves=moves,
        renewal=renewals[0].licence_id if renewals else None,
        reminder=stage_of(licence, by.now),
    )


def waiting(stores: LicenceStores, limit: int = 200) -> list[Licence]:
    """Return the applications that an inspector has something to do with, those that wait longest first.

    Args:
        stores: of the unit of work.
        limit: at most so many.
    """
    found = [each for state in sorted(INBOX) for each in stores.licences_in(state, (_EPOCH, 0), limit)]
    return sorted(found, key=lambda each: (each.changed_at, each.licence_id))[:limit]


def ending_soon(stores: LicenceStores, now: datetime, limit: int = 200) -> list[Licence]:
    """Return approved and suspended licences that end within ninety days, those that end first before.

    Args:
        stores: of the unit of work.
        now: aware UTC.
        limit: at most so many.
    """
    found = stores.licences_ending(now + HORIZON, 0, limit)
    return sorted(found, key=lambda each: (each.scope.ends or now, each.licence_id))
