"""The sandbox authority as our client sees it: every scenario, and every answer says sandbox."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.http_client.authority import AuthorityHttpVerifier, AuthoritySettings
from openesim.adapters.http_client.json_calls import CallOptions
from openesim.adapters.http_server.exchange import Request, Response
from openesim.adapters.http_server.listener import Listener, Servers
from openesim.apps.addresses import Address
from openesim.apps.sandbox.authority import SandboxAuthority, SandboxSettings, _tls
from openesim.apps.sandbox.people import SandboxPerson, Scenario, make_people
from openesim.conditions.identity.authority_messages import PATH
from openesim.conditions.identity.findings import Doubt, Findings, NotVerified
from openesim.conditions.identity.verifier_texts import Trouble, trouble_of
from openesim.conditions.rules.words import Assurance
from openesim.kernel.errors import ConfigError, PeerError
from openesim.kernel.secret import Secret
from openesim.services.conditions.persons.verifiers import Pending, Question

TOKEN = Secret("a-token-of-the-sandbox")
PEOPLE = make_people(1, 70)
FACE = Secret(b"\x89PNG\r\n\x1a\n picture")


def who(scenario: Scenario) -> SandboxPerson:
    return next(each for each in PEOPLE if each.scenario is scenario)


def question(person: SandboxPerson, name: str = "", **changed: Any) -> Question:
    told: dict[str, Any] = {
        "request_id": f"REQUEST{hash((person.number, name)) % 10**12:012}",
        "operator": "east",
        "group": person.group,
        "document": person.document,
        "number": Secret(person.number),
        "name": Secret(name or person.name),
        "born": Secret(person.born),
    }
    return Question(**(told | changed))


def ask(
    *questions: Question, slow_s: float = 0.0, token: Secret[str] = TOKEN, in_all_s: float = 5.0
) -> list[Any]:
    """Asks a sandbox on the line, one question after the other; what was raised is among the answers."""

    async def run() -> list[Any]:
        servers = Servers([Listener("127.0.0.1", 0, SandboxAuthority(PEOPLE, TOKEN, slow_s))])
        ((host, port),) = await servers.start()
        stop = asyncio.Event()
        serving = asyncio.create_task(servers.serve(stop))
        settings = AuthoritySettings(
            name="authority:sandbox", address=f"http://{host}:{port}", token=token, is_sandbox=True
        )
        verifier = AuthorityHttpVerifier(settings, CallOptions(is_plain=True, in_all_s=in_all_s))
        try:
            return [await _outcome(verifier.ask(each)) for each in questions]
        finally:
            verifier.close()
            stop.set()
            await serving

    return asyncio.run(run())


async def _outcome(asking: Coroutine[Any, Any, Any]) -> Any:
    try:
        return await asking
    except PeerError as error:
        return trouble_of(error)


@pytest.mark.sockets
def test_somebody_it_knows_is_verified() -> None:
    person = who(Scenario.MATCH)
    plain, with_face = ask(question(person), question(person, request_id="REQUEST000000001", face=FACE))
    assert isinstance(plain, Findings)
    assert plain.number == Secret(person.number)
    assert plain.assurance == {Assurance.DOCUMENT}
    assert with_face.assurance == {Assurance.DOCUMENT, Assurance.FACE_MATCH}
    assert str(plain.reference).startswith("SANDBOX-")


@pytest.mark.sockets
@pytest.mark.parametrize(
    ("scenario", "doubt", "is_final"),
    [
        (Scenario.FACE_DIFFERS, Doubt.FACE_DIFFERS, False),
        (Scenario.DOCUMENT_EXPIRED, Doubt.DOCUMENT_EXPIRED, False),
        (Scenario.LISTED, Doubt.LISTED, True),
    ],
)
def test_somebody_is_doubted_as_his_scenario_says(scenario: Scenario, doubt: Doubt, is_final: bool) -> None:
    (refused,) = ask(question(who(scenario), face=FACE))
    assert isinstance(refused, NotVerified)
    assert (refused.doubt, refused.is_final) == (doubt, is_final)


@pytest.mark.sockets
def test_whoever_is_not_as_he_was_shown_does_not_match() -> None:
    person = who(Scenario.MATCH)
    other, unborn, nobody = ask(
        question(person, "沙箱张三"),
        question(person, request_id="REQUEST000000002", born=Secret(who(Scenario.LISTED).born)),
        question(person, request_id="REQUEST000000003", number=Secret("11000019900101001X")),
    )
    assert other.doubt is unborn.doubt is Doubt.DOES_NOT_MATCH
    assert nobody.doubt is Doubt.NO_SUCH_DOCUMENT


@pytest.mark.sockets
def test_somebody_is_pending_twice_and_then_verified() -> None:
    asked = question(who(Scenario.PENDING))
    first, second, third, fourth = ask(asked, asked, asked, asked)
    assert isinstance(first, Pending)
    assert first.retry_after_s == 1.0
    assert isinstance(second, Pending)
    assert third == fourth
    assert isinstance(third, Findings)
    assert first.reference == third.reference


@pytest.mark.sockets
def test_down_is_no_verdict() -> None:
    assert ask(question(who(Scenario.DOWN))) == [Trouble.BUSY]


@pytest.mark.sockets
def test_slow_is_slow_and_too_slow_is_unreachable() -> None:
    began = time.monotonic()
    (late,) = ask(question(who(Scenario.SLOW)), slow_s=0.3)
    assert isinstance(late, Findings)
    assert time.monotonic() - began >= 0.3
    assert ask(question(who(Scenario.SLOW)), slow_s=1.5, in_all_s=0.3) == [Trouble.UNREACHABLE]


@pytest.mark.sockets
def test_whoever_has_no_token_is_told_nothing() -> None:
    assert ask(question(who(Scenario.MATCH)), token=Secret("another")) == [Trouble.REFUSES_US]


@pytest.mark.sockets
def test_a_name_of_a_question_is_one_questions() -> None:
    first = question(who(Scenario.MATCH))
    _, other = ask(first, question(who(Scenario.LISTED), request_id=first.request_id))
    assert other is Trouble.REFUSES_QUESTION


@pytest.mark.sockets
def test_a_picture_of_a_megabyte_is_taken() -> None:
    (found,) = ask(question(who(Scenario.MATCH), face=Secret(b"\xff\xd8" + bytes(20_000))))
    assert isinstance(found, Findings)


def answer(path: str = PATH, method: str = "POST", body: bytes = b"{}", token: str = "") -> Response:
    headers = {b"authorization": b"Bearer " + (token or TOKEN.reveal()).encode()}
    return asyncio.run(SandboxAuthority(PEOPLE, TOKEN)(Request(method, path, headers, body)))


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"path": "/"}, 404),
        ({"method": "GET"}, 405),
        ({"token": "wrong"}, 401),
        ({"body": b"{}"}, 400),
        ({"body": b"["}, 400),
        (
            {"body": b'{"version":1,"request_id":"REQUEST000000001","operator":"x","person":{"name":"x"}}'},
            400,
        ),
    ],
)
def test_every_refusal_says_sandbox(told: dict[str, Any], status: int) -> None:
    refused = answer(**told)
    assert refused.http_status == status
    assert json.loads(refused.body)["sandbox"] is True
    assert (b"x-openesim-sandbox", b"authority") in refused.headers


def test_it_remembers_ten_thousand_questions_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    from openesim.apps.sandbox import authority

    monkeypatch.setattr(authority, "_MOST_REMEMBERED", 3)
    sandbox = SandboxAuthority(PEOPLE, None)
    told = {
        "version": 1,
        "operator": "x",
        "person": {"group": "national", "document": "visa", "number": "1", "name": "x"},
    }
    for number in range(10):
        body = json.dumps({**told, "request_id": f"REQUEST{number:09}"}).encode()
        assert asyncio.run(sandbox(Request("POST", PATH, {}, body))).http_status == 200
    assert len(sandbox._asked) == 3


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: {"clients": folder / "ca.pem"},
        lambda folder: {"certificate": folder / "none.pem", "key": folder / "none.key"},
    ],
)
def test_certificates_that_cannot_be_used_are_told(
    make: Callable[[Path], dict[str, Any]], tmp_path: Path
) -> None:
    with pytest.raises(ConfigError):
        _tls(SandboxSettings(listen=Address("127.0.0.1", 0), **make(tmp_path)))
