"""The steps of a case: each takes it as it stands and returns it as it stands behind the step.

Where a step leads is the table's word (``cases``); what goes with it is here. Nothing of these is personal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openesim.conditions.identity.case import Case
from openesim.conditions.identity.cases import CaseEvent, CaseState, CaseStateError, after
from openesim.conditions.identity.findings import Doubt, Findings
from openesim.conditions.identity.judging import judge
from openesim.conditions.identity.keeping import OPEN_FOR, lapse_of
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import Channel, DocumentKind, Group, ServiceClass
from openesim.kernel.ids import Eid, Imei
from openesim.kernel.records import changed

_NOT_PRESENTED = frozenset({CaseState.APPLIED, CaseState.STEP_UP, CaseState.EXPIRED})
"""States in which findings bring the documents with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What a case begins with.

    Attributes:
        operator: who verifies.
        service: for what kind of device.
        channel: where the person is.
        account: the subscriber's account that applies; None: at a counter.
        eid: the chip it is for; None: not bound to one.
        imei: the device, as shown or told.
        region: where the person is, such as a province code.
        in_country: whether that is in the country of the rules; None: not known.
        address: the network address it comes from, of which a keyed digest is kept; None: at a counter.
        plan_id: the plan that the subscriber chose; None: none yet.
    """

    operator: str
    service: ServiceClass
    channel: Channel
    account: str | None = None
    eid: Eid | None = None
    imei: Imei | None = None
    region: str | None = None
    in_country: bool | None = None
    address: str | None = None
    plan_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What was shown, as far as a case keeps it.

    Attributes:
        person: keyed digest of who it is, 32 octets.
        group: which documents he has to choose from.
        document: what he showed.
        age: in full years; None: not known, or an organisation.
        acts_for_another: whether somebody acts as his agent.
        brought: what agents and minors have to bring, by the pack's words.
    """

    person: bytes
    group: Group
    document: DocumentKind
    age: int | None
    acts_for_another: bool = False
    brought: frozenset[str] = frozenset()


def applied(case_id: str, application: Application, address: bytes | None, now: datetime) -> Case:
    """Return a case as it begins; it lapses where nothing follows.

    Args:
        case_id: its name.
        application: what is applied for.
        address: keyed digest of where it comes from.
        now: aware UTC.
    """
    return Case(
        case_id=case_id,
        operator=application.operator,
        state=CaseState.APPLIED,
        service=application.service,
        channel=application.channel,
        created_at=now,
        changed_at=now,
        account=application.account,
        eid=application.eid,
        imei=application.imei,
        region=application.region,
        in_country=application.in_country,
        address=address,
        plan_id=application.plan_id,
        expires_at=now + OPEN_FOR,
    )


def presented(case: Case, shown: Shown, now: datetime) -> Case:
    """Return a case whose documents were shown: nothing that a verifier did before counts any more."""
    is_urged = case.state is CaseState.RE_VERIFY
    return changed(
        _moved(case, CaseEvent.PRESENT, now),
        presented_at=now,
        expires_at=case.expires_at if is_urged else now + OPEN_FOR,
        person=shown.person,
        group=shown.group,
        document=shown.document,
        age=shown.age,
        acts_for_another=shown.acts_for_another,
        brought=shown.brought,
        assurance=frozenset(),
        verifier=None,
        clerk=None,
        second=None,
        reference=None,
        notices=(),
        asks_second=False,
    )


def moved_to(case: Case, channel: Channel, now: datetime) -> Case:
    """Return a case whose person will be verified in another way; whoever was asked is waited for no longer.

    Raises:
        CaseStateError: he is verified, a clerk has seen him, or the case has ended.
    """
    if case.state not in _NOT_PRESENTED | {CaseState.DOCUMENTS, CaseState.RE_VERIFY}:
        raise CaseStateError(case.state, CaseEvent.PRESENT)
    return changed(case, channel=channel, changed_at=now, ask_again_at=None)


def shown_notices(case: Case, notices: tuple[str, ...], now: datetime) -> Case:
    """Return a case whose person was shown texts of the rules, by their names."""
    return changed(case, notices=notices, changed_at=now)


def awaiting(case: Case, verifier: str, ask_again_at: datetime) -> Case:
    """Return a case whose documents a verifier looks at; it is asked again at a moment."""
    return changed(case, verifier=verifier, ask_again_at=ask_again_at)


