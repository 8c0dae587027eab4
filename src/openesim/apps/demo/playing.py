"""A narrated run from beginning to end: its folder, signals that end it, and what is told when a step fails."""

from __future__ import annotations

import shlex
import shutil
import signal
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from openesim.apps.cli.printing import print_json
from openesim.apps.demo.operators import Desk
from openesim.apps.demo.telling import CheckFailedError, Teller
from openesim.apps.demo.texts import LanguageCode
from openesim.kernel.errors import ConfigError, OpenEsimError
from openesim.messages.sgp22.explained import Language, explain_error, in_language, owner_text

LOG_LINES = 20

_ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """How a narrated run is run.

    Attributes:
        language: English or Chinese.
        keep: folder for everything, kept; None for a temporary one.
        is_json: one JSON object instead of the narration.
        waits: wait for Enter before every step.
        world: how large a world is made in the kept folder; None: the folder is left as it is.
    """

    language: LanguageCode = "en"
    keep: Path | None = None
    is_json: bool = False
    waits: bool = False
    world: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that failed.

    Attributes:
        text: which, and what did not hold.
        facts: cause, owner and next step, where they are known.
        logs: last lines of each server's log, by the operator's name.
    """

    text: str
    facts: tuple[tuple[str, str], ...] = ()
    logs: Mapping[str, list[str]] = field(default_factory=dict)


class Ended(KeyboardInterrupt):
    """A signal that ends a run. What watches for Ctrl-C, such as a download, tidies up for it, too.

    Attributes:
        number: of the signal.
    """

    def __init__(self, number: int) -> None:
        """Keep the number of the signal."""
        super().__init__()
        self.number = number


def perform(play: Play) -> int:
    """Go through a run and return its exit code: 0 if every check held, 1 if not, 128 and the signal if it was ended."""
    failure, signal_number = None, 0
    with signals_raise():
        try:
            play.play()
        except Ended as ended:
            signal_number = ended.number
        except BrokenPipeError:
            raise  # nobody listens any more: there is nobody to tell
        except (OpenEsimError, OSError) as error:
            failure = play.describe(error)
        finally:
            play.close()
    if signal_number:
        play.tell_interrupted()
        return 128 + signal_number
    return play.tell_result(failure)


class Play(ABC):
    """One run: its folder, its desks, and what is told.

    Attributes:
        options: how it is run.
        folder: where everything is.
        teller: who tells.
        desks: the operators' desks, from the moment there are some.
    """

    def __init__(self, options: DemoOptions, teller: Teller) -> None:
        """Make the folder.

        Raises:
            ConfigError: it cannot be used.
        """
        self.options = options
        self.folder = _make_folder(options.keep)
        self.teller = teller
        self.desks: list[Desk] = []

    @abstractmethod
    def play(self) -> None:
        """Go through the steps.

        Raises:
            CheckFailedError: a check does not hold.
            OpenEsimError: a step broke off.
        """

    @abstractmethod
    def next_commands(self) -> list[str]:
        """Return the commands with which to go on in a kept folder."""

    @abstractmethod
    def another_command(self) -> tuple[str, ...]:
        """Return arguments of the command that is worth trying next, when nothing was kept."""

    def logs(self) -> dict[str, list[str]]:
        """Return the last lines of what servers have logged, by name."""
        return {desk.name: desk.server.log_tail(LOG_LINES) for desk in self.desks if desk.server}

    def stop(self) -> None:  # noqa: B027 (the demo has nothing beside its desks)
        """End what runs beside the desks."""

    def close(self) -> None:
        """Stop the servers and remove the folder, unless it is to be kept; no signal comes between."""
        for number in _ENDING_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        self.stop()
        for desk in self.desks:
            desk.close()
        if self.options.keep is None:
            shutil.rmtree(self.folder)

    # --- What is told at the end ------------------------------------------------------------------------------

    def describe(self, error: OpenEsimError | OSError) -> Failure:
        """Return what there is to say about a step that failed, while the logs are still there."""
        where: dict[str, object] = {"number": len(self.teller.steps), "title": self.teller.present_title}
        logs = self.logs()
        if isinstance(error, CheckFailedError):
            return Failure(self.teller.text("check_failed", **where, claim=str(error)), logs=logs)
        language = Language(self.options.language)
        told = in_language(explain_error(error), language)
        facts = (
            (self.teller.text("cause"), told.cause),
            (self.teller.text("owner"), owner_text(told.owner, language)),
            (self.teller.text("next_step"), told.next_step),
        )
        problem = str(error) or type(error).__name__
        return Failure(self.teller.text("broke_off", **where, problem=problem), facts, logs)

    def tell_result(self, failure: Failure | None) -> int:
        """Tell how it ended and return the exit code."""
        if self.options.is_json:
            self._write_object(failure)
        elif failure is not None:
            self._tell_failure(failure)
        else:
            self._tell_success()
        return 0 if failure is None else 1

    def tell_interrupted(self) -> None:
        """Tell that somebody ended it."""
        key = "interrupted" if self.options.keep is None else "interrupted_kept"
        typer.echo(f"\n{self.teller.text(key, folder=self.folder)}", err=True)

    def _tell_failure(self, failure: Failure) -> None:
        """Tell which step failed, and the end of the servers' logs."""
        console = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
        console.print(Text(f"\n✗ {failure.text}", style="bold red"))
        for name, value in failure.facts:
            console.print(Text(f"  {self.teller.text('failure_fact', name=name, value=value)}"))
        for name, lines in failure.logs.items():
            console.print(Text(self.teller.text("log_tail", name=name), style="bold"))
            for line in lines or [self.teller.text("log_empty")]:
                console.print(Text(f"  {line}"))

    def _tell_success(self) -> None:
        """Tell that every check held, and how to go on."""
        teller = self.teller
        teller.end("all_held", checks=teller.checks, steps=len(teller.steps), seconds=teller.elapsed_s)
        if self.options.keep is None:
            teller.paragraph("cleaned")
            teller.paragraph("next_time")
            language = () if teller.language == "en" else ("--lang", teller.language)
            teller.command(shlex.join((sys.argv[0], *self.another_command(), *language)))
            return
        teller.paragraph("kept", folder=str(self.folder))
        for command in self.next_commands():
            teller.command(command)

    def _write_object(self, failure: Failure | None) -> None:
        """Write the one JSON object."""
        teller = self.teller
        document: dict[str, Any] = {
            "ok": failure is None,
            "seconds": round(teller.elapsed_s, 3),
            "checks": teller.checks,
            "steps": teller.steps,
            "folder": str(self.folder) if self.options.keep else None,
            "next": self.next_commands() if self.options.keep and failure is None else [],
            "failure": None if failure is None else {"text": failure.text, "logs": failure.logs},
        }
        print_json(document)


def _make_folder(keep: Path | None) -> Path:
    """Return the folder to work in: a new temporary one, or the one to keep, which is empty.

    Raises:
        ConfigError: there is something in it, or it cannot be made.
    """
    if keep is None:
        return Path(tempfile.mkdtemp(prefix="openesim-demo-"))
    try:
        keep.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(keep.iterdir()):
            raise ConfigError(f"--keep {keep}: there is something in this folder; name a new one")
    except OSError as error:
        raise ConfigError(f"--keep {keep}: {error.strerror}") from None
    return keep


@contextmanager
def signals_raise() -> Iterator[None]:
    """Turn signals that end a process into an exception, so that nothing is left behind.

    Yields:
        Nothing; inside, ``Ended`` is raised wherever the main thread is, even if the process was begun with signals ignored.
    """

    def end(number: int, _frame: object) -> None:
        raise Ended(number)

    before = {number: signal.signal(number, end) for number in _ENDING_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
