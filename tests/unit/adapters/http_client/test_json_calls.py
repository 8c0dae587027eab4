"""Calls of verifiers: what comes back is limited in every way, and nothing personal is in an error."""

from __future__ import annotations

import os
import ssl
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from openesim.adapters.http_client.json_calls import Answer, CallOptions, JsonCalls, split_address
from openesim.conditions.identity.verifier_texts import Trouble, trouble_of
from openesim.kernel.errors import ConfigError, PeerError
from openesim.security.crypto.curves import Curve
from openesim.security.pki.profiles import DP_TLS
from openesim.security.pki.world import issue_tls_leaf, make_world
from tests.support.answering import Answering, Said, answer
from tests.support.verifying import NUMBER, localhost, options

pytestmark = pytest.mark.sockets


def get(answering: Answering | Said, **changed: Any) -> Answer:
    """Gets the answer of a server with TLS."""
    function = answering if callable(answering) else lambda _: answering
    with answer(function, localhost()[0]) as (port, _):
        return JsonCalls("oidc:bank", options(**changed)).get(f"https://localhost:{port}/a?b=c")


def trouble(answering: Answering | Said, **changed: Any) -> Trouble | None:
    with pytest.raises(PeerError) as refused:
        get(answering, **changed)
    return trouble_of(refused.value)


def test_an_answer_comes_with_status_type_and_body() -> None:
    got = get(Said(201, b'{"a":1}', media_type="Application/JSON; charset=utf-8"))
    assert (got.status, got.media_type, got.body) == (201, "application/json", b'{"a":1}')


def test_a_post_has_its_headers_and_its_octets() -> None:
    with answer(lambda _: Said(), localhost()[0]) as (port, heard):
        calls = JsonCalls("oidc:bank", options())
        calls.post(f"https://localhost:{port}/x", "text/plain", {"Authorization": "Bearer t"}, b"\x00\xff")
    (asked,) = heard
    assert (asked.method, asked.path, asked.body) == ("POST", "/x", b"\x00\xff")
    assert asked.headers["Content-Type"] == "text/plain"
    assert asked.headers["Authorization"] == "Bearer t"
    assert asked.headers["Host"] == f"localhost:{port}"


def test_an_answer_that_is_too_long_is_cut_off() -> None:
    assert trouble(Said(body=b"x" * 5000), most_octets=4999) is Trouble.UNREADABLE
    assert len(get(Said(body=b"x" * 5000), most_octets=5000).body) == 5000


def test_a_length_that_lies_is_a_broken_answer() -> None:
    assert trouble(Said(body=b"{}", length=1000)) is Trouble.UNREACHABLE


def test_who_drips_his_answer_holds_nobody_up() -> None:
    began = time.monotonic()
    assert trouble(Said(body=b"x" * 100, pause_s=0.2), in_all_s=0.7) is Trouble.UNREACHABLE
    assert time.monotonic() - began < 5


def test_who_says_nothing_holds_nobody_up() -> None:
    def silent(_: object) -> Said:
        time.sleep(1.5)
        return Said()

    began = time.monotonic()
    assert trouble(silent, in_all_s=0.5) is Trouble.UNREACHABLE
    assert time.monotonic() - began < 1.4


