"""The installation result (PIR): what the chip signs about an installation, good or bad.

It is a notification like the others, and is in memory before anybody sees it.

Source: SGP.22 v2.5 §2.5.6, §5.7.6, Annex H.
"""

from __future__ import annotations

from dataclasses import replace

from openesim.messages.sgp22.notifications import (
    BppCommandId,
    ErrorReason,
    ErrorResult,
    NotificationMetadata,
    ProfileInstallationResult,
    ProfileInstallationResultData,
    SuccessResult,
)
from openesim.provisioning.euicc.ambient import Ambient
from openesim.provisioning.euicc.notifications import INSTALL, add, credential_of
from openesim.provisioning.euicc.session import DownloadPrepared, ProfileLoading
from openesim.provisioning.euicc.state import Nvm, OngoingInstallation


def describe_installation(
    session: DownloadPrepared, loading: ProfileLoading | None = None
) -> OngoingInstallation:
    """Return what is known of an installation: session, SM-DP+, and how far it has got."""
    return OngoingInstallation(
        transaction_id=session.server.transaction_id,
        smdp_oid=session.server.oid,
        smdp_address=session.server.server_address,
        ci_key_id=session.server.ci_key_id,
        command=loading.command if loading else BppCommandId.INITIALISE_SECURE_CHANNEL,
        iccid=loading.metadata.iccid if loading and loading.metadata else None,
    )


def conclude(
    nvm: Nvm, installation: OngoingInstallation, result: SuccessResult | ErrorResult, ambient: Ambient
) -> tuple[Nvm, bytes]:
    """Sign the result of an installation and put it among the notifications.

    Args:
        nvm: memory before.
        installation: session, SM-DP+ and profile.
        result: how it ended.
        ambient: keys to sign with.

    Returns:
        The memory after, without the mark of an ongoing installation, and ProfileInstallationResult (BF37).

    Source: SGP.22 v2.5 §5.7.6.
    """
    metadata = NotificationMetadata(
        seq_number=nvm.next_seq_number,
        profile_management_operation=INSTALL,
        notification_address=installation.smdp_address,
        iccid=installation.iccid,
    )
    data = ProfileInstallationResultData.signed(
        ProfileInstallationResultData(
            transaction_id=installation.transaction_id,
            notification_metadata=metadata,
            smdp_oid=installation.smdp_oid,
            final_result=result,
        )
    )
    ci_key_id = credential_of(nvm, installation.ci_key_id).ci_key_id
    octets = ProfileInstallationResult(
        profile_installation_result_data=data, euicc_sign_pir=ambient.sign(ci_key_id, data.octets)
    ).encode()
    return add(replace(nvm, installation=None), metadata, octets), octets


def report_interruption(nvm: Nvm, ambient: Ambient) -> Nvm:
    """Return the memory in which an installation that a power cut ended is reported; to be called at power on.

    The one-time key is kept: the same package can be loaded in a new session.

    Source: SGP.22 v2.5 §5.7.6 (installFailedDueToInterruption).
    """
    installation = nvm.installation
    if installation is None:
        return nvm
    result = ErrorResult(
        bpp_command_id=installation.command, error_reason=ErrorReason.INSTALL_FAILED_DUE_TO_INTERRUPTION
    )
    return conclude(nvm, installation, result, ambient)[0]
