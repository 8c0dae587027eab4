"""EUICCInfo1 and EUICCInfo2, made of what the chip is and what is left of its memory.

Source: SGP.22 v2.5 §5.7.8.
"""

from __future__ import annotations

from openesim.messages.sgp22.euicc_info import EuiccInfo1, EuiccInfo2
from openesim.messages.sgp22.types import PprIds
from openesim.provisioning.euicc.ambient import Ambient
from openesim.provisioning.euicc.memory import ext_card_resource
from openesim.provisioning.euicc.state import Nvm
from openesim.provisioning.procedures.policy_rules import unauthorised_rules


def build_euicc_info1(nvm: Nvm, ambient: Ambient) -> EuiccInfo1:
    """Return what is told to a server before it has proven itself."""
    return EuiccInfo1(
        svn=nvm.description.svn,
        euicc_ci_pkid_list_for_verification=ambient.verification_key_ids,
        euicc_ci_pkid_list_for_signing=tuple(ambient.signers),
    )


def build_euicc_info2(nvm: Nvm, ambient: Ambient) -> EuiccInfo2:
    """Return what is told to a server that has proven itself, and to the LPA."""
    about = nvm.description
    return EuiccInfo2(
        profile_version=about.profile_version,
        svn=about.svn,
        euicc_firmware_ver=about.firmware_version,
        ext_card_resource=ext_card_resource(nvm),
        uicc_capability=about.uicc_capability,
        globalplatform_version=about.globalplatform_version,
        rsp_capability=about.rsp_capability,
        euicc_ci_pkid_list_for_verification=ambient.verification_key_ids,
        euicc_ci_pkid_list_for_signing=tuple(ambient.signers),
        euicc_category=about.category,
        forbidden_profile_policy_rules=forbidden_rules(nvm),
        pp_version=about.pp_version,
        sas_acreditation_number=about.sas_accreditation_number,
        certification_data_object=about.certification,
    )


def forbidden_rules(nvm: Nvm) -> PprIds:
    """Return the policy rules that no profile may carry on this chip: those it forbids, and those its RAT lets nobody set.

    A server that is told so refuses before the download; with an empty RAT that is every rule.

    Source: SGP.22 v2.5 §2.9.2, §5.7.8 (forbiddenProfilePolicyRules).
    """
    return PprIds(nvm.description.forbidden_policy_rules | unauthorised_rules(nvm.rat))
