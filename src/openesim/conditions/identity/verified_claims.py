"""Verified claims of an identity provider: what we ask for, and what we make of the answer.

A provider says who somebody is, and beside it by which rules and by which documents it knows. We believe the frameworks
that the operator has named, and of what was done only what the provider says was done, in the words of the tables below:
a word that is not in them counts for nothing.

Source: OpenID Connect for Identity Assurance 1.0; OpenID Identity Assurance Schema Definition 1.0; OpenID Connect Core
1.0 §5.5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from openesim.conditions.identity.countries import country_code
from openesim.conditions.identity.documents import Document, parse_document, parse_other
from openesim.conditions.identity.findings import Doubt, Findings, NotVerified
from openesim.conditions.rules.words import Assurance, DocumentKind, Group
from openesim.kernel.errors import DecodeError
from openesim.kernel.secret import Secret

_A, _K = Assurance, DocumentKind

_SEEN: Final = frozenset({_A.DOCUMENT})
_READ: Final = frozenset({_A.DOCUMENT, _A.DOCUMENT_CHIP_OR_SCAN})

CHECKS: Final[Mapping[str, frozenset[Assurance]]] = {
    "vpip": _SEEN | {_A.IN_PERSON},
    "vpiruv": _SEEN | {_A.IN_PERSON},
    "vri": _SEEN,
    "vdig": _SEEN,
    "vcrypt": _READ,
    "pvp": frozenset({_A.FACE_MATCH, _A.IN_PERSON}),
    # A person looked at a picture or a film: it need not have been a conversation.
    "pvr": frozenset({_A.FACE_MATCH}),
    "bvp": frozenset({_A.FACE_MATCH, _A.BIOMETRICS, _A.IN_PERSON}),
    "bvr": frozenset({_A.FACE_MATCH, _A.BIOMETRICS}),
}
"""What a check method of ``check_details`` stands for. Data, passwords, tokens and questions are sure of no face."""

METHODS: Final[Mapping[str, frozenset[Assurance]]] = {
    "pipp": _SEEN | {_A.FACE_MATCH, _A.IN_PERSON},
    "sripp": _SEEN | {_A.FACE_MATCH, _A.VIDEO_IDENT, _A.LIVENESS},
    "uripp": _SEEN | {_A.FACE_MATCH, _A.LIVENESS},
    "eid": _READ | {_A.ELECTRONIC_ID},
}
"""What a ``method`` stands for, as providers of the drafts before 1.0 say it."""

DOCUMENTS: Final[Mapping[str, DocumentKind]] = {
    "idcard": _K.NATIONAL_ID,
    "passport": _K.PASSPORT,
    "residence_permit": _K.RESIDENCE_PERMIT,
    "visa": _K.VISA,
    "de_idcard_foreigners": _K.NATIONAL_ID,
    "de_permission_to_reside": _K.RESIDENCE_PERMIT,
    "de_replacement_idcard": _K.NATIONAL_ID,
    **{kind.value: kind for kind in DocumentKind},
}
"""Kind of a document by the word of ``document_details.type``; ours are understood too."""

_CHINA: Final = "CHN"
_ALWAYS: Final[Mapping[DocumentKind, Group]] = {
    _K.RESIDENT_ID: Group.NATIONAL,
    _K.TEMPORARY_ID: Group.NATIONAL,
    _K.HOUSEHOLD_BOOK: Group.NATIONAL,
    _K.MILITARY_ID: Group.NATIONAL,
    _K.POLICE_ID: Group.NATIONAL,
    _K.MAINLAND_TRAVEL_PERMIT: Group.HK_MACAU_TAIWAN,
    _K.PERMANENT_RESIDENCE: Group.FOREIGN,
    _K.VISA: Group.FOREIGN,
    _K.BUSINESS_LICENCE: Group.ORGANISATION,
}
_LONGEST_NAME: Final = 200
_LONGEST_REFERENCE: Final = 128
_MOST_ENTRIES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimsPolicy:
    """Whose claims are believed, and how far.

    Attributes:
        verifier: name of the verifier, ``oidc:NAME``.
        frameworks: trust frameworks that are believed, with what they stand for besides what the provider says was done.
        home: country of the rules, three letters of ISO 3166-1.
        documents: kinds of documents by further words of this provider.
        oldest: how old a verification may be; None: as old as it likes.
    """

    verifier: str
    frameworks: Mapping[str, frozenset[Assurance]]
    home: str
    documents: Mapping[str, DocumentKind] = field(default_factory=dict)
    oldest: timedelta | None = None


def requested_claims(policy: ClaimsPolicy) -> dict[str, Any]:
    """Return what to ask for as the member ``verified_claims`` of a ``claims`` request: this, and nothing else."""
    verification: dict[str, Any] = {
        "trust_framework": {"values": sorted(policy.frameworks)},
        "time": None,
        "verification_process": None,
        "evidence": [
            {
                "type": {"value": "document"},
                "check_details": [{"check_method": None}],
                "document_details": {
                    "type": None,
                    "document_number": None,
                    "date_of_expiry": None,
                    "issuer": {"country": None, "country_code": None},
                },
            }
        ],
    }
    if policy.oldest is not None:
        verification["time"] = {"max_age": int(policy.oldest.total_seconds())}
    claims = {"given_name": None, "family_name": None, "birthdate": None}
    return {"verification": verification, "claims": claims}


def read_verified_claims(
    claims: Mapping[str, Any], policy: ClaimsPolicy, now: datetime, today: date
) -> Findings | NotVerified:
    """Return what verified claims come to.

    Args:
        claims: of the ID token and of the UserInfo response, put together.
        policy: whose claims are believed.
        now: aware, in UTC.
        today: the day that it is at home.

    Returns:
        Findings of the first set of verified claims that is believed and complete; else the doubt about the last.

    Raises:
        DecodeError: a member is of another type than the standard says; no value is in the message.
    """
    given = claims.get("verified_claims")
    sets = given if isinstance(given, list) else [] if given is None else [given]
    doubt = Doubt.CLAIMS_MISSING
    for number, each in enumerate(sets[:_MOST_ENTRIES]):
        try:
            found = _read_set(_object(each, "verified_claims"), policy, now, today)
        except DecodeError as error:
            raise error.within(f"verified_claims[{number}]") from None
        if isinstance(found, Findings):
            return found
        doubt = found
    return NotVerified(verifier=policy.verifier, doubt=doubt)


def _read_set(given: Mapping[str, Any], policy: ClaimsPolicy, now: datetime, today: date) -> Findings | Doubt:
    """Return what one set of verified claims comes to."""
    verification = _object(given.get("verification"), "verification")
    claims = _object(given.get("claims"), "claims")
    granted = policy.frameworks.get(_text(verification, "trust_framework") or "")
    if granted is None or not _is_fresh(verification, policy, now):
        return Doubt.CLAIMS_MISSING
    doubt = Doubt.CLAIMS_MISSING
    for evidence in _objects(verification, "evidence"):
        shown = _read_document(evidence, policy, today)
        if isinstance(shown, Doubt):
            doubt = shown
            continue
        document, group, issuer = shown
        born = _day(claims, "birthdate")
        if born is not None and document.born is not None and born != document.born:
            return Doubt.DOES_NOT_MATCH
        name = _name(claims)
        if name is None:
            return Doubt.CLAIMS_MISSING
        return Findings(
            verifier=policy.verifier,
            group=group,
            document=document.kind,
            number=Secret(document.number),
            name=Secret(name),
            born=born or document.born,
            assurance=granted | _assurance(evidence),
            reference=_reference(verification),
            issuer=issuer,
        )
    return doubt


def _is_fresh(verification: Mapping[str, Any], policy: ClaimsPolicy, now: datetime) -> bool:
    """Tell whether a verification is young enough; one that does not say when it was is not."""
    if policy.oldest is None:
        return True
    text = _text(verification, "time")
    if text is None:
        return False
    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        raise DecodeError("is no moment", ("time",)) from None
    if then.tzinfo is None:
        raise DecodeError("says no time zone", ("time",))
    return then >= now - policy.oldest


def _read_document(
    evidence: Mapping[str, Any], policy: ClaimsPolicy, today: date
) -> tuple[Document, Group, str | None] | Doubt:
    """Return the document of an evidence, the group of whoever has it, and who issued it."""
    details = evidence.get("document_details", evidence.get("document"))
    if _text(evidence, "type") not in {"document", "id_document"} or details is None:
        return Doubt.CLAIMS_MISSING
    details = _object(details, "document_details")
    issuer = _object(details.get("issuer") or {}, "issuer")
    country = country_code(_text(issuer, "country_code") or _text(issuer, "country") or "")
    kind = _kind(_text(details, "type"), country, policy)
    number = _text(details, "document_number") or _text(details, "number")
    if kind is None or number is None:
        return Doubt.CLAIMS_MISSING
    group = _group(kind, country, policy)
    if group is None:
        return Doubt.CLAIMS_MISSING
    expires = _day(details, "date_of_expiry")
    if expires is not None and expires < today:
        return Doubt.DOCUMENT_EXPIRED
    try:
        document = _parse(kind, number, is_chinese=_is_chinese(kind, group, country), today=today)
    except DecodeError:
        return Doubt.DOCUMENT_INVALID
    return document, group, country


def _kind(word: str | None, country: str | None, policy: ClaimsPolicy) -> DocumentKind | None:
    """Return the kind of document that a provider's word means; None: nobody knows."""
    if word is None:
        return None
    kind = policy.documents.get(word) or DOCUMENTS.get(word)
    return _K.RESIDENT_ID if kind is _K.NATIONAL_ID and country == _CHINA else kind


