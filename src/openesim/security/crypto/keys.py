"""Public and private keys on the curves of RSP.

A public key is its point; a private key can be written out only where that is asked for by name.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from openesim.encoding import tlv
from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.kernel.ids import Oid
from openesim.kernel.secret import Secret
from openesim.security.crypto.curves import (
    COMPRESSED_POINT_OCTETS,
    COORDINATE_OCTETS,
    POINT_OCTETS,
    Curve,
    curve_of,
)

_UNCOMPRESSED: Final = 0x04
_COMPRESSED: Final = b"\x02\x03"  # by the last bit of Y
_EC_PUBLIC_KEY: Final = Oid("1.2.840.10045.2.1")


def _spki_header(curve: Curve) -> bytes:
    """Return what stands before the point in a SubjectPublicKeyInfo."""
    algorithm = tlv.encode(0x30, tlv.encode(0x06, _EC_PUBLIC_KEY.octets) + tlv.encode(0x06, curve.oid.octets))
    whole = tlv.encode(0x30, algorithm + tlv.encode(0x03, bytes(1 + POINT_OCTETS)))
    return whole[:-POINT_OCTETS]


SPKI_HEADERS: Final = {curve: _spki_header(curve) for curve in Curve}
"""By curve: all octets of a SubjectPublicKeyInfo before its point."""


class PublicKey:
    """A point on a curve, proven to lie there.

    Attributes:
        curve: the curve.
        point: 04‖X‖Y, 65 octets.
        primitive: the same key for OpenSSL.
    """

    __slots__ = ("curve", "point", "primitive")

    def __init__(self, curve: Curve, point: bytes) -> None:
        """Take an uncompressed point of 65 octets.

        Raises:
            VerificationError: another length or form, or a point that is not on the curve.
        """
        if len(point) != POINT_OCTETS or point[0] != _UNCOMPRESSED:
            msg = "a public key must be an uncompressed point of 65 octets"
            raise VerificationError(msg)
        self.curve: Final = curve
        self.point: Final = bytes(point)
        try:
            self.primitive: Final = ec.EllipticCurvePublicKey.from_encoded_point(curve.primitive, self.point)
        except ValueError:
            msg = f"the public key is not a point on {curve.label}"
            raise VerificationError(msg) from None

    @classmethod
    @lru_cache(maxsize=256)
    def decode(cls, subject_public_key_info: bytes) -> Self:
        """Read the public key of a certificate.

        A named curve and an uncompressed point have exactly one DER form a curve, so the octets before
        the point are compared, not parsed: explicit parameters and compressed points find no way in. The last
        keys are remembered: a server meets the key of a chip three times in a download.

        Raises:
            VerificationError: another algorithm, curve or form, or a point that is not on the curve.

        Source: RFC 5480 §2.
        """
        header = subject_public_key_info[:-POINT_OCTETS]
        for curve, expected in SPKI_HEADERS.items():
            if header == expected:
                return cls(curve, subject_public_key_info[-POINT_OCTETS:])
        msg = "not an uncompressed public key on a supported named curve"
        raise VerificationError(msg)

    @classmethod
    def decompress(cls, curve: Curve, point: bytes) -> Self:
        """Take a compressed point 02‖X or 03‖X, 33 octets: SUCI sends its keys so, RSP never does.

        Raises:
            VerificationError: another length or form, or no point of the curve has that X.

        Source: SEC 1 §2.3.4.
        """
        if len(point) != COMPRESSED_POINT_OCTETS or point[0] not in _COMPRESSED:
            msg = f"a compressed public key must be a point of {COMPRESSED_POINT_OCTETS} octets"
            raise VerificationError(msg)
        try:
            key = ec.EllipticCurvePublicKey.from_encoded_point(curve.primitive, bytes(point))
        except ValueError:
            msg = f"the public key is not a point on {curve.label}"
            raise VerificationError(msg) from None
        return cls(
            curve,
            key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint),
        )

    @property
    def compressed(self) -> bytes:
        """The point as 02‖X or 03‖X, 33 octets.

        Source: SEC 1 §2.3.3.
        """
        parity = self.point[-1] & 1
        return bytes((_COMPRESSED[parity],)) + self.point[1:COMPRESSED_POINT_OCTETS]

    def encode(self) -> bytes:
        """Return the SubjectPublicKeyInfo of the key.

        Source: RFC 5480 §2.
        """
        return SPKI_HEADERS[self.curve] + self.point

    def __eq__(self, other: object) -> bool:
        """Compare curve and point."""
        return isinstance(other, PublicKey) and self.curve is other.curve and self.point == other.point

    def __hash__(self) -> int:
        """Hash the point."""
        return hash(self.point)

    def __repr__(self) -> str:
        """Show curve and point."""
        return f"PublicKey({self.curve.name}, {self.point.hex()})"


class PrivateKey:
    """A private scalar and its point; neither ``repr`` nor pickling gives the scalar out.

    Attributes:
        curve: the curve.
        primitive: the key for OpenSSL.
    """

    __slots__ = ("_point", "curve", "primitive")

    def __init__(self, primitive: ec.EllipticCurvePrivateKey) -> None:
        """Take a key of OpenSSL.

        Raises:
            VerificationError: the key lies on a curve that RSP does not use.
        """
        self.curve: Final = curve_of(primitive.curve)
        self.primitive: Final = primitive
        self._point: bytes | None = None

    @classmethod
    def generate(cls, curve: Curve, entropy: Entropy) -> Self:
        """Make a key from 40 octets of entropy; the same octets make the same key."""
        return cls(ec.derive_private_key(curve.scalar(entropy), curve.primitive))

    @classmethod
    def from_scalar(cls, curve: Curve, scalar: bytes) -> Self:
        """Take a private scalar of 32 octets.

        Raises:
            DecodeError: not 32 octets, or not between 1 and n - 1.
        """
        number = int.from_bytes(scalar, "big")
        if len(scalar) != COORDINATE_OCTETS or not 0 < number < curve.order:
            msg = "a private scalar must have 32 octets and lie between 1 and the order of the curve"
            raise DecodeError(msg)
        return cls(ec.derive_private_key(number, curve.primitive))

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """Read an unencrypted key: PKCS#8 or SEC 1, PEM or DER.

        Raises:
            DecodeError: not such a key, or encrypted.
            VerificationError: the key lies on a curve that RSP does not use.
        """
        is_pem = octets.lstrip().startswith(b"-----BEGIN")
        load = serialization.load_pem_private_key if is_pem else serialization.load_der_private_key
        try:
            key = load(octets, None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            # The text of the library's error may quote the key: it is not passed on.
            msg = "not an unencrypted private key (PKCS#8 or SEC 1, PEM or DER)"
            raise DecodeError(msg) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            msg = "not an elliptic curve private key"
            raise DecodeError(msg)
        return cls(key)

    @property
    def point(self) -> bytes:
        """The public point 04‖X‖Y, 65 octets."""
        if self._point is None:
            self._point = self.primitive.public_key().public_bytes(
                serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
            )
        return self._point

    @property
    def public_key(self) -> PublicKey:
        """The public half."""
        return PublicKey(self.curve, self.point)

    @property
    def scalar(self) -> Secret[bytes]:
        """The private scalar, 32 octets."""
        return Secret(self.primitive.private_numbers().private_value.to_bytes(COORDINATE_OCTETS, "big"))

    def to_pem(self) -> Secret[bytes]:
        """Write the key out as unencrypted PKCS#8 PEM."""
        return Secret(
            self.primitive.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )

    def __repr__(self) -> str:
        """Show the curve and nothing of the scalar."""
        return f"PrivateKey({self.curve.name}, <secret>)"
