"""What a profile package asks of a chip, in the words with which chips describe themselves.

SM-DP+ and chip judge by the same table, so that what the one announces the other does not refuse.

Source: SGP.22 v2.5 Annex H (UICCCapability is derived from ServicesList); TCA eUICC Profile Package §8.2.
"""

from __future__ import annotations

from collections.abc import Iterable

from openesim.messages.sgp22.euicc_info import UiccCapability as Uicc

CAPABILITY_OF_SERVICE = {
    "contactless": Uicc.CONTACTLESS_SUPPORT,
    "usim": Uicc.USIM_SUPPORT,
    "isim": Uicc.ISIM_SUPPORT,
    "csim": Uicc.CSIM_SUPPORT,
    "milenage": Uicc.AKA_MILENAGE,
    "tuak128": Uicc.AKA_TUAK128,
    "cave": Uicc.AKA_CAVE,
    "gba_usim": Uicc.GBA_AUTHEN_USIM,
    "gba_isim": Uicc.GBA_AUTHEN_ISIM,
    "mbms": Uicc.MBMS_AUTHEN_USIM,
    "eap": Uicc.EAP_CLIENT,
    "javacard": Uicc.JAVACARD,
    "multos": Uicc.MULTOS,
    "multiple_usim": Uicc.MULTIPLE_USIM_SUPPORT,
    "multiple_isim": Uicc.MULTIPLE_ISIM_SUPPORT,
    "multiple_csim": Uicc.MULTIPLE_CSIM_SUPPORT,
    "tuak256": Uicc.AKA_TUAK256,
    "usim_test_algorithm": Uicc.USIM_TEST_ALGORITHM,
    "ber_tlv": Uicc.BER_TLV_FILE_SUPPORT,
    "df_link": Uicc.DF_LINK_SUPPORT,
    "cat_tp": Uicc.CAT_TP,
    "get_identity": Uicc.GET_IDENTITY,
    "profile_a_x25519": Uicc.PROFILE_A_X25519,
    "profile_b_p256": Uicc.PROFILE_B_P256,
    "suci_calculator_api": Uicc.SUCI_CALCULATOR_API,
    "dns_resolution": Uicc.DNS_RESOLUTION,
    "scp11ac": Uicc.SCP11AC,
    "scp11c_authorization_mechanism": Uicc.SCP11C_AUTHORIZATION_MECHANISM,
    "s16mode": Uicc.S16MODE,
    "eaka": Uicc.EAKA,
}


def required_capabilities(services: Iterable[str]) -> Uicc:
    """Return the capabilities that a chip needs for the named services; unknown names need none."""
    bits = 0
    for service in services:
        bits |= CAPABILITY_OF_SERVICE.get(service, 0)
    return Uicc(bits)