def _group(kind: DocumentKind, country: str | None, policy: ClaimsPolicy) -> Group | None:
    """Return the group of whoever has a document; None: it hangs on the country, and that is not said."""
    if kind is _K.RESIDENCE_PERMIT:
        return Group.HK_MACAU_TAIWAN if policy.home == _CHINA else Group.FOREIGN
    if (always := _ALWAYS.get(kind)) is not None:
        return always
    if country is None:
        return None
    return Group.NATIONAL if country == policy.home else Group.FOREIGN


def _is_chinese(kind: DocumentKind, group: Group, country: str | None) -> bool:
    """Tell whether a document is one of those whose form we know; of passports we are told no zone, but a number."""
    if kind is _K.PASSPORT:
        return False
    return country == _CHINA or kind in _ALWAYS or group is Group.HK_MACAU_TAIWAN


def _parse(kind: DocumentKind, number: str, *, is_chinese: bool, today: date) -> Document:
    """Return a document whose form is right.

    Raises:
        DecodeError: the form is wrong.
    """
    return parse_document(kind, number, today) if is_chinese else parse_other(kind, number)


def _assurance(evidence: Mapping[str, Any]) -> frozenset[Assurance]:
    """Return what was done with a document and whoever showed it, as far as our tables know it."""
    found = set(METHODS.get(_text(evidence, "method") or "", ()))
    for name in ("validation_method", "verification_method"):
        if evidence.get(name) is not None:
            found |= CHECKS.get(_text(_object(evidence[name], name), "type") or "", frozenset())
    for check in _objects(evidence, "check_details"):
        found |= CHECKS.get(_text(check, "check_method") or "", frozenset())
    return frozenset(found)


