"""Asking an authority: what is sent, what an answer comes to, and that a strange one verifies nobody."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from structlog.testing import capture_logs

from openesim.adapters.http_client.authority import AuthorityHttpVerifier, AuthoritySettings
from openesim.conditions.identity.findings import Doubt, Findings, NotVerified
from openesim.conditions.identity.verifier_texts import Trouble, trouble_of
from openesim.conditions.rules.words import Assurance, DocumentKind, Group
from openesim.kernel.errors import ConfigError, DecodeError, PeerError
from openesim.kernel.secret import Secret
from openesim.services.conditions.persons.verifiers import Pending, Question
from tests.support.answering import Heard, Said, answer
from tests.support.verifying import NAME, NUMBER, localhost, options

pytestmark = pytest.mark.sockets

TOKEN = "a-token-of-ours"
QUESTION = Question(
    request_id="REQUEST000000001",
    operator="east",
    group=Group.NATIONAL,
    document=DocumentKind.RESIDENT_ID,
    number=Secret(NUMBER),
    name=Secret(NAME),
    born=Secret(date(1990, 1, 1)),
    face=Secret(b"\xff\xd8\xff picture"),
)
VERIFIED: dict[str, Any] = {
    "version": 1,
    "request_id": QUESTION.request_id,
    "status": "verified",
    "reference": "REF-1",
    "assurance": ["document", "face-match"],
}


def ask(
    said: Said | dict[str, Any], *, is_sandbox: bool = False, question: Question = QUESTION
) -> tuple[Any, list[Heard]]:
    told = Said(body=json.dumps(said).encode()) if isinstance(said, dict) else said
    with answer(lambda _: told, localhost()[0]) as (port, heard):
        settings = AuthoritySettings(
            name="authority:mps",
            address=f"https://localhost:{port}/register/",
            token=Secret(TOKEN),
            is_sandbox=is_sandbox,
        )
        verifier = AuthorityHttpVerifier(settings, options())
        try:
            return asyncio.run(verifier.ask(question)), heard
        finally:
            verifier.close()


def trouble(said: Said | dict[str, Any], **changed: Any) -> Trouble | None:
    with pytest.raises(PeerError) as refused:
        ask(said, **changed)
    told = f"{refused.value} {refused.value.explanation}"
    for personal in (NUMBER, NAME, TOKEN, "1990"):
        assert personal not in told
    return trouble_of(refused.value)


def test_a_person_is_verified_as_he_was_shown() -> None:
    outcome, _ = ask(VERIFIED)
    assert outcome == Findings(
        verifier="authority:mps",
        group=Group.NATIONAL,
        document=DocumentKind.RESIDENT_ID,
        number=Secret(NUMBER),
        name=Secret(NAME),
        born=date(1990, 1, 1),
        assurance=frozenset({Assurance.DOCUMENT, Assurance.FACE_MATCH}),
        reference="REF-1",
    )


def test_the_person_is_in_the_body_and_nowhere_else() -> None:
    _, (heard,) = ask(VERIFIED)
    assert heard.path == "/register/v1/verifications"
    assert json.loads(heard.body) == {
        "version": 1,
        "request_id": "REQUEST000000001",
        "operator": "east",
        "person": {
            "group": "national",
            "document": "resident-id",
            "number": NUMBER,
            "name": NAME,
            "born": "1990-01-01",
        },
        "face": {"media_type": "image/jpeg", "octets": "/9j/IHBpY3R1cmU="},
    }
    head = f"{heard.path} {heard.headers}"
    assert heard.headers["Authorization"] == f"Bearer {TOKEN}"
    assert heard.headers["Idempotency-Key"] == "REQUEST000000001"
    assert NUMBER not in head


@pytest.mark.parametrize("doubt", Doubt)
def test_every_doubt_comes_through(doubt: Doubt) -> None:
    said = {**VERIFIED, "status": "not-verified", "reason": doubt.value, "is_final": True}
    outcome, _ = ask(said)
    assert outcome == NotVerified(verifier="authority:mps", doubt=doubt, is_final=True, reference="REF-1")


def test_a_question_may_be_pending() -> None:
    outcome, _ = ask({**VERIFIED, "status": "pending", "retry_after_s": 2.5})
    assert outcome == Pending(verifier="authority:mps", retry_after_s=2.5, reference="REF-1")


def test_members_that_we_do_not_know_are_no_business_of_ours() -> None:
    assert isinstance(ask({**VERIFIED, "weather": "fine"})[0], Findings)


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 2},
        {"version": "1"},
        {"request_id": "REQUEST000000002"},
        {"request_id": None},
        {"status": "maybe"},
        {"status": True},
        {"assurance": []},
        {"assurance": ["document", "told-by-a-friend"]},
        {"assurance": "document"},
        {"reference": None},
        {"reference": ""},
        {"reference": NAME},
        {"reference": "x" * 129},
        {"status": "not-verified"},
        {"status": "not-verified", "reason": "because"},
        {"status": "pending"},
        {"status": "pending", "retry_after_s": -1},
        {"status": "pending", "retry_after_s": 1e9},
        {"sandbox": "no"},
    ],
)
def test_an_answer_that_is_not_as_the_protocol_has_it_verifies_nobody(changed: dict[str, Any]) -> None:
    assert trouble(VERIFIED | changed) is Trouble.UNREADABLE


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff", NUMBER.encode(), b"x" * (300 << 10), b"[" * 100_000]
)
def test_what_is_no_answer_verifies_nobody(body: bytes) -> None:
    assert trouble(Said(body=body)) is Trouble.UNREADABLE


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (Said(401, NUMBER.encode()), Trouble.REFUSES_US),
        (Said(400, NAME.encode()), Trouble.REFUSES_QUESTION),
        (Said(409), Trouble.REFUSES_QUESTION),
        (Said(503, headers={"Retry-After": "5"}), Trouble.BUSY),
        (Said(307, headers={"Location": "https://localhost:1/"}), Trouble.UNREADABLE),
        (Said(201, json.dumps(VERIFIED).encode()), Trouble.UNREADABLE),
    ],
)
def test_no_status_but_200_decides_anything(said: Said, told: Trouble) -> None:
    assert trouble(said) is told


def test_a_sandbox_is_not_taken_for_an_authority() -> None:
    assert trouble(VERIFIED | {"sandbox": True}) is Trouble.SANDBOX


def test_an_authority_is_not_asked_about_made_up_people() -> None:
    assert trouble(VERIFIED, is_sandbox=True) is Trouble.SANDBOX
    assert isinstance(ask(VERIFIED | {"sandbox": True}, is_sandbox=True)[0], Findings)


@pytest.mark.parametrize("request_id", ["", "short", "x" * 65, "REQUEST/00000001", "REQUEST00000000\n1"])
def test_a_question_needs_a_name(request_id: str) -> None:
    with pytest.raises(DecodeError, match="request_id"):
        ask(VERIFIED, question=replace(QUESTION, request_id=request_id))


def test_a_picture_has_a_limit() -> None:
    with pytest.raises(DecodeError, match="4 MB") as refused:
        ask(VERIFIED, question=replace(QUESTION, face=Secret(b"x" * (4 << 20))))
    assert "xxx" not in str(refused.value)


def test_a_question_shows_nothing_of_the_person() -> None:
    assert repr(QUESTION).count("<secret>") == 4
    with capture_logs() as logs:
        ask(VERIFIED)
    assert logs == []


def test_an_address_without_tls_is_refused_at_the_start() -> None:
    settings = AuthoritySettings(name="authority:mps", address="http://localhost/", token=Secret(TOKEN))
    with pytest.raises(ConfigError):
        AuthorityHttpVerifier(settings, options())
    assert TOKEN not in repr(settings)