def found(
    case: Case, findings: Findings, shown: Shown, clerk: str | None, notices: tuple[str, ...], now: datetime
) -> Case:
    """Return a case with what a verifier found; it is not judged yet."""
    if case.state in _NOT_PRESENTED:
        case = presented(case, shown, now)
    return changed(
        case,
        person=shown.person,
        group=findings.group,
        document=findings.document,
        age=shown.age,
        assurance=findings.assurance,
        verifier=findings.verifier,
        reference=findings.reference,
        clerk=clerk,
        second=None,
        notices=notices,
        changed_at=now,
    )


def judged(case: Case, pack: Pack, now: datetime, *, asks_second: bool) -> Case:
    """Return a case with findings where they lead: verified but for its evidence, or what is missing, or why it ends.

    Args:
        case: with everything that was found.
        pack: the rules in force.
        now: aware UTC.
        asks_second: whether a second clerk has to agree.
    """
    judgement = judge(pack, case)
    if judgement.refusal is not None:
        return refused(case, judgement.refusal, now)
    if judgement.missing:
        return asked_more(case, judgement.missing, now)
    if asks_second and case.second is None:
        return _open(_opened_again(case, now), CaseEvent.ASK_SECOND, now)
    verified = _moved(case, CaseEvent.VERIFY, now)
    return changed(
        verified,
        verified_at=now,
        expires_at=lapse_of(pack, now),
        pack=f"{pack.id} {pack.version}",
        kept_years=pack.retention.evidence_years,
    )


def agreed(case: Case, second: str, now: datetime) -> Case:
    """Return a case to which a second clerk has agreed; to be judged by what the rules say now."""
    return changed(case, second=second, changed_at=now)


def asked_more(case: Case, missing: tuple[str, ...], now: datetime) -> Case:
    """Return a case of which more has to be shown."""
    return changed(_open(_opened_again(case, now), CaseEvent.ASK_MORE, now), missing=missing)


def doubted(case: Case, doubt: Doubt, now: datetime, *, is_final: bool) -> Case:
    """Return a case that a verifier was not sure of."""
    if is_final:
        return refused(case, doubt.value, now)
    if case.state is CaseState.STEP_UP:
        return changed(case, missing=(doubt.value,), changed_at=now, ask_again_at=None)
    if case.state in _NOT_PRESENTED:
        case = _moved(case, CaseEvent.PRESENT, now)
    return asked_more(case, (doubt.value,), now)


def triggered(case: Case, until: datetime, now: datetime) -> Case:
    """Return a case that has to be verified again; it lapses otherwise."""
    return changed(_moved(case, CaseEvent.TRIGGER, now), expires_at=until)


def refused(case: Case, refusal: str, now: datetime) -> Case:
    """Return a case that ended with a refusal."""
    return _ended(case, CaseEvent.REFUSE, refusal, now)


def revoked(case: Case, refusal: str, now: datetime) -> Case:
    """Return a case that was verified and is not any more."""
    return _ended(case, CaseEvent.REVOKE, refusal, now)


def withdrawn(case: Case, now: datetime) -> Case:
    """Return a case that the person gave up."""
    return _ended(case, CaseEvent.WITHDRAW, "withdrawn", now)


def lapsed(case: Case, now: datetime) -> Case:
    """Return a case whose time is over."""
    return changed(_moved(case, CaseEvent.LAPSE, now), expires_at=None)


def _opened_again(case: Case, now: datetime) -> Case:
    """Return a case that was to be verified again as one whose documents are shown."""
    return _moved(case, CaseEvent.PRESENT, now) if case.state is CaseState.RE_VERIFY else case


def _moved(case: Case, event: CaseEvent, now: datetime) -> Case:
    """Return a case behind an event, with nothing missing and nothing refused."""
    return changed(
        case, state=after(case.state, event), changed_at=now, missing=(), refusal=None, ask_again_at=None
    )


def _open(case: Case, event: CaseEvent, now: datetime) -> Case:
    return changed(_moved(case, event, now), expires_at=now + OPEN_FOR)


def _ended(case: Case, event: CaseEvent, refusal: str, now: datetime) -> Case:
    return changed(_moved(case, event, now), refusal=refusal, expires_at=None)
