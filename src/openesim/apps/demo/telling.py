"""How the demo speaks: steps, tables, codes, checks; to a person, or (collected) to a program."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import segno
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from openesim.apps.demo.texts import TEXTS, LanguageCode, Texts, speak
from openesim.apps.demo.wrapping import wrap
from openesim.kernel.errors import OpenEsimError

WIDEST = 88
"""Columns beyond which lines are hard to read."""

_QUIET_ZONE = 2
_HALF_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


class CheckFailedError(OpenEsimError):
    """A check of the demo that does not hold."""


class Teller:
    """Tells steps and checks, and remembers them.

    Attributes:
        language: of everything that is told.
        console: where it is told.
        steps: what was told, as a program gets it.
    """

    def __init__(
        self,
        language: LanguageCode,
        texts: Texts = TEXTS,
        *,
        is_json: bool = False,
        waits: bool = False,
        count: int = 0,
    ) -> None:
        """Choose language and audience.

        Args:
            language: English or Chinese.
            texts: what is told, by key.
            is_json: say nothing; everything is collected.
            waits: wait for Enter before every step.
            count: how many steps there will be.
        """
        self.language = language
        self.steps: list[dict[str, Any]] = []
        self._texts = texts
        self._count = count
        self._waits = waits
        self._began = time.monotonic()
        self.console = Console(file=io.StringIO()) if is_json else _make_console()

    @property
    def checks(self) -> int:
        """How many checks have held."""
        return sum(check["ok"] for step in self.steps for check in step["checks"])

    @property
    def present_title(self) -> str:
        """Title of the step that is under way, empty before the first."""
        return str(self.steps[-1]["title"]) if self.steps else ""

    @property
    def elapsed_s(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._began

    def text(self, key: str, **values: object) -> str:
        """Return a text in the language of the demo."""
        return speak(self._texts, self.language, key, **values)

    # --- Steps and checks -------------------------------------------------------------------------------------

    def title(self, key: str, **values: object) -> None:
        """Say what will be seen, and one thing more.

        Args:
            key: of the one thing more.
            values: what it speaks of.
        """
        self.console.print(Text(self.text("title"), style="bold"))
        self.paragraph("title_why")
        self.console.print(Text(self.text(key, **values), style="dim"), soft_wrap=True)

    def begin(self, key: str, **values: object) -> None:
        """Begin a step: say what happens and why."""
        if self._waits and self.steps:
            self.console.input(f"\n{self.text('press_enter')}")
        title = self.text(key, **values)
        self.steps.append({"step": key, "title": title, "seconds": round(self.elapsed_s, 3), "checks": []})
        heading = Text(f"{len(self.steps)}/{self._count}  {title}", style="bold cyan")
        self.console.print()
        self.console.print(Rule(heading, align="left", style="cyan"))
        self.paragraph(f"{key}_why", **values)
        self.console.print()

    def check(self, holds: object, key: str, **values: object) -> None:
        """Tell a check that holds.

        Raises:
            CheckFailedError: it does not.
        """
        claim = self.text(key, **values)
        self.steps[-1]["checks"].append({"check": key, "claim": claim, "ok": bool(holds)})
        if not holds:
            raise CheckFailedError(claim)
        first, *more = wrap(claim, self.console.width - 4)
        self.console.print(Text.assemble("  ", ("✓", "bold green"), f" {first}"))
        for line in more:
            self.console.print(Text(f"    {line}"))

    def end(self, key: str, **values: object) -> None:
        """Say how it ended."""
        self.console.print()
        self.console.print(Text(self.text(key, **values), style="bold green"))

    # --- What is told -----------------------------------------------------------------------------------------

    def paragraph(self, key: str, **values: object) -> None:
        """Tell a paragraph."""
        for line in wrap(self.text(key, **values), self.console.width):
            self.console.print(Text(line))

    def say(self, key: str, *, style: str = "", **values: object) -> None:
        """Tell one thing that happens."""
        self.line(self.text(key, **values), style=style)

    def line(self, text: str, *, style: str = "") -> None:
        """Tell one thing that happens, in words that are at hand."""
        for line in wrap(text, self.console.width - 2):
            self.console.print(Text(f"  {line}", style=style))

    @contextmanager
    def waiting(self, key: str, **values: object) -> Iterator[None]:
        """Show a person at a terminal that something is under way; nothing of it stays."""
        with self.console.status(Text(self.text(key, **values), style="dim")):
            yield

    def command(self, command: str) -> None:
        """Show a command, on one line however long, so that it can be copied."""
        self.console.print(Text(f"  {command}"), soft_wrap=True)

    def facts(self, rows: Iterable[tuple[str, str]]) -> None:
        """Tell names and values."""
        pairs = list(rows)
        wide = max(cell_len(name) for name, _ in pairs)
        for name, value in pairs:
            gap = " " * (wide - cell_len(name) + 2)
            first, *more = wrap(value, self.console.width - wide - 4)
            self.console.print(Text.assemble("  ", (name, "bold"), gap, first))
            for line in more:
                self.console.print(Text(" " * (wide + 4) + line))

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Tell a table.

        Args:
            headings: keys of texts; a name in capitals stands for itself.
            rows: one text a heading.
        """
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for heading in headings:
            table.add_column(self.text(heading) if heading.islower() else heading, overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row))
        self.console.print(Padding(table, (0, 0, 0, 2), expand=False))

    def pictures(self, codes: Sequence[tuple[str, str]]) -> None:
        """Show codes as QR side by side, or below one another where the terminal is narrow.

        Args:
            codes: heading and content of each.
        """
        if not _speaks_unicode(self.console):
            return
        shown = [(Text(heading, style="bold"), draw_qr(content)) for heading, content in codes]
        wide = sum(len(picture.plain.partition("\n")[0]) + 4 for _, picture in shown)
        grid = Table.grid(padding=(0, 4, 0, 0))
        if wide <= self.console.width - 2:
            grid.add_row(*(heading for heading, _ in shown))
            grid.add_row(*(picture for _, picture in shown))
        else:
            for heading, picture in shown:
                grid.add_row(heading)
                grid.add_row(picture)
        self.console.print(Padding(grid, (0, 0, 0, 2), expand=False))


def draw_qr(content: str) -> Text:
    """Return a QR code of half blocks, drawn light on dark: the margin is drawn too, and so survives copying."""
    code = segno.make(content, micro=False, error="L", boost_error=False)
    rows = [[not module for module in row] for row in code.matrix_iter(border=_QUIET_ZONE)]
    if len(rows) % 2:
        rows.append([True] * len(rows[0]))
    lines = (
        "".join(_HALF_BLOCKS[top, bottom] for top, bottom in zip(above, below, strict=True))
        for above, below in zip(rows[::2], rows[1::2], strict=True)
    )
    return Text("\n".join(lines), style="#ffffff on #000000", no_wrap=True)


def _make_console() -> Console:
    """Return the console on standard output; what its encoding does not know becomes a question mark."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    console = Console(highlight=False, emoji=False, markup=False)
    console.width = min(console.width, WIDEST)
    return console


def _speaks_unicode(console: Console) -> bool:
    """Tell whether block characters arrive as such."""
    return console.encoding.lower().startswith("utf")
