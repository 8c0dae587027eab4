"""The user in front of a terminal: questions on standard error, answers from standard input or from options."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from openesim.apps.cli.lpa.screen import Screen
from openesim.kernel.secret import Secret
from openesim.messages.sgp22.types import PprIds
from openesim.provisioning.lpa.effects import AskConsent, AskDeletion, Consent, Report, Stage

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_ANSWERS = {
    "y": Consent.YES,
    "yes": Consent.YES,
    "是": Consent.YES,
    "n": Consent.NO,
    "no": Consent.NO,
    "否": Consent.NO,
    "l": Consent.LATER,
    "later": Consent.LATER,
    "稍后": Consent.LATER,
}
_YES = {answer for answer, consent in _ANSWERS.items() if consent is Consent.YES}
_STRONG_ANSWERS = {answer: consent for answer, consent in _ANSWERS.items() if answer != "y"}


class TerminalUser:
    """``services.lpa.User``: asks, unless the options have answered already."""

    def __init__(self, screen: Screen, *, agrees: bool = False, confirmation_code: str | None = None) -> None:
        """Take the answers that options gave.

        Args:
            screen: where to ask.
            agrees: yes to everything (``--yes``).
            confirmation_code: code to answer with the first time.
        """
        self._screen = screen
        self._agrees = agrees
        self._code = confirmation_code
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._stage: Stage | None = None

    def consent(self, question: AskConsent) -> Consent:
        """Show the profile and ask whether to install it; no answer leaves the order as it is."""
        self._stop_progress()
        self._show(question)
        if self._agrees:
            return Consent.YES
        answers = _STRONG_ANSWERS if question.is_strong else _ANSWERS
        key = "ask_install_strong" if question.is_strong else "ask_install"
        while True:
            text = self._screen.ask(key)
            if text is None:
                return Consent.NO_ANSWER
            answer = answers.get(text.lower() or Consent.LATER.value)
            if answer is not None:
                return answer

    def confirmation_code(self, attempt: int) -> Secret[str] | None:
        """Return the code of the options the first time, else ask for it without showing it."""
        self._stop_progress()
        if self._code is not None and attempt == 1:
            return Secret(self._code)
        if attempt > 1:
            if not sys.stdin.isatty():
                return None  # a script has said what it knows
            self._screen.note("wrong_code", style="bold red")
        text = self._screen.ask("ask_code", is_hidden=True)
        return Secret(text) if text else None

    def confirm_deletion(self, question: AskDeletion) -> bool:
        """Ask whether to delete, with a loud warning if a server would not hear of it."""
        profile = question.profile
        if question.unreachable:
            addresses = ", ".join(question.unreachable)
            self._screen.note("delete_unreachable", style="bold red", addresses=addresses)
        title = profile.profile_nickname or profile.profile_name or profile.service_provider_name or "–"
        return self._agrees or self.confirm("ask_delete", iccid=profile.iccid, title=title)

    def confirm(self, key: str, **values: object) -> bool:
        """Ask a question with yes or no; no answer means no."""
        if self._agrees:
            return True
        return (self._screen.ask(key, values) or "").lower() in _YES

    def confirm_by_word(self, key: str, word: str, **values: object) -> bool:
        """Ask for a word to be typed in full; anything else means no."""
        return self._agrees or self._screen.ask(key, values) == word

    def progress(self, report: Report) -> None:
        """Name each stage once; draw a bar by octets while the chip installs, if somebody looks."""
        if self._screen.stderr.is_terminal and report.stage is Stage.INSTALLING:
            self._draw(report)
        elif report.stage is not self._stage:
            self._stop_progress()
            if not self._screen.is_json or self._screen.stderr.is_terminal:
                self._screen.note(report.stage.value, style="dim")
        self._stage = report.stage

    def close(self) -> None:
        """Take the bar away."""
        self._stop_progress()

    def _draw(self, report: Report) -> None:
        """Move the bar."""
        if self._progress is None:
            from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

            self._progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                DownloadColumn(),
                console=self._screen.stderr,
            )
            self._task = self._progress.add_task(self._screen.text(report.stage.value), total=report.total)
            self._progress.start()
        if self._task is not None:
            self._progress.update(self._task, completed=report.done, total=report.total)

    def _stop_progress(self) -> None:
        """End the bar, if there is one."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = self._task = None

    def _show(self, question: AskConsent) -> None:
        """Show what is offered, and what it would bind the user to."""
        metadata = question.metadata
        self._screen.note("offer", style="bold", address=question.address)
        for key, value in (
            ("provider", metadata.service_provider_name),
            ("name", metadata.profile_name),
        ):
            self._screen.stderr.print(f"  {self._screen.text(key)}: {value}", markup=False)
        self._screen.stderr.print(f"  ICCID: {metadata.iccid}", markup=False)
        if question.rules & PprIds.PPR1_DISABLE_NOT_ALLOWED:
            self._screen.note("rule_ppr1", style="bold yellow")
        if question.rules & PprIds.PPR2_DELETE_NOT_ALLOWED:
            self._screen.note("rule_ppr2", style="bold yellow")
