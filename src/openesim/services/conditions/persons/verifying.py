"""Verifying a person: documents are shown, a verifier finds something, and the case goes as far as that leads.

Whatever verifies ends in ``Findings`` or ``NotVerified``: a clerk at a counter here, identity providers and authorities in
rooms of their own. What comes of it is the rules' word: verified with its evidence, a second clerk, more to be shown, or
refused. Each function is one unit of work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from openesim.conditions.identity import steps
from openesim.conditions.identity.case import Case, Field
from openesim.conditions.identity.cases import CaseEvent, CaseState, CaseStateError
from openesim.conditions.identity.counter import (
    CounterForm,
    Papers,
    ReadPapers,
    read_counter_form,
    read_papers,
)
from openesim.conditions.identity.evidence import make_evidence
from openesim.conditions.identity.faults import Fault, FormError
from openesim.conditions.identity.findings import Doubt, Findings, NotVerified
from openesim.conditions.identity.judging import age_of, asks_second_clerk, day_of
from openesim.conditions.identity.keeping import ENDING_ALONE, end_of_verified, first_end
from openesim.conditions.identity.naming import person_text
from openesim.conditions.identity.steps import Shown
from openesim.conditions.rules.pack import Pack
from openesim.kernel.errors import ConflictError, Explanation
from openesim.kernel.records import changed
from openesim.services.conditions.persons.acts import Act, deed
from openesim.services.conditions.persons.cases import CaseStores, held, store


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How an operator has people verified, beside what the rules ask.

    Attributes:
        notices: names of the texts of the rules that the person was shown.
        four_eyes: a second clerk has to agree, whatever the rules say.
    """

    notices: tuple[str, ...] = ()
    four_eyes: bool = False


PLAIN: Final = Manner()

AWAITING: Final = frozenset(
    {CaseState.APPLIED, CaseState.DOCUMENTS, CaseState.STEP_UP, CaseState.RE_VERIFY, CaseState.EXPIRED}
)
"""States in which a verifier may find something: an answer that comes late moves nobody who is verified."""


def present(stores: CaseStores, case_id: str, papers: Papers, pack: Pack, act: Act) -> Case:
    """Take documents that are shown, whoever verifies them.

    Args:
        stores: of the unit of work.
        case_id: of the case.
        papers: as typed or scanned.
        pack: the rules in force.
        act: who does it, and when.

    Raises:
        FormError: fields that are wrong; nothing was stored.
        NotFoundError: there is no such case.
        CaseStateError: the case awaits no documents.
    """
    case = held(stores, case_id)
    read = read_papers(case, papers, pack, day_of(pack, act.now))
    shown = _shown(stores, read, pack, act.now)
    _verify_same_person(case, shown)
    case = steps.presented(case, shown, act.now)
    stores.hold_person(shown.person, act.now)
    _keep_fields(stores, case, read.fields, pack, act.now)
    stores.save_case(case)
    stores.append_entry(deed(case, "case-present", act, document=read.papers.document.value))
    return case


def verify_at_counter(
    stores: CaseStores, case_id: str, form: CounterForm, pack: Pack, act: Act, manner: Manner = PLAIN
) -> Case:
    """Take what a clerk typed and ticked, and go as far as it leads.

    Args:
        stores: of the unit of work.
        case_id: of the case.
        form: what he typed and ticked.
        pack: the rules in force.
        act: the clerk, and when.
        manner: what the person was shown, and whether a second clerk has to agree.

    Returns:
        The case: verified, waiting for a second clerk, refused, or with what is missing.

    Raises:
        FormError: fields that are wrong; nothing was stored.
        NotFoundError: there is no such case.
        CaseStateError: the case awaits no documents.
    """
    case = held(stores, case_id)
    _, findings = read_counter_form(case, form, pack, day_of(pack, act.now))
    present(stores, case_id, form.papers, pack, act)
    return take_findings(stores, case_id, findings, pack, act, manner)


def take_findings(
    stores: CaseStores,
    case_id: str,
    findings: Findings | NotVerified,
    pack: Pack,
    act: Act,
    manner: Manner = PLAIN,
) -> Case:
    """Take what a verifier found, and go as far as it leads.

    Args:
        stores: of the unit of work.
        case_id: of the case.
        findings: of a verifier, whichever it is.
        pack: the rules in force.
        act: the clerk, or the verifier itself; and when.
        manner: what the person was shown, and whether a second clerk has to agree.

    Returns:
        The case: verified, waiting for a second clerk, refused, or with what is missing.

    Raises:
        NotFoundError: there is no such case.
        CaseStateError: the case awaits no verifier.
    """
    case = held(stores, case_id)
    if case.state not in AWAITING:
        raise CaseStateError(case.state, CaseEvent.VERIFY)
    if isinstance(findings, NotVerified):
        doubted = steps.doubted(case, findings.doubt, act.now, is_final=findings.is_final)
        return store(
            stores, doubted, "case-doubt", act, verifier=findings.verifier, doubt=findings.doubt.value
        )
    shown = _found_person(stores, case, findings, pack, act.now)
    if case.person not in {None, shown.person}:
        doubted = steps.doubted(case, Doubt.DOES_NOT_MATCH, act.now, is_final=False)
        facts = {"verifier": findings.verifier, "doubt": Doubt.DOES_NOT_MATCH.value}
        return store(stores, doubted, "case-doubt", act, **facts)
    findings, clerk = _with_clerk(case, findings, act.actor)
    case = steps.found(case, findings, shown, clerk, manner.notices, act.now)
    stores.hold_person(shown.person, act.now)
    _keep_fields(stores, case, _fields_found(findings), pack, act.now)
    asks_second = manner.four_eyes or asks_second_clerk(pack, case)
    return _judge(stores, case, pack, act, asks_second=asks_second)


