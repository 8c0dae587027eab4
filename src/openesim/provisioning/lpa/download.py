"""The download of a profile, from the activation code to the delivered installation result.

Nothing of it is kept here. A download that broke off is simply started again: the chip keeps the one-time key it
signed, the server names it in ``bppEuiccOtpk`` and hands out the same package again, bound to the same key.

Source: SGP.22 v2.5 §3.1.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from openesim.kernel.errors import (
    CardError,
    ConflictError,
    DecodeError,
    FunctionError,
    NotFoundError,
    OpenEsimError,
)
from openesim.kernel.secret import Secret
from openesim.messages.sgp22.activation_code import ActivationCode
from openesim.messages.sgp22.download import (
    CancelSessionReason,
    DownloadErrorCode,
    PrepareDownloadRequest,
    PrepareDownloadResponseError,
)
from openesim.messages.sgp22.es9plus import (
    AUTHENTICATE_CLIENT,
    GET_BOUND_PROFILE_PACKAGE,
    AuthenticateClientOk,
    AuthenticateClientRequest,
    GetBoundProfilePackageOk,
    GetBoundProfilePackageRequest,
)
from openesim.messages.sgp22.explained import LpaOutcome, outcome_of, with_outcome
from openesim.messages.sgp22.metadata import StoreMetadataRequest
from openesim.messages.sgp22.notifications import ErrorResult, ProfileInstallationResult
from openesim.messages.sgp22.status import Reason, Subject
from openesim.provisioning.lpa import es10, notifications, segments
from openesim.provisioning.lpa.checks import check_policy_rules, installation_failure, verify_announced
from openesim.provisioning.lpa.effects import (
    AskConfirmationCode,
    AskConsent,
    CallServer,
    Consent,
    Procedure,
    Report,
    SendCommand,
    Stage,
)
from openesim.provisioning.lpa.notifications import DeliveryReport
from openesim.provisioning.lpa.session import (
    Caller,
    ChipProof,
    RspSession,
    authenticate,
    cancel,
    cancel_reason,
    tell,
    verify_transaction,
)
from openesim.security.crypto.confirmation_code import hash_cc, hash_confirmation_code

ANYBODY = Caller()
"""No matching id, no OID, the device that is told where none is known."""

_WRONG_CODE = (Subject.CONFIRMATION_CODE.value, Reason.REFUSED.value)
_REFUSALS = {
    Consent.NO: LpaOutcome.USER_REFUSED,
    Consent.LATER: LpaOutcome.USER_POSTPONED,
    Consent.NO_ANSWER: LpaOutcome.USER_DID_NOT_ANSWER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadRequest:
    """What is to be downloaded.

    Attributes:
        address: SM-DP+; None for the chip's default one.
        caller: what the server is told; without matching id it looks for an order by EID.
        confirmation_code_required: the activation code says so already.
    """

    address: str | None = None
    caller: Caller = ANYBODY
    confirmation_code_required: bool = False

    @classmethod
    def of(cls, code: ActivationCode, caller: Caller | None = None) -> Self:
        """Return the request for an activation code.

        Args:
            code: the activation code.
            caller: device to tell the server about; matching id and OID are the code's.
        """
        device = (caller or ANYBODY).device
        return cls(
            address=code.address,
            caller=Caller(matching_id=code.matching_id, smdp_oid=code.smdp_oid, device=device),
            confirmation_code_required=code.confirmation_code_required,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloaded:
    """A profile that stands on the chip, disabled.

    Attributes:
        aid: its ISD-P.
        address: server it came from.
        is_resumed: an earlier download that broke off was taken up again.
        notifications: whether the server has heard of it.
    """

    metadata: StoreMetadataRequest
    aid: bytes
    address: str
    is_resumed: bool
    notifications: DeliveryReport


@dataclass(slots=True)
class _UserSaid:
    """What the user has said so far; it holds through repetitions with another confirmation code.

    Attributes:
        agreed_to: octets of the metadata that were agreed to.
        code: confirmation code to use.
        attempt: how often a code has been asked for.
    """

    agreed_to: bytes = b""
    code: Secret[str] | None = None
    attempt: int = 0


def download(request: DownloadRequest) -> Procedure[Downloaded]:
    """Download and install a profile, and deliver the result.

    When the server finds the confirmation code wrong the user is asked again before anything else happens, since each
    new session costs one of the order's attempts.

    Raises:
        FunctionError: the server refused.
        PeerError: the server was not reached; the same request may be made again.
        CardError: the chip refused, or the installation failed (the server has been told).
        OpenEsimError: user, policy rules or a check ended it; the session has been cancelled on both sides.

    Source: SGP.22 v2.5 §3.1.3.
    """
    address = request.address or (yield from _default_address())
    user = _UserSaid()
    while True:
        session, proof = yield from authenticate(address, request.caller)
        try:
            return (yield from _in_session(session, proof, request, user))
        except FunctionError as error:
            if (error.subject, error.reason) != _WRONG_CODE:
                raise
            user.code = yield from _ask_code(user)
            if user.code is None:
                yield from cancel(session, CancelSessionReason.POSTPONED)
                raise


def _default_address() -> Procedure[str]:
    """Return the chip's default SM-DP+.

    Raises:
        NotFoundError: none is set.
    """
    addresses = yield from es10.get_configured_addresses()
    if not addresses.default_dp_address:
        raise with_outcome(NotFoundError("the chip has no default SM-DP+"), LpaOutcome.NO_DEFAULT_SERVER)
    return addresses.default_dp_address


def _in_session(
    session: RspSession, proof: ChipProof, request: DownloadRequest, user: _UserSaid
) -> Procedure[Downloaded]:
    """Go through an authenticated session; whatever ends it early, both sides hear of it as far as they must."""
    try:
        offer = yield from _fetch_offer(session, proof)
        yield from _agree(session, offer, request, user)
        package = yield from _fetch_package(session, offer, user)
        octets = yield from _load(session, package)
    except (Exception, KeyboardInterrupt) as error:
        reason = cancel_reason(error, session)
        if reason is not None:
            yield from cancel(session, reason)
        if outcome_of(error) is LpaOutcome.ALREADY_INSTALLED:
            # Then the server may not know it yet: what waits for it is the way to agreement.
            yield from notifications.process({session.address})
        raise
    return (yield from _conclude(session, offer, octets))


def _fetch_offer(session: RspSession, proof: ChipProof) -> Procedure[AuthenticateClientOk]:
    """Prove the chip to the server and return the profile it announces."""
    offer: AuthenticateClientOk = yield CallServer(
        session.address,
        AUTHENTICATE_CLIENT,
        AuthenticateClientRequest(transaction_id=session.transaction_id, authenticate_server_response=proof),
    )
    verify_transaction(session, offer.transaction_id)
    return offer


def _agree(
    session: RspSession, offer: AuthenticateClientOk, request: DownloadRequest, user: _UserSaid
) -> Procedure[None]:
    """Check the announced profile against chip and rules, then ask the user for consent and confirmation code."""
    metadata = offer.profile_metadata.value
    installed = yield from es10.get_profiles_info()
    if any(profile.iccid == metadata.iccid for profile in installed):
        error = ConflictError(f"profile {metadata.iccid} is on the chip already")
        raise with_outcome(error, LpaOutcome.ALREADY_INSTALLED)
    is_strong = yield from check_policy_rules(metadata, installed)
    if user.agreed_to != offer.profile_metadata.octets:
        answer: Consent = yield AskConsent(metadata, session.address, is_strong)
        if answer is not Consent.YES:
            raise with_outcome(OpenEsimError(f"the user says: {answer.value}"), _REFUSALS[answer])
        user.agreed_to = offer.profile_metadata.octets
    is_code_needed = request.confirmation_code_required or offer.smdp_signed2.value.cc_required_flag
    if is_code_needed and user.code is None:
        user.code = yield from _ask_code(user)
        if user.code is None:
            missing = OpenEsimError("no confirmation code was given")
            raise with_outcome(missing, LpaOutcome.CONFIRMATION_CODE_NOT_GIVEN)


def _ask_code(user: _UserSaid) -> Procedure[Secret[str] | None]:
    """Ask for the confirmation code."""
    user.attempt += 1
    code: Secret[str] | None = yield AskConfirmationCode(user.attempt)
    return code


def _fetch_package(
    session: RspSession, offer: AuthenticateClientOk, user: _UserSaid
) -> Procedure[tuple[bytes, tuple[bytes, ...]]]:
    """Prepare the chip and return the package bound to it, whole and in segments, checked against the announcement."""
    yield Report(Stage.PREPARING)
    hashed = None
    if user.code is not None:
        hashed = hash_cc(hash_confirmation_code(user.code.reveal()), session.transaction_id)
    answer = yield from es10.prepare_download(
        PrepareDownloadRequest(
            smdp_signed2=offer.smdp_signed2,
            smdp_signature2=offer.smdp_signature2,
            hash_cc=hashed,
            smdp_certificate=offer.smdp_certificate,
        )
    )
    request = GetBoundProfilePackageRequest(
        transaction_id=session.transaction_id, prepare_download_response=answer
    )
    if isinstance(answer.value, PrepareDownloadResponseError):
        yield from tell(session.address, GET_BOUND_PROFILE_PACKAGE, request)
        session.is_over = True
        raise es10.refusal("PrepareDownload", DownloadErrorCode, answer.value.download_error_code)
    yield Report(Stage.FETCHING)
    bound: GetBoundProfilePackageOk = yield CallServer(session.address, GET_BOUND_PROFILE_PACKAGE, request)
    verify_transaction(session, bound.transaction_id)
    package = bound.bound_profile_package
    try:
        pieces = segments.cut(package)
        inside = segments.metadata_inside(package)
    except DecodeError as error:
        raise with_outcome(error, LpaOutcome.PACKAGE_MALFORMED) from None
    verify_announced(offer.profile_metadata, inside)
    return package, pieces


def _load(session: RspSession, package: tuple[bytes, tuple[bytes, ...]]) -> Procedure[bytes]:
    """Load the segments into the chip until it answers with data: the installation result.

    Whatever comes after that answer would only hide it behind a status word.

    Raises:
        CardError: the chip broke off, or took everything and told no result.

    Source: SGP.22 v2.5 §5.7.6.
    """
    whole, pieces = package
    session.is_loading = True
    done = 0
    for piece in pieces:
        yield Report(Stage.INSTALLING, done, len(whole))
        answer: bytes = yield SendCommand(piece)
        done += len(piece)
        if answer:
            session.is_over = True
            yield Report(Stage.INSTALLING, done, len(whole))
            return answer
    silent = CardError("the chip told no installation result")
    raise with_outcome(silent, LpaOutcome.NO_INSTALLATION_RESULT)


def _conclude(session: RspSession, offer: AuthenticateClientOk, octets: bytes) -> Procedure[Downloaded]:
    """Deliver the installation result, then return the profile or raise what the chip objected to.

    Source: SGP.22 v2.5 §3.1.3.3.
    """
    yield Report(Stage.NOTIFYING)
    try:
        result = es10.read(octets, ProfileInstallationResult)
    except CardError:
        yield from notifications.process({session.address})
        raise
    report = yield from _deliver_result(result, octets, offer.profile_metadata.value)
    final = result.profile_installation_result_data.value.final_result
    if isinstance(final, ErrorResult):
        raise installation_failure(final)
    return Downloaded(
        metadata=offer.profile_metadata.value,
        aid=final.aid,
        address=session.address,
        is_resumed=offer.smdp_signed2.value.bpp_euicc_otpk is not None,
        notifications=report,
    )


def _deliver_result(
    result: ProfileInstallationResult, octets: bytes, metadata: StoreMetadataRequest
) -> Procedure[DeliveryReport]:
    """Deliver an installation result and the other notifications that the installation made.

    A card that fails here does not undo the installation: what was not delivered waits on it.
    """
    own = result.profile_installation_result_data.value.notification_metadata
    try:
        listed = yield from es10.list_notifications()
        addresses = {one.notification_address for one in listed if one.iccid == metadata.iccid}
        return (
            yield from notifications.process(addresses | {own.notification_address}, {own.seq_number: octets})
        )
    except CardError as error:
        return DeliveryReport((notifications.Delivery(own, is_delivered=False, problem=str(error)),))
