"""The alternatives of ProfileElement and their tags.

Source: TCA eUICC Profile Package 3.3.1, PE_Definitions (ProfileElement).
"""

from __future__ import annotations

from enum import StrEnum


class ElementKind(StrEnum):
    """Alternatives of ProfileElement, in the module's words; ``UNKNOWN`` is any other tag."""

    HEADER = "header"
    GENERIC_FILE_MANAGEMENT = "genericFileManagement"
    PIN_CODES = "pinCodes"
    PUK_CODES = "pukCodes"
    AKA_PARAMETER = "akaParameter"
    CDMA_PARAMETER = "cdmaParameter"
    SECURITY_DOMAIN = "securityDomain"
    RFM = "rfm"
    APPLICATION = "application"
    NON_STANDARD = "nonStandard"
    END = "end"
    RFU1 = "rfu1"
    RFU2 = "rfu2"
    RFU3 = "rfu3"
    RFU4 = "rfu4"
    RFU5 = "rfu5"
    MF = "mf"
    CD = "cd"
    TELECOM = "telecom"
    USIM = "usim"
    OPT_USIM = "opt-usim"
    ISIM = "isim"
    OPT_ISIM = "opt-isim"
    PHONEBOOK = "phonebook"
    GSM_ACCESS = "gsm-access"
    CSIM = "csim"
    OPT_CSIM = "opt-csim"
    EAP = "eap"
    DF_5GS = "df-5gs"
    DF_SAIP = "df-saip"
    DF_SNPN = "df-snpn"
    DF_5GPROSE = "df-5gprose"
    IOT = "iot"
    OPT_IOT = "opt-iot"
    UNKNOWN = "unknown"


TAGS: dict[ElementKind, int] = {
    ElementKind.HEADER: 0xA0,
    ElementKind.GENERIC_FILE_MANAGEMENT: 0xA1,
    ElementKind.PIN_CODES: 0xA2,
    ElementKind.PUK_CODES: 0xA3,
    ElementKind.AKA_PARAMETER: 0xA4,
    ElementKind.CDMA_PARAMETER: 0xA5,
    ElementKind.SECURITY_DOMAIN: 0xA6,
    ElementKind.RFM: 0xA7,
    ElementKind.APPLICATION: 0xA8,
    ElementKind.NON_STANDARD: 0xA9,
    ElementKind.END: 0xAA,
    ElementKind.RFU1: 0xAB,
    ElementKind.RFU2: 0xAC,
    ElementKind.RFU3: 0xAD,
    ElementKind.RFU4: 0xAE,
    ElementKind.RFU5: 0xAF,
    ElementKind.MF: 0xB0,
    ElementKind.CD: 0xB1,
    ElementKind.TELECOM: 0xB2,
    ElementKind.USIM: 0xB3,
    ElementKind.OPT_USIM: 0xB4,
    ElementKind.ISIM: 0xB5,
    ElementKind.OPT_ISIM: 0xB6,
    ElementKind.PHONEBOOK: 0xB7,
    ElementKind.GSM_ACCESS: 0xB8,
    ElementKind.CSIM: 0xB9,
    ElementKind.OPT_CSIM: 0xBA,
    ElementKind.EAP: 0xBB,
    ElementKind.DF_5GS: 0xBC,
    ElementKind.DF_SAIP: 0xBD,
    ElementKind.DF_SNPN: 0xBE,
    ElementKind.DF_5GPROSE: 0xBF1F,
    ElementKind.IOT: 0xBF20,
    ElementKind.OPT_IOT: 0xBF21,
}
"""Tag of every kind but ``UNKNOWN``."""

CONTEXT_KINDS = (
    ElementKind.MF,
    ElementKind.CD,
    ElementKind.TELECOM,
    ElementKind.USIM,
    ElementKind.ISIM,
    ElementKind.CSIM,
    ElementKind.EAP,
    ElementKind.IOT,
)
"""Elements that open a directory: PINs and authentication parameters behind them belong to it."""
