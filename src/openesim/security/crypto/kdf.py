"""Key derivation with SHA-256: that of ANSI X9.63, and that of 3GPP.

Source: SGP.22 v2.5 Annex G; SEC 1 §3.6.1; 3GPP TS 33.220 Annex B.2.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Final

from openesim.kernel.errors import DecodeError

_HASH_OCTETS: Final = 32
_LONGEST: Final = 1 << 16  # far above any use; keeps a wrong length from taking the machine


def x963_kdf(shared_secret: bytes, shared_info: bytes, length: int) -> bytes:
    """Derive ``length`` octets of key material from a shared secret.

    Args:
        shared_secret: Z, the output of the key agreement.
        shared_info: octets that bind the keys to their use.
        length: octets wanted, 1 to 65 536.

    Raises:
        DecodeError: a length out of range.

    Source: SEC 1 §3.6.1.
    """
    if not 0 < length <= _LONGEST:
        msg = f"key material of {length} octets cannot be derived"
        raise DecodeError(msg)
    blocks = [
        sha256(shared_secret + counter.to_bytes(4, "big") + shared_info).digest()
        for counter in range(1, -(-length // _HASH_OCTETS) + 1)
    ]
    return b"".join(blocks)[:length]


def ts33220_kdf(key: bytes, fc: int, *parameters: bytes) -> bytes:
    """Derive a key of 32 octets as 3GPP does.

    Args:
        key: the key to derive from.
        fc: number of the derivation, one octet.
        parameters: P0, P1, … in order; each is followed by its length.

    Source: 3GPP TS 33.220 Annex B.2.
    """
    s = bytes((fc,)) + b"".join(parameter + len(parameter).to_bytes(2, "big") for parameter in parameters)
    return hmac.digest(key, s, "sha256")
