"""Runs the demo from beginning to end: folder, signals, steps, and what is told when a step fails."""

from __future__ import annotations

import shlex
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from openesim.apps.demo import preparing, using
from openesim.apps.demo.books import Standing
from openesim.apps.demo.operators import OPERATORS, Desk
from openesim.apps.demo.phone import make_chip, open_phone
from openesim.apps.demo.telling import CheckFailedError, Teller
from openesim.apps.demo.texts import LanguageCode
from openesim.kernel.errors import ConfigError, OpenEsimError
from openesim.messages.sgp22.explained import Language, explain_error, in_language, owner_text

STEPS = 14
LOG_LINES = 20
CARD_FILE = "phone.card"

_ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """How the demo is run.

    Attributes:
        language: English or Chinese.
        keep: folder for everything, kept; None for a temporary one.
        is_json: one JSON object instead of the narration.
        waits: wait for Enter before every step.
    """

    language: LanguageCode = "en"
    keep: Path | None = None
    is_json: bool = False
    waits: bool = False


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


class _Ended(KeyboardInterrupt):
    """A signal that ends the demo. What watches for Ctrl-C, such as a download, tidies up for it, too."""

    def __init__(self, number: int) -> None:
        """Keep the number of the signal."""
        super().__init__()
        self.number = number


def run_demo(options: DemoOptions) -> int:
    """Run the demo and return its exit code: 0 if every check held, 1 if not, 128 and the signal if it was ended.

    Raises:
        ConfigError: the folder cannot be used.
    """
    failure, signal_number = None, 0
    with _signals_raise():
        run = DemoRun(options)
        try:
            run.play()
        except _Ended as ended:
            signal_number = ended.number
        except BrokenPipeError:
            raise  # nobody listens any more: there is nobody to tell
        except (OpenEsimError, OSError) as error:
            failure = run.describe(error)
        finally:
            run.close()
    if signal_number:
        run.tell_interrupted()
        return 128 + signal_number
    return run.tell_result(failure)


class DemoRun:
    """One run: its folder, its two desks, and what is told."""

    def __init__(self, options: DemoOptions) -> None:
        """Make the folder.

        Raises:
            ConfigError: it cannot be used.
        """
        self._options = options
        self._folder = _make_folder(options.keep)
        self._teller = Teller(options.language, is_json=options.is_json, waits=options.waits, count=STEPS)
        self._desks: list[Desk] = []
        self._places: dict[str, tuple[str, int]] = {}

    def play(self) -> None:
        """Go through the steps.

        Raises:
            CheckFailedError: a check does not hold.
            OpenEsimError: a step broke off.
        """
        teller, card = self._teller, self._folder / CARD_FILE
        teller.title("folder" if self._options.keep is None else "folder_kept", folder=str(self._folder))
        pki = preparing.make_trust(teller, self._folder / "pki")
        for operator in OPERATORS:
            self._desks.append(Desk(operator, self._folder / operator.key, teller.language))
        preparing.build_profiles(teller, self._desks)
        codes = preparing.place_orders(teller, self._desks)
        self._places = preparing.start_servers(teller, self._desks, pki)
        make_chip(card, pki)
        with open_phone(card, self._places, teller) as phone:
            before = [Standing.of(desk.order) for desk in self._desks]
            scene = using.Scene(teller, phone, self._desks, codes, before)
            using.meet_phone(scene, pki)
            for step in using.STEPS:
                step(scene)

    def close(self) -> None:
        """Stop the servers and remove the folder, unless it is to be kept; no signal comes between."""
        for number in _ENDING_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        for desk in self._desks:
            desk.close()
        if self._options.keep is None:
            shutil.rmtree(self._folder)

    # --- What is told at the end ------------------------------------------------------------------------------

    def describe(self, error: OpenEsimError | OSError) -> Failure:
        """Return what there is to say about a step that failed, while the logs are still there."""
        where: dict[str, object] = {"number": len(self._teller.steps), "title": self._teller.present_title}
        logs = {desk.name: desk.server.log_tail(LOG_LINES) for desk in self._desks if desk.server}
        if isinstance(error, CheckFailedError):
            return Failure(self._teller.text("check_failed", **where, claim=str(error)), logs=logs)
        language = Language(self._options.language)
        told = in_language(explain_error(error), language)
        facts = (
            (self._teller.text("cause"), told.cause),
            (self._teller.text("owner"), owner_text(told.owner, language)),
            (self._teller.text("next_step"), told.next_step),
        )
        problem = str(error) or type(error).__name__
        return Failure(self._teller.text("broke_off", **where, problem=problem), facts, logs)

    def tell_result(self, failure: Failure | None) -> int:
        """Tell how the demo ended and return the exit code."""
        if self._options.is_json:
            self._write_object(failure)
        elif failure is not None:
            self._tell_failure(failure)
        else:
            self._tell_success()
        return 0 if failure is None else 1

    def tell_interrupted(self) -> None:
        """Tell that somebody ended the demo."""
        key = "interrupted" if self._options.keep is None else "interrupted_kept"
        typer.echo(f"\n{self._teller.text(key, folder=self._folder)}", err=True)

    def _tell_failure(self, failure: Failure) -> None:
        """Tell which step failed, and the end of the servers' logs."""
        console = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
        console.print(Text(f"\n✗ {failure.text}", style="bold red"))
        for name, value in failure.facts:
            console.print(Text(f"  {name}: {value}"))
        for name, lines in failure.logs.items():
            console.print(Text(self._teller.text("log_tail", name=name), style="bold"))
            for line in lines or [self._teller.text("log_empty")]:
                console.print(Text(f"  {line}"))

    def _tell_success(self) -> None:
        """Tell that every check held, and how to go on."""
        teller = self._teller
        teller.end("all_held", checks=teller.checks, steps=len(teller.steps), seconds=teller.elapsed_s)
        if self._options.keep is None:
            teller.paragraph("cleaned")
            teller.paragraph("next_time")
            return
        teller.paragraph("kept", folder=str(self._folder))
        for command in self._commands():
            teller.command(command)

    def _commands(self) -> list[str]:
        """Return the commands with which to go on in a kept folder."""
        program, folder = sys.argv[0], self._folder
        serve = [
            [
                *(program, "serve", "--data", desk.data, "--pki", folder / "pki"),
                *("--fqdn", desk.operator.fqdn, "--es9", "{}:{}".format(*self._places[desk.operator.fqdn])),
            ]
            for desk in self._desks
        ]
        resolve = [f"--resolve={name}={host}:{port}" for name, (host, port) in self._places.items()]
        phone = [program, "lpa", "--card", folder / CARD_FILE, *resolve, "list"]
        orders = [[program, "order", "list", "--data", desk.data] for desk in self._desks]
        return [shlex.join(map(str, command)) for command in (*serve, phone, *orders)]

    def _write_object(self, failure: Failure | None) -> None:
        """Write the one JSON object."""
        teller = self._teller
        document: dict[str, Any] = {
            "ok": failure is None,
            "seconds": round(teller.elapsed_s, 3),
            "checks": teller.checks,
            "steps": teller.steps,
            "folder": str(self._folder) if self._options.keep else None,
            "failure": None if failure is None else {"text": failure.text, "logs": failure.logs},
        }
        typer.echo(msgspec.json.encode(document).decode())


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
def _signals_raise() -> Iterator[None]:
    """Turn signals that end a process into an exception, so that nothing is left behind."""

    def end(number: int, _frame: object) -> None:
        raise _Ended(number)

    before = {number: signal.signal(number, end) for number in _ENDING_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
