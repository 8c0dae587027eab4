"""ECIES profiles A and B: how a subscriber's identity is enciphered for its home network.

::

    Z              = agreement of the ephemeral key with the home network's key
    K ‖ ICB ‖ MK   = X9.63-KDF(Z, ephemeral public key as sent)           16, 16 and 32 octets
    scheme output  = ephemeral public key ‖ AES-128-CTR(K, ICB, plaintext) ‖ HMAC-SHA-256(MK, ciphertext)[0:8]

Source: 3GPP TS 33.501 Annex C.3.
"""

from __future__ import annotations

import hmac
from enum import IntEnum
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.security.crypto import x25519
from openesim.security.crypto.curves import COMPRESSED_POINT_OCTETS, COORDINATE_OCTETS, POINT_OCTETS, Curve
from openesim.security.crypto.ecka import OneTimeKey
from openesim.security.crypto.kdf import x963_kdf
from openesim.security.crypto.keys import PrivateKey, PublicKey

TAG_OCTETS: Final = 8
"""Length of the MAC tag behind the ciphertext."""

_KEY: Final = slice(0, 16)
_COUNTER_BLOCK: Final = slice(16, 32)
_MAC_KEY: Final = slice(32, 64)
_UNCOMPRESSED: Final = 0x04


class EciesProfile(IntEnum):
    """The two profiles, by the number of their protection scheme."""

    A = 1
    """X25519."""
    B = 2
    """NIST P-256 with compressed points."""


def draw_key(profile: EciesProfile, entropy: Entropy) -> bytes:
    """Draw a private key, 32 octets: the card's ephemeral one, or a home network's.

    Args:
        profile: A or B.
        entropy: asked for 32 octets (A), or for 40 so that no scalar is likelier than another (B).

    Source: 3GPP TS 33.501 Annex C.3.4.
    """
    if profile is EciesProfile.A:
        return entropy(x25519.KEY_OCTETS)
    return Curve.P256.scalar(entropy).to_bytes(COORDINATE_OCTETS, "big")


def public_key(profile: EciesProfile, private_key: bytes) -> bytes:
    """Return the public key as it is sent and as a profile carries it: 32 octets (A), a compressed point of 33 (B).

    Raises:
        DecodeError: a private key of another length or out of range.

    Source: 3GPP TS 33.501 Annex C.3.4.
    """
    if profile is EciesProfile.A:
        return x25519.public_key(private_key)
    return PrivateKey.from_scalar(Curve.P256, private_key).public_key.compressed


def encipher(profile: EciesProfile, home_public_key: bytes, plaintext: bytes, ephemeral_key: bytes) -> bytes:
    """Return the scheme output.

    Args:
        profile: A or B.
        home_public_key: 32 octets (A); a point of 33 or 65 octets (B).
        plaintext: scheme input of any length.
        ephemeral_key: a fresh private key of 32 octets; with B a scalar between 1 and the order.

    Raises:
        DecodeError: an ephemeral key of another length or out of range.
        VerificationError: a home public key of another form, off the curve or of low order.

    Source: 3GPP TS 33.501 Annex C.3.2.
    """
    if profile is EciesProfile.A:
        shared_secret = x25519.agree(ephemeral_key, home_public_key)
    else:
        own = OneTimeKey.from_scalar(Curve.P256, ephemeral_key)
        shared_secret = own.agree(_p256_point(home_public_key).point)
    sent = public_key(profile, ephemeral_key)
    keys = x963_kdf(shared_secret, sent, 64)
    ciphertext = _counter_mode(keys, plaintext)
    return sent + ciphertext + _tag(keys, ciphertext)


def decipher(profile: EciesProfile, home_private_key: bytes, scheme_output: bytes) -> bytes:
    """Return the scheme input, its MAC tag verified in constant time before anything is deciphered.

    Args:
        profile: A or B.
        home_private_key: 32 octets.
        scheme_output: as received. An uncompressed ephemeral key (B) is tolerated; the derivation then uses its
            compressed form, as that is what the standard sends.

    Raises:
        DecodeError: a scheme output that is too short, a private key of another length or out of range.
        VerificationError: an ephemeral key off the curve or of low order, or a tag that does not hold.

    Source: 3GPP TS 33.501 Annex C.3.3.
    """
    sent, ciphertext, tag = split_output(profile, scheme_output)
    if profile is EciesProfile.A:
        shared_secret = x25519.agree(home_private_key, sent)
    else:
        peer = _p256_point(sent)
        shared_secret = OneTimeKey.from_scalar(Curve.P256, home_private_key).agree(peer.point)
        sent = peer.compressed
    keys = x963_kdf(shared_secret, sent, 64)
    if not hmac.compare_digest(_tag(keys, ciphertext), tag):
        msg = "the concealed identity was not made for this key, or was changed on the way"
        raise VerificationError(msg)
    return _counter_mode(keys, ciphertext)


def split_output(profile: EciesProfile, scheme_output: bytes) -> tuple[bytes, bytes, bytes]:
    """Return ephemeral public key, ciphertext and MAC tag of a scheme output.

    Raises:
        DecodeError: a scheme output that is too short.

    Source: 3GPP TS 33.501 Annex C.3.2.
    """
    length = x25519.KEY_OCTETS
    if profile is EciesProfile.B:
        is_uncompressed = scheme_output[:1] == bytes((_UNCOMPRESSED,))
        length = POINT_OCTETS if is_uncompressed else COMPRESSED_POINT_OCTETS
    if len(scheme_output) < length + TAG_OCTETS:
        msg = f"a scheme output of profile {profile.name} must have at least {length + TAG_OCTETS} octets"
        raise DecodeError(msg)
    return scheme_output[:length], scheme_output[length:-TAG_OCTETS], scheme_output[-TAG_OCTETS:]


def _p256_point(point: bytes) -> PublicKey:
    """Return a key on P-256 from either form of its point."""
    if len(point) == POINT_OCTETS:
        return PublicKey(Curve.P256, point)
    return PublicKey.decompress(Curve.P256, point)


def _counter_mode(keys: bytes, octets: bytes) -> bytes:
    """Encipher or decipher: in counter mode they are the same."""
    return Cipher(algorithms.AES(keys[_KEY]), modes.CTR(keys[_COUNTER_BLOCK])).encryptor().update(octets)


def _tag(keys: bytes, ciphertext: bytes) -> bytes:
    """Return the MAC tag, 8 octets."""
    return hmac.digest(keys[_MAC_KEY], ciphertext, "sha256")[:TAG_OCTETS]
