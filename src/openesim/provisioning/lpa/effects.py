"""What the procedures of the LPA want done outside, and the replies they wait for."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from openesim.kernel.effects import Effect
from openesim.messages.sgp22.function import Function
from openesim.messages.sgp22.metadata import ProfileInfo, StoreMetadataRequest
from openesim.messages.sgp22.types import PprIds

T = TypeVar("T")

Procedure = Generator[Effect, Any, T]
"""A generator that yields effects, receives their replies and returns a ``T``."""


@dataclass(frozen=True, slots=True)
class SendCommand(Effect):
    """Send one ES10 command, or one segment of a bound profile package, to the chip.

    The reply is the response data, without status word. A CardError may be thrown in instead.
    """

    command: bytes


@dataclass(frozen=True, slots=True)
class ResetCard(Effect):
    """Reset the card, as REFRESH asks for after a change of profile, and open the ISD-R again. No reply."""


@dataclass(frozen=True, slots=True)
class CallServer(Effect):
    """Call a function of a server.

    The reply is the function's output, None where it has none. FunctionError (it said no) or PeerError (it was not
    reached) may be thrown in instead.

    Attributes:
        address: FQDN, with a port if it is not 443.
    """

    address: str
    function: Function
    request: object


@dataclass(frozen=True, slots=True)
class ProbeServer(Effect):
    """Find out whether a server can be reached at all. The reply is a boolean."""

    address: str


@dataclass(frozen=True, slots=True)
class Pause(Effect):
    """Wait. No reply."""

    seconds: float


class Consent(Enum):
    """What the user says to a profile."""

    YES = "yes"
    NO = "no"
    LATER = "later"
    NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True)
class AskConsent(Effect):
    """Show the profile and ask whether to install it. The reply is a ``Consent``.

    Attributes:
        metadata: as announced by the server.
        address: server it comes from.
        is_strong: the chip demands strong confirmation, because of the policy rules.
    """

    metadata: StoreMetadataRequest
    address: str
    is_strong: bool = False

    @property
    def rules(self) -> PprIds:
        """Policy rules that will bind the user."""
        return PprIds(self.metadata.profile_policy_rules or 0)


@dataclass(frozen=True, slots=True)
class AskConfirmationCode(Effect):
    """Ask for the confirmation code. The reply is a ``Secret[str]``, or None if the user has none.

    Attributes:
        attempt: 1 at first, then counted up each time the server found the code wrong.
    """

    attempt: int


@dataclass(frozen=True, slots=True)
class AskDeletion(Effect):
    """Ask whether a profile shall be deleted. The reply is a boolean.

    Attributes:
        unreachable: servers that would have to hear of it and cannot be reached now; without the notification
            the profile cannot be downloaded again.
    """

    profile: ProfileInfo
    unreachable: tuple[str, ...] = ()


class Stage(Enum):
    """How far a download is."""

    CONTACTING_SERVER = "contacting server"
    AUTHENTICATING = "authenticating"
    PREPARING = "preparing"
    FETCHING = "fetching"
    INSTALLING = "installing"
    NOTIFYING = "notifying"


@dataclass(frozen=True, slots=True)
class Report(Effect):
    """Tell the user how far it is. No reply.

    Attributes:
        done: octets of the bound profile package that the chip has taken.
        total: octets of the whole package, 0 while it is not known.
    """

    stage: Stage
    done: int = 0
    total: int = 0
