"""What chip and server say to each other passes the LPA octet for octet, whatever release the chip is of.

A chip of a later release puts components into its answers that are unknown here, inside what it signs and beside it.
"""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest

from openesim.encoding.tlv import encode, read_one
from openesim.messages.sgp22.activation_code import ActivationCode
from openesim.messages.sgp22.asn1binding import decode_request, encode_request
from openesim.messages.sgp22.authentication import AuthenticateServerResponse
from openesim.messages.sgp22.download import CancelSessionReason, PrepareDownloadResponse
from openesim.provisioning.lpa.download import DownloadRequest, download
from openesim.provisioning.lpa.effects import AskConsent, CallServer, Consent, SendCommand
from tests.playbooks.lpa import script

NEWER = encode(0xBF7A, encode(0x80, b"of a later release"))
REQUEST = DownloadRequest.of(ActivationCode.parse(f"LPA:1${script.ADDRESS}$ID-1"))


def extended(octets: bytes, *path: int) -> bytes:
    """Returns a TLV with a component more at its end, and at the end of everything that the path leads through."""
    outer = read_one(octets)
    parts = [child.octets for child in outer.children()]
    if path:
        place = next(place for place, child in enumerate(outer.children()) if child.tag == path[0])
        parts[place] = extended(parts[place], *path[1:])
    return encode(outer.tag, b"".join(parts) + NEWER)


def arm_extended(octets: bytes, *path: int) -> bytes:
    """Returns a tagged CHOICE, which holds one value only, with components more in what it holds."""
    outer = read_one(octets)
    (arm,) = outer.children()
    return encode(outer.tag, extended(arm.octets, *path))


INFO1 = extended(script.INFO1.encode())
CHIP_PROOF = arm_extended(AuthenticateServerResponse.encode(script.chip_proof()), 0x30, 0xBF22)
READINESS = arm_extended(PrepareDownloadResponse.encode(script.prepared()), 0x30)
CANCELLATION = arm_extended(script.cancellation(CancelSessionReason.END_USER_REJECTION)[0][1], 0x30)
RESULT = extended(script.installation_result().encode(), 0xBF27)
ENABLED = extended(script.other(script.about(2, script.ENABLE)), 0xBF2F)


def conversation(consent: Consent) -> dict[str, CallServer]:
    """Plays chip, server and user to a download and returns what the server was called with."""
    calls: dict[str, CallServer] = {}
    replies: dict[Any, Any] = {
        0xBF20: INFO1,
        0xBF2E: encode(0xBF2E, encode(0x80, script.CHALLENGE)),
        0xBF38: CHIP_PROOF,
        0xBF2D: encode(0xBF2D, encode(0xA0, b"")),
        0xBF21: READINESS,
        0xBF41: CANCELLATION,
        0x86: RESULT,
        0xBF28: script.listing(script.about(1, script.INSTALL), script.about(2, script.ENABLE))[1],
        0xBF2B: encode(0xBF2B, encode(0xA0, ENABLED)),
        0xBF30: encode(0xBF30, encode(0x80, b"\0")),
        "initiate_authentication": script.server_proof(),
        "authenticate_client": script.offer(),
        "get_bound_profile_package": script.bound(),
    }
    procedure = download(REQUEST)
    reply: Any = None
    while True:
        try:
            effect = procedure.send(reply)
        except StopIteration:
            return calls
        except Exception:
            if consent is Consent.YES:
                raise
            return calls
        reply = None
        if isinstance(effect, SendCommand):
            first = effect.command[:1]
            reply = replies.get(
                first[0] if first != b"\xbf" else int.from_bytes(effect.command[:2], "big"), b""
            )
        elif isinstance(effect, CallServer):
            name = effect.function.name
            calls[f"{name} {len([each for each in calls if each.startswith(name)])}"] = effect
            reply = replies.get(name)
        elif isinstance(effect, AskConsent):
            reply = consent


RELAYED = [
    ("initiate_authentication 0", "euiccInfo1", INFO1, Consent.YES),
    ("authenticate_client 0", "authenticateServerResponse", CHIP_PROOF, Consent.YES),
    ("get_bound_profile_package 0", "prepareDownloadResponse", READINESS, Consent.YES),
    ("handle_notification 0", "pendingNotification", RESULT, Consent.YES),
    ("handle_notification 1", "pendingNotification", ENABLED, Consent.YES),
    ("cancel_session 0", "cancelSessionResponse", CANCELLATION, Consent.NO),
]


@pytest.mark.parametrize(("call", "member", "said", "consent"), RELAYED, ids=[row[0] for row in RELAYED])
def test_what_a_chip_of_a_later_release_says_reaches_the_server_octet_for_octet(
    call: str, member: str, said: bytes, consent: Consent
) -> None:
    effect = conversation(consent)[call]
    assert said.count(NEWER) >= 1
    assert b64decode(effect.function.request.encode(effect.request)[member]) == said
    asn1 = encode_request(effect.function, effect.request)
    assert read_one(said).value in asn1, "in the other binding, too"
    assert decode_request(asn1)[0] is effect.function
