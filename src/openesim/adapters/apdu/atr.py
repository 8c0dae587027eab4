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
