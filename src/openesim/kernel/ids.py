"""Identifiers of the field: parsed, checked, and turned into their wire forms.

Textual identifiers are ``str`` subclasses, so a value that has the type has been checked; octet
identifiers are ``bytes`` subclasses. ``parse`` takes text, ``from_octets`` takes the wire form.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Self

from openesim.kernel.errors import DecodeError

_EID_DIGITS = 32
_SWAPPED = bytes(octet >> 4 | (octet & 0x0F) << 4 for octet in range(256))


def is_decimal(text: str) -> bool:
    """Tell whether the text is one or more ASCII digits and nothing else."""
    return text.isascii() and text.isdigit()


def luhn_check_digit(digits: str) -> str:
    """Return the Luhn check digit to append to ``digits``.

    Source: ISO/IEC 7812-1 Annex B.
    """
    total = 0
    for position, character in enumerate(reversed(digits)):
        value = int(character)
        if position % 2 == 0:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return str(-total % 10)


def is_luhn_valid(digits: str) -> bool:
    """Tell whether the last digit is the Luhn check digit of those before it."""
    return is_decimal(digits) and len(digits) > 1 and luhn_check_digit(digits[:-1]) == digits[-1]


def swap_nibbles(digits: str) -> bytes:
    """Pack digits two per octet, first digit in the low nibble, padded with F.

    Source: ETSI TS 102 221 §13.2 (EF.ICCID), 3GPP TS 23.003.
    """
    return bytes.fromhex(digits + "F" * (len(digits) % 2)).translate(_SWAPPED)


def unswap_nibbles(octets: bytes) -> str:
    """Return the digits of nibble-swapped octets, trailing F removed (other nibbles stay as hex)."""
    return octets.translate(_SWAPPED).hex().upper().rstrip("F")


class _Digits(str):
    """Text of decimal digits with a length between two bounds."""

    __slots__ = ()
    _name = "number"
    _shortest = 1
    _longest = 32

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the identifier for the text.

        Raises:
            DecodeError: a character is not a digit or the length is out of range.
        """
        if not is_decimal(text):
            msg = f"{cls._name} must consist of decimal digits"
            raise DecodeError(msg)
        if not cls._shortest <= len(text) <= cls._longest:
            span = (
                f"{cls._shortest}" if cls._shortest == cls._longest else f"{cls._shortest} to {cls._longest}"
            )
            msg = f"{cls._name} must have {span} digits, not {len(text)}"
            raise DecodeError(msg)
        return cls(text)


class Eid(_Digits):
    """eUICC identifier: 32 decimal digits whose value modulo 97 is 1.

    Source: GSMA SGP.29; SGP.02 §2.2.2.
    """

    __slots__ = ()
    _name = "EID"
    _shortest = _longest = _EID_DIGITS

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the EID, its two check digits verified.

        Raises:
            DecodeError: wrong length, a character that is no digit, or wrong check digits.
        """
        eid = super().parse(text)
        if int(eid) % 97 != 1:
            msg = "EID has wrong check digits"
            raise DecodeError(msg)
        return eid

    @classmethod
    def with_check_digits(cls, first_thirty: str) -> Self:
        """Return the EID that begins with the 30 given digits, check digits appended.

        Raises:
            DecodeError: not 30 decimal digits.
        """
        if len(first_thirty) != _EID_DIGITS - 2 or not is_decimal(first_thirty):
            msg = "an EID begins with 30 decimal digits"
            raise DecodeError(msg)
        check = 98 - int(first_thirty + "00") % 97
        return cls.parse(f"{first_thirty}{check:02d}")

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Return the EID of its 16 BCD octets (not swapped; check digits are not judged).

        Raises:
            DecodeError: not 16 octets, or a nibble that is no digit.
        """
        text = octets.hex()
        if len(text) != _EID_DIGITS or not is_decimal(text):
            msg = "EID must be 16 octets of decimal digits"
            raise DecodeError(msg)
        return cls(text)

    @property
    def octets(self) -> bytes:
        """The 16 BCD octets in the order of the digits."""
        return bytes.fromhex(self)


