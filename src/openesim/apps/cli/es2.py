"""``openesim es2``: the operator's side of ES2+: orders at an SM-DP+, and a receiver of its call-backs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from openesim.apps.cli.es2_line import Line, call, read_eid, read_iccid
from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.options import AsJson
from openesim.apps.cli.printing import print_json

if TYPE_CHECKING:
    from openesim.messages.sgp22.es2plus import HandleDownloadProgressInfoRequest

app = typer.Typer(
    help="The operator's side of ES2+: order profiles, and hear how their downloads go.", no_args_is_help=True
)

Server = Annotated[
    str, typer.Option(metavar="HOST[:PORT]", help="The SM-DP+, by the name of its certificate.")
]
Connect = Annotated[
    str | None, typer.Option(metavar="HOST:PORT", help="Connect there instead; the name stays.")
]
Pki = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="PKI folder: its CIs are believed, it holds our certificate."),
]
Name = Annotated[
    str, typer.Option("--operator", metavar="NAME", help="Which operator of the PKI folder we are.")
]
Cert = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Our certificate, PEM, instead of the PKI folder's.")
]
Key = Annotated[Path | None, typer.Option(metavar="FILE", help="Its private key, PEM.")]
Trust = Annotated[
    list[Path] | None, typer.Option(metavar="CERT", help="Believe servers below this certificate.")
]
Requester = Annotated[
    str, typer.Option(metavar="ID", help="How we name ourselves: functionRequesterIdentifier.")
]
Language = Annotated[Literal["en", "zh"], typer.Option("--lang", help="Language of explanations.")]
IccidOption = Annotated[str, typer.Option("--iccid", metavar="DIGITS", help="The profile.")]
EidOption = Annotated[str | None, typer.Option("--eid", metavar="DIGITS", help="The chip it is for.")]
MatchingIdOption = Annotated[str | None, typer.Option("--matching-id", metavar="TEXT")]


@app.command("download-order")
@json_errors
def download_order(
    server: Server,
    iccid: Annotated[
        str | None, typer.Option(metavar="DIGITS", help="This profile; or --profile-type.")
    ] = None,
    profile_type: Annotated[
        str | None, typer.Option(metavar="NAME", help="Any profile of this type.")
    ] = None,
    eid: EidOption = None,
    connect: Connect = None,
    pki: Pki = None,
    operator: Name = "operator",
    cert: Cert = None,
    key: Key = None,
    trust: Trust = None,
    requester: Requester = "openesim",
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Reserve a profile."""
    from openesim.messages.sgp22.es2plus import DOWNLOAD_ORDER, DownloadOrderRequest

    line = Line(
        server=server,
        connect=connect,
        pki=pki,
        operator=operator,
        cert=cert,
        key=key,
        trust=trust,
        requester=requester,
        language=lang,
        as_json=as_json,
    )
    call(
        line,
        DOWNLOAD_ORDER,
        lambda header: DownloadOrderRequest(
            header=header,
            eid=read_eid(eid),
            iccid=None if iccid is None else read_iccid(iccid),
            profile_type=profile_type,
        ),
    )


