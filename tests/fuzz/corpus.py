"""The first inputs of the fuzzer, made by our own encoders at every start: nothing of others is kept."""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from openesim.encoding import tlv
from openesim.encoding.jsonbinding import encode_object
from openesim.kernel.ids import Plmn
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.description_file import parse_description
from openesim.messages.saip.new_description import Beginning, new_description
from openesim.messages.sgp22 import es2plus, es9plus, es11, es12
from openesim.messages.sgp22.function import format_success
from openesim.security.aka.suci import Scheme, Suci
from openesim.security.aka.suci_nai import NaiSuci
from openesim.security.crypto.scp80 import CommandPacket, wrap_command
from openesim.security.pki.build import Issuer
from openesim.security.pki.crl import Revocation, build_crl
from tests.fuzz.targets import INDEX, OTA_KEYS
from tests.properties import cards, messages
from tests.properties.messages import MESSAGES, draw
from tests.unit.provisioning.euicc import laboratory

SELECT = bytes.fromhex("00a4040010a0000005591010ffffffff8900000100")
SHORT = (
    "BF2E00",
    "BF2000",
    "BF2200",
    "BF3C00",
    "BF2800",
    "BF2B00",
    "BF2D00",
    "BF4300",
    "BF3E035C015A",
    "BF3F058003612E62",
    "BF3003800101",
    "BF3404820205E0",
)
EID, ICCID = "89049032123451234512345678901235", "8988211000000530082F"
OPERATOR: dict[str, Any] = {
    "header": {"functionRequesterIdentifier": "1.2.3", "functionCallIdentifier": "c"},
    "eid": EID,
    "iccid": ICCID,
    "profileType": "basic",
    "matchingId": "ABC-1",
    "confirmationCode": "1234",
    "smdsAddress": "smds.example.com",
    "releaseFlag": True,
    "finalProfileStatusIndicator": "Available",
    "rspServerAddress": "smdp.example.com",
    "eventId": "E-1",
    "forwardingIndicator": False,
    "timestamp": "2026-01-02T03:04:05Z",
    "notificationPointId": 4,
    "notificationPointStatus": {
        "status": "Failed",
        "statusCodeData": {"subjectCode": "8", "reasonCode": "1"},
    },
    "resultData": b2a_base64(b"\xbf\x37", newline=False).decode(),
}
FAILURE = {
    "header": {
        "functionExecutionStatus": {
            "status": "Failed",
            "statusCodeData": {"subjectCode": "8.2.6", "reasonCode": "3.8", "message": "no"},
        }
    }
}
JSON_VALUES = (
    (
        es9plus.INITIATE_AUTHENTICATION,
        messages.initiate_authentication_request,
        messages.initiate_authentication_ok,
    ),
    (es9plus.AUTHENTICATE_CLIENT, messages.authenticate_client_request, messages.authenticate_client_ok),
    (
        es9plus.GET_BOUND_PROFILE_PACKAGE,
        messages.get_bound_profile_package_request,
        messages.get_bound_profile_package_ok,
    ),
    (es9plus.HANDLE_NOTIFICATION, messages.handle_notification_request, None),
    (es9plus.CANCEL_SESSION, messages.cancel_session_request_es9, None),
    (
        es11.AUTHENTICATE_CLIENT_ES11,
        messages.authenticate_client_request,
        messages.authenticate_client_ok_es11,
    ),
)


def seeds() -> Iterator[bytes]:
    """Yield valid inputs for every target."""
    for name, octets in _all():
        yield bytes([INDEX[name]]) + octets


