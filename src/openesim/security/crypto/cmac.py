"""AES-CMAC in one call, for those who need a single MAC and no chain.

Source: NIST SP 800-38B; RFC 4493.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.cmac import CMAC

from openesim.kernel.errors import DecodeError


def aes_cmac(key: bytes, message: bytes) -> bytes:
    """Return the MAC of a message, 16 octets.

    Args:
        key: AES key of 16, 24 or 32 octets.
        message: octets of any length.

    Raises:
        DecodeError: a key of another length.

    Source: NIST SP 800-38B §6.2.
    """
    try:
        mac = CMAC(algorithms.AES(key))
    except ValueError:
        msg = "an AES key must have 16, 24 or 32 octets"
        raise DecodeError(msg) from None
    mac.update(message)
    return mac.finalize()
