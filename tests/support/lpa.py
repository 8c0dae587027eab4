"""A small LPA around the chip of these tests, and the two bindings in which it speaks.

It knows the wire only: paths, JSON members, tags. How a request travels is the caller's business (``Post``): through
the application in memory, or over a socket.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.chip import Chip, Node, node, tlv

JSON = "application/json"
ASN1 = "application/x-gsma-rsp-asn1"
ES9 = "/gsma/rsp2/es9plus/"
ASN1_PATH = "/gsma/rsp2/asn1"
PROTOCOL = "gsma/rsp/v2.2.2"


@dataclass(frozen=True)
class Reply:
    """What came back."""

    http_status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def members(self) -> dict[str, Any]:
        """The JSON object of the body."""
        document = json.loads(self.body)
        assert isinstance(document, dict)
        return document

    @property
    def pair(self) -> tuple[str, str] | None:
        """Subject and reason code, or None of a success."""
        if self.http_status == 204:
            return None
        execution = self.members["header"]["functionExecutionStatus"]
        if execution["status"] == "Executed-Success":
            return None
        assert execution["status"] == "Failed"
        assert list(self.members) == ["header"], "a refusal carries no output"
        data = execution["statusCodeData"]
        return data["subjectCode"], data["reasonCode"]

    def octets(self, name: str) -> bytes:
        """Return the octets of a member in base64."""
        return base64.b64decode(self.members[name], validate=True)


Post = Callable[[str, Mapping[str, str], bytes], Reply]
"""Sends a body to a path with headers, and brings the answer."""


def b64(octets: bytes) -> str:
    """Returns base64 in one line."""
    return base64.b64encode(octets).decode()


@dataclass
class JsonBinding:
    """Calls functions in JSON."""

    post: Post
    prefix: str = ES9
    media_type: str = JSON

    def call(self, function: str, members: Mapping[str, Any]) -> Reply:
        """Calls a function by the last segment of its path."""
        headers = {"Content-Type": self.media_type, "X-Admin-Protocol": PROTOCOL}
        return self.post(self.prefix + function, headers, json.dumps(members).encode())


_ASN1_TAGS = {
    "initiateAuthentication": 0xBF39,
    "authenticateClient": 0xBF3B,
    "getBoundProfilePackage": 0xBF3A,
    "handleNotification": 0xBF3D,
    "cancelSession": 0xBF41,
}


def write_asn1(function: str, members: Mapping[str, Any]) -> bytes:
    """Returns the request of a function in the ASN.1 binding, from the members of the JSON one."""

    def octets(name: str) -> bytes:
        return base64.b64decode(members[name])

    if function == "initiateAuthentication":
        address = tlv(0x83, members["smdpAddress"].encode())
        inner = [tlv(0x81, octets("euiccChallenge")), address, octets("euiccInfo1")]
    elif function == "handleNotification":
        inner = [tlv(0xA0, octets("pendingNotification"))]
    else:
        inner = [tlv(0x80, bytes.fromhex(members["transactionId"]))]
        if function == "cancelSession":
            inner.append(tlv(0xA1, node(octets("cancelSessionResponse")).value))
        else:
            (name,) = set(members) - {"transactionId"}
            inner.append(octets(name))
    return tlv(0xA2, tlv(_ASN1_TAGS[function], *inner))


def read_asn1(octets: bytes) -> tuple[int, Node]:
    """Returns tag of the function and the answer inside: A0 with the output, 81 with a number."""
    (answer,) = node(octets)
    (inner,) = answer
    return answer.tag, inner


_OUTPUTS = {
    0xBF39: ("serverSigned1", "serverSignature1", "euiccCiPKIdToBeUsed", "serverCertificate"),
    0xBF3B: ("profileMetadata", "smdpSigned2", "smdpSignature2", "smdpCertificate"),
    0xBF3A: ("boundProfilePackage",),
    0xBF41: (),
}


@dataclass
class Asn1Binding:
    """Calls functions in the ASN.1 binding and tells the answers as if they had come in JSON.

    A refusal is told as the pair ``("asn1", number)``.
    """

    post: Post
    headers: dict[str, str] = field(
        default_factory=lambda: {"Content-Type": ASN1, "X-Admin-Protocol": PROTOCOL}
    )

    def call(self, function: str, members: Mapping[str, Any]) -> Reply:
        """Calls a function by the last segment of its JSON path."""
        reply = self.post(ASN1_PATH, self.headers, write_asn1(function, members))
        if reply.http_status != 200:
            return reply
        assert reply.headers["content-type"] == ASN1
        tag, inner = read_asn1(reply.body)
        assert tag == _ASN1_TAGS[function]
        status: dict[str, Any] = {"status": "Executed-Success"}
        told: dict[str, Any] = {"header": {"functionExecutionStatus": status}}
        if inner.tag == 0x81:
            number = int.from_bytes(inner.value, "big")
            status.update(status="Failed", statusCodeData={"subjectCode": "asn1", "reasonCode": str(number)})
        else:
            assert inner.tag == 0xA0
            values = list(inner)
            if values:
                told["transactionId"] = values.pop(0).value.hex().upper()
            told.update({name: b64(value.octets) for name, value in zip(_OUTPUTS[tag], values, strict=True)})
        return Reply(200, reply.headers, json.dumps(told).encode())


Binding = JsonBinding | Asn1Binding


@dataclass
class Lpa:
    """Brings chip and server together, one step a method; every step returns the server's reply."""

    chip: Chip
    binding: Binding
    address: str = "smdpplus.example.com"
    transaction_id: str = ""
    opened: Reply | None = None
    admitted: Reply | None = None
    package: Reply | None = None

    def initiate(self, **changes: Any) -> Reply:
        """InitiateAuthentication; ``changes`` replace members, None removes one."""
        members = {
            "euiccChallenge": b64(self.chip.new_challenge()),
            "euiccInfo1": b64(self.chip.info1),
            "smdpAddress": self.address,
        }
        reply = self._call("initiateAuthentication", members, changes)
        if _is_success(reply):
            self.opened, self.transaction_id = reply, reply.members["transactionId"]
        return reply

    def prove(self, matching_id: str | None) -> bytes:
        """Returns what the chip answers the server with: BF38."""
        assert self.opened is not None
        names = _OUTPUTS[0xBF39]
        outputs = {name: self.opened.octets(name) for name in names}
        return self.chip.authenticate_server(outputs, self.address, matching_id)

    def authenticate(self, matching_id: str | None = None, **changes: Any) -> Reply:
        """AuthenticateServer on the chip, AuthenticateClient at the server."""
        members = {
            "transactionId": self.transaction_id,
            "authenticateServerResponse": b64(self.prove(matching_id)),
        }
        reply = self._call("authenticateClient", members, changes)
        if _is_success(reply):
            self.admitted = reply
        return reply

    def ready(self, code: str | None = None) -> bytes:
        """Returns what the chip answers the announcement with: BF21."""
        assert self.admitted is not None
        outputs = {name: self.admitted.octets(name) for name in _OUTPUTS[0xBF3B]}
        return self.chip.prepare_download(outputs, code)

    def get_package(self, code: str | None = None, **changes: Any) -> Reply:
        """PrepareDownload on the chip, GetBoundProfilePackage at the server."""
        return self.get_package_with(self.ready(code), **changes)

    def get_package_with(self, ready: bytes, **changes: Any) -> Reply:
        """GetBoundProfilePackage with an answer that the chip gave before."""
        members = {"transactionId": self.transaction_id, "prepareDownloadResponse": b64(ready)}
        reply = self._call("getBoundProfilePackage", members, changes)
        if _is_success(reply):
            self.package = reply
        return reply

    def install(self) -> bytes:
        """LoadBoundProfilePackage on the chip; returns the pending notification."""
        assert self.package is not None
        return self.chip.install(self.package.octets("boundProfilePackage"))

    def deliver(self, notification: bytes) -> Reply:
        """HandleNotification."""
        return self._call("handleNotification", {"pendingNotification": b64(notification)}, {})

    def cancel(self, reason: int, **changes: Any) -> Reply:
        """CancelSession on the chip and at the server."""
        members = {
            "transactionId": self.transaction_id,
            "cancelSessionResponse": b64(self.chip.cancel(reason)),
        }
        return self._call("cancelSession", members, changes)

    def announce(self, matching_id: str | None = None) -> Reply:
        """Goes as far as AuthenticateClient and returns the first refusal, or the announcement."""
        reply = self.initiate()
        return self.authenticate(matching_id) if reply.pair is None else reply

    def fetch(self, matching_id: str | None = None, code: str | None = None) -> Reply:
        """Goes as far as GetBoundProfilePackage and returns the first refusal, or the package."""
        reply = self.announce(matching_id)
        return self.get_package(code) if reply.pair is None else reply

    def download(self, matching_id: str | None = None, code: str | None = None) -> Reply:
        """Downloads, installs and reports; returns the first refusal, or the acknowledgement."""
        reply = self.fetch(matching_id, code)
        return self.deliver(self.install()) if reply.pair is None else reply

    def _call(self, function: str, members: dict[str, Any], changes: Mapping[str, Any]) -> Reply:
        sent = {name: value for name, value in {**members, **changes}.items() if value is not None}
        return self.binding.call(function, sent)


def _is_success(reply: Reply) -> bool:
    return reply.http_status == 200 and reply.pair is None