def _name(claims: Mapping[str, Any]) -> str | None:
    """Return the name, the family's first where it is written without blanks; None: there is none."""
    whole = _text(claims, "name")
    given, family = _text(claims, "given_name"), _text(claims, "family_name")
    if given and family:
        is_eastern = not (given + family).isascii() and any(letter >= "\u2e80" for letter in family)
        whole = family + given if is_eastern else f"{given} {family}"
    if whole is None:
        return None
    if len(whole) > _LONGEST_NAME or not whole.isprintable():
        raise DecodeError("is too long, or not printable", ("name",))
    return whole


def _reference(verification: Mapping[str, Any]) -> str | None:
    """Return the provider's name for its verification."""
    process = _text(verification, "verification_process")
    is_fit = process is not None and len(process) <= _LONGEST_REFERENCE and process.isascii()
    return process if is_fit else None


def _object(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise DecodeError("is no object", (name,))
    return value


def _objects(values: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a list, a few of them; a member that is not there has none."""
    listed = values.get(name)
    if listed is None:
        return
    if not isinstance(listed, list):
        raise DecodeError("is no list", (name,))
    for each in listed[:_MOST_ENTRIES]:
        yield _object(each, name)


def _text(values: Mapping[str, Any], name: str) -> str | None:
    """Return a text without blanks around it; None where there is none."""
    value = values.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise DecodeError("is no text", (name,))
    return " ".join(value.split()) or None


def _day(values: Mapping[str, Any], name: str) -> date | None:
    """Return a day; None where there is none, or only its year is told."""
    text = _text(values, name)
    if text is None or len(text) < 10 or text.startswith("0000"):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DecodeError("is no day of the calendar", (name,)) from None
