"""What a notification changes: the chip's word brings order and chip to agree.

Notifications are acknowledged before they are read, may come late, twice, out of order or not at all, and for
chips and sessions we never met. So nothing here refuses anybody: a notification that proves nothing changes
nothing, and the note says why. Of two notifications about the same profile the one with the higher sequence
number holds.

Source: SGP.22 v2.5 §3.5, §5.6.4, §3.1.3.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openesim.encoding import tlv
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.kernel.ids import Eid
from openesim.kernel.records import changed, with_quick_init
from openesim.messages.sgp22.notifications import (
    ErrorReason,
    ErrorResult,
    FinalResult,
    NotificationMetadata,
    OtherSignedNotification,
    ProfileInstallationResult,
    SuccessResult,
)
from openesim.messages.sgp22.types import NotificationEvent
from openesim.provisioning.smdp.binding import INSTALLED, Download
from openesim.provisioning.smdp.context import Smdp
from openesim.provisioning.smdp.orders import DOWNLOADABLE, PRESENT, ChipState, Order, OrderEvent, OrderState
from openesim.security.crypto.ecdsa import verify_signature
from openesim.security.crypto.keys import PublicKey
from openesim.security.pki.chain import verify_euicc_chain

RETRYABLE = frozenset(
    {
        ErrorReason.SCP03T_STRUCTURE_ERROR,
        ErrorReason.SCP03T_SECURITY_ERROR,
        ErrorReason.INSTALL_FAILED_DUE_TO_ICCID_ALREADY_EXISTS_ON_EUICC,
        ErrorReason.INSTALL_FAILED_DUE_TO_INSUFFICIENT_MEMORY_FOR_PROFILE,
        ErrorReason.INSTALL_FAILED_DUE_TO_INTERRUPTION,
    }
)
"""Failures the user can overcome by himself: the order stays Downloaded and the code keeps working."""

_EXISTS = ErrorReason.INSTALL_FAILED_DUE_TO_ICCID_ALREADY_EXISTS_ON_EUICC
_FINAL_RESULT_TAG = 0xA2
_LONGEST_RESULT = 1024

_CHIP_STATES = {
    NotificationEvent.INSTALL: ChipState.DISABLED,
    NotificationEvent.ENABLE: ChipState.ENABLED,
    NotificationEvent.DISABLE: ChipState.DISABLED,
    NotificationEvent.DELETE: ChipState.DELETED,
}


@with_quick_init
@dataclass(frozen=True, slots=True)
class Processed:
    """What a notification led to.

    Attributes:
        note: one line for the log and the history, without secrets.
        order: the order to store, if it changed.
        download: the download to store, if it changed.
        eid: the chip, where it proved that it speaks of a profile we have an order of; None: nothing of it is noted.
        chip_state: what it told of the profile.
        code: what the catalogue of explanations knows a failure by.
        result_data: the final result of an installation, A2 with what is in it.
    """

    note: str
    order: Order | None = None
    download: Download | None = None
    eid: Eid | None = None
    chip_state: ChipState | None = None
    code: str | None = None
    result_data: bytes | None = None


def process_installation_result(
    result: ProfileInstallationResult, download: Download | None, order: Order | None
) -> Processed:
    """Take in the result of an installation.

    Args:
        result: as received.
        download: the package that was handed out in the result's session, if we know it.
        order: its order.

    Source: SGP.22 v2.5 §5.6.4; §3.1.3.3 step 10.
    """
    if download is None or order is None:
        return Processed("installation result of an unknown session")
    signed = result.profile_installation_result_data
    try:
        verify_signature(PublicKey.decode(download.euicc_key), signed.octets, result.euicc_sign_pir)
    except (VerificationError, DecodeError):
        return Processed("installation result with a signature that does not hold")
    final, sequence = signed.value.final_result, signed.value.notification_metadata.seq_number
    # A success behind a failure is news: the package was asked for again in the same session.
    if download.result == INSTALLED or (download.result is not None and isinstance(final, ErrorResult)):
        return Processed("installation result that was known already", eid=download.eid)
    if isinstance(final, ErrorResult):
        processed = _failed(final, download, order)
    else:
        processed = _succeeded(sequence, changed(download, result=INSTALLED), order)
    return changed(processed, eid=download.eid, result_data=_result_data(final))


def _succeeded(sequence: int, known: Download, order: Order) -> Processed:
    """Take in a successful installation."""
    there = ChipState.DISABLED
    if order.is_reusable:
        return Processed("installed (reusable order)", download=known, chip_state=there)
    if order.eid != known.eid:
        note = "installed, but the profile was given to another chip since"
        return Processed(note, download=known, chip_state=there)
    is_history = order.state is OrderState.DELETED and sequence <= order.chip_sequence
    if is_history or not order.can(OrderEvent.INSTALL):
        note = f"installed, but the profile is {order.state.value} already"
        return Processed(note, download=known, chip_state=None if is_history else there)
    installed = _with_chip_state(order.moved(OrderEvent.INSTALL, INSTALLED), there, sequence)
    return Processed(INSTALLED, installed, known, chip_state=installed.chip_state)


def _failed(final: ErrorResult, download: Download, order: Order) -> Processed:
    """Take in a failed installation.

    The specification lets a temporary failure leave the profile Downloaded.
    """
    reason = final.error_reason
    name = reason.name.lower() if isinstance(reason, ErrorReason) else str(reason)
    outcome = f"installation failed: {int(final.bpp_command_id)}/{int(reason)} {name}"
    known = changed(download, result=outcome)
    told = Processed(outcome, download=known, code=f"installation:{int(final.bpp_command_id)}/{int(reason)}")
    # Only a package that is still out can fail: of an order that is over, or another chip's, nothing changes.
    if order.is_reusable or order.eid != download.eid or order.state not in DOWNLOADABLE:
        return told
    if reason == _EXISTS and order.chip_state in PRESENT:
        # It was there, was fetched again, and is there still: whoever thought it lost has it.
        return changed(told, order=order.moved(OrderEvent.INSTALL, outcome), chip_state=order.chip_state)
    if order.state is not OrderState.DOWNLOADED:
        return told  # another package is waited for since: the operator issued the order again
    if reason in RETRYABLE:
        return changed(told, order=changed(order, outcome=outcome))
    return changed(told, order=order.moved(OrderEvent.FAIL, outcome))


def _result_data(final: SuccessResult | ErrorResult) -> bytes | None:
    """Return the final result as the chip told it, unless it is longer than anybody keeps."""
    octets = tlv.encode(_FINAL_RESULT_TAG, FinalResult.encode(final))
    return octets if len(octets) <= _LONGEST_RESULT else None


def final_result_of(result_data: bytes) -> SuccessResult | ErrorResult:
    """Return the final result that the history keeps.

    Raises:
        DecodeError: something else.
    """
    return FinalResult.decode(tlv.read_one(result_data).value)


def verify_other_notification(notification: OtherSignedNotification, smdp: Smdp, now: datetime) -> Eid:
    """Return the EID of the chip that signed an enable, disable, delete or install notification.

    Raises:
        VerificationError: certificates or signature do not hold.

    Source: SGP.22 v2.5 §5.6.4.
    """
    chain = verify_euicc_chain(
        notification.euicc_certificate, notification.eum_certificate, smdp.trust, now, smdp.manufacturers
    )
    verify_signature(
        chain.euicc.public_key,
        notification.tbs_other_notification.octets,
        notification.euicc_notification_signature,
    )
    return chain.eid


def process_other_notification(metadata: NotificationMetadata, eid: Eid, order: Order | None) -> Processed:
    """Take in what a verified chip says about an installed profile.

    Args:
        metadata: sequence number, operation, profile.
        eid: the chip, proven by its signature.
        order: the order of the profile.

    Source: SGP.22 v2.5 §3.5.
    """
    if order is None or order.is_reusable or order.eid != eid:
        return Processed("notification for a profile that this chip has no order of")
    state = _CHIP_STATES.get(metadata.profile_management_operation)
    if state is None:
        return Processed("notification of no known operation")
    told = Processed(f"{state.value}, notification {metadata.seq_number}", eid=eid)
    if metadata.seq_number <= order.chip_sequence:
        return changed(told, note=f"{told.note}: older than what is known")
    # Whatever happens to a profile on its chip, it was installed before, even if that news is still under way.
    is_gone = state is ChipState.DELETED
    event, outcome = (OrderEvent.DELETE, "deleted") if is_gone else (OrderEvent.INSTALL, INSTALLED)
    if not order.can(event):
        return changed(told, note=f"{told.note}: but the profile is {order.state.value}", chip_state=state)
    moved = _with_chip_state(order.moved(event, outcome), state, metadata.seq_number)
    is_install = metadata.profile_management_operation == NotificationEvent.INSTALL
    return changed(told, note=INSTALLED if is_install else state.value, order=moved, chip_state=state)


def _with_chip_state(order: Order, state: ChipState, sequence: int) -> Order:
    """Return the order with what the chip told, unless something newer is known."""
    if sequence <= order.chip_sequence:
        return order
    return changed(order, chip_state=state, chip_sequence=sequence)
