"""The Answer To Reset of the software chip: what it tells a reader about itself before the first command.

Source: ETSI TS 102 221 §6.3; ISO/IEC 7816-3 §8.2; ISO/IEC 7816-4 §12.1.1.
"""

from __future__ import annotations

from functools import reduce
from operator import xor
from typing import Final

_DIRECT_CONVENTION: Final = b"\x3b"

_INTERFACE: Final = bytes(
    (
        0x96,  # TA1: at most 512/32 clock cycles a bit
        0x80,  # TD1: T=0 is the only protocol; TD2 follows
        0x3F,  # TD2: T=15, what holds for every protocol; TA3 and TB3 follow
        0xC7,  # TA3: the clock may stop at either level; classes A, B and C
        0x82,  # TB3: this UICC is an eUICC
    )
)
_TA1_AND_TD1_FOLLOW: Final = 0x90
_EUICC: Final = 0x82

_HISTORICAL: Final = bytes(
    (
        0x80,  # compact data objects follow
        *(
            0x31,
            0xE0,
        ),  # applications are selected by name, whole or beginning; EF.DIR lists them; there is an MF
        *(
            0x73,
            0xFE,
            0x21,
            0x1F,
        ),  # files by name, identifier, path and SFI; 8 channels and more, given by either side
    )
)


def build_atr() -> bytes:
    """Return the ATR: T=0 alone, as every terminal for a UICC has to speak it, and marked as an eUICC.

    Source: ETSI TS 102 221 §6.3.1, §6.3.2, §6.3.3.
    """
    announced = bytes((_TA1_AND_TD1_FOLLOW | len(_HISTORICAL),)) + _INTERFACE + _HISTORICAL
    return _DIRECT_CONVENTION + announced + bytes((reduce(xor, announced),))


def is_euicc(atr: bytes) -> bool:
    """Tell whether an ATR says that the card is an eUICC: the TB for all protocols (T=15) does.

    Source: ETSI TS 102 221 §6.3.3.
    """
    announced, protocol, position = atr[1] >> 4 if len(atr) > 1 else 0, 0, 2
    while announced:
        tb = position + (announced & 1)
        td = position + (announced & 7).bit_count()
        if protocol == 15 and announced & 2 and atr[tb : tb + 1] == bytes((_EUICC,)):
            return True
        if not announced & 8 or td >= len(atr):
            return False
        announced, protocol, position = atr[td] >> 4, atr[td] & 0x0F, td + 1
    return False
