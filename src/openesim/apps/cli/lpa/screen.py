"""What the user sees: results on standard output, everything else on standard error.

With ``--json`` standard output carries exactly one object, whatever happens.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import typer

from openesim.apps.cli.failing import error_values
from openesim.apps.cli.lpa.texts import TEXTS
from openesim.apps.cli.printing import print_json
from openesim.kernel.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import Console

    from openesim.apps.cli.lpa.options import LanguageCode
    from openesim.provisioning.lpa.notifications import Delivery, DeliveryReport


class Screen:
    """Speaks one language, to a person or (results only) to a program."""

    def __init__(self, language: LanguageCode = "en", *, is_json: bool = False) -> None:
        """Choose language and audience."""
        self.language = language
        self.is_json = is_json

    @cached_property
    def stderr(self) -> Console:
        """Console on standard error: prompts, progress, warnings."""
        from rich.console import Console

        return Console(stderr=True, highlight=False, soft_wrap=True)

    @cached_property
    def stdout(self) -> Console:
        """Console on standard output: results for people."""
        from rich.console import Console

        return Console(highlight=False, soft_wrap=True)

    def text(self, key: str, **values: object) -> str:
        """Return a text in the user's language."""
        english, chinese = TEXTS[key]
        return (chinese if self.language == "zh" else english).format(**values)

    def say(self, key: str, **values: object) -> None:
        """Tell a person a result; a program has it in its object."""
        if not self.is_json:
            self.stdout.print(self.text(key, **values), markup=False)

    def note(self, key: str, *, style: str | None = None, **values: object) -> None:
        """Tell something beside the result, on standard error."""
        self.stderr.print(self.text(key, **values), style=style, markup=False)

    def ask(
        self, key: str, values: Mapping[str, object] | None = None, *, is_hidden: bool = False
    ) -> str | None:
        """Ask on standard error and return the line that is typed, None where nobody answers.

        Args:
            key: the question.
            values: what it speaks of.
            is_hidden: do not show what is typed, if it is typed at a terminal.
        """
        question = f"{self.text(key, **(values or {}))}: "
        if is_hidden and sys.stdin.isatty():
            try:
                return getpass.getpass(question, stream=sys.stderr).strip()
            except EOFError:
                return None
        # Not input(): with standard error as its stage it would still write to standard output.
        typer.echo(question, nl=False, err=True)
        line = sys.stdin.readline()
        if not line:
            typer.echo(err=True)
        return line.strip() if line else None

    def facts(self, rows: Iterable[tuple[str, str]]) -> None:
        """Tell a person names and values."""
        if self.is_json:
            return
        self.stdout.print(_grid(rows))

    def table(self, headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
        """Tell a person a table."""
        if self.is_json:
            return
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in headings:
            table.add_column(heading, overflow="fold", no_wrap=heading == "ICCID")
        for row in rows:
            table.add_row(*map(Text, row))
        self.stdout.print(table)

    def deliveries(self, report: DeliveryReport) -> None:
        """Tell which servers have heard, and warn of those that have not."""
        from openesim.messages.sgp22.explained import Language, LpaOutcome, explain_outcome, in_language

        def values(one: Delivery) -> dict[str, object]:
            about = one.notification
            event = " ".join(self.text(name) for name in about.profile_management_operation.set_names)
            return {"address": about.notification_address, "event": event, "iccid": about.iccid or ""}

        for one in report.deliveries:
            if one.is_delivered:
                self.say("delivered", **values(one))
            else:
                self.note("undelivered", style="bold red", problem=one.problem, **values(one))
        if report.undelivered:
            told = in_language(explain_outcome(LpaOutcome.NOTIFICATION_UNDELIVERED), Language(self.language))
            self.stderr.print(f"{told.cause} {told.next_step}", markup=False)
        if report.others_waiting:
            self.note("others_waiting", count=report.others_waiting)

    def result(self, values: Mapping[str, Any]) -> None:
        """Give a program its object."""
        if self.is_json:
            print_json({"ok": True, **values})

    def failure(self, error: BaseException) -> int:
        """Tell an error with cause, whose move it is and next step; return the exit code."""
        from openesim.messages.sgp22.explained import Language, explain_error, in_language

        if self.is_json:
            explanation = explain_error(error)
            told = in_language(explanation, Language(self.language))
            words = {"cause": told.cause, "owner": told.owner, "next_step": told.next_step}
            print_json({"ok": False, "error": error_values(error, explanation) | words})
        self.explain(error)
        return 2 if isinstance(error, ConfigError) else 1

    def explain(self, error: BaseException) -> None:
        """Tell a person an error with cause, whose move it is and next step."""
        from openesim.messages.sgp22.explained import Language, explain_error, in_language, owner_text

        language = Language(self.language)
        told = in_language(explain_error(error), language)
        owner = owner_text(told.owner, language)
        self.stderr.print(str(error) or type(error).__name__, style="bold red", markup=False)
        rows = (("cause", told.cause), ("owner", owner), ("next_step", told.next_step))
        self.stderr.print(_grid((self.text(key), value) for key, value in rows))


def _grid(rows: Iterable[tuple[str, str]]) -> Any:
    """Return names and values as two columns."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(Text(name), Text(value))
    return grid