def agree(stores: CaseStores, case_id: str, pack: Pack, act: Act) -> Case:
    """Let a second clerk agree to what the first one saw.

    Raises:
        ConflictError: it is the same clerk.
        NotFoundError: there is no such case.
        CaseStateError: the case awaits no second clerk.
    """
    case = held(stores, case_id)
    if act.actor == case.clerk:
        cause = "four eyes are two clerks: whoever saw the person cannot agree to it himself"
        raise ConflictError(cause).explained(
            Explanation(cause, "another clerk", "have somebody else look at the case and agree")
        )
    if case.state is not CaseState.FOUR_EYES:
        raise CaseStateError(case.state, CaseEvent.VERIFY)
    return _judge(stores, steps.agreed(case, act.actor, act.now), pack, act, asks_second=False)


# --- the parts of it ------------------------------------------------------------------------------------------


def _shown(stores: CaseStores, read: ReadPapers, pack: Pack, now: datetime) -> Shown:
    """Return what a case keeps of papers that were shown."""
    papers = read.papers
    text = person_text(papers.document, read.document.number, read.issuer, pack.pack.country)
    return Shown(
        person=stores.person_digest(text),
        group=papers.group,
        document=papers.document,
        age=age_of(pack, read.born, now),
        acts_for_another=papers.acts_for_another,
        brought=read.brought,
    )


def _found_person(stores: CaseStores, case: Case, findings: Findings, pack: Pack, now: datetime) -> Shown:
    """Return what a case keeps of findings; what was brought is as it was shown before."""
    text = person_text(findings.document, findings.number.reveal(), findings.issuer, pack.pack.country)
    return Shown(
        person=stores.person_digest(text),
        group=findings.group,
        document=findings.document,
        age=age_of(pack, findings.born, now),
        acts_for_another=case.acts_for_another,
        brought=case.brought,
    )


def _with_clerk(case: Case, findings: Findings, actor: str) -> tuple[Findings, str]:
    """Return findings with what a clerk did himself before he asked the verifier, and who saw the person."""
    if case.ask_again_at is None or case.clerk is None:
        return findings, actor
    return replace(findings, assurance=findings.assurance | case.assurance), case.clerk


def _fields_found(findings: Findings) -> dict[Field, str]:
    fields = {Field.NAME: findings.name.reveal(), Field.NUMBER: findings.number.reveal()}
    if findings.born is not None:
        fields[Field.BORN] = findings.born.isoformat()
    return fields


def _verify_same_person(case: Case, shown: Shown) -> None:
    """Refuse somebody else's document in a case that was verified before.

    Raises:
        FormError: it is another person.
    """
    if case.evidence is not None and case.person != shown.person:
        raise FormError({"number": Fault("another-person")})


def _keep_fields(
    stores: CaseStores, case: Case, fields: Mapping[Field, str], pack: Pack, now: datetime
) -> None:
    """Store personal values, each with the day on which it goes; what the rules keep no day is not stored."""
    for field, text in fields.items():
        end = first_end(field, pack, now)
        if end is not None:
            stores.put_field(case.case_id, field, text, end)


def _judge(stores: CaseStores, case: Case, pack: Pack, act: Act, *, asks_second: bool) -> Case:
    """Move a case with findings to where the rules lead, with its evidence if it is verified."""
    case = steps.judged(case, pack, act.now, asks_second=asks_second)
    facts = {"verifier": case.verifier or "", "pack": f"{pack.id} {pack.version}"}
    if case.state is not CaseState.VERIFIED:
        return store(stores, case, "case-judge", act, missing=", ".join(case.missing), **facts)
    evidence = make_evidence(case, pack, act.now)
    end = end_of_verified(case, act.now)
    stores.add_evidence(evidence.digest, case.case_id, evidence.octets, act.now, end)
    for field in stores.fields_of(case.case_id):
        if field not in ENDING_ALONE:
            stores.keep_field(case.case_id, field, end)
    _settle(stores, case, act.now)
    case = changed(case, evidence=evidence.digest)
    return store(stores, case, "case-verify", act, evidence=evidence.digest.hex(), **facts)


def _settle(stores: CaseStores, case: Case, now: datetime) -> None:
    """Note that a person was verified again, where something asked for it."""
    if case.person is None:
        return
    person = stores.hold_person(case.person, now)
    if person.reverify_trigger is not None:
        stores.save_person(changed(person, reverify_trigger=None, reverify_until=None))