@app.command("confirm-order")
@json_errors
def confirm_order(
    server: Server,
    iccid: IccidOption,
    eid: EidOption = None,
    matching_id: MatchingIdOption = None,
    confirmation_code: Annotated[
        str | None, typer.Option(metavar="CODE", help="What the user must type in besides.")
    ] = None,
    smds: Annotated[str | None, typer.Option(metavar="HOST", help="SM-DS that announces the order.")] = None,
    release: Annotated[
        bool, typer.Option("--release/--no-release", help="Let it be downloaded at once.")
    ] = True,
    connect: Connect = None,
    pki: Pki = None,
    operator: Name = "operator",
    cert: Cert = None,
    key: Key = None,
    trust: Trust = None,
    requester: Requester = "openesim",
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Confirm a reserved profile and learn its activation code; an empty matching id: the chip is found by its EID."""
    from openesim.messages.sgp22.es2plus import CONFIRM_ORDER, ConfirmOrderRequest

    line = Line(
        server=server,
        connect=connect,
        pki=pki,
        operator=operator,
        cert=cert,
        key=key,
        trust=trust,
        requester=requester,
        language=lang,
        as_json=as_json,
    )
    call(
        line,
        CONFIRM_ORDER,
        lambda header: ConfirmOrderRequest(
            header=header,
            iccid=read_iccid(iccid),
            eid=read_eid(eid),
            matching_id=matching_id,
            confirmation_code=confirmation_code,
            smds_address=smds,
            release_flag=release,
        ),
    )


@app.command("cancel-order")
@json_errors
def cancel_order(
    server: Server,
    iccid: IccidOption,
    final: Annotated[
        Literal["Available", "Unavailable"], typer.Option(help="What becomes of the profile.")
    ] = "Available",
    eid: EidOption = None,
    matching_id: MatchingIdOption = None,
    connect: Connect = None,
    pki: Pki = None,
    operator: Name = "operator",
    cert: Cert = None,
    key: Key = None,
    trust: Trust = None,
    requester: Requester = "openesim",
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Take an order back."""
    from openesim.messages.sgp22.es2plus import CANCEL_ORDER, CancelOrderRequest

    line = Line(
        server=server,
        connect=connect,
        pki=pki,
        operator=operator,
        cert=cert,
        key=key,
        trust=trust,
        requester=requester,
        language=lang,
        as_json=as_json,
    )
    call(
        line,
        CANCEL_ORDER,
        lambda header: CancelOrderRequest(
            header=header,
            iccid=read_iccid(iccid),
            eid=read_eid(eid),
            matching_id=matching_id,
            final_profile_status_indicator=final,
        ),
    )


@app.command("release-profile")
@json_errors
def release_profile(
    server: Server,
    iccid: IccidOption,
    connect: Connect = None,
    pki: Pki = None,
    operator: Name = "operator",
    cert: Cert = None,
    key: Key = None,
    trust: Trust = None,
    requester: Requester = "openesim",
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Let a confirmed profile be downloaded."""
    from openesim.messages.sgp22.es2plus import RELEASE_PROFILE, ReleaseProfileRequest

    line = Line(
        server=server,
        connect=connect,
        pki=pki,
        operator=operator,
        cert=cert,
        key=key,
        trust=trust,
        requester=requester,
        language=lang,
        as_json=as_json,
    )
    call(line, RELEASE_PROFILE, lambda header: ReleaseProfileRequest(header=header, iccid=read_iccid(iccid)))


@app.command("receive")
@json_errors
def receive(
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where to hear; port 0: any.")],
    pki: Annotated[Path, typer.Option(metavar="DIR", help="PKI folder: callers below its CIs are believed.")],
    fqdn: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name under which we are called; without: the host.")
    ] = None,
    trust: Annotated[
        list[Path] | None, typer.Option(metavar="CERT", help="Believe callers below this certificate, too.")
    ] = None,
    fail: Annotated[int, typer.Option(metavar="N", min=0, help="Answer the first N calls with 503.")] = 0,
    refuse: Annotated[int, typer.Option(metavar="N", min=0, help="Then answer N calls with Failed.")] = 0,
    slow: Annotated[float, typer.Option(metavar="SECONDS", min=0.0, help="Pause before every answer.")] = 0.0,
    count: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="End after N calls were taken.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Hear the call-backs of an SM-DP+ and print each; with --json one object a line."""
    import asyncio
    from datetime import UTC, datetime

    from openesim.adapters.http_client.trust import read_certificates
    from openesim.adapters.keystore.files import PkiFolder
    from openesim.apps import receiver
    from openesim.apps.settings import Address

    address = Address.parse(listen)
    settings = receiver.ReceiverSettings(
        listen=address,
        fqdn=fqdn or address.host,
        trust=tuple(octets for path in trust or () for octets in read_certificates(path)),
        fail=fail,
        refuse=refuse,
        slow_s=slow,
        count=count,
    )

    def told(request: HandleDownloadProgressInfoRequest, caller: str, answer: str) -> None:
        if as_json:
            print_json(receiver.call_fields(request, caller, answer))
        else:
            print(_told_line(request, answer))
        _flush()

    def announce(line: str) -> None:
        print(line)
        _flush()

    folder = PkiFolder(pki, datetime.now(UTC))
    asyncio.run(receiver.receive(settings, folder, told, announce))


def _flush() -> None:
    import sys

    sys.stdout.flush()


def _told_line(request: HandleDownloadProgressInfoRequest, answer: str) -> str:
    """Return a call for people, in one line."""
    status = request.notification_point_status
    told = [request.timestamp, f"point {request.notification_point_id}", status.status]
    if status.status_code_data is not None:
        data = status.status_code_data
        told.append(f"{data.subject_code}/{data.reason_code} {data.message or ''}".strip())
    told += [f"ICCID {request.iccid}", f"EID {request.eid or '-'}", request.profile_type]
    told.append(f"call {request.header.function_call_identifier}")
    return "  ".join((*told, f"→ {answer}"))