def write(folder: Path) -> int:
    """Write the inputs into a folder and return how many they are."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for count, octets in enumerate(seeds(), start=1):
        (folder / f"seed-{count:04}").write_bytes(octets)
    return count


def _all() -> Iterator[tuple[str, bytes]]:
    yield from _messages()
    yield from _json()
    yield from _chip()
    world = laboratory.world()
    for holder in ("ci", "eum", "euicc", "dpauth", "dppb"):
        yield "certificate", world[holder].certificate.octets
    ci = world["ci"]
    revoked = [Revocation(ci.certificate.serial_number, laboratory.NOW)]
    issuer = Issuer.of(ci.certificate, ci.credential.signer)
    crl = build_crl(issuer, revoked, 1, (laboratory.NOW, laboratory.NOW)).octets
    yield "revocation list", crl
    for state in range(5):
        yield "es10 command", bytes([state]) + tlv.encode(0xBF35, tlv.encode(0xA0, tlv.read_one(crl).value))
    yield "profile package", laboratory.package()
    description = new_description(Beginning(), lambda count: bytes(range(1, count + 1)))
    yield "profile description", description.encode()
    yield "profile package", build_package(parse_description(description))
    for text in ("LPA:1$smdp.example.com$ABC-123", "1$a.b$$2.999.10$1", "1$a.b$X$$1$more"):
        yield "activation code", text.encode()
    yield from _identities()
    for spi in ("0000", "1639", "0421", "0a00"):
        command = CommandPacket(bytes.fromhex(spi), 0x12, 0x12, b"\xb0\0\x10", 1, b"\0\xa4\0\4\2?\0")
        yield "secured command", wrap_command(command, OTA_KEYS)


def _identities() -> Iterator[tuple[str, bytes]]:
    outputs = {Scheme.NULL: b"\x10\x32", Scheme.PROFILE_A: bytes(45), Scheme.PROFILE_B: b"\2" + bytes(45)}
    for scheme, output in outputs.items():
        yield "suci", Suci(Plmn("20893"), "17", scheme, 1, output).encode()
        yield "suci nai", NaiSuci("example.com", "17", scheme, 0, output).encode()


def _messages() -> Iterator[tuple[str, bytes]]:
    for entry in MESSAGES:
        for value in draw(entry.values, 4):
            octets = entry.encode(value)
            yield entry.name, octets
            yield "asn1 request", tlv.encode(0xA2, octets)
            yield "asn1 response", tlv.encode(0xA2, octets)
            for state in range(5):
                yield "es10 command", bytes([state]) + octets


def _json() -> Iterator[tuple[str, bytes]]:
    for function, requests, outputs in JSON_VALUES:
        for request in draw(requests, 3):
            yield f"json request {function.path}", encode_object(function.request.encode(request))
        for output in draw(outputs, 3) if outputs is not None else [None]:
            yield f"json answer {function.path}", encode_object(format_success(function, output))
        yield f"json answer {function.path}", encode_object(FAILURE)
    for function in (*es2plus.FUNCTIONS, es2plus.HANDLE_DOWNLOAD_PROGRESS_INFO, *es12.FUNCTIONS):
        yield f"json request {function.path}", encode_object(OPERATOR)
        yield f"json answer {function.path}", encode_object({**OPERATOR, **format_success(function, None)})


def _chip() -> Iterator[tuple[str, bytes]]:
    card = laboratory.new_card(seed="corpus")
    smdp = laboratory.Smdp()
    commands = [smdp.authenticate_server(laboratory.challenge(card))]
    smdp.take_authentication(card.execute(commands[0]))
    commands.append(smdp.prepare_download())
    smdp.take_preparation(card.execute(commands[1]))
    commands += laboratory.cut(smdp.bind(card.nvm.identity.eid, laboratory.contents()))
    for command in commands:
        for state in range(5):
            yield "es10 command", bytes([state]) + command
    blocks = [SELECT] + [b"\x80\xe2\x91\x00" + bytes([len(one)]) + one for one in map(bytes.fromhex, SHORT)]
    yield "apdus", b"".join(bytes([len(block)]) + block for block in blocks)
    opened = (
        bytes.fromhex("0070000001"),
        b"\x01" + SELECT[1:],
        bytes.fromhex("81e2910003bf2e00"),
        bytes.fromhex("01c0000000"),
    )
    yield "apdus", b"".join(bytes([len(block)]) + block for block in opened)
    random = Random(0)
    for _ in range(100):
        commands = [cards.draw_command(random) for _ in range(8)]
        yield "card", b"".join(bytes([len(command)]) + command for command in commands)
