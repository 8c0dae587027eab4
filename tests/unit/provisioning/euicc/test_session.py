"""A session that others recorded, taken by our chip step by step.

The chip is the recorded one (its certificate and key are published); what it says of itself differs, so the states
between the steps are put together from the recording.
"""

from pathlib import Path
from typing import cast

import pytest

from openesim.adapters.apdu.software import MemoryCard
from openesim.encoding import tlv
from openesim.kernel.ids import Eid, TransactionId
from openesim.kernel.secret import Secret
from openesim.messages.saip.response import EuiccResponse
from openesim.messages.sgp22.authentication import AuthenticateResponseOk, AuthenticateServerResponse
from openesim.messages.sgp22.download import PrepareDownloadResponse, PrepareDownloadResponseOk
from openesim.messages.sgp22.notifications import ErrorReason, ErrorResult
from openesim.provisioning.euicc.ambient import Ambient, build_ambient
from openesim.provisioning.euicc.session import (
    ChallengeIssued,
    DownloadPrepared,
    ServerAuthenticated,
    authenticated_server,
)
from openesim.provisioning.euicc.state import Credential, Euicc, Identity, Nvm
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecka import OneTimeKey
from openesim.security.crypto.keys import PrivateKey
from openesim.security.pki.certificate import Certificate
from tests.unit.provisioning.euicc import laboratory as lab

EID = Eid("89049032123451234512345678901235")


class Recording:
    """The recorded session and the certificates of its parties."""

    def __init__(self, shared: Path) -> None:
        self._certificates = shared / "certs" / "session"
        self._octets = shared / "vectors" / "euicc-rsp-session"

    def __getitem__(self, name: str) -> bytes:
        return (self._octets / name).read_bytes()

    def certificate(self, name: str) -> Certificate:
        return Certificate.decode((self._certificates / f"{name}.der").read_bytes())

    def nvm(self) -> Nvm:
        """The recorded chip."""
        key = PrivateKey.decode((self._certificates / "euicc-key.pem").read_bytes())
        ci = self.certificate("ci")
        credential = Credential(
            ci_key_id=ci.key_id or b"",
            curve=Curve.P256,
            certificate=self.certificate("euicc").octets,
            eum_certificate=self.certificate("eum").octets,
            private_key=Secret(key.scalar.reveal()),
        )
        anchors = (ci.octets, self.certificate("ci-2017").octets)
        return Nvm(identity=Identity(eid=EID, credentials=(credential,), ci_certificates=anchors))

    def part(self, name: str, tag: int, *, inside: int = 0) -> bytes:
        """A component of a recorded message."""
        item = tlv.read_one(self[name])
        for _ in range(inside):
            item = next(item.children())
        return next(child.octets for child in item.children() if child.tag == tag)


class AgreedKey:
    """The chip's recorded one-time key: only its public half was published, but so was the server's private one."""

    curve = Curve.P256

    def __init__(self, recording: Recording) -> None:
        signed2 = PrepareDownloadResponse.decode(recording["prepare-download-response.der"])
        assert isinstance(signed2, PrepareDownloadResponseOk)
        self.public_key = signed2.euicc_signed2.value.euicc_otpk
        self._server = OneTimeKey.from_scalar(Curve.P256, recording["otsk-dp.bin"])

    def agree(self, peer: bytes) -> bytes:
        assert peer == self._server.public_key
        return self._server.agree(self.public_key)


@pytest.fixture
def recording(shared: Path) -> Recording:
    return Recording(shared)


def chip_in(recording: Recording, session: object) -> tuple[MemoryCard, Ambient]:
    """The recorded chip in a state of the session."""
    nvm = recording.nvm()
    ambient = build_ambient(nvm.identity, lab.Entropy("recording"))
    card = MemoryCard(nvm, ambient)
    card._euicc = Euicc(nvm).with_session(session)  # type: ignore[arg-type]
    return card, ambient


def server_of(recording: Recording) -> ServerAuthenticated:
    """The recorded server, authenticated."""
    return ServerAuthenticated(
        transaction_id=TransactionId(recording["transaction-id.bin"]),
        server_address="smdp.example.com",
        certificate=recording.certificate("dpauth"),
        ci_key_id=recording.certificate("ci").key_id or b"",
        euicc_signature1=recording.part("auth-server-response.der", 0x5F37, inside=1),
    )


def test_the_recorded_server_is_believed(recording: Recording) -> None:
    card, _ = chip_in(recording, ChallengeIssued(recording["euicc-challenge.bin"]))
    content = tlv.read_one(recording["initiate-response.der"]).value
    _, _, transaction_id_end = tlv.read_header(content, 0, len(content))
    command = tlv.encode(0xBF38, content[transaction_id_end:] + lab.CTX_PARAMS1)
    ok = AuthenticateServerResponse.decode(card.execute(command))
    assert isinstance(ok, AuthenticateResponseOk)
    assert ok.euicc_signed1.value.server_challenge == recording["server-challenge.bin"]
    assert authenticated_server(card.euicc.ram.session) is not None


def test_the_recorded_binding_server_is_believed(recording: Recording) -> None:
    card, _ = chip_in(recording, server_of(recording))
    name = "authenticate-response.der"
    signature2 = recording.part(name, 0x5F37, inside=1)
    signed2, certificate = (
        child.octets
        for child in next(tlv.read_one(recording[name]).children()).children()
        if child.tag == 0x30
    )
    ok = PrepareDownloadResponse.decode(card.execute(tlv.encode(0xBF21, signed2 + signature2 + certificate)))
    assert isinstance(ok, PrepareDownloadResponseOk)


def test_the_recorded_package_passes_every_check_down_to_its_last_mac(recording: Recording) -> None:
    key = cast(OneTimeKey, AgreedKey(recording))
    session = DownloadPrepared(server_of(recording), key, recording.certificate("dppb").public_key)
    card, _ = chip_in(recording, session)
    segments = lab.cut(recording["bound-profile-package.der"])
    result = lab.result_of(lab.load(card, segments))
    # What was recorded as profile package is a line of text: it decrypts, and no chip can install it.
    assert recording["upp.der"].startswith(b"the-uicc-profile")
    assert isinstance(result, ErrorResult)
    assert (result.bpp_command_id, result.error_reason) == (
        5,
        ErrorReason.INSTALL_FAILED_DUE_TO_PE_PROCESSING_ERROR,
    )
    assert not EuiccResponse.decode(result.sima_response or b"").is_success
    assert card.nvm.notifications[0].iccid == "89000123456789012341"


def test_the_recorded_package_is_refused_by_any_other_chip(recording: Recording) -> None:
    card = lab.new_card()
    lab.prepare(card, lab.Smdp())
    before = lab.lasting(card)
    result = lab.result_of(lab.load(card, lab.cut(recording["bound-profile-package.der"])))
    assert isinstance(result, ErrorResult)
    assert result.error_reason == ErrorReason.INVALID_SIGNATURE
    assert lab.lasting(card) == before


def test_every_state_of_a_session_names_its_server_or_none() -> None:
    card, smdp = lab.new_card(), lab.Smdp()
    assert authenticated_server(card.euicc.ram.session) is None
    lab.challenge(card)
    assert authenticated_server(card.euicc.ram.session) is None
    segments = lab.bind(card, smdp)
    prepared = authenticated_server(card.euicc.ram.session)
    card.execute(segments[0])
    assert authenticated_server(card.euicc.ram.session) is prepared is not None
    assert prepared.oid == "2.999.10"
