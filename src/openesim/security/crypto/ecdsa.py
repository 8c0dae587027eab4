"""ECDSA with SHA-256: raw r‖s in RSP messages, DER in X.509 certificates.

Signatures are deterministic (RFC 6979), so that a recorded session replays octet for octet and no
signature depends on the quality of a random number.

Source: SGP.22 v2.5 §2.6.7.2; BSI TR-03111 §5.2.1 (plain format); RFC 6979.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from openesim.kernel.errors import VerificationError
from openesim.security.crypto.curves import COORDINATE_OCTETS
from openesim.security.crypto.keys import PrivateKey, PublicKey

__all__ = [
    "PrivateKey",
    "PublicKey",
    "SoftwareSigner",
    "der_to_raw",
    "raw_to_der",
    "verify_der_signature",
    "verify_signature",
]

RAW_SIGNATURE_OCTETS: Final = 2 * COORDINATE_OCTETS

_SIGN: Final = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
_VERIFY: Final = ec.ECDSA(hashes.SHA256())
_DOES_NOT_HOLD: Final = "the signature does not hold"


def verify_signature(public_key: PublicKey, message: bytes, signature: bytes) -> None:
    """Verify a signature of an RSP message.

    Args:
        public_key: key of the signer.
        message: the signed octets as they were received, tags and lengths included.
        signature: r‖s, 64 octets (content of tag 5F37).

    Raises:
        VerificationError: not 64 octets, or not the signature of this message by this key.

    Source: SGP.22 v2.5 §2.6.7.2.
    """
    if len(signature) != RAW_SIGNATURE_OCTETS:
        msg = "a signature must have 64 octets"
        raise VerificationError(msg)
    verify_der_signature(public_key, message, raw_to_der(signature))


def verify_der_signature(public_key: PublicKey, message: bytes, signature: bytes) -> None:
    """Verify a signature of a certificate or CRL, which is in DER form.

    Raises:
        VerificationError: not DER, or not the signature of this message by this key.

    Source: RFC 5480 §2.2.3 (ECDSA-Sig-Value), RFC 5758 §3.2.
    """
    try:
        public_key.primitive.verify(signature, message, _VERIFY)
    except InvalidSignature:
        raise VerificationError(_DOES_NOT_HOLD) from None


class SoftwareSigner:
    """Signs with a private key in memory.

    Attributes:
        public_key: the public half, to compare with a certificate.
    """

    __slots__ = ("_key", "public_key")

    def __init__(self, private_key: PrivateKey) -> None:
        """Take the key to sign with."""
        self._key: Final = private_key
        self.public_key: Final = private_key.public_key

    def sign(self, message: bytes) -> bytes:
        """Return the deterministic ECDSA signature with SHA-256 over ``message`` as r‖s, 64 octets.

        Source: RFC 6979 §3.2.
        """
        return der_to_raw(self._key.primitive.sign(message, _SIGN))

    def __repr__(self) -> str:
        """Show whose signer it is, never the private key."""
        return f"SoftwareSigner({self.public_key!r})"


def raw_to_der(signature: bytes) -> bytes:
    """Turn r‖s of 64 octets into ECDSA-Sig-Value.

    Source: RFC 5480 §2.2.3.
    """
    r = _integer(signature[:COORDINATE_OCTETS])
    s = _integer(signature[COORDINATE_OCTETS:])
    # Both integers are at most 35 octets of TLV, so every length fits one octet.
    return b"0%c%b%b" % (len(r) + len(s), r, s)


def der_to_raw(signature: bytes) -> bytes:
    """Turn ECDSA-Sig-Value into r‖s of 64 octets, left zeros kept.

    Raises:
        VerificationError: not the DER form of two numbers of at most 32 octets.

    Source: BSI TR-03111 §5.2.1.
    """
    r_octets = signature[3] if len(signature) > 3 else 0
    r = signature[4 : 4 + r_octets][-COORDINATE_OCTETS:]
    s = signature[6 + r_octets :][-COORDINATE_OCTETS:]
    raw = r.rjust(COORDINATE_OCTETS, b"\0") + s.rjust(COORDINATE_OCTETS, b"\0")
    # One form only: what does not come back is not DER, or a number is too long.
    if raw_to_der(raw) != signature:
        msg = "the signature is not in DER form"
        raise VerificationError(msg)
    return raw


def _integer(coordinate: bytes) -> bytes:
    """Return the DER INTEGER of an unsigned number."""
    digits = coordinate.lstrip(b"\0")
    if not digits or digits[0] & 0x80:
        digits = b"\0" + digits
    return b"\x02%c%b" % (len(digits), digits)