class Iccid(_Digits):
    """Identifier of a profile: 18 to 20 digits, 10 octets nibble-swapped on the wire.

    A wrong Luhn digit is a warning, never a reason to refuse (``is_luhn_valid``).

    Source: ITU-T E.118; ETSI TS 102 221 §13.2.
    """

    __slots__ = ()
    _name = "ICCID"
    _shortest, _longest = 18, 20

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the ICCID; one trailing F, the pad of a 19-digit number, is dropped.

        Raises:
            DecodeError: wrong length or a character that is no digit.
        """
        is_padded = len(text) == cls._longest and text[-1] in "Ff"
        return super().parse(text[:-1] if is_padded else text)

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Return the ICCID of its 10 nibble-swapped octets; LPAs send an 18-digit one in 9.

        Raises:
            DecodeError: not 9 or 10 octets, or a nibble that is no digit.
        """
        if len(octets) not in {9, 10}:
            msg = "ICCID must be 10 octets"
            raise DecodeError(msg)
        text = unswap_nibbles(octets)
        return cls(text) if text.isdigit() and len(text) >= cls._shortest else cls.parse(text)

    @classmethod
    def from_plain_octets(cls, octets: bytes) -> Self:
        """Return the ICCID of the 10 BCD octets of a profile header, which are not swapped.

        Raises:
            DecodeError: not 10 octets, or a nibble that is no digit.
        """
        if len(octets) != 10:
            msg = "ICCID must be 10 octets"
            raise DecodeError(msg)
        return cls.parse(octets.hex().upper().rstrip("F"))

    @property
    def octets(self) -> bytes:
        """The 10 nibble-swapped octets, padded with F."""
        return swap_nibbles(self.ljust(20, "F"))

    @property
    def plain_octets(self) -> bytes:
        """The 10 BCD octets of a profile header: not swapped, padded with F at the end."""
        return bytes.fromhex(self.ljust(20, "F"))

    @property
    def wire_text(self) -> str:
        """The JSON form that most peers take: a 19-digit number carries its pad F."""
        return self + "F" if len(self) == 19 else str(self)


class Imsi(_Digits):
    """Subscriber identity: MCC, MNC and MSIN, 6 to 15 digits.

    Source: 3GPP TS 23.003 §2.2.
    """

    __slots__ = ()
    _name = "IMSI"
    _shortest, _longest = 6, 15

    @property
    def octets(self) -> bytes:
        """Content of EF.IMSI, 9 octets: length, parity and swapped digits, padded with FF.

        Source: 3GPP TS 31.102 §4.2.2.
        """
        parity = "9" if len(self) % 2 else "1"
        digits = swap_nibbles(parity + self)
        return bytes([len(digits)]) + digits.ljust(8, b"\xff")


class Plmn(_Digits):
    """A network: MCC of 3 digits and MNC of 2 or 3, one behind the other; 3 octets on the wire.

    Source: 3GPP TS 23.003 §12.1; TS 24.008 §10.5.1.13.
    """

    __slots__ = ()
    _name = "network code"
    _shortest, _longest = 5, 6

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the network; a hyphen may stand between MCC and MNC.

        Raises:
            DecodeError: an MCC that has not 3 digits, or an MNC that has not 2 or 3.
        """
        return super().parse(text[:3] + text[4:] if text[3:4] == "-" else text)

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Return the network of its 3 octets.

        Raises:
            DecodeError: not 3 octets, or a nibble that is no digit.
        """
        if len(octets) != 3:
            msg = "network code must be 3 octets"
            raise DecodeError(msg)
        return cls.parse(plmn_text(octets))

    @property
    def mcc(self) -> str:
        """The country: 3 digits."""
        return self[:3]

    @property
    def mnc(self) -> str:
        """The network in it: 2 or 3 digits."""
        return self[3:]

    @property
    def octets(self) -> bytes:
        """The 3 nibble-swapped octets; a third digit of the MNC, or F, stands behind the MCC."""
        return swap_nibbles(self.mcc + (self.mnc[2:] or "F") + self.mnc[:2])

    @property
    def hyphenated(self) -> str:
        """The text ``001-01``."""
        return f"{self.mcc}-{self.mnc}"


def plmn_text(octets: bytes) -> str:
    """Return the text ``001-01`` of the 3 octets of a network; wildcards and other nibbles stay as hex.

    Source: 3GPP TS 24.008 §10.5.1.13.
    """
    nibbles = octets.translate(_SWAPPED).hex().upper()
    return f"{nibbles[:3]}-{nibbles[4:]}{nibbles[3:4].replace('F', '')}"


class Tac(_Digits):
    """Type allocation code of a device model: 8 digits.

    Source: 3GPP TS 23.003 §6.2.1.
    """

    __slots__ = ()
    _name = "TAC"
    _shortest = _longest = 8

    @property
    def octets(self) -> bytes:
        """The 4 octets of DeviceInfo.tac: the digits in order."""
        return bytes.fromhex(self)


