"""The concealed identity of a network specific identifier: an NAI whose user name is concealed.

::

    type1.rid0.schid0.userid<user name>@realm                                 null scheme
    type1.rid0.schid1.hnkey1.ecckey<key>.cip<ciphertext>.mac<tag>@realm       profiles A and B, in hexadecimal

Source: 3GPP TS 23.003 §2.2B, §28.7.3; TS 24.501 §9.11.3.4; TS 33.501 Annex C.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from openesim.kernel.errors import DecodeError
from openesim.security.aka import ecies
from openesim.security.aka.suci import Scheme, check_routing

NAI_IDENTITY: Final = 0x11
"""First octet of the mobile identity: SUPI format network specific identifier, type SUCI."""

_USER_ID: Final = "userid"
_NAI: Final = re.compile(
    r"type1\.rid([0-9]{1,4})\.schid([0-9]{1,2})\.(?:hnkey([0-9]{1,3})\.)?(.+)@([^@]+)", re.DOTALL
)
_ECIES_OUTPUT: Final = re.compile(
    r"ecckey((?:[0-9A-Fa-f]{2})+)\.cip((?:[0-9A-Fa-f]{2})*)\.mac((?:[0-9A-Fa-f]{2}){8})"
)


@dataclass(frozen=True, slots=True)
class NaiSuci:
    """SUCI of a network specific identifier, whose user name is concealed.

    Attributes:
        realm: what follows the @, at least one character.
        routing_indicator: 1 to 4 digits.
        scheme: protection scheme.
        key_id: which key of the home network, 0 to 255.
        scheme_output: octets that ``conceal_input`` made; the user name in UTF-8 with the null scheme.
    """

    realm: str
    routing_indicator: str
    scheme: Scheme
    key_id: int
    scheme_output: bytes

    def __post_init__(self) -> None:
        """Refuse what has no wire form.

        Raises:
            DecodeError: a realm, routing indicator, key id or scheme output that cannot be written.
        """
        if not self.realm or "@" in self.realm:
            msg = "an NAI must have a realm"
            raise DecodeError(msg)
        check_routing(self.routing_indicator, self.key_id)
        _format_output(self.scheme, self.scheme_output)

    def encode(self) -> bytes:
        """Return the 5GS mobile identity, after its length.

        Source: 3GPP TS 24.501 §9.11.3.4.
        """
        return bytes((NAI_IDENTITY,)) + self.format().encode()

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """Read the 5GS mobile identity, after its length.

        Raises:
            DecodeError: another identity, or an NAI that is not the standard's.
        """
        try:
            text = octets[1:].decode()
        except UnicodeDecodeError:
            text = ""
        if octets[:1] != bytes((NAI_IDENTITY,)):
            msg = "not the SUCI of a network specific identifier"
            raise DecodeError(msg)
        return cls.parse(text)

    def format(self) -> str:
        """Return the NAI.

        Source: 3GPP TS 23.003 §28.7.3.
        """
        key = "" if self.scheme is Scheme.NULL else f"hnkey{self.key_id}."
        output = _format_output(self.scheme, self.scheme_output)
        return f"type1.rid{self.routing_indicator}.schid{self.scheme:d}.{key}{output}@{self.realm}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an NAI.

        Raises:
            DecodeError: another form, or values out of range.

        Source: 3GPP TS 23.003 §28.7.3.
        """
        found = _NAI.fullmatch(text)
        if found is None:
            msg = "not the NAI of a concealed identity"
            raise DecodeError(msg)
        routing_indicator, number, key_id, output, realm = found.groups()
        scheme = Scheme.of(int(number))
        return cls(realm, routing_indicator, scheme, int(key_id or "0"), _parse_output(scheme, output))


def _format_output(scheme: Scheme, output: bytes) -> str:
    """Return a scheme output as it stands in an NAI."""
    if scheme is Scheme.NULL:
        try:
            return _USER_ID + output.decode()
        except UnicodeDecodeError:
            msg = "a user name must be UTF-8"
            raise DecodeError(msg) from None
    key, ciphertext, tag = ecies.split_output(ecies.EciesProfile(scheme), output)
    return f"ecckey{key.hex().upper()}.cip{ciphertext.hex().upper()}.mac{tag.hex().upper()}"


def _parse_output(scheme: Scheme, text: str) -> bytes:
    """Return the scheme output that stands in an NAI."""
    if scheme is Scheme.NULL and text.startswith(_USER_ID):
        return text.removeprefix(_USER_ID).encode()
    found = _ECIES_OUTPUT.fullmatch(text)
    if scheme is Scheme.NULL or found is None:
        msg = "the NAI holds no scheme output of its protection scheme"
        raise DecodeError(msg)
    return bytes.fromhex("".join(found.groups()))
