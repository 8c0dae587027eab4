"""Results as JSON has them: plain values, names in the words of the specification."""

from __future__ import annotations

from typing import Any

from openesim.kernel.ids import plmn_text
from openesim.messages.sgp22.metadata import ProfileClass, ProfileInfo, ProfileState, StoreMetadataRequest
from openesim.messages.sgp22.notifications import NotificationMetadata
from openesim.messages.sgp22.types import OperatorId, format_version
from openesim.provisioning.lpa.management import ChipInfo
from openesim.provisioning.lpa.notifications import Delivery, DeliveryReport


def profile_values(profile: ProfileInfo) -> dict[str, Any]:
    """Return a profile on the chip."""
    rules = profile.profile_policy_rules
    return {
        "iccid": profile.iccid,
        "isdp_aid": profile.isdp_aid.hex().upper() if profile.isdp_aid else None,
        "state": state_of(profile),
        "nickname": profile.profile_nickname,
        "service_provider_name": profile.service_provider_name,
        "profile_name": profile.profile_name,
        "class": class_name(profile.profile_class),
        "owner": _owner(profile.profile_owner),
        "policy_rules": rules.set_names if rules else [],
    }


def metadata_values(metadata: StoreMetadataRequest) -> dict[str, Any]:
    """Return a profile as its server announced it."""
    rules = metadata.profile_policy_rules
    return {
        "iccid": metadata.iccid,
        "service_provider_name": metadata.service_provider_name,
        "profile_name": metadata.profile_name,
        "class": class_name(metadata.profile_class),
        "owner": _owner(metadata.profile_owner),
        "policy_rules": rules.set_names if rules else [],
    }


def state_of(profile: ProfileInfo) -> str:
    """Return ``enabled`` or ``disabled``; a profile that does not say is disabled."""
    return "enabled" if profile.profile_state == ProfileState.ENABLED else "disabled"


def class_name(profile_class: ProfileClass | int | None) -> str:
    """Return the class in lower case; a profile that does not say is operational."""
    if profile_class is None:
        return ProfileClass.OPERATIONAL.name.lower()
    return profile_class.name.lower() if isinstance(profile_class, ProfileClass) else str(profile_class)


def notification_values(notification: NotificationMetadata) -> dict[str, Any]:
    """Return a notification that waits."""
    return {
        "seq_number": notification.seq_number,
        "event": "+".join(notification.profile_management_operation.set_names),
        "address": notification.notification_address,
        "iccid": notification.iccid,
    }


def report_values(report: DeliveryReport) -> dict[str, Any]:
    """Return what became of notifications."""
    return {
        "delivered": [notification_values(one) for one in report.delivered],
        "undelivered": [_undelivered(one) for one in report.undelivered],
        "others_waiting": report.others_waiting,
    }


def info_values(info: ChipInfo) -> dict[str, Any]:
    """Return what a chip tells about itself."""
    info2 = info.euicc_info2
    forbidden = info2.forbidden_profile_policy_rules
    return {
        "eid": info.eid,
        "default_smdp_address": info.default_smdp_address or None,
        "root_smds_address": info.root_smds_address,
        "svn": format_version(info2.svn),
        "profile_version": format_version(info2.profile_version),
        "firmware_version": format_version(info2.euicc_firmware_ver),
        "pp_version": format_version(info2.pp_version),
        "free_non_volatile_memory": info.free_memory,
        "uicc_capability": info2.uicc_capability.set_names,
        "rsp_capability": info2.rsp_capability.set_names,
        "ci_pkids_for_verification": [key.hex() for key in info2.euicc_ci_pkid_list_for_verification],
        "ci_pkids_for_signing": [key.hex() for key in info2.euicc_ci_pkid_list_for_signing],
        "forbidden_policy_rules": forbidden.set_names if forbidden else [],
        "sas_accreditation_number": info2.sas_acreditation_number,
        "waiting_notifications": info.waiting_notifications,
    }


def _undelivered(delivery: Delivery) -> dict[str, Any]:
    """Return a notification that is still on the chip, with the problem."""
    return {**notification_values(delivery.notification), "problem": delivery.problem}


def _owner(owner: OperatorId | None) -> str | None:
    """Return MCC and MNC as ``MCC-MNC``."""
    return None if owner is None else plmn_text(owner.mcc_mnc)
