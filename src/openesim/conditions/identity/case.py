"""A case as it is kept: everything but personal data, which stand in fields of their own, sealed.

Name, number of the document, date of birth, address, contact and pictures are ``Field``s; what is here says what was
shown and done, never who it is. ``person`` is a keyed digest: the same for one person at every operator, and of no use
without the key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from openesim.conditions.identity.cases import CaseState
from openesim.conditions.rules.words import Assurance, Channel, DocumentKind, Group, ServiceClass
from openesim.kernel.ids import Eid, Imei


class Field(StrEnum):
    """Personal data of a case, each sealed by itself."""

    NAME = "name"
    NUMBER = "number"
    BORN = "born"
    ADDRESS = "address"
    CONTACT = "contact"
    AGENT_NAME = "agent-name"
    AGENT_NUMBER = "agent-number"
    GUARDIAN_NAME = "guardian-name"
    GUARDIAN_NUMBER = "guardian-number"
    CONFIRMATION_CODE = "confirmation-code"
    """The code that the verified person types into the phone."""
    IMAGE = "image"
    """Picture of the document; kept as long as the pack says, which may be not at all."""
    FLOW = "flow"
    """What a flow with an identity provider needs when the browser comes back: no personal value, and shown to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One verification of one person by one operator.

    Attributes:
        case_id: its name, 16 letters and digits.
        operator: who verifies.
        state: where it stands.
        service: for what kind of device.
        channel: where the person is.
        created_at: when it began, aware UTC.
        changed_at: when it changed last.
        person: keyed digest of who it is, 32 octets; None until a document was shown.
        account: the subscriber's account that applied; None: at a counter.
        eid: the chip it is for; None: not bound to one chip (an organisation's fleet).
        imei: the device, as shown or told.
        region: where the person is, such as a province code.
        in_country: whether that is in the country of the rules; None: not known.
        group: which documents he has to choose from.
        document: what he showed.
        assurance: what was done to be sure of him.
        age: in full years when he was verified; None: not known, or an organisation.
        acts_for_another: whether he acts as somebody's agent.
        brought: what agents and minors have to bring, by the pack's words.
        verifier: what verified: ``counter``, ``oidc:…``, ``authority:…``.
        clerk: account of who saw him.
        second: account of who agreed, where four eyes were asked for.
        verified_at: when, aware UTC.
        expires_at: when it lapses; None: not by itself.
        evidence: SHA-256 of the evidence record, 32 octets; None until verified.
        reference: the verifier's own name for what he did, which is no personal data.
        notices: which texts of the rules the person was shown, by their names.
        pack: name and version of the rules by which he was verified, such as ``cn-2025-trial 2025-10-13``.
        missing: what is still to be shown or done, as words of ``identity.texts``.
        kept_years: how long evidence and personal data are kept after the last line has ended, by those rules.
        refusal: why it ended, as a word of ``identity.texts``; None: it did not.
        address: keyed digest of the network address that it was applied from, 32 octets; None: at a counter.
        plan_id: the plan that the subscriber chose; None: none yet.
        ask_again_at: when a verifier that does not know yet is asked again, aware UTC; None: nobody is waited for.
        presented_at: when the documents were shown that a verifier is asked about, aware UTC; None: none were.
        asks_second: a second clerk has to agree to what the verifier answers, whatever the rules say.
    """

    case_id: str
    operator: str
    state: CaseState
    service: ServiceClass
    channel: Channel
    created_at: datetime
    changed_at: datetime
    person: bytes | None = None
    account: str | None = None
    eid: Eid | None = None
    imei: Imei | None = None
    region: str | None = None
    in_country: bool | None = None
    group: Group | None = None
    document: DocumentKind | None = None
    assurance: frozenset[Assurance] = frozenset()
    age: int | None = None
    acts_for_another: bool = False
    brought: frozenset[str] = frozenset()
    verifier: str | None = None
    clerk: str | None = None
    second: str | None = None
    verified_at: datetime | None = None
    expires_at: datetime | None = None
    evidence: bytes | None = None
    reference: str | None = None
    notices: tuple[str, ...] = ()
    pack: str | None = None
    missing: tuple[str, ...] = ()
    kept_years: int = 0
    refusal: str | None = None
    address: bytes | None = None
    plan_id: int | None = None
    ask_again_at: datetime | None = None
    presented_at: datetime | None = None
    asks_second: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is kept of a person beside his cases and lines.

    Attributes:
        person: keyed digest, 32 octets.
        created_at: when he was first seen, aware UTC.
        frozen_at: since when he lets no new line begin, by his own wish; None: he lets it.
        reverify_trigger: what asks to verify again (a word of ``rules.words.Trigger``); None: nothing.
        reverify_until: until when.
        reissued_at: when a profile of his was issued again last.
    """

    person: bytes
    created_at: datetime
    frozen_at: datetime | None = None
    reverify_trigger: str | None = None
    reverify_until: datetime | None = None
    reissued_at: datetime | None = None
