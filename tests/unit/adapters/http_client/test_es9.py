"""ES9+ over HTTP and TLS, against a server on the loopback interface."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from openesim.adapters.http_client.es9 import Es9HttpClient
from openesim.adapters.http_client.target import HttpOptions
from openesim.encoding.jsonbinding import encode_object
from openesim.kernel.errors import FunctionError, PeerError
from openesim.messages.sgp22.asn1binding import encode_response
from openesim.messages.sgp22.download import CancelSessionReason
from openesim.messages.sgp22.es9plus import (
    AUTHENTICATE_CLIENT,
    CANCEL_SESSION,
    HANDLE_NOTIFICATION,
    INITIATE_AUTHENTICATION,
    InitiateAuthenticationOk,
)
from openesim.messages.sgp22.explained import LpaOutcome, explain_error, outcome_of
from openesim.messages.sgp22.function import format_failure, format_success
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.security.crypto.curves import Curve
from openesim.security.pki.world import Issued, issue_tls_leaf, make_world
from tests.playbooks.lpa import script
from tests.support.rig import entropy_of
from tests.unit.adapters.http_client.server import Server, serve

pytestmark = pytest.mark.sockets

NAME = "smdp.example.com"
REQUEST: Any = script.initiate().request
ANSWER = encode_object(format_success(INITIATE_AUTHENTICATION, script.server_proof()))
REFUSAL = encode_object(format_failure(Status(Subject.SMDP_ADDRESS, Reason.REFUSED, "another name")))
NOW = datetime.now(UTC)
ENTROPY = entropy_of("http client")


@cache
def ci(curve: Curve = Curve.P256) -> Issued:
    """The CI of a test world that is valid today."""
    return make_world(curve, ENTROPY, NOW)["ci"]


def leaf(*hosts: str, curve: Curve = Curve.P256, at: datetime = NOW) -> Issued:
    """A TLS certificate under the CI of the test world."""
    return issue_tls_leaf(ci(curve), hosts or (NAME,), ENTROPY, at)


def trust(curve: Curve = Curve.P256) -> tuple[bytes, ...]:
    return (ci(curve).certificate.octets,)


def client(server: Server, **options: Any) -> Es9HttpClient:
    given = {"trust": trust(), "uses_system_roots": False, "resolve": {NAME: ("127.0.0.1", server.port)}}
    return Es9HttpClient(HttpOptions(**{**given, **options}))


@pytest.fixture
def plain() -> Iterator[Server]:
    """A server without TLS."""
    with serve() as server:
        yield server


@pytest.fixture
def secured() -> Iterator[Server]:
    """A server with a certificate of the test CI."""
    with serve(leaf()) as server:
        yield server


def call(caller: Es9HttpClient, address: str = NAME) -> Any:
    with caller:
        return caller.call(address, INITIATE_AUTHENTICATION, REQUEST)


def refused(caller: Es9HttpClient, address: str = NAME) -> PeerError:
    with pytest.raises(PeerError) as caught:
        call(caller, address)
    return caught.value


# --- What is sent, what comes back ----------------------------------------------------------------------------


def test_a_call_carries_the_headers_of_an_lpa_and_brings_the_output(secured: Server) -> None:
    secured.answer(200, ANSWER, Content_Type="application/json")
    output = call(client(secured))
    assert isinstance(output, InitiateAuthenticationOk)
    assert output == script.server_proof()
    (asked,) = secured.asked
    assert asked.path == "/gsma/rsp2/es9plus/initiateAuthentication"
    assert asked.headers["Host"] == NAME
    assert asked.headers["User-Agent"] == "gsma-rsp-lpad"
    assert asked.headers["Content-Type"] == "application/json"
    assert asked.headers["X-Admin-Protocol"] == "gsma/rsp/v2.5.0"
    assert json.loads(asked.body)["smdpAddress"] == NAME
    assert secured.server_names == [NAME]


def test_a_failed_answer_is_a_refusal_with_its_codes(plain: Server) -> None:
    plain.answer(200, REFUSAL)
    with pytest.raises(FunctionError) as caught:
        call(client(plain, is_plain=True))
    assert (caught.value.subject, caught.value.reason, caught.value.message) == (
        "8.8.1",
        "3.8",
        "another name",
    )


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_notification_is_acknowledged_by_any_2xx_whatever_it_holds(plain: Server, status: int) -> None:
    plain.answer(status, b"" if status == 204 else b"thank you")
    request = script.delivery(script.installation_result().encode()).request
    with client(plain, is_plain=True) as caller:
        assert caller.call(NAME, HANDLE_NOTIFICATION, request) is None
    assert json.loads(plain.asked[0].body).keys() == {"pendingNotification"}


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_a_notification_that_is_not_acknowledged_is_not_delivered(plain: Server, status: int) -> None:
    plain.answer(status, b"no")
    request = script.delivery(script.installation_result().encode()).request
    with client(plain, is_plain=True) as caller, pytest.raises(PeerError):
        caller.call(NAME, HANDLE_NOTIFICATION, request)


def test_a_cancellation_needs_no_body_in_the_answer(plain: Server) -> None:
    plain.answer(200, b"")
    _, server = script.cancellation(CancelSessionReason.POSTPONED)
    with client(plain, is_plain=True) as caller:
        assert caller.call(NAME, CANCEL_SESSION, server[0].request) is None


def test_a_chunked_answer_is_read_whole(plain: Server) -> None:
    plain.chunked = True
    plain.answer(200, ANSWER)
    assert call(client(plain, is_plain=True)) == script.server_proof()


def test_connections_are_kept_and_shared_between_threads(secured: Server) -> None:
    secured.answer(200, ANSWER)
    with client(secured, connections=3) as caller, ThreadPoolExecutor(3) as threads:
        outputs = list(threads.map(lambda _: caller.call(NAME, INITIATE_AUTHENTICATION, REQUEST), range(12)))
    assert outputs == [script.server_proof()] * 12
    assert secured.connections <= 3


# --- Where it goes --------------------------------------------------------------------------------------------


def test_a_port_of_the_address_is_in_the_host_header_and_not_in_what_is_verified(secured: Server) -> None:
    secured.answer(200, ANSWER)
    call(client(secured), f"{NAME}:8443")
    assert secured.asked[0].headers["Host"] == f"{NAME}:8443"
    assert secured.server_names == [NAME]


def test_a_base_url_takes_every_address(plain: Server) -> None:
    plain.answer(200, ANSWER)
    call(client(plain, resolve={}, base_url=f"http://127.0.0.1:{plain.port}"), "anything.example.com")
    assert plain.asked[0].headers["Host"] == "anything.example.com"


# --- The answer is none ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (301, LpaOutcome.REDIRECTED),
        (307, LpaOutcome.REDIRECTED),
        (400, LpaOutcome.REQUEST_REJECTED),
        (404, LpaOutcome.REQUEST_REJECTED),
        (429, LpaOutcome.SERVER_BUSY),
        (500, LpaOutcome.SERVER_FAILED),
        (503, LpaOutcome.SERVER_BUSY),
    ],
)
def test_other_statuses_decide_nothing_and_their_body_is_shown(
    plain: Server, status: int, outcome: LpaOutcome
) -> None:
    plain.answer(status, b"<html>\n  what it\tsays \x07</html>", Location="https://elsewhere.example.com/")
    error = refused(client(plain, is_plain=True))
    assert outcome_of(error) is outcome
    assert "<html> what it says </html>" in str(error)
    assert len(plain.asked) == 1, "a redirection is not followed"


def test_a_client_error_with_a_refusal_in_it_is_a_refusal(plain: Server) -> None:
    plain.answer(400, REFUSAL)
    with pytest.raises(FunctionError):
        call(client(plain, is_plain=True))


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_server_that_is_busy_or_broken_has_refused_nothing(plain: Server, status: int) -> None:
    plain.answer(status, REFUSAL, Retry_After="17")
    assert refused(client(plain, is_plain=True)).retry_after == 17.0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"header":{"functionExecutionStatus":{"status":"Executed-Success"}}}',
        b'{"header":{"functionExecutionStatus":{}}}',
        ANSWER.replace(b"transactionId", b"transactionID"),
    ],
)
def test_an_answer_that_cannot_be_read_decides_nothing(plain: Server, body: bytes) -> None:
    plain.answer(200, body)
    assert outcome_of(refused(client(plain, is_plain=True))) is LpaOutcome.ANSWER_UNREADABLE


@pytest.mark.parametrize("chunked", [False, True])
def test_an_endless_answer_is_cut(plain: Server, chunked: bool) -> None:
    plain.chunked = chunked
    plain.answer(200, b"x" * 5000)
    error = refused(client(plain, is_plain=True, most_octets=4999))
    assert outcome_of(error) is LpaOutcome.ANSWER_TOO_LARGE


def test_an_answer_that_breaks_off_is_no_answer(plain: Server) -> None:
    plain.cuts_short = True
    plain.answer(200, ANSWER)
    assert outcome_of(refused(client(plain, is_plain=True))) is LpaOutcome.CONNECTION_FAILED


def test_a_server_that_is_not_there_is_said_to_refuse_connections() -> None:
    with serve() as server:
        pass
    error = refused(client(server, is_plain=True))
    assert outcome_of(error) is LpaOutcome.CONNECTION_FAILED
    assert "refused" in str(error)


def test_a_server_that_does_not_answer_is_waited_for_so_long_and_no_longer(plain: Server) -> None:
    plain.delay_s = 0.5
    error = refused(client(plain, is_plain=True, read_timeout_s=0.05))
    assert outcome_of(error) is LpaOutcome.TIMED_OUT


@pytest.mark.parametrize(
    "address", ["", "a b", "host:port", "host:99999", "user@host", "host/path", "host?x"]
)
def test_an_address_that_is_none_is_refused_without_a_connection(address: str) -> None:
    with Es9HttpClient() as caller, pytest.raises(PeerError) as caught:
        caller.call(address, INITIATE_AUTHENTICATION, REQUEST)
    assert outcome_of(caught.value) is LpaOutcome.NAME_UNKNOWN


# --- TLS ------------------------------------------------------------------------------------------------------


def test_a_certificate_of_a_ci_that_is_not_trusted_is_refused_and_its_issuer_named(secured: Server) -> None:
    error = refused(client(secured, trust=()))
    assert outcome_of(error) is LpaOutcome.TLS_UNKNOWN_CA
    assert "OpenESIM Test CI" in str(error)
    assert "--trust" in explain_error(error).next_step
    assert not secured.asked


def test_a_certificate_for_another_name_is_refused(secured: Server) -> None:
    other = client(secured, resolve={"other.example.com": ("127.0.0.1", secured.port)})
    assert outcome_of(refused(other, "other.example.com")) is LpaOutcome.TLS_NAME_MISMATCH


@pytest.mark.parametrize(
    ("at", "outcome"),
    [
        (NOW - timedelta(days=5000), LpaOutcome.TLS_EXPIRED),
        (NOW + timedelta(days=5), LpaOutcome.TLS_NOT_YET_VALID),
    ],
)
def test_a_certificate_out_of_its_time_is_refused(at: datetime, outcome: LpaOutcome) -> None:
    with serve(leaf(at=at)) as server:
        assert outcome_of(refused(client(server))) is outcome


def test_a_certificate_may_be_trusted_itself() -> None:
    pinned = leaf()
    with serve(pinned) as server:
        server.answer(200, ANSWER)
        assert call(client(server, trust=(pinned.certificate.octets,))) == script.server_proof()


def test_whoever_asks_for_it_verifies_nobody(secured: Server) -> None:
    secured.answer(200, ANSWER)
    assert call(client(secured, trust=(), is_insecure=True)) == script.server_proof()


def test_a_port_without_tls_is_said_to_have_none(plain: Server) -> None:
    assert outcome_of(refused(client(plain))) is LpaOutcome.TLS_FAILED


def test_a_server_with_a_brainpool_certificate_is_reached() -> None:
    curve = Curve.BRAINPOOL_P256R1
    with serve(leaf(curve=curve), curve=curve.label) as server:
        server.answer(200, ANSWER)
        with client(server, trust=trust(curve)) as caller:
            caller.probe(NAME)
            for _ in range(2):
                assert caller.call(NAME, INITIATE_AUTHENTICATION, REQUEST) == script.server_proof()


# --- Probing --------------------------------------------------------------------------------------------------


def test_a_probe_reaches_a_server_without_asking_anything(secured: Server, plain: Server) -> None:
    client(secured).probe(NAME)
    client(plain, is_plain=True).probe(NAME)
    assert not secured.asked
    assert not plain.asked


def test_a_probe_tells_that_nobody_is_there() -> None:
    with serve() as server:
        pass
    with pytest.raises(PeerError):
        client(server).probe(NAME)


def test_a_probe_does_not_take_a_stranger_for_the_server(secured: Server) -> None:
    with pytest.raises(PeerError):
        client(secured, trust=()).probe(NAME)


# --- ASN.1 binding --------------------------------------------------------------------------------------------


def test_the_asn1_binding_goes_to_one_path_with_its_own_media_type(plain: Server) -> None:
    plain.answer(200, encode_response(INITIATE_AUTHENTICATION, script.server_proof()))
    assert call(client(plain, is_plain=True, speaks_asn1=True)) == script.server_proof()
    (asked,) = plain.asked
    assert asked.path == "/gsma/rsp2/asn1"
    assert asked.headers["Content-Type"] == "application/x-gsma-rsp-asn1"
    assert asked.body[:1] == b"\xa2"


def test_a_number_in_the_asn1_binding_is_a_refusal_with_its_codes(plain: Server) -> None:
    plain.answer(200, encode_response(INITIATE_AUTHENTICATION, 1))
    with pytest.raises(FunctionError) as caught:
        call(client(plain, is_plain=True, speaks_asn1=True))
    assert (caught.value.subject, caught.value.reason) == ("8.8.1", "3.8")


@pytest.mark.parametrize("body", [b"", b"\xa2\x00", encode_response(AUTHENTICATE_CLIENT, script.offer())])
def test_an_answer_to_something_else_decides_nothing(plain: Server, body: bytes) -> None:
    plain.answer(200, body)
    error = refused(client(plain, is_plain=True, speaks_asn1=True))
    assert outcome_of(error) is LpaOutcome.ANSWER_UNREADABLE
