"""Key agreement on Curve25519.

Source: RFC 7748 §5, §6.1.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from openesim.kernel.errors import DecodeError, VerificationError

KEY_OCTETS: Final = 32
"""Length of a private key, of a public key and of the shared secret."""


def public_key(private_key: bytes) -> bytes:
    """Return the public key of a private key, 32 octets.

    Args:
        private_key: 32 octets of any value.

    Raises:
        DecodeError: another length.

    Source: RFC 7748 §6.1.
    """
    return _private(private_key).public_key().public_bytes_raw()


def agree(private_key: bytes, peer: bytes) -> bytes:
    """Return the shared secret, 32 octets.

    Args:
        private_key: our private key, 32 octets.
        peer: the peer's public key, 32 octets.

    Raises:
        DecodeError: a private key of another length.
        VerificationError: a public key of another length, or one of low order: the secret would be zero, known to all.

    Source: RFC 7748 §6.1.
    """
    if len(peer) != KEY_OCTETS:
        msg = f"a public key on Curve25519 must have {KEY_OCTETS} octets"
        raise VerificationError(msg)
    try:
        return _private(private_key).exchange(X25519PublicKey.from_public_bytes(peer))
    except ValueError:
        msg = "the public key on Curve25519 is of low order"
        raise VerificationError(msg) from None


def _private(octets: bytes) -> X25519PrivateKey:
    """Return the key for OpenSSL."""
    if len(octets) != KEY_OCTETS:
        msg = f"a private key on Curve25519 must have {KEY_OCTETS} octets"
        raise DecodeError(msg)
    return X25519PrivateKey.from_private_bytes(octets)
