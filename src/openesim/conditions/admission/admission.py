"""How an order was admitted: what the gate decided, on whom and what it stands, and what is to be asked again later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from openesim.conditions.admission.decision import Verdict
from openesim.conditions.admission.facts import Application, Standing, Verification
from openesim.conditions.rules.words import ServiceClass, Trigger
from openesim.kernel.ids import Eid, Iccid


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The gate's word on an order, as it stands; all its words stand in the ledger.

    Attributes:
        order_id: the order.
        application: what was asked for.
        verdict: what the gate said last: at confirmation, or where it let an order wait later.
        pack: name of the rule pack.
        version: which version of it.
        decided_at: when, aware UTC.
        case_id: the verification that stands behind it; None: none was asked for.
        person: keyed digest of who stands behind it.
        eid: the chip it is for; None: whichever comes first.
        evidence: SHA-256 of the evidence record, 32 octets.
        imei: the device that was shown or told.
        person_facts: what was known of the person when it was ordered; None: nobody was verified.
        standing: how the verification stands now; written anew whenever it changes.
        reverify: what asks the person to verify again, and until when; written anew whenever it changes.
        cause: why it is held; None: it is not.
        signs: what it is held for, as ``clearing`` names it; empty: it is not held.
        held_until: when it is looked at again; None: it is not held.
        cleared_by: who said that nothing speaks against it, although something did; None: nobody.
        cleared: what he looked at; it does not count any more, and what comes afterwards does.
    """

    order_id: int
    application: Application
    verdict: Verdict
    pack: str
    version: str
    decided_at: datetime
    case_id: str | None = None
    person: bytes | None = None
    eid: Eid | None = None
    evidence: bytes | None = None
    imei: str | None = None
    person_facts: Verification | None = None
    standing: Standing = Standing.VALID
    reverify: tuple[Trigger, datetime] | None = None
    cause: str | None = None
    held_until: datetime | None = None
    signs: tuple[str, ...] = ()
    cleared_by: str | None = None
    cleared: tuple[str, ...] = ()


class LineState(StrEnum):
    """Where a line stands."""

    RESERVED = "reserved"
    """Ordered, and not on a chip yet: it counts."""
    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a person at an operator; operators see their own only.

    Attributes:
        order_id: the order it came from.
        person: keyed digest of whose it is, 32 octets.
        operator: at whom.
        service: for what kind of device.
        iccid: the profile.
        state: where it stands.
        begun_at: when it was ordered, aware UTC.
        ended_at: when it ended; None: it has not.
        disputed_at: since when the person says that it is not his; None: he does not.
        is_returned: it ended before its profile was on a chip: a reservation that was given back, never a line.
    """

    order_id: int
    person: bytes
    operator: str
    service: ServiceClass
    iccid: Iccid
    state: LineState
    begun_at: datetime
    ended_at: datetime | None = None
    disputed_at: datetime | None = None
    is_returned: bool = False
