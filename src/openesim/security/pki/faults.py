"""What is wrong with a chain: which certificate, and in which of three ways.

Source: SGP.22 v2.5 §4.5.2.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from openesim.kernel.errors import VerificationError


class ChainFault(Enum):
    """Which certificate of a chain is refused, and why."""

    CI_UNKNOWN = "no trusted CI key stands above the chain"
    EUM_INVALID = "EUM certificate is invalid"
    EUM_EXPIRED = "EUM certificate has expired"
    EUM_REVOKED = "EUM certificate is revoked"
    EUICC_INVALID = "eUICC certificate is invalid"
    EUICC_EXPIRED = "eUICC certificate has expired"
    EUICC_REVOKED = "eUICC certificate is revoked"
    SERVER_INVALID = "server certificate is invalid"
    SERVER_EXPIRED = "server certificate has expired"
    SERVER_REVOKED = "server certificate is revoked"


class ChainError(VerificationError):
    """A chain does not hold.

    Attributes:
        fault: which certificate and what is wrong.
    """

    def __init__(self, fault: ChainFault, detail: str = "") -> None:
        """Keep the fault; the detail is for logs and people."""
        super().__init__(f"{fault.value}: {detail}" if detail else fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Faults:
    """The three ways in which one certificate of a chain fails."""

    invalid: ChainFault
    expired: ChainFault
    revoked: ChainFault


EUM_FAULTS: Final = Faults(ChainFault.EUM_INVALID, ChainFault.EUM_EXPIRED, ChainFault.EUM_REVOKED)
EUICC_FAULTS: Final = Faults(ChainFault.EUICC_INVALID, ChainFault.EUICC_EXPIRED, ChainFault.EUICC_REVOKED)
SERVER_FAULTS: Final = Faults(ChainFault.SERVER_INVALID, ChainFault.SERVER_EXPIRED, ChainFault.SERVER_REVOKED)
