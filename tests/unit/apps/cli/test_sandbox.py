"""``openesim sandbox authority``: a process of its own that says what it is, and prints whom it knows."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from openesim.adapters.http_client.authority import AuthorityHttpVerifier, AuthoritySettings
from openesim.adapters.http_client.json_calls import CallOptions
from openesim.adapters.http_client.trust import client_certificate
from openesim.adapters.keystore.tls import TlsMaterial
from openesim.apps.demo.programs import Program
from openesim.conditions.identity.findings import Findings
from openesim.conditions.rules.words import DocumentKind, Group
from openesim.kernel.errors import ConfigError
from openesim.kernel.secret import Secret
from openesim.services.conditions.persons.verifiers import Question
from tests.support.programs import PROGRAM, openesim, read_json
from tests.support.verifying import localhost, options


def test_people_are_printed_and_said_to_be_made_up() -> None:
    text = openesim("sandbox", "authority", "--people", "--seed", 3, "--count", 7).stdout
    assert text.startswith("SANDBOX: these people are made up")
    assert len(text.splitlines()) == 8
    assert text == openesim("sandbox", "authority", "--people", "--seed", 3, "--count", 7).stdout


def test_people_are_printed_for_programs() -> None:
    told = read_json("sandbox", "authority", "--people", "--count", 7)
    assert told["sandbox"] is True
    assert {each["scenario"] for each in told["people"]} >= {"match", "pending", "down"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "--listen"),
        (["--listen", "127.0.0.1:0"], "--token-file"),
        (["--listen", "127.0.0.1:0", "--clients", "x.pem"], "need TLS"),
        (["--listen", "127.0.0.1:0", "--certificate", "x.pem", "--token-file", "t"], "go together"),
        (["--listen", "nowhere", "--token-file", "t"], "HOST:PORT"),
    ],
)
def test_what_is_missing_is_told(words: list[str], told: str, tmp_path: Path) -> None:
    given = [str(tmp_path / word) if word == "t" else word for word in words]
    with pytest.raises(ConfigError, match=told):
        openesim("sandbox", "authority", *given)


def test_a_token_that_is_too_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("short")
    with pytest.raises(ConfigError, match="16 characters"):
        openesim("sandbox", "authority", "--listen", "127.0.0.1:0", "--token-file", tmp_path / "token")


def question() -> Question:
    """Asks about the first person that matches."""
    first = read_json("sandbox", "authority", "--people", "--seed", 5, "--count", 7)["people"][0]
    return Question(
        request_id="REQUEST000000001",
        operator="east",
        group=Group(first["group"]),
        document=DocumentKind(first["document"]),
        number=Secret(first["number"]),
        name=Secret(first["name"]),
    )


def ask(settings: AuthoritySettings, told: CallOptions) -> object:
    verifier = AuthorityHttpVerifier(settings, told)
    try:
        return asyncio.run(verifier.ask(question()))
    finally:
        verifier.close()


@pytest.mark.sockets
@pytest.mark.slow
def test_it_answers_in_a_process_of_its_own_and_logs_nobody(tmp_path: Path) -> None:
    token = tmp_path / "token"
    words = ["sandbox", "authority", "--listen", "127.0.0.1:0", "--seed", "5", "--count", "7"]
    program = Program("sandbox", [*PROGRAM, *words, "--token-file", str(token)], tmp_path / "log")
    try:
        place = program.wait_until_said(
            r"^SANDBOX authority, 7 made-up people, listening on (\S+) \(pid"
        ).group(1)
        settings = AuthoritySettings(
            name="authority:lab", address=place, token=Secret(token.read_text().strip()), is_sandbox=True
        )
        outcome = ask(settings, CallOptions(is_plain=True))
    finally:
        program.stop()
    assert isinstance(outcome, Findings)
    assert token.stat().st_mode & 0o777 == 0o600
    log = (tmp_path / "log").read_text()
    assert len(log.splitlines()) == 1
    assert outcome.number.reveal() not in log


@pytest.mark.sockets
@pytest.mark.slow
def test_it_may_be_asked_by_certificate(tmp_path: Path) -> None:
    leaf, ci = localhost()
    import ssl

    certificate, key = TlsMaterial(leaf).write(tmp_path)
    (tmp_path / "ci.pem").write_text(ssl.DER_cert_to_PEM_cert(ci))
    words = ["sandbox", "authority", "--listen", "127.0.0.1:0", "--seed", "5", "--count", "7"]
    tls = ["--certificate", str(certificate), "--key", str(key), "--clients", str(tmp_path / "ci.pem")]
    program = Program("sandbox", [*PROGRAM, *words, *tls], tmp_path / "log")
    try:
        place = program.wait_until_said(r"listening on https://127.0.0.1:(\d+) ").group(1)
        settings = AuthoritySettings(
            name="authority:lab", address=f"https://localhost:{place}", is_sandbox=True
        )
        outcome = ask(settings, options(present=client_certificate(certificate, key)))
    finally:
        program.stop()
    assert isinstance(outcome, Findings)
    assert json.dumps(repr(outcome)).count("<secret>") == 2
