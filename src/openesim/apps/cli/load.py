"""``openesim load``: complete downloads against any SM-DP+, as many at once as asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.failing import explanation_of, failure
from openesim.apps.cli.printing import json_text, print_json
from openesim.kernel.errors import OpenEsimError

if TYPE_CHECKING:
    from openesim.adapters.http_client.target import HttpOptions
    from openesim.apps.load.plan import LoadPlan, Maker
    from openesim.apps.load.running import Run

STANDARD_OUTPUT = Path("-")


def load(
    url: Annotated[str, typer.Option(metavar="URL", help="Where to connect: http://HOST:PORT or https://….")],
    fqdn: Annotated[str, typer.Option(metavar="NAME", help="Name under which the SM-DP+ is called.")],
    matching_ids: Annotated[
        Path, typer.Option(metavar="FILE", help="Matching ids, one a line; used again if they run out.")
    ],
    sgp26: Annotated[
        Path | None, typer.Option(metavar="DIR", help="SGP.26 material: chips of its manufacturer.")
    ] = None,
    pki: Annotated[
        Path | None, typer.Option(metavar="DIR", help="PKI folder instead of SGP.26 material.")
    ] = None,
    downloads: Annotated[int, typer.Option("-n", "--downloads", min=1, help="Downloads in all.")] = 100,
    clients: Annotated[int, typer.Option("-c", "--clients", min=1, help="Downloads at once.")] = 1,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the report here; -: print it.")
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Processes; left out, as many as processors.")
    ] = None,
    chips: Annotated[
        int | None, typer.Option(min=1, help="Chips that take turns; left out, one a download, 1000 at most.")
    ] = None,
    confirmation_code: Annotated[
        str | None, typer.Option(metavar="CODE", help="Answer where a code is asked for.")
    ] = None,
    duration: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=0.0, help="Begin no download after so long.")
    ] = None,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, help="Patience for an answer.")
    ] = 30.0,
    trust: Annotated[
        list[Path] | None, typer.Option(metavar="CERT", help="Believe TLS servers below this certificate.")
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Believe any TLS server: laboratories only.")
    ] = False,
    brainpool: Annotated[
        bool, typer.Option("--brainpool", help="Chips on brainpoolP256r1 instead of P-256.")
    ] = False,
    asn1: Annotated[bool, typer.Option("--asn1", help="Speak the ASN.1 binding instead of JSON.")] = False,
) -> None:
    """Run complete downloads against an SM-DP+ and tell rates, latencies and errors.

    Each is InitiateAuthentication to HandleNotification, with everything verified and decrypted by a software chip that
    announces every feature and takes any profile. Exit code 1 if any download failed.
    """
    import os
    import sys

    from openesim.apps.load.plan import MOST_CHIPS, LoadPlan, read_matching_ids
    from openesim.services.load import LoadTarget

    with _errors_in(json_file):
        found = read_matching_ids(matching_ids)
        maker = _read_maker(sgp26, pki, brainpool=brainpool)
        plan = LoadPlan(
            target=LoadTarget(address=fqdn, confirmation_code=confirmation_code),
            http=_http_options(url, maker, (timeout, insecure, asn1), trust or []),
            matching_ids=found,
            downloads=downloads,
            clients=min(clients, downloads),
            processes=min(processes or os.cpu_count() or 1, clients, downloads),
            chips=min(chips or min(downloads, MOST_CHIPS), downloads),
            duration_s=duration,
        )
        if len(found) < downloads:
            ids = "1 matching id" if len(found) == 1 else f"{len(found)} matching ids"
            print(
                f"{ids} for {downloads} downloads: used again from the first",
                file=sys.stderr,
            )
        report = _report(url, plan, _run(plan, maker))
    _tell(report, json_file)
    if report["failed"] or (report["not_started"] and duration is None):
        raise typer.Exit(1)


def _read_maker(sgp26: Path | None, pki: Path | None, *, brainpool: bool) -> Maker:
    """Return who makes the chips.

    Raises:
        ConfigError: neither or both of the folders were named, or there is no manufacturer's key.
    """
    from openesim.apps.load.plan import read_maker_of_folder, read_maker_of_sgp26
    from openesim.kernel.errors import ConfigError
    from openesim.security.crypto.curves import Curve

    curve = Curve.BRAINPOOL_P256R1 if brainpool else Curve.P256
    if sgp26 is not None and pki is None:
        return read_maker_of_sgp26(sgp26, curve)
    if pki is not None and sgp26 is None:
        return read_maker_of_folder(pki, curve)
    raise ConfigError("name where the chips come from: --sgp26 DIR or --pki DIR")


def _http_options(
    url: str, maker: Maker, settings: tuple[float, bool, bool], trust: list[Path]
) -> HttpOptions:
    """Return how to reach the server; whom the chips believe, the clients believe too.

    Raises:
        ConfigError: no http or https URL, or a certificate that cannot be read.
    """
    from openesim.adapters.http_client.target import HttpOptions, find_target
    from openesim.adapters.http_client.trust import read_certificates

    timeout_s, is_insecure, speaks_asn1 = settings
    given = [octets for path in trust for octets in read_certificates(path)]
    options = HttpOptions(
        trust=(*given, *maker.anchors),
        is_insecure=is_insecure,
        base_url=url,
        connect_timeout_s=timeout_s,
        read_timeout_s=timeout_s,
        speaks_asn1=speaks_asn1,
    )
    find_target("localhost", options)
    return options


def _run(plan: LoadPlan, maker: Maker) -> Run:
    """Run a plan with a progress bar on standard error."""
    from rich.console import Console

    from openesim.apps.load.running import run_load
    from openesim.apps.load.screen import progress_bar

    with progress_bar(Console(stderr=True)) as watch:
        return run_load(plan, maker, watch)


def _report(url: str, plan: LoadPlan, run: Run) -> dict[str, Any]:
    """Return the report of a run."""
    from openesim.services.load_report import LoadFacts, build_report

    facts = LoadFacts(
        url=url,
        fqdn=plan.target.address,
        requested=plan.downloads,
        clients=plan.clients,
        processes=plan.processes,
        chips=sum(map(plan.chips_of, range(plan.processes))),
        matching_ids=len(plan.matching_ids),
        duration_s=run.duration_s,
        client_cpu_s=run.cpu_s,
    )
    return build_report(facts, run.tally)


@contextmanager
def _errors_in(json_file: Path | None) -> Iterator[None]:
    """Write the object of an error where the report would be, and let the error go on to whoever tells people."""
    try:
        yield
    except OpenEsimError as error:
        if json_file is not None:
            _write(failure(error, explanation_of(error)), json_file)
        raise


def _tell(report: dict[str, Any], json_file: Path | None) -> None:
    """Print the report for people, and write it for programs where that is wanted."""
    from rich.console import Console

    from openesim.apps.load.screen import print_report

    if json_file != STANDARD_OUTPUT:
        print_report(Console(), report)
    if json_file is not None:
        _write(report, json_file)


def _write(document: dict[str, Any], json_file: Path) -> None:
    """Write a document for programs.

    Raises:
        ConfigError: the file cannot be written.
    """
    from openesim.kernel.errors import ConfigError

    if json_file == STANDARD_OUTPUT:
        print_json(document)
        return
    try:
        json_file.write_text(json_text(document) + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{json_file} cannot be written: {error.strerror}") from None
