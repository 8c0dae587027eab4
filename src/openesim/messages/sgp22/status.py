"""Subject and reason codes, and the execution status of a function: the one catalogue.

Codes are strings: ``3.10`` is not ``3.1``.

Source: SGP.22 v2.5 §5.2.6, §5.6, §5.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Subject(StrEnum):
    """What a status code speaks about."""

    FUNCTION_REQUESTER = "1.1"
    FUNCTION_PROVIDER = "1.2"
    PROTOCOL = "1.3"
    FUNCTION = "1.6"
    EUICC_REMOTE_PROVISIONING = "8"
    EUICC = "8.1"
    EID = "8.1.1"
    EUM_CERTIFICATE = "8.1.2"
    EUICC_CERTIFICATE = "8.1.3"
    PROFILE = "8.2"
    PROFILE_ICCID = "8.2.1"
    PROFILE_TYPE = "8.2.5"
    MATCHING_ID = "8.2.6"
    CONFIRMATION_CODE = "8.2.7"
    SMDP = "8.8"
    SMDP_ADDRESS = "8.8.1"
    SMDP_SECURITY_CONFIGURATION = "8.8.2"
    SMDP_SVN = "8.8.3"
    SMDP_CERTIFICATE = "8.8.4"
    DOWNLOAD_ORDER = "8.8.5"
    SMDS = "8.9"
    SMDS_ADDRESS = "8.9.1"
    SMDS_SECURITY_CONFIGURATION = "8.9.2"
    SMDS_SVN = "8.9.3"
    SMDS_CERTIFICATE = "8.9.4"
    EVENT_RECORD = "8.9.5"
    TRANSACTION_ID = "8.10.1"
    CI_PUBLIC_KEY = "8.11.1"


class Reason(StrEnum):
    """What is the matter with the subject."""

    UNKNOWN_ACCESS = "1.1"
    NOT_ALLOWED = "1.2"
    INVALID = "2.1"
    MANDATORY_ELEMENT_MISSING = "2.2"
    CONDITIONAL_ELEMENT_MISSING = "2.3"
    UNSUPPORTED = "3.1"
    ALREADY_IN_USE = "3.3"
    INVALID_DESTINATION = "3.4"
    INVALID_TRANSITION = "3.5"
    UNAVAILABLE = "3.7"
    REFUSED = "3.8"
    UNKNOWN = "3.9"
    INVALID_ASSOCIATION = "3.10"
    VALUE_HAS_CHANGED = "3.11"
    EXECUTION_UNAVAILABLE = "4.1"
    EXECUTION_ERROR = "4.2"
    STOPPED_ON_WARNING = "4.3"
    INSUFFICIENT_MEMORY = "4.8"
    TIME_TO_LIVE_EXPIRED = "4.10"
    INACCESSIBLE = "5.1"
    VERIFICATION_FAILED = "6.1"
    EXPIRED = "6.3"
    MAXIMUM_NUMBER_OF_RETRIES_EXCEEDED = "6.4"


class ExecutionStatus(StrEnum):
    """How a function ended."""

    EXECUTED_SUCCESS = "Executed-Success"
    EXECUTED_WITH_WARNING = "Executed-WithWarning"
    FAILED = "Failed"
    EXPIRED = "Expired"


@dataclass(frozen=True, slots=True)
class Status:
    """A failure as the standard writes it: subject, reason, and a text for the log of the peer.

    Attributes:
        message: what happened, without secrets.
        identifier: the object the subject means, such as an ICCID.
        code: what catalogues of explanations know the cause by, beyond subject and reason; never sent.
    """

    subject: Subject
    reason: Reason
    message: str | None = None
    identifier: str | None = None
    code: str | None = None

    @property
    def pair(self) -> tuple[str, str]:
        """Subject and reason as plain strings."""
        return self.subject.value, self.reason.value

    def __str__(self) -> str:
        """Write the pair as the field does: ``8.2.6/3.8``."""
        return f"{self.subject.value}/{self.reason.value}"