@pytest.mark.parametrize("place", ["https://localhost:1/x", "http://127.0.0.1:1/", "//elsewhere.example.com"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_is_sent_elsewhere(status: int, place: str) -> None:
    got = get(Said(status, headers={"Location": place}))
    assert got.status == status
    error = JsonCalls("oidc:bank", options()).refused(got)
    assert trouble_of(error) is Trouble.UNREADABLE


def test_a_server_that_is_not_believed_hears_nothing() -> None:
    stranger = make_world(Curve.P256, os.urandom, datetime.now(UTC))
    trust = (stranger["ci"].certificate.octets,)
    with answer(lambda _: Said(), localhost()[0]) as (port, heard):
        with pytest.raises(PeerError, match="TLS"):
            JsonCalls("oidc:bank", options(trust=trust)).get(f"https://localhost:{port}/")
        # The certificate is localhost's and no address'.
        with pytest.raises(PeerError, match="TLS"):
            JsonCalls("oidc:bank", options()).get(f"https://127.0.0.1:{port}/")
    assert heard == []


def test_a_server_without_tls_hears_nothing() -> None:
    with answer(lambda _: Said()) as (port, heard):
        with pytest.raises(PeerError):
            JsonCalls("oidc:bank", options()).get(f"https://localhost:{port}/")
        with pytest.raises(ConfigError):
            JsonCalls("oidc:bank", options()).get(f"http://localhost:{port}/")
        assert JsonCalls("x", options(is_plain=True)).get(f"http://localhost:{port}/").status == 200
    assert len(heard) == 1


def test_our_certificate_is_shown_where_it_is_asked_for() -> None:
    now = datetime.now(UTC)
    world = make_world(Curve.P256, os.urandom, now)
    ours = issue_tls_leaf(world["ci"], ("us.example.com",), os.urandom, now, DP_TLS)
    from openesim.adapters.keystore.tls import TlsMaterial

    with answer(lambda _: Said(), localhost()[0], world["ci"].certificate.octets) as (port, _):
        address = f"https://localhost:{port}/"
        calls = JsonCalls("authority:x", options(present=TlsMaterial(ours).load_into))
        assert calls.get(address).status == 200
        with pytest.raises(PeerError):
            JsonCalls("authority:x", options()).get(address)


def test_a_name_may_lead_to_another_place_and_is_verified_all_the_same() -> None:
    with answer(lambda _: Said(), localhost()[0]) as (port, heard):
        calls = JsonCalls("x", options(resolve={"localhost": ("127.0.0.1", port)}))
        assert calls.get("https://localhost/").status == 200
    assert heard[0].headers["Host"] == "localhost"


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, Trouble.REFUSES_US),
        (403, Trouble.REFUSES_US),
        (400, Trouble.REFUSES_QUESTION),
        (404, Trouble.REFUSES_QUESTION),
        (409, Trouble.REFUSES_QUESTION),
        (429, Trouble.BUSY),
        (500, Trouble.BUSY),
        (503, Trouble.BUSY),
        (204, Trouble.UNREADABLE),
    ],
)
def test_a_status_that_decides_nothing_says_what_to_do(status: int, told: Trouble) -> None:
    calls = JsonCalls("oidc:bank", options())
    error = calls.refused(Answer(status, "text/html", NUMBER.encode(), 7.0))
    assert trouble_of(error) is told
    assert error.retry_after == 7.0
    assert NUMBER not in str(error)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"1", b'"x"', b"{", b"\xff\xfe", b'{"a":' * 5000, b'{"a":' + b"[" * 30 + b"]" * 30 + b"}"],
)
def test_what_is_no_object_is_unreadable(body: bytes) -> None:
    calls = JsonCalls("oidc:bank", options())
    with pytest.raises(PeerError) as refused:
        calls.read_object(Answer(200, "application/json", body))
    assert trouble_of(refused.value) is Trouble.UNREADABLE


def test_an_answer_does_not_show_its_body() -> None:
    assert NUMBER not in repr(Answer(200, "application/json", NUMBER.encode()))


@pytest.mark.parametrize(
    "address",
    [
        "http://id.example.com/",
        "ftp://id.example.com/",
        "https://",
        "https://user:word@id.example.com/",
        "https://id.example.com/#x",
        "https://id.example.com/ x",
        "https://id.example.com/\n",
        "https://id.example.com:99999/",
        "https://[::1/",
        "https://id.example.com/" + "x" * 2000,
        "javascript:alert(1)",
        "",
        "https://bücher.example.com/",
    ],
)
def test_what_is_no_https_address_is_not_called(address: str) -> None:
    with pytest.raises(ConfigError):
        split_address(address, is_plain=False)


def test_contexts_are_of_today() -> None:
    assert JsonCalls("x", CallOptions())._tls().minimum_version == ssl.TLSVersion.TLSv1_2
