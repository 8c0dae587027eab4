"""The LPA as a service: procedures bound to a card, to servers and to a user.

Source: SGP.22 v2.5 §3.1.3, §3.2, §3.3, §3.5.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from openesim.kernel.effects import Effect
from openesim.kernel.errors import PeerError
from openesim.kernel.secret import Secret
from openesim.messages.sgp22.activation_code import ActivationCode
from openesim.messages.sgp22.es10c import ResetOptions
from openesim.messages.sgp22.euicc_info import DeviceInfo
from openesim.messages.sgp22.metadata import ProfileInfo
from openesim.messages.sgp22.notifications import NotificationMetadata
from openesim.provisioning.lpa import es10, management, notifications
from openesim.provisioning.lpa.discovery import Discovery, FoundEvent, discover
from openesim.provisioning.lpa.download import Downloaded, DownloadRequest, download
from openesim.provisioning.lpa.effects import (
    AskConfirmationCode,
    AskConsent,
    AskDeletion,
    CallServer,
    Consent,
    Pause,
    ProbeServer,
    Report,
    ResetCard,
    SendCommand,
)
from openesim.provisioning.lpa.management import Change, ChipInfo, Reset
from openesim.provisioning.lpa.notifications import DeliveryReport
from openesim.provisioning.lpa.session import DEFAULT_DEVICE, Caller
from openesim.services.drive import Handlers, drive
from openesim.services.ports import Es9Client, Es10Channel

T = TypeVar("T")


class User(Protocol):
    """Whoever decides: a person in front of a terminal, or options given beforehand."""

    def consent(self, question: AskConsent) -> Consent:
        """Decide on a profile that is about to be downloaded."""
        ...

    def confirmation_code(self, attempt: int) -> Secret[str] | None:
        """Return the confirmation code, None if there is none; ``attempt`` counts from 1."""
        ...

    def confirm_deletion(self, question: AskDeletion) -> bool:
        """Decide on the deletion of a profile."""
        ...

    def progress(self, report: Report) -> None:
        """Hear how far a download is."""
        ...


class Unattended:
    """A user who agrees to everything, with a confirmation code if one was given: for tests, load and scripts."""

    def __init__(self, confirmation_code: Secret[str] | None = None) -> None:
        """Take the code to answer with, once."""
        self._code = confirmation_code

    def consent(self, question: AskConsent) -> Consent:
        """Agree."""
        return Consent.YES

    def confirmation_code(self, attempt: int) -> Secret[str] | None:
        """Return the code; after the server found it wrong there is no other."""
        return self._code if attempt == 1 else None

    def confirm_deletion(self, question: AskDeletion) -> bool:
        """Agree."""
        return True

    def progress(self, report: Report) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a card and a network can do besides the two ports; each has a default that does nothing.

    Attributes:
        reset_card: resets the card and opens the ISD-R again.
        probe: raises PeerError where a server cannot be reached.
        pause: waits for seconds.
    """

    reset_card: Callable[[], None] = lambda: None
    probe: Callable[[str], None] = lambda _address: None
    pause: Callable[[float], None] = time.sleep


class Lpa:
    """An LPA in front of one card."""

    def __init__(
        self,
        channel: Es10Channel,
        client: Es9Client,
        user: User | None = None,
        surroundings: Surroundings | None = None,
    ) -> None:
        """Bind card, network and user."""
        surroundings = surroundings or Surroundings()
        user = user or Unattended()
        self._handlers: Handlers = {
            SendCommand: lambda effect: channel.send(effect.command),
            CallServer: lambda effect: client.call(effect.address, effect.function, effect.request),
            ResetCard: lambda _: surroundings.reset_card(),
            ProbeServer: lambda effect: _is_reached(surroundings.probe, effect.address),
            Pause: lambda effect: surroundings.pause(effect.seconds),
            AskConsent: user.consent,
            AskConfirmationCode: lambda effect: user.confirmation_code(effect.attempt),
            AskDeletion: user.confirm_deletion,
            Report: user.progress,
        }

    def run(self, procedure: Generator[Effect, Any, T]) -> T:
        """Run a procedure with this LPA's card, servers and user."""
        return drive(procedure, self._handlers)

    def download(self, code: ActivationCode | None, device: DeviceInfo = DEFAULT_DEVICE) -> Downloaded:
        """Download a profile, by activation code or, without one, from the chip's default SM-DP+.

        Raises:
            FunctionError: the server refused.
            PeerError: the server was not reached.
            CardError: the chip refused.
            OpenEsimError: user or checks ended it; the explanation tells why.
        """
        caller = Caller(device=device)
        request = DownloadRequest.of(code, caller) if code else replace(DownloadRequest(), caller=caller)
        return self.run(download(request))

    def discover(self, address: str | None = None, device: DeviceInfo = DEFAULT_DEVICE) -> Discovery:
        """Find out which servers have something for the chip, from its root SM-DS or another one.

        Raises:
            NotFoundError: the chip names no root SM-DS.
            FunctionError: the SM-DS refused.
            PeerError: it was not reached.
            CardError: the chip refused it.
        """
        return self.run(discover(address, device))

    def download_event(self, event: FoundEvent, device: DeviceInfo = DEFAULT_DEVICE) -> Downloaded:
        """Download the profile that an event leads to; errors are those of ``download``."""
        caller = Caller(matching_id=event.event_id, device=device)
        return self.run(download(DownloadRequest(address=event.address, caller=caller)))

    def info(self) -> ChipInfo:
        """Return what the chip tells about itself."""
        return self.run(management.read_info())

    def profiles(self) -> tuple[ProfileInfo, ...]:
        """Return the profiles on the chip."""
        return self.run(es10.get_profiles_info())

    def find(self, text: str) -> ProfileInfo:
        """Return the profile named by ICCID, AID, or the end of one."""
        return self.run(management.find_profile(text))

    def enable(self, text: str) -> Change:
        """Enable a profile and tell the servers."""
        return self.run(management.enable(text))

    def disable(self, text: str) -> Change:
        """Disable a profile and tell the servers."""
        return self.run(management.disable(text))

    def delete(self, text: str) -> Change:
        """Delete a profile, after asking, and tell the servers."""
        return self.run(management.delete(text))

    def set_nickname(self, text: str, nickname: str) -> ProfileInfo:
        """Give a profile a nickname; returns the profile as it was."""
        return self.run(management.set_nickname(text, nickname))

    def reset(self, options: ResetOptions = management.EVERYTHING) -> Reset:
        """Reset the chip's memory and tell the servers."""
        return self.run(management.reset(options))

    def default_smdp(self) -> str:
        """Return the default SM-DP+, empty if none is set."""
        return self.run(es10.get_configured_addresses()).default_dp_address or ""

    def set_default_smdp(self, address: str) -> str:
        """Set the default SM-DP+, or clear it with an empty address."""
        return self.run(management.set_default_smdp(address))

    def notifications(self) -> tuple[NotificationMetadata, ...]:
        """Return the notifications that wait for delivery."""
        return self.run(es10.list_notifications())

    def process_notifications(self, seq_number: int | None = None) -> DeliveryReport:
        """Deliver all notifications, or one and the earlier ones for the same server."""
        if seq_number is None:
            return self.run(notifications.process())
        return self.run(notifications.process_one(seq_number))

    def remove_notification(self, seq_number: int) -> None:
        """Remove a notification undelivered: the server will never hear of it."""
        self.run(notifications.remove(seq_number))


def _is_reached(probe: Callable[[str], None], address: str) -> bool:
    """Tell whether a probe reaches a server."""
    try:
        probe(address)
    except PeerError:
        return False
    return True