class Imei(_Digits):
    """Device identity: 15 digits, the last one a Luhn check digit.

    Source: 3GPP TS 23.003 §6.2.1.
    """

    __slots__ = ()
    _name = "IMEI"
    _shortest = _longest = 15

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the IMEI, its check digit verified.

        Raises:
            DecodeError: wrong length, a character that is no digit, or a wrong check digit.
        """
        imei = super().parse(text)
        if not is_luhn_valid(imei):
            msg = "IMEI has a wrong check digit"
            raise DecodeError(msg)
        return imei

    @property
    def tac(self) -> Tac:
        """The first eight digits."""
        return Tac(self[:8])

    @property
    def octets(self) -> bytes:
        """The 8 nibble-swapped octets of DeviceInfo.imei."""
        return swap_nibbles(self)


class Msisdn(_Digits):
    """Telephone number in international form without the plus sign: up to 15 digits.

    Source: ITU-T E.164.
    """

    __slots__ = ()
    _name = "MSISDN"
    _shortest, _longest = 3, 15


class MatchingId(str):
    """Token by which an order is found: activation code token or event id.

    The specification's alphabet is ``0-9 A-Z -``; orders of the field also carry lower case and
    ``_``, so anything printable without blanks and ``$`` is taken and compared exactly.

    Source: SGP.22 v2.5 §4.1.1.
    """

    __slots__ = ()
    _alphabet = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    _longest = 255

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the matching id.

        Raises:
            DecodeError: empty, longer than 255 characters, or with a character outside the printable ones.
        """
        if not 0 < len(text) <= cls._longest:
            msg = f"matching id must have 1 to {cls._longest} characters"
            raise DecodeError(msg)
        if not all("!" <= character <= "~" and character != "$" for character in text):
            msg = "matching id may hold printable ASCII characters except blank and $"
            raise DecodeError(msg)
        return cls(text)

    @classmethod
    def from_entropy(cls, octets: bytes) -> Self:
        """Return a matching id of the strict alphabet, in four groups, from 16 random octets (80 bits)."""
        number = int.from_bytes(octets, "big")
        characters = []
        for _ in range(16):
            number, index = divmod(number, len(cls._alphabet))
            characters.append(cls._alphabet[index])
        text = "".join(characters)
        return cls("-".join(text[i : i + 4] for i in range(0, 16, 4)))


class TransactionId(bytes):
    """Identifier of one RSP session: 1 to 16 octets, upper-case hex as text.

    Source: SGP.22 v2.5 §2.6.7, §5.6.1.
    """

    __slots__ = ()
    _longest = 16

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Return the transaction id of 1 to 16 octets.

        Raises:
            DecodeError: empty or longer than 16 octets.
        """
        if not 0 < len(octets) <= cls._longest:
            msg = "transaction id must have 1 to 16 octets"
            raise DecodeError(msg)
        return cls(octets)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the transaction id of its hex form, either case.

        Raises:
            DecodeError: not hex, empty, or longer than 16 octets.
        """
        try:
            octets = bytes.fromhex(text) if text.isalnum() else b""  # fromhex alone passes over blanks
        except ValueError:
            octets = b""
        return cls.from_octets(octets)

    def __str__(self) -> str:
        """Return the upper-case hex form."""
        return self.hex().upper()


class Oid(str):
    """Object identifier in dotted decimal, such as ``2.999.10``.

    Source: ITU-T X.660; X.690 §8.19.
    """

    __slots__ = ()
    _longest_octets = 64
    _longest_text = 256  # more than 64 octets can need; a longer text is not looked at

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the object identifier.

        Raises:
            DecodeError: fewer than two arcs, an arc that is no number, roots out of range, or too long.
        """
        arcs = text.split(".") if len(text) <= cls._longest_text else []
        if len(arcs) < 2 or not all(is_decimal(arc) and str(int(arc)) == arc for arc in arcs):
            msg = "object identifier must be two or more decimal arcs joined by dots"
            raise DecodeError(msg)
        if int(arcs[0]) > 2 or (int(arcs[0]) < 2 and int(arcs[1]) > 39):
            msg = "object identifier has impossible root arcs"
            raise DecodeError(msg)
        oid = cls(text)
        if len(oid.octets) > cls._longest_octets:
            msg = f"object identifier has more than {cls._longest_octets} octets"
            raise DecodeError(msg)
        return oid

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Return the object identifier of its content octets.

        Raises:
            DecodeError: empty, cut short, padded, or longer than 64 octets.
        """
        if not 0 < len(octets) <= cls._longest_octets or octets[-1] & 0x80:
            msg = "object identifier is empty, cut short or too long"
            raise DecodeError(msg)
        return cls(_dotted(octets))

    @property
    def octets(self) -> bytes:
        """The content octets."""
        first, second, *rest = map(int, self.split("."))
        return b"".join(_base128(arc) for arc in (first * 40 + second, *rest))


@lru_cache(maxsize=256)
def _dotted(octets: bytes) -> str:
    """Return the dotted decimal form; a system meets few identifiers, and meets them again and again."""
    arcs: list[int] = []
    arc = 0
    for octet in octets:
        if octet < 0x80:
            arcs.append(arc << 7 | octet)
            arc = 0
        elif arc == 0 and octet == 0x80:
            msg = "object identifier has a padded arc"
            raise DecodeError(msg)
        else:
            arc = arc << 7 | octet & 0x7F
    root = min(arcs[0] // 40, 2)
    arcs[0] -= 40 * root
    return f"{root}." + ".".join(map(str, arcs))


def _base128(number: int) -> bytes:
    """Return the number in groups of seven bits, all but the last marked."""
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))
