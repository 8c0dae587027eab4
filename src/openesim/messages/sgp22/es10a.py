"""ES10a (LPA → chip): configured addresses.

Source: SGP.22 v2.5 §5.7.3, §5.7.4, Annex H.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from openesim.encoding.asn1 import Message, Tag, message


class SetDefaultDpAddressResult(IntEnum):
    """Outcome of setting the default SM-DP+ address."""

    OK = 0
    UNDEFINED_ERROR = 127


@message(tag=0xBF3C)
class EuiccConfiguredAddressesRequest(Message):
    """Ask for the addresses."""


@message(tag=0xBF3C)
class EuiccConfiguredAddressesResponse(Message):
    """Default SM-DP+ (empty if none) and root SM-DS, as FQDN."""

    default_dp_address: Annotated[str | None, Tag(0x80)] = None
    root_ds_address: Annotated[str, Tag(0x81)]


@message(tag=0xBF3F)
class SetDefaultDpAddressRequest(Message):
    """Set the default SM-DP+; an empty address clears it."""

    default_dp_address: Annotated[str, Tag(0x80)]


@message(tag=0xBF3F)
class SetDefaultDpAddressResponse(Message):
    """How it went."""

    set_default_dp_address_result: Annotated[SetDefaultDpAddressResult | int, Tag(0x80)]
