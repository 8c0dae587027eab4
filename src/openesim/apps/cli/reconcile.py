"""``openesim reconcile``: where orders, chips, operator and network do not agree, and what leads out of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.printing import json_text

if TYPE_CHECKING:
    from openesim.adapters.db.scratch import Scratch
    from openesim.messages.sgp22.explained import Language
    from openesim.services.reconciliation import Network, Notebook, Reconciliation, Reported

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_OSMO_HLR = "osmo-hlr"


@json_errors
def reconcile(
    data: Data,
    operator: Annotated[str | None, typer.Option(metavar="NAME", help="Only this operator's orders.")] = None,
    operator_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What the operator believes: CSV or JSON with iccid, state, eid.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    network: Annotated[
        str | None,
        typer.Option(
            metavar="WHERE",
            help="Whom the network lets in: osmo-hlr:HOST:PORT, or a CSV file with imsi, state.",
        ),
    ] = None,
    after: Annotated[
        str, typer.Option(metavar="TIME", help="How long a chip may take to tell: 30m, 24h, 7d.")
    ] = "24h",
    waiting_only: Annotated[
        bool,
        typer.Option(
            "--waiting-only", help="Only orders whose package is out: quick, however many orders there are."
        ),
    ] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Do the repairs that are safe.")] = False,
    lang: Annotated[Literal["en", "zh"], typer.Option(help="Language of explanations.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Compare orders with what chips, operator and network say; report what disagrees, with a repair for each."""
    from openesim.messages.sgp22.explained import Language
    from openesim.services.reconciliation import Reconciliation, Sources

    overdue_after = _duration(after)
    with ExitStack() as stack:
        work = stack.enter_context(opened(data, must_exist=True))
        beliefs = None if operator_file is None else _beliefs(stack, operator_file)
        sources = Sources(
            operator=operator,
            beliefs=beliefs,
            network=None if network is None else _network(stack, network),
            smds_address=_own_smds(data),
            only_waiting=waiting_only,
        )
        run = Reconciliation(work, _now, sources, overdue_after)
        found = run.run(is_applied=apply)
        language = Language(lang)
        counts = _print_json(run, found, language) if as_json else _print(found, language, is_applied=apply)
    if as_json:
        return
    print(
        f"{run.orders} orders compared, {sum(counts.values())} disagreements"
        + ("" if counts else ": all agree")
    )
    for kind, count in sorted(counts.items()):
        print(f"  {count:>7}  {kind}")


def _own_smds(data: Path) -> str | None:
    """Return the name of the SM-DS that the folder's configuration runs, if it does."""
    from openesim.apps.config import read_config

    config = read_config(data)
    name = config.smds.fqdn or config.serve.fqdn
    return None if config.smds.es11 is None or name is None else str(name)


def _now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def _duration(text: str) -> timedelta:
    """Read a duration such as ``24h``.

    Raises:
        ConfigError: no number with m, h or d behind it.
    """
    from openesim.kernel.errors import ConfigError

    form = re.fullmatch(r"([0-9]{1,6})([mhd])", text)
    if form is None:
        raise ConfigError(f"--after {text!r} is no time: say 30m, 24h or 7d")
    return int(form[1]) * _UNITS[form[2]]


def _beliefs(stack: ExitStack, path: Path) -> Notebook:
    """Read the operator's list into a notebook.

    Raises:
        ConfigError: it cannot be read.
    """
    from openesim.services.list_files import note_beliefs

    notes = _notebook(stack)
    _read(
        path,
        lambda lines: note_beliefs(
            lines, notes, is_json=path.suffix.lower() in {".json", ".ndjson", ".jsonl"}
        ),
    )
    return notes


def _network(stack: ExitStack, where: str) -> Network:
    """Return the network that an option names.

    Raises:
        ConfigError: neither an address nor a file.
        PeerError: nobody listens at the address.
    """
    from openesim.adapters.network.osmo_hlr import OsmoHlr
    from openesim.apps.settings import Address
    from openesim.kernel.errors import ConfigError
    from openesim.services.list_files import note_network
    from openesim.services.reconciliation import ListedNetwork

    if where.startswith(f"{_OSMO_HLR}:"):
        address = Address.parse(where.removeprefix(f"{_OSMO_HLR}:"))
        return stack.enter_context(OsmoHlr(address.host, address.port))
    if not Path(where).is_file():
        raise ConfigError(f"--network {where!r} is neither {_OSMO_HLR}:HOST:PORT nor a file")
    notes = _notebook(stack)
    _read(Path(where), lambda lines: note_network(lines, notes))
    return ListedNetwork(notes)


def _notebook(stack: ExitStack) -> Scratch:
    """Return a notebook that lasts as long as the run."""
    from openesim.apps.wiring import new_scratch

    notes = new_scratch()
    stack.callback(notes.close)
    return notes


def _read(path: Path, take: Any) -> None:
    """Have a list taken in, line by line.

    Raises:
        ConfigError: it cannot be read.
    """
    from openesim.kernel.errors import ConfigError

    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            take(lines)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as text in UTF-8: {error}") from None


def _values(reported: Reported, language: Language) -> dict[str, Any]:
    """Return a finding as a JSON object has it."""
    from openesim.messages.sgp22.explained import explain_disagreement, in_language

    finding = reported.finding
    told = in_language(explain_disagreement(finding.kind), language)
    return {
        "kind": finding.kind.value,
        "order_id": finding.order_id or None,
        "iccid": str(finding.iccid),
        "operator": finding.operator,
        "facts": dict(finding.facts),
        "repair": finding.repair.value if finding.repair else None,
        "repaired": reported.is_repaired,
        "cause": told.cause,
        "owner": told.owner,
        "next_step": told.next_step,
    }


def _print_json(run: Reconciliation, found: Iterator[Reported], language: Language) -> dict[str, int]:
    """Print one JSON document, a finding at a time, and return how many of each kind.

    A run that breaks off ends its document, so that what was found can be read.
    """
    counts: Counter[str] = Counter()
    is_whole = False
    print('{"findings":[', end="")
    try:
        for reported in found:
            print("," if counts else "", json_text(_values(reported, language)), sep="", end="")
            counts[reported.finding.kind.value] += 1
        is_whole = True
    finally:
        end = {"complete": is_whole, "orders": run.orders, "counts": dict(counts)}
        print(f"],{json_text(end)[1:]}")
    return dict(counts)


def _print(found: Iterator[Reported], language: Language, *, is_applied: bool) -> dict[str, int]:
    """Print findings for people as they come; what a kind means is told once. Return how many of each kind."""
    from openesim.messages.sgp22.explained import owner_text

    counts: Counter[str] = Counter()
    for reported in found:
        values = _values(reported, language)
        facts = ", ".join(f"{name}: {value}" for name, value in values["facts"].items())
        where = f"order {values['order_id']}" if values["order_id"] else "no order"
        print(f"{values['kind']}: {where}, ICCID {values['iccid']}, {facts}")
        if values["repair"] is not None:
            outcome = "done" if reported.is_repaired else "not any more" if is_applied else "with --apply"
            print(f"    repair: {values['repair']} ({outcome})")
        if not counts[values["kind"]]:
            print(f"    cause: {values['cause']}")
            print(f"    who: {owner_text(values['owner'], language)}")
            print(f"    next step: {values['next_step']}")
        counts[values["kind"]] += 1
    return dict(counts)
