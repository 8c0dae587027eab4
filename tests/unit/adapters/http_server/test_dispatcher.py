"""The dispatcher: paths, methods, headers, bodies and both bindings, called in memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from openesim.adapters.http_server.dispatcher import Dispatcher, TransportError, mount
from openesim.messages.sgp22 import es2plus, es9plus
from openesim.provisioning.smdp.orders import OrderState
from tests.support.chip import tlv
from tests.support.lpa import ASN1, ASN1_PATH, ES9, JSON, PROTOCOL, Reply, b64, write_asn1
from tests.support.rig import FQDN, Rig, ask, make_chip

PATH = f"{ES9}initiateAuthentication"
HEADERS = {"Content-Type": JSON, "X-Admin-Protocol": PROTOCOL}


def body() -> bytes:
    """Returns a good InitiateAuthentication in JSON."""
    chip = make_chip()
    members = {
        "euiccChallenge": b64(chip.new_challenge()),
        "euiccInfo1": b64(chip.info1),
        "smdpAddress": FQDN,
    }
    return json.dumps(members).encode()


def asn1_body() -> bytes:
    """Returns the same in ASN.1."""
    return write_asn1("initiateAuthentication", json.loads(body()))


def call(rig: Rig, method: str, path: str, headers: Mapping[str, str], octets: bytes) -> Reply:
    """Calls ES9+."""
    return rig.run(ask(rig.es9, method, path, headers, octets))


# --- Path, method, headers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        ES9,
        f"{ES9}initiateauthentication",
        f"{PATH}/",
        f"{ES9}downloadOrder",
        "/gsma/rsp2/es2plus/downloadOrder",
        "/gsma/rsp2/asn1/",
        "/gsma/rsp3/es9plus/initiateAuthentication",
    ],
)
def test_there_are_no_other_paths(rig: Rig, path: str) -> None:
    reply = call(rig, "POST", path, HEADERS, body())
    assert reply.http_status == 404
    assert reply.pair == ("1.6", "2.1")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "post"])
@pytest.mark.parametrize("path", [PATH, ASN1_PATH])
def test_functions_are_called_by_post(rig: Rig, method: str, path: str) -> None:
    assert call(rig, method, path, HEADERS, body()).http_status == 405


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        (JSON, 200),
        ("application/json;charset=UTF-8", 200),
        ("application/json; charset=utf-8", 200),
        ("Application/JSON", 200),
        ("text/plain", 415),
        ("", 415),
        (ASN1, 415),
        ("multipart/form-data; application/json", 415),
    ],
)
def test_json_is_announced_as_json(rig: Rig, media_type: str, status: int) -> None:
    headers = {"Content-Type": media_type, "X-Admin-Protocol": PROTOCOL}
    assert call(rig, "POST", PATH, headers, body()).http_status == status


@pytest.mark.parametrize(("media_type", "status"), [(ASN1, 200), (ASN1.upper(), 200), (JSON, 415)])
def test_asn1_is_announced_as_asn1(rig: Rig, media_type: str, status: int) -> None:
    headers = {"Content-Type": media_type, "X-Admin-Protocol": PROTOCOL}
    assert call(rig, "POST", ASN1_PATH, headers, asn1_body()).http_status == status


@pytest.mark.parametrize(
    ("protocol", "status", "answered"),
    [
        (None, 200, "gsma/rsp/v2.5.0"),
        ("gsma/rsp/v2.2.2", 200, "gsma/rsp/v2.2.2"),
        (" gsma/rsp/v2.2.2", 200, "gsma/rsp/v2.2.2"),
        ("gsma/rsp/v2.1.0", 200, "gsma/rsp/v2.1.0"),
        ("gsma/rsp/v3.0.0", 200, "gsma/rsp/v2.5.0"),
        ("gsma/rsp/v2.", 200, "gsma/rsp/v2.5.0"),
        ("gsma/rsp/v2.x", 200, "gsma/rsp/v2.5.0"),
        ("gsma/rsp/v2.2.2.2.2.2.2.2.2.2", 200, "gsma/rsp/v2.5.0"),
        ("gsma/rsp/v2.2.2\x85", 200, "gsma/rsp/v2.5.0"),
        ("gsma/rsp", 400, "gsma/rsp/v2.5.0"),
        ("", 400, "gsma/rsp/v2.5.0"),
        ("http/1.1", 400, "gsma/rsp/v2.5.0"),
    ],
)
def test_the_protocol_is_ours_in_any_version(
    rig: Rig, protocol: str | None, status: int, answered: str
) -> None:
    headers = {"Content-Type": JSON} | ({} if protocol is None else {"X-Admin-Protocol": protocol})
    reply = call(rig, "POST", PATH, headers, body())
    assert reply.http_status == status
    assert reply.headers["x-admin-protocol"] == answered


def test_headers_that_are_missing_are_tolerated(rig: Rig) -> None:
    assert call(rig, "POST", PATH, {}, body()).pair is None


# --- Body -----------------------------------------------------------------------------------------------------


NO_JSON = {
    "nothing": b"",
    "blank": b"  ",
    "text": b"hello",
    "cut short": b'{"euiccChallenge": "AAAA',
    "two objects": b"{}{}",
    "trailing comma": b'{"a": 1,}',
    "array": b"[]",
    "string": b'"text"',
    "number": b"1",
    "null": b"null",
    "not UTF-8": b'{"smdpAddress": "\xff\xfe"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "half a character": b'{"smdpAddress": "\xf0\x9f"}',
    "a lone surrogate": b'{"smdpAddress": "\\ud800"}',
    "deep arrays": b"[" * 30_000 + b"]" * 30_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "deep inside": b'{"smdpAddress":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "a control character": b'{"a": "\n"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a great number": b'{"a": 1' + b"0" * 5000 + b"}",
    "NaN": b'{"a": NaN}',
}


@pytest.mark.parametrize("octets", NO_JSON.values(), ids=NO_JSON.keys())
def test_what_is_no_json_object_is_told_so(rig: Rig, octets: bytes) -> None:
    reply = call(rig, "POST", PATH, HEADERS, octets)
    assert reply.http_status == 400
    assert reply.pair is not None
    assert reply.pair[0] == "1.6"


MEMBERS: dict[str, dict[str, Any]] = {
    "missing": {"euiccInfo1": ...},
    "null": {"euiccInfo1": None},
    "a number": {"euiccInfo1": 5},
    "an object": {"euiccInfo1": {}},
    "an array": {"smdpAddress": ["x"]},
    "a boolean": {"smdpAddress": True},
    "no base64": {"euiccInfo1": "****"},
    "base64 cut short": {"euiccInfo1": "AAA"},
    "base64 for URLs": {"euiccInfo1": "vyA-_w=="},
    "empty base64": {"euiccInfo1": ""},
    "another tag": {"euiccInfo1": b64(tlv(0xBF21))},
    "octets behind": {"euiccInfo1": b64(make_chip().info1 + b"\0")},
    "a short challenge": {"euiccChallenge": b64(bytes(15))},
    "a long challenge": {"euiccChallenge": b64(bytes(17))},
}


@pytest.mark.parametrize("changes", MEMBERS.values(), ids=MEMBERS.keys())
def test_a_malformed_member_is_named(rig: Rig, changes: dict[str, Any]) -> None:
    members = {name: value for name, value in (json.loads(body()) | changes).items() if value is not ...}
    reply = call(rig, "POST", PATH, HEADERS, json.dumps(members).encode())
    assert reply.http_status == 400
    (name,) = changes
    message = reply.members["header"]["functionExecutionStatus"]["statusCodeData"]["message"]
    assert name in message
    missing = changes[name] in (..., None)
    assert reply.pair == ("1.6", "2.2" if missing else "2.1")


def test_what_is_tolerated_of_members(rig: Rig) -> None:
    members = json.loads(body())
    members |= {"header": {"x": 1}, "unknown": {"deep": [1, 2, {}]}, "lpaRspCapability": None}
    members["euiccInfo1"] = members["euiccInfo1"][:9] + " \r\n\t" + members["euiccInfo1"][9:]
    assert call(rig, "POST", PATH, HEADERS, json.dumps(members).encode()).pair is None


def test_of_two_members_of_one_name_one_is_taken(rig: Rig) -> None:
    octets = body()[:-1] + b', "smdpAddress": "other.example.com"}'
    assert call(rig, "POST", PATH, HEADERS, octets).pair in {None, ("8.8.1", "3.8")}


# --- Answers --------------------------------------------------------------------------------------------------


def test_a_success_holds_every_output_and_a_refusal_none(rig: Rig) -> None:
    reply = call(rig, "POST", PATH, HEADERS, body())
    assert set(reply.members) == {
        "header",
        "transactionId",
        "serverSigned1",
        "serverSignature1",
        "euiccCiPKIdToBeUsed",
        "serverCertificate",
    }
    assert all(isinstance(value, str) for name, value in reply.members.items() if name != "header")
    assert reply.headers["content-type"] == JSON
    refused = json.loads(body()) | {"smdpAddress": "other.example.com"}
    reply = call(rig, "POST", PATH, HEADERS, json.dumps(refused).encode())
    assert (reply.http_status, list(reply.members)) == (200, ["header"])


def test_a_notification_is_acknowledged_with_nothing(rig: Rig) -> None:
    lpa = rig.lpa()
    reply = lpa.deliver(lpa.chip.tell(0x80, FQDN, "8988211000000000017"))
    assert (reply.http_status, reply.body) == (204, b"")
    assert set(reply.headers) == {"x-admin-protocol"}, "no type of nothing"


def test_signatures_and_identifiers_leave_as_whole_tlvs(rig: Rig) -> None:
    reply = call(rig, "POST", PATH, HEADERS, body())
    assert reply.octets("serverSignature1")[:3] == b"\x5f\x37\x40"
    assert reply.octets("euiccCiPKIdToBeUsed")[:2] == b"\x04\x14"
    assert reply.octets("serverSigned1")[0] == 0x30


# --- The ASN.1 binding ----------------------------------------------------------------------------------------

ASN1_HEADERS = {"Content-Type": ASN1, "X-Admin-Protocol": PROTOCOL}


def test_a_whole_download_in_asn1(rig: Rig) -> None:
    rig.add_order(code="1234")
    lpa = rig.lpa(asn1=True)
    assert lpa.fetch("TEST-1", "0000").pair == ("asn1", "3")
    assert lpa.get_package().pair == ("asn1", "2")
    assert lpa.get_package("1234").pair is None
    assert lpa.deliver(lpa.install()).http_status == 204
    rig.process()
    assert rig.order().state.value == "Installed"
    assert lpa.cancel(0).pair is None
    assert lpa.cancel(0).pair == ("asn1", "1")


@pytest.mark.parametrize(
    ("step", "number"),
    [
        (lambda lpa: lpa.initiate(smdpAddress="other.example.com"), "1"),
        (lambda lpa: lpa.announce("UNKNOWN"), "6"),
        (lambda lpa: lpa.announce(None), "7"),
    ],
)
def test_refusals_are_numbers_in_asn1(rig: Rig, step: Any, number: str) -> None:
    rig.add_order()
    assert step(rig.lpa(asn1=True)).pair == ("asn1", number)


def test_a_refusal_without_a_number_is_undefined(rig: Rig) -> None:
    rig.add_order(state=OrderState.INSTALLED)
    assert rig.lpa(asn1=True).announce("TEST-1").pair == ("asn1", "127")


NO_ASN1 = {
    "nothing": b"",
    "zeros": bytes(100),
    "ones": b"\xff" * 100,
    "an empty wrapper": tlv(0xA2),
    "another wrapper": tlv(0xA3, asn1_body()[2:]),
    "an unknown function": tlv(0xA2, tlv(0xBF4C)),
    "an empty function": tlv(0xA2, tlv(0xBF39)),
    "two functions": tlv(0xA2, tlv(0xBF39), tlv(0xBF3B)),
    "cut short": asn1_body()[:-1],
    "octets behind": asn1_body() + b"\0",
    "an endless length": b"\xa2\x80" + asn1_body() + b"\0\0",
    "a great length": b"\xa2\x84\xff\xff\xff\xff",
    "deep": b"\xa2\x82\x7f\xff" + b"\xbf\x39\x82\x7f\xf0" * 4000,
}


@pytest.mark.parametrize("octets", NO_ASN1.values(), ids=NO_ASN1.keys())
def test_what_is_no_asn1_request_is_told_so(rig: Rig, octets: bytes) -> None:
    reply = call(rig, "POST", ASN1_PATH, ASN1_HEADERS, octets)
    assert reply.http_status == 400
    assert reply.headers["content-type"] == JSON


def test_asn1_is_spoken_only_where_it_is_asked_for(rig: Rig) -> None:
    app = Dispatcher(mount(es9plus.FUNCTIONS, rig.service))
    assert rig.run(ask(app, "POST", ASN1_PATH, ASN1_HEADERS, asn1_body())).http_status == 404


# --- Mounting, identities, faults -----------------------------------------------------------------------------


def test_a_function_without_a_method_fails_at_start_up() -> None:
    class Half:
        async def download_order(self) -> None: ...

    with pytest.raises(AttributeError, match="confirm_order"):
        mount(es2plus.FUNCTIONS, Half())


def test_a_caller_whom_nobody_knows_is_refused_before_the_body_is_looked_at(rig: Rig) -> None:
    def stranger(_scope: Any) -> str:
        raise TransportError(403, "who are you")

    app = Dispatcher(mount(es2plus.FUNCTIONS, rig.operators), identify=stranger)
    reply = rig.run(ask(app, "POST", "/gsma/rsp2/es2plus/releaseProfile", HEADERS, b"{"))
    assert reply.http_status == 403


def test_a_fault_is_an_id_for_the_caller_and_a_cause_for_the_log(rig: Rig, logs: list[Any]) -> None:
    class Faulty:
        async def initiate_authentication(self, _request: Any) -> None:
            secret = "the key in a local variable"  # noqa: F841
            raise RuntimeError("cause")

    app = Dispatcher(mount([es9plus.INITIATE_AUTHENTICATION], Faulty()))
    reply = rig.run(ask(app, "POST", PATH, HEADERS, body()))
    assert reply.http_status == 500
    (event,) = [event for event in logs if event["event"] == "request failed"]
    logs.clear()
    message = reply.members["header"]["functionExecutionStatus"]["statusCodeData"]["message"]
    assert event["fault"] in message
    assert b"cause" not in reply.body
    assert "RuntimeError: cause" in event["traceback"]
    assert "local variable" not in repr({name: value for name, value in event.items() if name != "traceback"})


def test_a_request_that_is_cancelled_stays_cancelled(rig: Rig) -> None:
    class Slow:
        async def initiate_authentication(self, _request: Any) -> None:
            await asyncio.sleep(60)

    app = Dispatcher(mount([es9plus.INITIATE_AUTHENTICATION], Slow()))

    async def impatient() -> None:
        task = asyncio.create_task(ask(app, "POST", PATH, HEADERS, body()))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    rig.run(impatient())


def test_refusals_are_logged_without_secrets(rig: Rig, logs: list[Any]) -> None:
    rig.add_order(code="C0DE-1234", matching_id="TOKEN-OF-SOMEBODY")
    lpa = rig.lpa()
    lpa.announce("TOKEN-OF-NOBODY")
    lpa.fetch("TOKEN-OF-SOMEBODY", "C0DE-9999")
    lpa.get_package("C0DE-1234")
    told = repr(logs)
    assert "refused" in told
    for secret in ("C0DE", "TOKEN-OF", lpa.chip.eid):
        assert secret not in told
