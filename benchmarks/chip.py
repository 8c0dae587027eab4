"""A light chip for the other end of the benchmarks: it signs what a chip signs and verifies nothing.

The complete chip (``openesim.provisioning.euicc``) costs more than the server, and both share the machine. What the
server sees of this one is the same: certificates, signatures, one-time keys, an installation result.
"""

from __future__ import annotations

import os
from datetime import datetime

from openesim.encoding import tlv
from openesim.encoding.asn1 import Signed
from openesim.kernel.ids import Eid, Iccid, Oid, TransactionId
from openesim.messages.sgp22.authentication import (
    AuthenticateResponseOk,
    CtxParamsForCommonAuthentication,
    EuiccSigned1,
)
from openesim.messages.sgp22.download import EuiccSigned2, PrepareDownloadResponseOk
from openesim.messages.sgp22.es9plus import AuthenticateClientOk, InitiateAuthenticationOk
from openesim.messages.sgp22.euicc_info import (
    DeviceCapabilities,
    DeviceInfo,
    EuiccInfo1,
    EuiccInfo2,
    RspCapability,
    UiccCapability,
)
from openesim.messages.sgp22.notifications import (
    NotificationMetadata,
    OtherSignedNotification,
    PendingNotification,
    ProfileInstallationResult,
    ProfileInstallationResultData,
    SuccessResult,
)
from openesim.messages.sgp22.types import NotificationEvent
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecka import OneTimeKey
from openesim.security.pki.world import TEST_EIN, Issued, issue_euicc

_AID = bytes.fromhex("A0000005591010FFFFFFFF8900001000")
_INSTALLED = bytes.fromhex("3007A0053003800100")  # EUICCResponse: every element ok
_DEVICE = DeviceInfo(tac=bytes.fromhex("35290611"), device_capabilities=DeviceCapabilities())
_EVERYTHING = UiccCapability(0x7FFF_FFFF)
_RESOURCES = bytes.fromhex("81010082040010000083020400")  # one application, 1 MB and 1 kB left


class LightChip:
    """One chip with a certificate of its own."""

    def __init__(self, number: int, makers: tuple[Issued, Issued], now: datetime) -> None:
        """Be born as the chip with a number.

        Args:
            number: any, below 10^22.
            makers: the CI and the EUM.
            now: aware UTC.
        """
        ci, eum = makers
        eid = Eid.with_check_digits(f"{TEST_EIN}{number:022d}")
        issued = issue_euicc(eum, eid, os.urandom, now)
        key_ids = (ci.certificate.key_id or b"",)
        self._signer = issued.credential.signer
        self._certificates = issued.certificate.octets, eum.certificate.octets
        self._sequence_number = 0
        self.info1 = EuiccInfo1(
            svn=b"\x02\x05\x00",
            euicc_ci_pkid_list_for_verification=key_ids,
            euicc_ci_pkid_list_for_signing=key_ids,
        )
        self._info2 = EuiccInfo2(
            profile_version=b"\x03\x03\x01",
            svn=b"\x02\x05\x00",
            euicc_firmware_ver=b"\x01\x00\x00",
            ext_card_resource=_RESOURCES,
            uicc_capability=_EVERYTHING,
            rsp_capability=RspCapability(RspCapability.ADDITIONAL_PROFILE),
            euicc_ci_pkid_list_for_verification=key_ids,
            euicc_ci_pkid_list_for_signing=key_ids,
            pp_version=b"\x01\x00\x00",
            sas_acreditation_number="OpenESIM benchmark",
        )

    def authenticate_server(
        self, proof: InitiateAuthenticationOk, matching_id: str
    ) -> AuthenticateResponseOk:
        """Return the chip's proof."""
        signed1 = EuiccSigned1.signed(
            EuiccSigned1(
                transaction_id=proof.transaction_id,
                server_address=proof.server_signed1.value.server_address,
                server_challenge=proof.server_signed1.value.server_challenge,
                euicc_info2=self._info2,
                ctx_params1=CtxParamsForCommonAuthentication(matching_id=matching_id, device_info=_DEVICE),
            )
        )
        return AuthenticateResponseOk(
            euicc_signed1=signed1,
            euicc_signature1=self._signer.sign(signed1.octets),
            euicc_certificate=self._certificates[0],
            eum_certificate=self._certificates[1],
        )

    def prepare_download(self, offer: AuthenticateClientOk) -> PrepareDownloadResponseOk:
        """Return the chip's readiness with a fresh one-time key."""
        one_time_key = OneTimeKey.generate(Curve.P256, os.urandom)
        signed2 = EuiccSigned2.signed(
            EuiccSigned2(transaction_id=offer.transaction_id, euicc_otpk=one_time_key.public_key)
        )
        covered = signed2.octets + tlv.encode(0x5F37, offer.smdp_signature2)
        return PrepareDownloadResponseOk(euicc_signed2=signed2, euicc_signature2=self._signer.sign(covered))

    def installation_result(
        self, transaction_id: TransactionId, address: str, iccid: Iccid
    ) -> Signed[ProfileInstallationResult | OtherSignedNotification]:
        """Return the news that a profile was installed."""
        self._sequence_number += 1
        data = ProfileInstallationResultData.signed(
            ProfileInstallationResultData(
                transaction_id=transaction_id,
                notification_metadata=NotificationMetadata(
                    seq_number=self._sequence_number,
                    profile_management_operation=NotificationEvent(NotificationEvent.INSTALL),
                    notification_address=address,
                    iccid=iccid,
                ),
                smdp_oid=Oid("2.999.10"),
                final_result=SuccessResult(aid=_AID, sima_response=_INSTALLED),
            )
        )
        result = ProfileInstallationResult(
            profile_installation_result_data=data, euicc_sign_pir=self._signer.sign(data.octets)
        )
        return Signed(result, PendingNotification.encode(result))
