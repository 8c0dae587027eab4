"""ES10b.PrepareDownload: the SM-DP+ proves that it may bind a profile, the chip promises a one-time key.

A one-time key that no installation has used up is kept in the chip's memory. When the same SM-DP+ asks for it again
(``bppEuiccOtpk``), a download that broke goes on with the package that was bound before.

Source: SGP.22 v2.5 §5.7.5, §3.1.3.2.
"""

from __future__ import annotations

from dataclasses import replace

from openesim.encoding import tlv
from openesim.kernel.errors import VerificationError
from openesim.messages.sgp22.download import (
    DownloadErrorCode,
    EuiccSigned2,
    PrepareDownloadRequest,
    PrepareDownloadResponse,
    PrepareDownloadResponseError,
    PrepareDownloadResponseOk,
    SmdpSigned2,
)
from openesim.provisioning.euicc.ambient import Ambient
from openesim.provisioning.euicc.authentication import is_curve_unsupported, verify_certificate
from openesim.provisioning.euicc.session import DownloadPrepared, ServerAuthenticated
from openesim.provisioning.euicc.state import Euicc, Nvm, OneTimeKeyRecord
from openesim.security.crypto.ecdsa import verify_signature
from openesim.security.crypto.ecka import OneTimeKey
from openesim.security.crypto.keys import PublicKey
from openesim.security.pki.chain import verify_same_server
from openesim.security.pki.oids import Role

_SIGNATURE = 0x5F37

MOST_ONE_TIME_KEYS = 8
"""How many unused one-time keys are kept; beyond, the oldest goes and its download has to be bound anew."""


def prepare_download(euicc: Euicc, command: bytes, ambient: Ambient) -> tuple[Euicc, bytes]:
    """Verify the SM-DP+ once more and sign a one-time key for it.

    Certificate, its holder, signature, transaction and confirmation code are checked in the standard's order; the
    first that fails is told, and the session stays as it was.

    Raises:
        DecodeError: a malformed command (status word 6A80).

    Source: SGP.22 v2.5 §5.7.5.
    """
    request = PrepareDownloadRequest.decode(command)
    outcome = _verify_smdp(euicc, request, ambient)
    if isinstance(outcome, DownloadErrorCode):
        error = PrepareDownloadResponseError(
            transaction_id=request.smdp_signed2.value.transaction_id, download_error_code=outcome
        )
        return euicc, PrepareDownloadResponse.encode(error)
    server, smdp_key = outcome
    one_time_key = _one_time_key(euicc, server, smdp_key, request.smdp_signed2.value, ambient)
    signed2 = EuiccSigned2.signed(
        EuiccSigned2(
            transaction_id=server.transaction_id,
            euicc_otpk=one_time_key.public_key,
            hash_cc=request.hash_cc if request.smdp_signed2.value.cc_required_flag else None,
        )
    )
    covered = signed2.octets + tlv.encode(_SIGNATURE, request.smdp_signature2)
    response = PrepareDownloadResponseOk(
        euicc_signed2=signed2, euicc_signature2=ambient.sign(server.ci_key_id, covered)
    )
    kept = euicc.with_nvm(_with_one_time_key(euicc.nvm, server, one_time_key))
    session = DownloadPrepared(server, one_time_key, smdp_key)
    return kept.with_session(session), PrepareDownloadResponse.encode(response)


def _verify_smdp(
    euicc: Euicc, request: PrepareDownloadRequest, ambient: Ambient
) -> tuple[ServerAuthenticated, PublicKey] | DownloadErrorCode:
    """Return the server of the session and the key it binds with, or the code of the first check that failed."""
    session = euicc.ram.session
    server = session.server if isinstance(session, DownloadPrepared) else session
    if not isinstance(server, ServerAuthenticated):
        return DownloadErrorCode.NO_SESSION_CONTEXT
    trust = ambient.trust_with(euicc.nvm.crls)
    binding = verify_certificate(request.smdp_certificate, (Role.DP_PB,), trust)
    if binding is None:
        unsupported = is_curve_unsupported(request.smdp_certificate, trust)
        return DownloadErrorCode.UNSUPPORTED_CURVE if unsupported else DownloadErrorCode.INVALID_CERTIFICATE
    try:
        verify_same_server(server.certificate, binding.certificate)
    except VerificationError:
        return DownloadErrorCode.INVALID_CERTIFICATE
    covered = request.smdp_signed2.octets + server.euicc_signature1
    try:
        verify_signature(binding.certificate.public_key, covered, request.smdp_signature2)
    except VerificationError:
        return DownloadErrorCode.INVALID_SIGNATURE
    signed2 = request.smdp_signed2.value
    if signed2.transaction_id != server.transaction_id:
        return DownloadErrorCode.INVALID_TRANSACTION_ID
    if signed2.cc_required_flag and request.hash_cc is None:
        return DownloadErrorCode.UNDEFINED_ERROR
    return server, binding.certificate.public_key


def _one_time_key(
    euicc: Euicc, server: ServerAuthenticated, smdp_key: PublicKey, signed2: SmdpSigned2, ambient: Ambient
) -> OneTimeKey:
    """Return the one-time key of this download: the one that the SM-DP+ remembers, or a new one.

    A repeated PrepareDownload gets the key it got before: the first answer may have been lost.

    Source: SGP.22 v2.5 §3.1.3.2 (retry), §5.7.5.
    """
    for record in euicc.nvm.one_time_keys:
        known = record.smdp_oid == server.oid and record.public_key == signed2.bpp_euicc_otpk
        if known and record.curve is smdp_key.curve:
            return OneTimeKey.from_scalar(record.curve, record.private_key.reveal())
    session = euicc.ram.session
    if isinstance(session, DownloadPrepared) and session.smdp_key.curve is smdp_key.curve:
        return session.one_time_key
    return OneTimeKey.generate(smdp_key.curve, ambient.entropy)


def _with_one_time_key(nvm: Nvm, server: ServerAuthenticated, key: OneTimeKey) -> Nvm:
    """Return the memory with an unused key in it, behind the older ones; unchanged where it is there already."""
    if any(record.public_key == key.public_key for record in nvm.one_time_keys):
        return nvm
    record = OneTimeKeyRecord(
        smdp_oid=server.oid, curve=key.curve, public_key=key.public_key, private_key=key.scalar
    )
    return replace(nvm, one_time_keys=(*nvm.one_time_keys, record)[-MOST_ONE_TIME_KEYS:])
