"""What a verifier found: who somebody is, and what was done to be sure of it.

Every verifier ends in ``Findings`` or in ``NotVerified``: a clerk at a counter, an identity provider that answers with
verified claims, an authority that is asked. A case takes either, and knows nothing else of verifiers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from openesim.conditions.rules.words import Assurance, DocumentKind, Group
from openesim.kernel.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Somebody was verified.

    Attributes:
        verifier: what verified: ``counter``, ``oidc:NAME``, ``authority:NAME``.
        group: which documents he has to choose from.
        document: what he showed.
        number: of the document, in the form that ``documents.parse_document`` gives it.
        name: as the document has it.
        born: date of birth; None for an organisation, or where nothing tells it.
        assurance: what was done to be sure of him.
        reference: the verifier's own name for it, which is no personal data; kept with the evidence.
        issuer: who issued the document: two or three letters of ISO 3166-1 or ICAO Doc 9303; None: not known.
    """

    verifier: str
    group: Group
    document: DocumentKind
    number: Secret[str]
    name: Secret[str]
    born: date | None
    assurance: frozenset[Assurance]
    reference: str | None = None
    issuer: str | None = None


class Doubt(StrEnum):
    """Why somebody was not verified; ``identity.texts`` says it to people."""

    NO_SUCH_DOCUMENT = "no-such-document"
    DOES_NOT_MATCH = "does-not-match"
    FACE_DIFFERS = "face-differs"
    DOCUMENT_INVALID = "document-invalid"
    DOCUMENT_EXPIRED = "document-expired"
    LISTED = "listed"
    GIVEN_UP = "given-up"
    CLAIMS_MISSING = "claims-missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotVerified:
    """Somebody was not verified.

    Attributes:
        verifier: what looked.
        doubt: why.
        is_final: whether the case ends with it; otherwise the person may try again or show more.
        reference: the verifier's own name for it.
    """

    verifier: str
    doubt: Doubt
    is_final: bool = False
    reference: str | None = None
