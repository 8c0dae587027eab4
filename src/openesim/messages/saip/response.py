"""What a chip answers when it has worked through a package.

Source: TCA eUICC Profile Package 3.3.1, PE_Definitions (EUICCResponse, PEStatus).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Self

from openesim.encoding.asn1 import Message, Range, Size, Tag, message
from openesim.messages.saip.header import LARGEST_IDENTIFICATION, Present, Unknown


class PeStatusCode(IntEnum):
    """Outcome of a profile element; 24576–28671 and 36864–40959 are status words, from 40960 proprietary."""

    OK = 0
    PE_NOT_SUPPORTED = 1
    MEMORY_FAILURE = 2
    BAD_VALUES = 3
    NOT_ENOUGH_MEMORY = 4
    INVALID_REQUEST_FORMAT = 5
    INVALID_PARAMETER = 6
    RUNTIME_NOT_SUPPORTED = 7
    LIB_NOT_SUPPORTED = 8
    TEMPLATE_NOT_SUPPORTED = 9
    FEATURE_NOT_SUPPORTED = 10
    PIN_CODE_MISSING = 11
    UNSUPPORTED_PROFILE_VERSION = 31


@message()
class PeStatus(Message):
    """Outcome of one element, which it names by its identification."""

    status: Annotated[int | PeStatusCode, Tag(0x80)]
    identification: Annotated[int | None, Tag(0x81), Range(0, LARGEST_IDENTIFICATION)] = None
    additional_information: Annotated[int | None, Tag(0x82), Range(0, 255)] = None
    offset: Annotated[int | None, Tag(0x83), Range(0, (1 << 31) - 1)] = None
    unknown: Unknown = ()


@message()
class EuiccResponse(Message):
    """The answer to a whole package: success, or the element that ended the installation."""

    pe_status: Annotated[tuple[PeStatus, ...], Tag(0xA0)]
    profile_installation_aborted: Annotated[Present, Tag(0x81)] = False
    status_message: Annotated[str | None, Tag(0x82), Size(2, 64)] = None
    unknown: Unknown = ()

    @classmethod
    def success(cls) -> Self:
        """Return the answer that all elements are installed (``30 07 A0 05 30 03 80 01 00``)."""
        return cls(pe_status=(PeStatus(status=PeStatusCode.OK),))

    @classmethod
    def failure(cls, status: int, identification: int | None = None, message: str | None = None) -> Self:
        """Return the answer that the named element ended the installation.

        Args:
            status: a ``PeStatusCode`` or a status word.
            identification: that of the element; None where it is the header.
            message: 2 to 64 characters for people.
        """
        fault = PeStatus(status=status, identification=identification)
        return cls(pe_status=(fault,), profile_installation_aborted=True, status_message=message)

    @property
    def is_success(self) -> bool:
        """Whether every element was installed."""
        return not self.profile_installation_aborted and all(not one.status for one in self.pe_status)
