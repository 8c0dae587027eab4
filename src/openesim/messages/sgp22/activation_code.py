"""The activation code: what a subscriber scans or types to download a profile.

Read leniently, written canonically: codes reach people through PDFs, chats and shells, and each of them
adds or takes away something. ``ActivationCode.parse`` takes the code with or without ``LPA:``, in any case, with
white space in it, and passes over fields it does not know; ``format`` writes the one form of the standard.

Source: SGP.22 v2.5 §4.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import MatchingId, Oid
from openesim.messages.sgp22.explained import LpaOutcome, explain_outcome

_PREFIX = "LPA:"
_FORMAT = "1"
_CONFIRMATION_CODE_REQUIRED = "1"
_LONGEST_ADDRESS = 255
_LONGEST_NAME = 253
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_PORT = re.compile(r"[0-9]{1,5}")

# What keyboards for Chinese and copied web addresses make of the two separators.
_LOOKALIKES = str.maketrans({"＄": "$", "：": ":", "\u200b": None, "\ufeff": None})
_SCHEME = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationCode:
    """An activation code, taken apart.

    Attributes:
        address: SM-DP+ as a lower-case FQDN, with a port where one was given.
        matching_id: token of the order, compared exactly by servers; empty where the order is found by EID.
        smdp_oid: object identifier the server's certificate must carry, if stated.
        confirmation_code_required: whether the user will need a confirmation code.
    """

    address: str
    matching_id: str = ""
    smdp_oid: Oid | None = None
    confirmation_code_required: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the activation code of a text.

        Raises:
            DecodeError: no activation code; the explanation says what is wrong and what to do.
        """
        try:
            return cls._parse(_tidy(text))
        except DecodeError as error:
            if error.explanation is None:
                error.explained(explain_outcome(LpaOutcome.ACTIVATION_CODE_INVALID))
            raise error.within("activation code") from None

    @classmethod
    def _parse(cls, tidy: str) -> Self:
        """Return the activation code of a text without prefix and white space."""
        if not tidy:
            raise DecodeError("is empty")
        fields = tidy.split("$")
        if len(fields) < 3:
            raise _too_few_fields(fields)
        if fields[0] != _FORMAT:
            raise DecodeError("begins with a format other than 1")
        _, address, matching_id, oid, flag, *_ = [*fields, "", ""]
        return cls(
            address=parse_address(address),
            matching_id=MatchingId.parse(matching_id) if matching_id else "",
            smdp_oid=Oid.parse(oid) if oid else None,
            confirmation_code_required=flag == _CONFIRMATION_CODE_REQUIRED,
        )

    def format(self, *, qr: bool = True) -> str:
        """Return the canonical text.

        Args:
            qr: with the prefix ``LPA:``, as in a QR code; without it, as typed.
        """
        fields = [_FORMAT, self.address, self.matching_id]
        if self.smdp_oid or self.confirmation_code_required:
            fields.append(self.smdp_oid or "")
        if self.confirmation_code_required:
            fields.append(_CONFIRMATION_CODE_REQUIRED)
        return (_PREFIX if qr else "") + "$".join(fields)


def parse_address(text: str) -> str:
    """Return the address of a server in canonical form: lower case, no scheme, no trailing dot, port kept.

    Raises:
        DecodeError: no host name, or an impossible port.
    """
    bare = _SCHEME.sub("", text.strip(), count=1).rstrip("/").lower()
    if not 0 < len(bare) <= _LONGEST_ADDRESS:
        raise DecodeError(f"server address must have 1 to {_LONGEST_ADDRESS} characters")
    host, colon, port = bare.partition(":")
    host = host.removesuffix(".")
    if len(host) > _LONGEST_NAME or not all(map(_LABEL.fullmatch, host.split("."))):
        raise DecodeError("server address is no host name")
    if colon and not (_PORT.fullmatch(port) and 0 < int(port) <= 0xFFFF):
        raise DecodeError("port of the server address must be a number from 1 to 65535")
    return f"{host}:{int(port)}" if colon else host


def host_of(address: str) -> str:
    """Return the host of an address as servers compare it: lower case, without port and trailing dot."""
    host, _, port = address.strip().partition(":")
    host = (host if port.isdigit() or not port else address).rstrip(".")
    # Only ASCII is folded: lower() would take the sign for Kelvin as a k.
    return host.lower() if host.isascii() else host


def _tidy(text: str) -> str:
    """Return the text without white space, quotes, prefix and what copying does to ``$`` and ``:``."""
    tidy = "".join(text.translate(_LOOKALIKES).split()).strip("'\"`“”‘’")
    tidy = tidy.replace("%24", "$")
    if tidy[: len(_PREFIX)].upper() == _PREFIX:
        tidy = tidy[len(_PREFIX) :]
    return tidy


def _too_few_fields(fields: list[str]) -> DecodeError:
    """Return the error for a code without enough ``$``: a shell may have eaten them.

    Unquoted, ``LPA:1$smdp.example.com$A-B`` reaches a program as ``LPA:1.example.com-B``: the shell puts the
    (empty) values of the variables ``$smdp`` and ``$A`` in their place.
    """
    error = DecodeError("has fewer than three fields separated by $")
    if fields[0].startswith(_FORMAT):
        error.explained(explain_outcome(LpaOutcome.ACTIVATION_CODE_EATEN_BY_SHELL))
    return error
