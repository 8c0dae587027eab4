"""The concealed subscriber identity: how a card names itself without being recognised on the way.

Only the part that names the subscriber within its network is concealed: the MSIN of an IMSI, the user name of an NAI. Network
and routing indicator stay readable, so that the home network can be found. An IMSI has two forms (``suci_nai.py`` has the
form of an NAI)::

    octets   01 PLMN(3) routing indicator(2) scheme(1) key id(1) scheme output    5GS mobile identity
    text     suci-0-MCC-MNC-routing indicator-scheme-key id-scheme output         the same between network functions

Source: 3GPP TS 23.003 §2.2B; TS 24.501 §9.11.3.4; TS 29.571 §5.3.2; TS 33.501 §6.12, Annex C.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Plmn, is_decimal, swap_nibbles, unswap_nibbles
from openesim.security.aka import ecies

IMSI_IDENTITY: Final = 0x01
"""First octet of the mobile identity: SUPI format IMSI, type SUCI."""

_LONGEST_MSIN: Final = 10
_LONGEST_ROUTING_INDICATOR: Final = 4
_FIXED_OCTETS: Final = 8


class Scheme(IntEnum):
    """Protection scheme: 1 and 2 are the profiles of ECIES."""

    NULL = 0
    PROFILE_A = 1
    PROFILE_B = 2

    @classmethod
    def of(cls, number: int) -> Self:
        """Return the scheme of a number.

        Raises:
            DecodeError: a scheme that is reserved or an operator's own.
        """
        try:
            return cls(number)
        except ValueError:
            msg = f"protection scheme {number} is not known"
            raise DecodeError(msg) from None


# --- Concealing and revealing --------------------------------------------------------------------------------


def draw_ephemeral_key(scheme: Scheme, entropy: Entropy) -> bytes:
    """Draw the private key that one identity is concealed with, 32 octets; nothing with the null scheme.

    Args:
        scheme: protection scheme.
        entropy: asked for 32 octets with profile A, for 40 with profile B.

    Source: 3GPP TS 33.501 Annex C.3.2, C.3.4.
    """
    return b"" if scheme is Scheme.NULL else ecies.draw_key(ecies.EciesProfile(scheme), entropy)


def conceal(scheme: Scheme, home_public_key: bytes, msin: str, ephemeral_key: bytes) -> bytes:
    """Return the scheme output for an MSIN.

    Args:
        scheme: protection scheme.
        home_public_key: 32 octets (A), 33 or 65 octets (B); not looked at with the null scheme.
        msin: 1 to 10 digits, what follows MCC and MNC in the IMSI.
        ephemeral_key: a fresh private key of ``draw_ephemeral_key``; not looked at with the null scheme.

    Raises:
        DecodeError: an MSIN that is none, or an ephemeral key of another length or out of range.
        VerificationError: a home public key of another form, off the curve or of low order.

    Source: 3GPP TS 33.501 §6.12.2, Annex C.2, C.3.2.
    """
    if not is_decimal(msin) or len(msin) > _LONGEST_MSIN:
        msg = f"an MSIN must have 1 to {_LONGEST_MSIN} digits"
        raise DecodeError(msg)
    return conceal_input(scheme, home_public_key, swap_nibbles(msin), ephemeral_key)


def reveal(scheme: Scheme, home_private_key: bytes, scheme_output: bytes) -> str:
    """Return the MSIN of a scheme output.

    Args:
        scheme: protection scheme.
        home_private_key: 32 octets; not looked at with the null scheme.
        scheme_output: as received.

    Raises:
        DecodeError: a scheme output that is too short, or that holds no MSIN.
        VerificationError: made for another key, or changed on the way.

    Source: 3GPP TS 33.501 §6.12.4, Annex C.2, C.3.3.
    """
    scheme_input = reveal_input(scheme, home_private_key, scheme_output)
    msin = unswap_nibbles(scheme_input)
    if not is_decimal(msin) or len(msin) > _LONGEST_MSIN or swap_nibbles(msin) != scheme_input:
        msg = "the scheme output holds no MSIN"
        raise DecodeError(msg)
    return msin


def conceal_input(scheme: Scheme, home_public_key: bytes, scheme_input: bytes, ephemeral_key: bytes) -> bytes:
    """Return the scheme output for any scheme input; the keys are those of ``conceal``.

    Args:
        scheme: protection scheme.
        home_public_key: key of the home network.
        scheme_input: the swapped digits of an MSIN, or the user name of an NAI in UTF-8.
        ephemeral_key: a fresh private key.

    Raises:
        DecodeError: an ephemeral key of another length or out of range.
        VerificationError: a home public key of another form, off the curve or of low order.

    Source: 3GPP TS 33.501 Annex C.2, C.3.2.
    """
    if scheme is Scheme.NULL:
        return scheme_input
    return ecies.encipher(ecies.EciesProfile(scheme), home_public_key, scheme_input, ephemeral_key)


def reveal_input(scheme: Scheme, home_private_key: bytes, scheme_output: bytes) -> bytes:
    """Return the scheme input of a scheme output; arguments as in ``reveal``.

    Raises:
        DecodeError: a scheme output that is too short.
        VerificationError: made for another key, or changed on the way.

    Source: 3GPP TS 33.501 Annex C.2, C.3.3.
    """
    if scheme is Scheme.NULL:
        return scheme_output
    return ecies.decipher(ecies.EciesProfile(scheme), home_private_key, scheme_output)


# --- The identity that travels -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Suci:
    """SUCI of an IMSI.

    Attributes:
        plmn: the home network.
        routing_indicator: 1 to 4 digits; "0" where a network has none.
        scheme: protection scheme.
        key_id: which key of the home network, 0 to 255; 0 with the null scheme.
        scheme_output: octets that ``conceal`` made.
    """

    plmn: Plmn
    routing_indicator: str
    scheme: Scheme
    key_id: int
    scheme_output: bytes

    def __post_init__(self) -> None:
        """Refuse what has no wire form.

        Raises:
            DecodeError: a routing indicator or key id out of range.
        """
        check_routing(self.routing_indicator, self.key_id)

    def encode(self) -> bytes:
        """Return the 5GS mobile identity, after its length: what GET IDENTITY answers.

        Source: 3GPP TS 24.501 §9.11.3.4.
        """
        return (
            bytes((IMSI_IDENTITY,))
            + self.plmn.octets
            + swap_nibbles(self.routing_indicator).ljust(2, b"\xff")
            + bytes((self.scheme, self.key_id))
            + self.scheme_output
        )

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """Read the 5GS mobile identity, after its length.

        Raises:
            DecodeError: another identity, too few octets, or digits that are none.

        Source: 3GPP TS 24.501 §9.11.3.4.
        """
        if len(octets) < _FIXED_OCTETS or octets[0] != IMSI_IDENTITY:
            msg = f"not the SUCI of an IMSI ({_FIXED_OCTETS} octets and a scheme output)"
            raise DecodeError(msg)
        plmn = Plmn.from_octets(octets[1:4])
        return cls(plmn, unswap_nibbles(octets[4:6]), Scheme.of(octets[6]), octets[7], octets[8:])

    def format(self) -> str:
        """Return the text that network functions exchange; the null scheme shows the MSIN as digits.

        Raises:
            DecodeError: an output of the null scheme that holds no MSIN.

        Source: 3GPP TS 29.571 §5.3.2 (SupiOrSuci).
        """
        null = self.scheme is Scheme.NULL
        output = reveal(self.scheme, b"", self.scheme_output) if null else self.scheme_output.hex()
        return (
            f"suci-0-{self.plmn.hyphenated}-{self.routing_indicator}-{self.scheme:d}-{self.key_id}-{output}"
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text that network functions exchange.

        Raises:
            DecodeError: another form, or values out of range.

        Source: 3GPP TS 29.571 §5.3.2 (SupiOrSuci).
        """
        match text.split("-"):
            case ["suci", "0", mcc, mnc, routing_indicator, number, key_id, output]:
                scheme = Scheme.of(_number(number))
                is_null = scheme is Scheme.NULL
                octets = conceal(scheme, b"", output, b"") if is_null else _hexadecimal(output)
                plmn = Plmn.parse(f"{mcc}-{mnc}")
                return cls(plmn, routing_indicator, scheme, _number(key_id), octets)
            case _:
                msg = "not the text of a SUCI of an IMSI"
                raise DecodeError(msg)


# --- Parts ---------------------------------------------------------------------------------------------------


def check_routing(routing_indicator: str, key_id: int) -> None:
    """Refuse a routing indicator or a key id out of range.

    Raises:
        DecodeError: not 1 to 4 digits, or a key id that is not one octet.
    """
    if not is_decimal(routing_indicator) or len(routing_indicator) > _LONGEST_ROUTING_INDICATOR:
        msg = "a routing indicator must have 1 to 4 digits"
        raise DecodeError(msg)
    if not 0 <= key_id <= 255:
        msg = "the key of a home network must be numbered 0 to 255"
        raise DecodeError(msg)


def _number(text: str) -> int:
    """Return a short decimal number."""
    if not is_decimal(text) or len(text) > 3:
        msg = "not a number of at most three digits"
        raise DecodeError(msg)
    return int(text)


def _hexadecimal(text: str) -> bytes:
    """Return the octets of hexadecimal text, which has no blanks."""
    try:
        octets = bytes.fromhex(text)
    except ValueError:
        octets = b""
    if len(octets) * 2 != len(text) or not octets:
        msg = "not hexadecimal octets"
        raise DecodeError(msg)
    return octets
