"""Authentication of the server: which keys both sides use, and our proof for the chip.

SM-DP+ and SM-DS prove themselves in the same way; they differ in the certificate they show and in the subjects of
their refusals.

Source: SGP.22 v2.5 §3.0.1, §5.6.1, §5.8.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from openesim.kernel.ambient import Entropy
from openesim.kernel.ids import TransactionId
from openesim.kernel.records import with_quick_init
from openesim.messages.sgp22.activation_code import host_of
from openesim.messages.sgp22.authentication import ServerSigned1
from openesim.messages.sgp22.es9plus import InitiateAuthenticationOk, InitiateAuthenticationRequest
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.provisioning.procedures.refusal import refuse
from openesim.security.pki.chain import EumCache
from openesim.security.pki.trust import ServerIdentity, TrustStore

_SUPPORTED_MAJOR_VERSION = 2

UNKNOWN_TRANSACTION = Status(
    Subject.TRANSACTION_ID,
    Reason.UNKNOWN,
    "no session awaits this call: it never was, has ended or has expired",
)


class RspServer(Protocol):
    """What the authentication needs to know of an SM-DP+ or SM-DS."""

    @property
    def fqdn(self) -> str:
        """Its address."""
        ...

    @property
    def identities(self) -> Mapping[bytes, ServerIdentity]:
        """Its certificates by key identifier of the CI."""
        ...

    @property
    def trust(self) -> TrustStore:
        """The CI keys under which chips are known, and revocations."""
        ...

    @property
    def manufacturers(self) -> EumCache:
        """EUM certificates that were verified before."""
        ...


class ServerSubjects(NamedTuple):
    """The subjects under which a role refuses to begin: 8.8.x at an SM-DP+, 8.9.x at an SM-DS."""

    address: Subject
    security_configuration: Subject
    svn: Subject
    certificate: Subject


class ChosenKeys(NamedTuple):
    """CI keys of a session, by key identifier: the chip signs under one, we under the other."""

    signing: bytes
    verification: bytes


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """What a server has to remember between its proof and the chip's.

    Attributes:
        transaction_id: 16 octets, ours.
        expires_at: after this moment the session is unknown, aware UTC.
        server_address: the address the LPA called, echoed in ``serverSigned1``.
        server_challenge: ours, 16 octets.
        svn: of EUICCInfo1, 3 octets; EUICCInfo2 must say the same.
        identity: key identifier of the CI under which we authenticate.
        euicc_ci_pkid: CI key the chip was told to sign under.
    """

    transaction_id: TransactionId
    expires_at: datetime
    server_address: str
    server_challenge: bytes = field(repr=False)
    svn: bytes
    identity: bytes
    euicc_ci_pkid: bytes


def choose_keys(
    server: RspServer, subjects: ServerSubjects, request: InitiateAuthenticationRequest
) -> ChosenKeys:
    """Return the CI key the chip shall sign under, and the one we sign under.

    Raises:
        Refused: the role's address/3.8 another server, security configuration/3.1 no trusted CI, certificate/3.7
            no certificate of ours the chip can verify, SVN/3.1 another major version.

    Source: SGP.22 v2.5 §5.6.1, §5.8.1.
    """
    if host_of(request.smdp_address) != host_of(server.fqdn):
        raise refuse(subjects.address, Reason.REFUSED, f"this server is {server.fqdn}")
    info = request.euicc_info1.value
    # Both lists are in the chip's order of preference.
    signing = next((ci for ci in info.euicc_ci_pkid_list_for_signing if server.trust.vintages_of(ci)), None)
    if signing is None:
        raise refuse(
            subjects.security_configuration,
            Reason.UNSUPPORTED,
            "none of the CI keys the chip signs under is trusted here",
        )
    verification = next(
        (ci for ci in info.euicc_ci_pkid_list_for_verification if ci in server.identities), None
    )
    if verification is None:
        raise refuse(
            subjects.certificate,
            Reason.UNAVAILABLE,
            "no certificate here stands under a CI key that the chip can verify",
        )
    if info.svn[0] != _SUPPORTED_MAJOR_VERSION:
        raise refuse(subjects.svn, Reason.UNSUPPORTED, "version 2 of SGP.22 is spoken here")
    return ChosenKeys(signing, verification)


def begin_handshake(
    request: InitiateAuthenticationRequest, keys: ChosenKeys, expires_at: datetime, entropy: Entropy
) -> Handshake:
    """Return what is to be remembered of a new session.

    Args:
        request: as received.
        keys: as chosen.
        expires_at: end of the session, aware UTC.
        entropy: 32 octets are drawn: the transaction id, then the challenge.

    Source: SGP.22 v2.5 §5.6.1, §5.8.1.
    """
    return Handshake(
        transaction_id=TransactionId(entropy(16)),
        expires_at=expires_at,
        server_address=request.smdp_address,
        server_challenge=entropy(16),
        svn=request.euicc_info1.value.svn,
        identity=keys.verification,
        euicc_ci_pkid=keys.signing,
    )


def prove_server(server: RspServer, handshake: Handshake, euicc_challenge: bytes) -> InitiateAuthenticationOk:
    """Return our proof for the chip.

    Args:
        server: who we are.
        handshake: the session that begins.
        euicc_challenge: the chip's, 16 octets.

    Source: SGP.22 v2.5 §5.6.1, §5.8.1.
    """
    identity = server.identities[handshake.identity]
    signed = ServerSigned1.signed(
        ServerSigned1(
            transaction_id=handshake.transaction_id,
            euicc_challenge=euicc_challenge,
            server_address=handshake.server_address,
            server_challenge=handshake.server_challenge,
        )
    )
    return InitiateAuthenticationOk(
        transaction_id=handshake.transaction_id,
        server_signed1=signed,
        server_signature1=identity.auth.signer.sign(signed.octets),
        euicc_ci_pkid_to_be_used=handshake.euicc_ci_pkid,
        server_certificate=identity.auth.certificate.octets,
    )
