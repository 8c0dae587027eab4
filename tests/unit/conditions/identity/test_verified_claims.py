"""Verified claims become findings only as far as they are believed, and only in words that we know."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.conditions.identity.findings import Doubt, Findings, NotVerified
from openesim.conditions.identity.verified_claims import (
    CHECKS,
    METHODS,
    read_verified_claims,
    requested_claims,
)
from openesim.conditions.rules.words import Assurance, DocumentKind, Group
from openesim.kernel.errors import DecodeError
from openesim.kernel.secret import Secret
from tests.support.verifying import NAME, NOW, NUMBER, POLICY, verified_claims

A = Assurance
TODAY = NOW.date()


def read(claims: Any, today: date = TODAY, **changed: Any) -> Findings | NotVerified:
    return read_verified_claims({"verified_claims": claims}, replace(POLICY, **changed), NOW, today)


def found(claims: Any, **changed: Any) -> Findings:
    findings = read(claims, **changed)
    assert isinstance(findings, Findings), findings
    return findings


def doubt(claims: Any, **changed: Any) -> Doubt:
    refused = read(claims, **changed)
    assert isinstance(refused, NotVerified), refused
    return refused.doubt


def test_a_resident_card_with_check_digit_becomes_findings() -> None:
    findings = found(verified_claims())
    assert findings.document is DocumentKind.RESIDENT_ID
    assert findings.group is Group.NATIONAL
    assert (findings.number, findings.name) == (Secret(NUMBER), Secret(NAME))
    assert findings.born == date(1990, 1, 1)
    assert findings.assurance == {A.DOCUMENT, A.IN_PERSON, A.FACE_MATCH}


def test_findings_show_neither_number_nor_name() -> None:
    told = repr(found(verified_claims()))
    assert NUMBER not in told
    assert NAME not in told


@pytest.mark.parametrize(("method", "stands_for"), CHECKS.items())
def test_every_check_method_stands_for_its_own(method: str, stands_for: frozenset[Assurance]) -> None:
    assert found(verified_claims(checks=(method,))).assurance == stands_for


@pytest.mark.parametrize("method", ["data", "auth", "token", "kbv", "told-by-a-friend", ""])
def test_a_check_that_sees_no_person_stands_for_nothing(method: str) -> None:
    assert found(verified_claims(checks=(method,))).assurance == frozenset()


@pytest.mark.parametrize(("method", "stands_for"), METHODS.items())
def test_words_of_the_drafts_are_known_too(method: str, stands_for: frozenset[Assurance]) -> None:
    claims = verified_claims(checks=())
    claims["verification"]["evidence"][0]["method"] = method
    assert found(claims).assurance == stands_for


def test_a_framework_stands_for_what_the_operator_says() -> None:
    assert found(verified_claims(framework="eidas", checks=())).assurance == {A.ELECTRONIC_ID}


def test_a_framework_that_nobody_named_is_not_believed() -> None:
    assert doubt(verified_claims(framework="jp_aml")) is Doubt.CLAIMS_MISSING


def test_the_first_set_that_is_believed_counts() -> None:
    sets = [verified_claims(framework="hearsay"), verified_claims(number=NUMBER)]
    assert found(sets).number == Secret(NUMBER)


@pytest.mark.parametrize("claims", [None, [], {}])
def test_without_verified_claims_nobody_is_verified(claims: Any) -> None:
    if claims == {}:
        with pytest.raises(DecodeError):
            read(claims)
    else:
        assert doubt(claims) is Doubt.CLAIMS_MISSING


def test_claims_beside_the_verified_ones_count_for_nothing() -> None:
    plain = {"name": NAME, "birthdate": "1990-01-01", "document_number": NUMBER}
    assert read_verified_claims(plain, POLICY, NOW, NOW.date()) == NotVerified(
        verifier="oidc:bank", doubt=Doubt.CLAIMS_MISSING
    )


def test_a_document_that_is_over_is_expired() -> None:
    assert doubt(verified_claims(expires=NOW.date() - timedelta(days=1))) is Doubt.DOCUMENT_EXPIRED
    found(verified_claims(expires=NOW.date()))
    claims = verified_claims(expires=NOW.date() + timedelta(days=1))
    assert isinstance(read(claims, today=NOW.date() + timedelta(days=1)), Findings)
    assert not isinstance(read(claims, today=NOW.date() + timedelta(days=2)), Findings)


def test_a_valid_document_beside_an_expired_one_is_enough() -> None:
    claims = verified_claims()
    old = verified_claims(expires=date(2001, 1, 1))["verification"]["evidence"]
    claims["verification"]["evidence"] = old + claims["verification"]["evidence"]
    found(claims)


def test_a_mistyped_number_is_invalid() -> None:
    assert doubt(verified_claims(number=NUMBER[:-1] + "0")) is Doubt.DOCUMENT_INVALID


def test_a_birth_date_that_the_number_contradicts_does_not_match() -> None:
    assert doubt(verified_claims(born="1990-01-02")) is Doubt.DOES_NOT_MATCH


def test_a_number_tells_the_birth_date_that_the_claims_leave_out() -> None:
    assert found(verified_claims(born=None)).born == date(1990, 1, 1)
    assert found(verified_claims(born="1990")).born == date(1990, 1, 1)


@pytest.mark.parametrize(
    ("document", "country", "home", "group", "kind"),
    [
        ("passport", "DEU", "CHN", Group.FOREIGN, DocumentKind.PASSPORT),
        ("passport", "de", "DEU", Group.NATIONAL, DocumentKind.PASSPORT),
        ("idcard", "FR", "DEU", Group.FOREIGN, DocumentKind.NATIONAL_ID),
        ("idcard", "DE", "DEU", Group.NATIONAL, DocumentKind.NATIONAL_ID),
        ("residence_permit", "DE", "DEU", Group.FOREIGN, DocumentKind.RESIDENCE_PERMIT),
        ("visa", "CN", "CHN", Group.FOREIGN, DocumentKind.VISA),
    ],
)
def test_the_country_of_the_document_tells_the_group(
    document: str, country: str, home: str, group: Group, kind: DocumentKind
) -> None:
    claims = verified_claims(document=document, country=country, number="L01X00T47", born="1990-01-01")
    findings = found(claims, home=home)
    assert (findings.group, findings.document) == (group, kind)
    assert findings.issuer in {"CHN", "DEU", "FRA"}


def test_without_a_country_nobody_knows_whose_passport_it_is() -> None:
    assert doubt(verified_claims(document="passport", country="", number="L01X00T47")) is Doubt.CLAIMS_MISSING


def test_a_permit_of_hong_kong_has_the_form_that_it_has() -> None:
    permit = verified_claims(document="mainland-travel-permit", number="H12345678", born="1990-01-01")
    assert found(permit).group is Group.HK_MACAU_TAIWAN
    wrong = verified_claims(document="mainland-travel-permit", number="X12345678", born="1990-01-01")
    assert doubt(wrong) is Doubt.DOCUMENT_INVALID


def test_a_document_that_no_pack_knows_is_none() -> None:
    assert doubt(verified_claims(document="driving_permit")) is Doubt.CLAIMS_MISSING
    told = {"driving_permit": DocumentKind.NATIONAL_ID}
    findings = found(verified_claims(document="driving_permit", country="FR"), documents=told)
    assert findings.document is DocumentKind.NATIONAL_ID


def test_an_old_verification_is_not_good_enough_where_a_young_one_is_asked_for() -> None:
    asked = timedelta(days=90)
    found(verified_claims(time="2026-11-01T10:00Z"), oldest=asked)
    assert doubt(verified_claims(time="2025-11-01T10:00Z"), oldest=asked) is Doubt.CLAIMS_MISSING
    claims = verified_claims()
    del claims["verification"]["time"]
    assert doubt(claims, oldest=asked) is Doubt.CLAIMS_MISSING
    found(claims)


def test_western_names_have_the_given_name_first() -> None:
    claims = verified_claims()
    claims["claims"] |= {"given_name": " Inga ", "family_name": "Silver\tstone"}
    assert found(claims).name == Secret("Inga Silver stone")


def test_a_name_is_needed() -> None:
    claims = verified_claims()
    del claims["claims"]["given_name"]
    assert doubt(claims) is Doubt.CLAIMS_MISSING
    claims["claims"]["name"] = NAME
    assert found(claims).name == Secret(NAME)


@pytest.mark.parametrize("name", ["x" * 201, "a\u202eb", "a\x00b"])
def test_a_name_that_could_deceive_is_refused(name: str) -> None:
    claims = verified_claims()
    claims["claims"] = {"name": name, "birthdate": "1990-01-01"}
    with pytest.raises(DecodeError, match="name") as refused:
        read(claims)
    assert name not in str(refused.value)


def test_a_reference_is_kept_only_if_it_is_short_and_plain() -> None:
    claims = verified_claims()
    claims["verification"]["verification_process"] = "核验" * 3
    assert found(claims).reference is None
    claims["verification"]["verification_process"] = "x" * 129
    assert found(claims).reference is None


def test_what_is_asked_for_is_little() -> None:
    asked = requested_claims(POLICY)
    assert asked["verification"]["trust_framework"] == {"values": ["de_aml", "eidas"]}
    assert set(asked["claims"]) == {"given_name", "family_name", "birthdate"}
    young = requested_claims(replace(POLICY, oldest=timedelta(days=1)))
    assert young["verification"]["time"] == {"max_age": 86400}


@pytest.mark.parametrize(
    "broken",
    [
        "text",
        7,
        {"verification": 1, "claims": {}},
        {"verification": {"trust_framework": ["de_aml"]}, "claims": {}},
        {"verification": {"trust_framework": "de_aml", "evidence": {}}, "claims": {}},
        {"verification": {"trust_framework": "de_aml", "evidence": ["x"]}, "claims": {}},
        {"verification": {"trust_framework": "de_aml"}, "claims": []},
    ],
)
def test_other_types_than_the_standards_are_refused(broken: Any) -> None:
    with pytest.raises(DecodeError, match="verified_claims"):
        read(broken)


def test_a_thousand_sets_are_not_all_looked_at() -> None:
    many = [verified_claims(framework="hearsay")] * 1000 + [verified_claims()]
    assert doubt(many) is Doubt.CLAIMS_MISSING


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_whatever_stands_in_a_member_there_is_a_verdict_or_a_fault(data: Any) -> None:
    """Every member of a good set is replaced by something else in turn."""
    claims = verified_claims()
    places: list[tuple[dict[str, Any], str]] = []

    def walk(value: Any) -> None:
        for key, inner in value.items() if isinstance(value, dict) else ():
            places.append((value, key))
            walk(inner)
        for inner in value if isinstance(value, list) else ():
            walk(inner)

    walk(claims)
    holder, key = data.draw(st.sampled_from(places))
    holder[key] = data.draw(json_values)
    told = ""
    try:
        read(claims)
    except DecodeError as error:
        told = str(error)
    assert NUMBER not in told
