"""The elliptic curves of remote SIM provisioning.

Source: SGP.22 v2.5 §2.6.7.2 (NIST P-256 and brainpoolP256r1; FRP256v1 is not offered by any peer we know).
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import VerificationError
from openesim.kernel.ids import Oid

COORDINATE_OCTETS: Final = 32
"""Length of a coordinate, of a private scalar and of each half of a raw signature."""

POINT_OCTETS: Final = 65
"""Length of an uncompressed point 04‖X‖Y."""

COMPRESSED_POINT_OCTETS: Final = 33
"""Length of a compressed point 02‖X or 03‖X."""

_SCALAR_ENTROPY: Final = 40  # 64 bits more than the order: the bias of the reduction is below 2**-64


class Curve(Enum):
    """A curve on which keys of RSP live: its name, object identifier, order and OpenSSL class."""

    P256 = (
        "NIST P-256",
        "1.2.840.10045.3.1.7",
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
        ec.SECP256R1(),
    )
    BRAINPOOL_P256R1 = (
        "brainpoolP256r1",
        "1.3.36.3.3.2.8.1.1.7",
        0xA9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7,
        ec.BrainpoolP256R1(),
    )

    def __init__(self, label: str, oid: str, order: int, primitive: ec.EllipticCurve) -> None:
        """Spread the row of the table over named attributes."""
        self.label: Final = label
        self.oid: Final = Oid(oid)
        self.order: Final = order
        self.primitive: Final = primitive

    def scalar(self, entropy: Entropy) -> int:
        """Derive a private scalar from 40 octets of entropy: 1 to n - 1, so that a session replays.

        Source: NIST SP 800-56A Rev. 3 §5.6.1.2.1 (extra random bits).
        """
        return int.from_bytes(entropy(_SCALAR_ENTROPY), "big") % (self.order - 1) + 1


_BY_PRIMITIVE_NAME: Final = {curve.primitive.name: curve for curve in Curve}


def curve_of(primitive: ec.EllipticCurve) -> Curve:
    """Return the curve for its OpenSSL class.

    Raises:
        VerificationError: a curve that RSP does not use.
    """
    try:
        return _BY_PRIMITIVE_NAME[primitive.name]
    except KeyError:
        msg = "the key lies on a curve that is not supported"
        raise VerificationError(msg) from None
