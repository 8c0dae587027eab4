"""``openesim rules simulate``: what a changed pack would have decided on past orders."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.printing import print_json, print_table
from openesim.apps.cli.rules_shelf import PackName, folder_packs, pack_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openesim.conditions.admission.decision import Finding
    from openesim.conditions.admission.simulation import Tally

_DAY = ["%Y-%m-%d"]


@json_errors
def simulate(
    which: PackName,
    data: Data,
    under: Annotated[
        str | None,
        typer.Option(
            metavar="PACK|all",
            help="Orders that were decided under this pack; left out, under the one of the same name.",
        ),
    ] = None,
    operator: Annotated[str | None, typer.Option(help="Of this operator only.")] = None,
    service: Annotated[
        str | None, typer.Option(metavar="phone|tablet|laptop|watch|iot|vehicle", help="Of this class only.")
    ] = None,
    since: Annotated[datetime | None, typer.Option(formats=_DAY, help="From this day on (UTC).")] = None,
    before: Annotated[datetime | None, typer.Option(formats=_DAY, help="Before this day (UTC).")] = None,
    language: Annotated[Literal["en", "zh"], typer.Option("--lang", help="Language.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Ask past decisions again under a pack that is changed, or in force for others. Nothing is stored."""
    from openesim.apps.cli.folder import opened
    from openesim.apps.cli.rules_deeds import service_named
    from openesim.conditions.admission.simulation import Tally
    from openesim.services.conditions.rules.keeping import known_shelf
    from openesim.services.conditions.rules.simulation import Scope, simulate_pages

    tally, own = Tally(), folder_packs(data, None)
    with opened(data, must_exist=True, holds="decisions") as work:
        shelf = work.run_now(lambda stores: known_shelf(stores, own))
        changed = pack_named(which, shelf, datetime.now(UTC))
        scope = Scope(
            pack_id=None if under == "all" else under or changed.id,
            operator=operator,
            service=service_named(service),
            since=since and since.replace(tzinfo=UTC),
            before=before and before.replace(tzinfo=UTC),
        )
        pages = simulate_pages(work.run_now, changed, shelf, scope, tally)
        _show_progress(pages, is_shown=sys.stderr.isatty() and not as_json)
    fields = _fields(tally, language) | {"pack": changed.id, "version": changed.version}
    if as_json:
        print_json(fields)
    else:
        _print_tally(fields, language)


def _show_progress(pages: Iterator[int], *, is_shown: bool) -> None:
    """Go through all pages, and show on standard error how many decisions were looked at."""
    if not is_shown:
        for _ in pages:
            pass
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None)
        for count in pages:
            shown.advance(task, count)


def _fields(tally: Tally, language: str) -> dict[str, Any]:
    """Return everything that was found."""
    from openesim.conditions.admission.simulation import TEXTS

    return {
        "decisions": tally.total,
        "counts": {change.value: count for change, count in tally.counts.items()},
        "changes": [
            {
                "change": change.value,
                "told": TEXTS[change][language],
                "rule": group.finding.rule,
                "cause": group.finding.cause,
                "explained": _cause(group.finding, language),
                "decisions": group.count,
                "orders": group.orders,
            }
            for change, group in tally.sorted_groups()
        ],
        "unreadable": tally.unreadable,
        "without_pack": tally.without_pack,
    }


def _cause(finding: Finding, language: str) -> str:
    """Return what a cause means to people, as in the first of the orders."""
    from openesim.conditions.admission.codes import code_of, explained
    from openesim.messages.sgp22.explained import Language

    found = explained(code_of(finding))
    return "" if found is None else found.entry.words(Language(language)).cause


_WORDS = {
    "en": {
        "asked": "{decisions} decisions were asked again under {pack} {version}",
        "of then": "{without_pack} were made under a version that is not here: what was decided then stands for it",
        "unreadable": "{unreadable} records cannot be read",
        "headings": ("how", "decisions", "rule", "cause", "such as orders"),
    },
    "zh": {
        "asked": "按 {pack} {version} 重新判定 {decisions} 项决定",
        "of then": "其中 {without_pack} 项所依据的规则版本不在此处，以当时的结果为准",
        "unreadable": "{unreadable} 条记录无法读取",
        "headings": ("变化", "数量", "规则", "原因", "订单示例"),
    },
}


def _print_tally(fields: dict[str, Any], language: str) -> None:
    """Print what was found: how many come out how, and why."""
    from openesim.conditions.admission.simulation import TEXTS, Change

    words: dict[str, Any] = _WORDS[language]
    print(words["asked"].format_map(fields))
    for name, count in (("of then", "without_pack"), ("unreadable", "unreadable")):
        if fields[count]:
            print(words[name].format_map(fields))
    print()
    for change in Change:
        print(f"{fields['counts'][change.value]:>10}  {TEXTS[change][language]}")
    if fields["changes"]:
        print()
        rows = [
            (
                each["told"],
                str(each["decisions"]),
                each["rule"],
                each["explained"] or each["cause"],
                " ".join(map(str, each["orders"])),
            )
            for each in fields["changes"]
        ]
        print_table([words["headings"], *rows])
