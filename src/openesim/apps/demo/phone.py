"""The phone of the demo: a software chip, an LPA in this process, and a user who agrees and watches."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn

from openesim.adapters.apdu.channel import ChannelOptions, open_es10_channel
from openesim.adapters.apdu.software import SoftwareCard
from openesim.adapters.http_client.es9 import Es9HttpClient
from openesim.adapters.http_client.target import HttpOptions
from openesim.adapters.keystore.files import PkiFolder
from openesim.apps.cli.lpa.running import device_of
from openesim.apps.cli.lpa.texts import TEXTS as LPA_TEXTS
from openesim.apps.demo.operators import draw_digits
from openesim.apps.demo.telling import Teller
from openesim.kernel.ids import Eid, Imei, luhn_check_digit
from openesim.kernel.secret import Secret
from openesim.messages.sgp22.activation_code import ActivationCode
from openesim.provisioning.euicc.personalise import build_identity, find_ein, generate_eid
from openesim.provisioning.euicc.state import Nvm
from openesim.provisioning.lpa.download import Downloaded
from openesim.provisioning.lpa.effects import AskConsent, AskDeletion, Consent, Report, Stage
from openesim.services.lpa import Lpa, Surroundings

TAC: Final = "35290611"
"""Type of the device."""

_SERIAL_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone that is switched on.

    Attributes:
        card: the chip, seen from outside.
        lpa: the assistant.
        user: who holds the phone.
        imei: number of the device.
    """

    card: SoftwareCard
    lpa: Lpa
    user: DemoUser
    imei: Imei

    @property
    def eid(self) -> Eid:
        """Number of the chip."""
        return self.card.nvm.identity.eid

    def download(self, code: ActivationCode) -> Downloaded:
        """Download a profile, telling the server which device it is for.

        Raises:
            FunctionError: the server refused.
            OpenEsimError: it ended otherwise.
        """
        try:
            return self.lpa.download(code, device_of(self.imei))
        finally:
            self.user.close()


class DemoUser:
    """``services.lpa.User``: agrees to everything, aloud; enters the confirmation codes it was given, one after the other.

    Attributes:
        codes: confirmation codes to enter next.
        meanwhile: called while he reads what is offered, before the package is asked for.
        watch: called once in every download, when the package has arrived and installation begins.
    """

    def __init__(self, teller: Teller) -> None:
        """Take who tells what is asked and answered."""
        self.codes: list[Secret[str]] = []
        self.meanwhile: Callable[[], None] = lambda: None
        self.watch: Callable[[], None] = lambda: None
        self._teller = teller
        self._stage: Stage | None = None
        self._bar: tuple[Progress, TaskID] | None = None

    def consent(self, question: AskConsent) -> Consent:
        """Agree to what is offered."""
        metadata = question.metadata
        self._teller.say(
            "offer",
            style="bold",
            address=question.address,
            name=metadata.profile_name,
            provider=metadata.service_provider_name,
        )
        self.meanwhile()
        return Consent.YES

    def confirmation_code(self, attempt: int) -> Secret[str] | None:
        """Enter the next code."""
        if attempt > 1:
            self._teller.say("code_wrong", style="bold yellow")
        if not self.codes:
            return None
        code = self.codes.pop(0)
        self._teller.say("enter_code", style="bold", code=code.reveal())
        return code

    def confirm_deletion(self, question: AskDeletion) -> bool:
        """Agree, unless a server that must hear of it cannot be reached."""
        self._teller.say("confirm_delete", style="bold", iccid=question.profile.iccid)
        return not question.unreachable

    def progress(self, report: Report) -> None:
        """Name each stage once; while the chip installs, draw a bar if somebody looks."""
        if report.stage is not self._stage:
            if report.stage is Stage.INSTALLING:
                self.watch()
            self._begin(report)
            self._stage = report.stage
        if self._bar is not None:
            bar, task = self._bar
            bar.update(task, completed=report.done, total=report.total)
        if report.stage is Stage.INSTALLING and report.done == report.total:
            self._end_bar()
            self._teller.say("installed_octets", style="dim", count=report.total)

    def close(self) -> None:
        """Take the bar away."""
        self._end_bar()
        self._stage = None

    def _begin(self, report: Report) -> None:
        """Name a stage."""
        self._end_bar()
        english, chinese = LPA_TEXTS[report.stage.value]
        name = chinese if self._teller.language == "zh" else english
        if report.stage is not Stage.INSTALLING:
            self._teller.line(name, style="dim")
            return
        if not self._teller.console.is_terminal:
            return
        columns = (TextColumn("  {task.description}", style="dim"), BarColumn(30), DownloadColumn())
        bar = Progress(*columns, console=self._teller.console, transient=True)
        bar.start()
        self._bar = bar, bar.add_task(name, total=report.total)

    def _end_bar(self) -> None:
        """End the bar, if there is one."""
        if self._bar is not None:
            self._bar[0].stop()
            self._bar = None


def make_chip(path: Path, pki: PkiFolder) -> None:
    """Make a chip with certificates below every CI of the folder, as ``openesim euicc new`` does."""
    maker = next(each.issued["eum"] for each in pki.sets if "eum" in each.issued)
    eid = generate_eid(find_ein(maker.certificate), os.urandom)
    material = pki.issue_euicc(eid, os.urandom, datetime.now(UTC))
    identity = build_identity(((each.euicc, each.eum) for each in material), pki.trust.anchors)
    SoftwareCard.create(path, Nvm(identity=identity))


def draw_imei() -> Imei:
    """Return the number of a device of the model that narrated runs have."""
    body = TAC + draw_digits(os.urandom, _SERIAL_DIGITS)
    return Imei.parse(body + luhn_check_digit(body))


@contextmanager
def open_phone(path: Path, resolve: dict[str, tuple[str, int]], teller: Teller) -> Iterator[Phone]:
    """Switch a phone on: the chip over APDUs, the servers over TLS.

    Args:
        path: file of the chip.
        resolve: where to connect for each server name.
        teller: tells what the user is asked.
    """
    user = DemoUser(teller)
    card = SoftwareCard(path)
    try:
        options = HttpOptions(
            trust=card.nvm.identity.ci_certificates, uses_system_roots=False, resolve=resolve
        )
        with open_es10_channel(card, ChannelOptions()) as channel, Es9HttpClient(options) as client:
            surroundings = Surroundings(reset_card=channel.reset, probe=client.probe)
            yield Phone(card, Lpa(channel, client, user, surroundings), user, draw_imei())
    finally:
        user.close()
        card.close()
