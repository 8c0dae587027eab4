"""Common mutual authentication: what server and chip sign for each other.

Source: SGP.22 v2.5 §3.0.1, §5.6.1, §5.6.3, §5.7.13, Annex H.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from openesim.encoding.asn1 import Choice, Message, Signed, Tag, alternative, message
from openesim.kernel.ids import TransactionId
from openesim.messages.sgp22.euicc_info import DeviceInfo, EuiccInfo2
from openesim.messages.sgp22.types import CertificateOctets, Octets16, PublicKeyIdentifier, Signature


class AuthenticateErrorCode(IntEnum):
    """Why the chip refused a server."""

    INVALID_CERTIFICATE = 1
    INVALID_SIGNATURE = 2
    UNSUPPORTED_CURVE = 3
    NO_SESSION_CONTEXT = 4
    INVALID_OID = 5
    EUICC_CHALLENGE_MISMATCH = 6
    CI_PK_UNKNOWN = 7
    UNDEFINED_ERROR = 127


@message()
class CtxParamsForCommonAuthentication(Message):
    """Matching id (activation code token, event id, empty or absent) and device."""

    matching_id: Annotated[str | None, Tag(0x80)] = None
    device_info: Annotated[DeviceInfo, Tag(0xA1)]


CtxParams1: Choice[CtxParamsForCommonAuthentication] = Choice(
    alternative(CtxParamsForCommonAuthentication, 0xA0)
)


@message()
class ServerSigned1(Message):
    """What the server signs: session, the chip's challenge, its own address and challenge."""

    transaction_id: Annotated[TransactionId, Tag(0x80)]
    euicc_challenge: Annotated[Octets16, Tag(0x81)]
    server_address: Annotated[str, Tag(0x83)]
    server_challenge: Annotated[Octets16, Tag(0x84)]


@message()
class EuiccSigned1(Message):
    """What the chip signs: session, server, its own description and the context."""

    transaction_id: Annotated[TransactionId, Tag(0x80)]
    server_address: Annotated[str, Tag(0x83)]
    server_challenge: Annotated[Octets16, Tag(0x84)]
    euicc_info2: EuiccInfo2
    ctx_params1: Annotated[CtxParamsForCommonAuthentication, CtxParams1]


@message(tag=0xBF38)
class AuthenticateServerRequest(Message):
    """The server's proof, handed to the chip."""

    server_signed1: Signed[ServerSigned1]
    server_signature1: Signature
    euicc_ci_pkid_to_be_used: PublicKeyIdentifier
    server_certificate: CertificateOctets
    ctx_params1: Annotated[CtxParamsForCommonAuthentication, CtxParams1]


@message()
class AuthenticateResponseOk(Message):
    """The chip's proof."""

    euicc_signed1: Signed[EuiccSigned1]
    euicc_signature1: Signature
    euicc_certificate: CertificateOctets
    eum_certificate: CertificateOctets


@message()
class AuthenticateResponseError(Message):
    """The chip's refusal of the server."""

    transaction_id: Annotated[TransactionId, Tag(0x80)]
    authenticate_error_code: AuthenticateErrorCode | int


AuthenticateServerResponse: Choice[AuthenticateResponseOk | AuthenticateResponseError] = Choice(
    alternative(AuthenticateResponseOk, 0xA0), alternative(AuthenticateResponseError, 0xA1), tag=0xBF38
)
