"""One-time key agreement: ECKA-EG with a one-time key on both sides.

Source: SGP.22 v2.5 §2.6.7.2, Annex G; BSI TR-03111 §4.3.
"""

from __future__ import annotations

from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric import ec

from openesim.kernel.ambient import Entropy
from openesim.kernel.secret import Secret
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.keys import PrivateKey, PublicKey

_ECDH: Final = ec.ECDH()


class OneTimeKey:
    """One half of a key agreement (otSK with its otPK), made for one binding.

    The private scalar can be kept between two tries of a download: ``scalar`` gives it out as a
    ``Secret``, ``from_scalar`` takes it back.
    """

    __slots__ = ("_key",)

    def __init__(self, private_key: PrivateKey) -> None:
        """Take the private half."""
        self._key: Final = private_key

    @classmethod
    def generate(cls, curve: Curve, entropy: Entropy) -> Self:
        """Make a fresh key from 40 octets of entropy, on the curve of the peer's certificate."""
        return cls(PrivateKey.generate(curve, entropy))

    @classmethod
    def from_scalar(cls, curve: Curve, scalar: bytes) -> Self:
        """Take a kept private scalar of 32 octets.

        Raises:
            DecodeError: not 32 octets, or out of the range of the curve.
        """
        return cls(PrivateKey.from_scalar(curve, scalar))

    @property
    def curve(self) -> Curve:
        """The curve; the peer's point must lie on the same."""
        return self._key.curve

    @property
    def public_key(self) -> bytes:
        """The public point 04‖X‖Y, 65 octets (content of tag 5F49)."""
        return self._key.point

    @property
    def scalar(self) -> Secret[bytes]:
        """The private scalar, 32 octets, to be kept for a retry."""
        return self._key.scalar

    def agree(self, peer: bytes) -> bytes:
        """Return the shared secret Z: the X coordinate of the shared point, 32 octets.

        Args:
            peer: the peer's point 04‖X‖Y, 65 octets.

        Raises:
            VerificationError: the peer's point is not on the curve.
        """
        return self._key.primitive.exchange(_ECDH, PublicKey(self.curve, peer).primitive)

    def __repr__(self) -> str:
        """Show the public half only."""
        return f"OneTimeKey({self.curve.name}, {self.public_key.hex()}, <secret>)"
