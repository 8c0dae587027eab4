"""A session that another implementation recorded comes out of our functions octet for octet.

The inputs (challenges, transaction id, one-time key, the chip's answers) are given to the pure functions; what they
make is compared with what was recorded. Only the address, the ICCID and the session are the recording's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from openesim.encoding.asn1 import Signed
from openesim.kernel.ambient import Entropy
from openesim.kernel.ids import Oid, TransactionId
from openesim.messages.sgp22.authentication import AuthenticateResponseOk, AuthenticateServerResponse
from openesim.messages.sgp22.download import PrepareDownloadResponse, PrepareDownloadResponseOk
from openesim.messages.sgp22.es8plus import BoundProfilePackage
from openesim.messages.sgp22.es9plus import (
    AuthenticateClientOk,
    AuthenticateClientRequest,
    AuthenticateClientResponseEs9,
    GetBoundProfilePackageOk,
    GetBoundProfilePackageRequest,
    InitiateAuthenticationOk,
    InitiateAuthenticationRequest,
)
from openesim.messages.sgp22.euicc_info import EuiccInfo1, UiccCapability
from openesim.messages.sgp22.metadata import StoreMetadataRequest
from openesim.messages.sgp22.notifications import PendingNotification, ProfileInstallationResult
from openesim.provisioning.procedures.server_authentication import ChosenKeys
from openesim.provisioning.smdp import es9plus
from openesim.provisioning.smdp.binding import Binding, Download, build_bound_profile_package
from openesim.provisioning.smdp.context import Offer, Policy, ProfilePackage, Smdp
from openesim.provisioning.smdp.notifications import process_installation_result
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.provisioning.smdp.session import Session, SessionState
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecdsa import SoftwareSigner
from openesim.security.crypto.keys import PrivateKey
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.chain import EumCache
from openesim.security.pki.trust import Credential, ServerIdentity, TrustStore

NOW = datetime(2027, 1, 15, tzinfo=UTC)
HOST_ID = b"euicc-rsp"


class Recording:
    """The files of the recorded session."""

    def __init__(self, data: Path) -> None:
        self._session = data / "vectors" / "euicc-rsp-session"
        self._certificates = data / "certs" / "session"

    def octets(self, name: str) -> bytes:
        """Returns a file of the session."""
        return (self._session / name).read_bytes()

    def certificate(self, name: str) -> Certificate:
        """Returns a certificate."""
        return Certificate.decode((self._certificates / f"{name}.der").read_bytes())

    def credential(self, name: str) -> Credential:
        """Returns a certificate with its key."""
        key = PrivateKey.decode((self._certificates / f"{name}-key.pem").read_bytes())
        return Credential(self.certificate(name), SoftwareSigner(key))

    @property
    def request(self) -> InitiateAuthenticationRequest:
        """What the LPA began with."""
        recorded = InitiateAuthenticationOk.decode(self.octets("initiate-response.der"))
        return InitiateAuthenticationRequest(
            euicc_challenge=self.octets("euicc-challenge.bin"),
            smdp_address=recorded.server_signed1.value.server_address,
            euicc_info1=EuiccInfo1.signed(EuiccInfo1.decode(self.octets("euicc-info1.der"))),
        )

    @property
    def package(self) -> ProfilePackage:
        """The profile as it was prepared."""
        octets = self.octets("store-metadata.der")
        metadata = Signed(StoreMetadataRequest.decode(octets), octets)
        return ProfilePackage(metadata, self.octets("upp.der"), (2, 1), UiccCapability(0))


def entropy_of(*draws: bytes) -> Entropy:
    """Returns entropy that gives the recorded draws, one after the other, each of the length that is asked for."""
    remaining: Iterator[bytes] = iter(draws)

    def draw(count: int) -> bytes:
        octets = next(remaining)
        assert len(octets) == count
        return octets

    return draw


@pytest.fixture(scope="module")
def recording(shared: Path) -> Recording:
    return Recording(shared)


@pytest.fixture(scope="module")
def smdp(recording: Recording) -> Smdp:
    identity = ServerIdentity(recording.credential("dpauth"), recording.credential("dppb"))
    trust = TrustStore([recording.certificate("ci"), recording.certificate("ci-2017")])
    return Smdp("smdp.example.com", {identity.ci_key_id: identity}, trust, Policy(), EumCache())


@pytest.fixture(scope="module")
def opened(recording: Recording, smdp: Smdp) -> tuple[InitiateAuthenticationOk, Session]:
    (ci,) = smdp.identities
    draws = entropy_of(recording.octets("transaction-id.bin"), recording.octets("server-challenge.bin"))
    outcome = es9plus.open_session(smdp, recording.request, ChosenKeys(ci, ci), NOW, draws)
    assert isinstance(outcome.answer, InitiateAuthenticationOk)
    assert outcome.session is not None
    return outcome.answer, outcome.session


@pytest.fixture(scope="module")
def order(recording: Recording) -> Order:
    response = AuthenticateServerResponse.decode(recording.octets("auth-server-response.der"))
    assert isinstance(response, AuthenticateResponseOk)
    context = response.euicc_signed1.value.ctx_params1
    return Order(
        order_id=1,
        iccid=recording.package.metadata.value.iccid,
        package_id=1,
        profile_type="recorded",
        state=OrderState.RELEASED,
        matching_id=context.matching_id,
    )


@pytest.fixture(scope="module")
def admitted(
    recording: Recording, smdp: Smdp, opened: tuple[InitiateAuthenticationOk, Session], order: Order
) -> tuple[AuthenticateClientOk, Session]:
    response = AuthenticateServerResponse.decode(recording.octets("auth-server-response.der"))
    assert isinstance(response, AuthenticateResponseOk)
    # The recorder told two versions of one chip; ours insists on one.
    session = replace(opened[1], svn=response.euicc_signed1.value.euicc_info2.svn)
    request = AuthenticateClientRequest(
        transaction_id=session.transaction_id,
        authenticate_server_response=AuthenticateServerResponse.signed(response),
    )
    proof = es9plus.verify_client(smdp, request, session, NOW)
    assert isinstance(proof, es9plus.ClientProof), proof
    outcome = es9plus.authenticate_client(smdp, proof, Offer(order, recording.package), NOW)
    assert isinstance(outcome.answer, AuthenticateClientOk), outcome.answer
    assert outcome.session is not None
    return outcome.answer, outcome.session


def test_initiate_authentication(
    recording: Recording, opened: tuple[InitiateAuthenticationOk, Session]
) -> None:
    assert opened[0].encode() == recording.octets("initiate-response.der")


def test_authenticate_client(recording: Recording, admitted: tuple[AuthenticateClientOk, Session]) -> None:
    assert AuthenticateClientResponseEs9.encode(admitted[0]) == recording.octets("authenticate-response.der")
    assert admitted[1].state is SessionState.EXPECT_GET_BOUND_PROFILE_PACKAGE
    assert admitted[1].eid == "89049032123451234512345678901235"


def binding_of(recording: Recording) -> Binding:
    ready = PrepareDownloadResponse.decode(recording.octets("prepare-download-response.der"))
    assert isinstance(ready, PrepareDownloadResponseOk)
    return Binding(
        curve=Curve.P256,
        euicc_otpk=ready.euicc_signed2.value.euicc_otpk,
        smdp_otsk=recording.octets("otsk-dp.bin"),
        host_id=HOST_ID,
    )


def test_the_bound_profile_package(
    recording: Recording, smdp: Smdp, admitted: tuple[AuthenticateClientOk, Session]
) -> None:
    session = admitted[1]
    assert session.eid is not None
    contents = (recording.octets("store-metadata.der"), recording.octets("upp.der"))
    signer = smdp.binding_credential(session.identity).signer
    built = build_bound_profile_package(
        binding_of(recording), session.transaction_id, session.eid, contents, signer
    )
    assert built == recording.octets("bound-profile-package.der")


def test_get_bound_profile_package_with_the_binding_of_an_earlier_try(
    recording: Recording, smdp: Smdp, admitted: tuple[AuthenticateClientOk, Session], order: Order
) -> None:
    """The chip kept its one-time key, the server its own: the whole function makes the recorded octets."""
    session = admitted[1]
    assert session.eid is not None
    bound = replace(order, state=OrderState.DOWNLOADED, eid=session.eid)
    earlier = Download(
        transaction_id=TransactionId(bytes(16)),
        order_id=1,
        eid=session.eid,
        euicc_key=session.euicc_key,
        identity=session.identity,
        address=session.server_address,
        binding=binding_of(recording),
        created_at=NOW,
    )
    request = GetBoundProfilePackageRequest(
        transaction_id=session.transaction_id,
        prepare_download_response=PrepareDownloadResponse.signed(
            PrepareDownloadResponse.decode(recording.octets("prepare-download-response.der"))
        ),
    )
    offer = Offer(bound, recording.package, earlier)
    outcome = es9plus.get_bound_profile_package(smdp, request, session, offer, (NOW, entropy_of()))
    assert isinstance(outcome.answer, GetBoundProfilePackageOk), outcome.answer
    assert outcome.answer.bound_profile_package == recording.octets("bound-profile-package.der")
    BoundProfilePackage.decode(outcome.answer.bound_profile_package)


def test_the_pending_notification(
    recording: Recording, admitted: tuple[AuthenticateClientOk, Session], order: Order
) -> None:
    session = admitted[1]
    assert session.eid is not None
    result = PendingNotification.decode(recording.octets("pending-notification.der"))
    assert isinstance(result, ProfileInstallationResult)
    handed_out = Download(
        transaction_id=session.transaction_id,
        order_id=1,
        eid=session.eid,
        euicc_key=session.euicc_key,
        identity=session.identity,
        address=session.server_address,
        binding=binding_of(recording),
        created_at=NOW,
    )
    bound = replace(order, state=OrderState.DOWNLOADED, eid=session.eid)
    processed = process_installation_result(result, handed_out, bound)
    assert processed.order is not None, processed.note
    assert processed.order.state is OrderState.INSTALLED
    forged = replace(result, euicc_sign_pir=result.euicc_sign_pir[:-1] + b"\0")
    assert process_installation_result(forged, handed_out, bound).order is None


def test_the_recorded_server_is_who_it_says(smdp: Smdp) -> None:
    (identity,) = smdp.identities.values()
    assert identity.oid == Oid("2.999.10")
