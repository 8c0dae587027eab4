"""``openesim es2``: the operator's side of ES2+: orders at an SM-DP+, and a receiver of its call-backs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.options import AsJson
from openesim.apps.cli.printing import print_fields, print_json

if TYPE_CHECKING:
    from openesim.messages.sgp22.es2plus import HandleDownloadProgressInfoRequest
    from openesim.messages.sgp22.function import Function, RequestHeader

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """Where to call, who we are, and how to tell what comes of it."""

    server: str
    connect: str | None
    pki: Path | None
    operator: str
    cert: Path | None
    key: Path | None
    trust: list[Path] | None
    requester: str
    language: str
    as_json: bool


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

    line = _Line(
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
    _call(
        line,
        DOWNLOAD_ORDER,
        lambda header: DownloadOrderRequest(
            header=header,
            eid=_eid(eid),
            iccid=None if iccid is None else _iccid(iccid),
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

    line = _Line(
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
    _call(
        line,
        CONFIRM_ORDER,
        lambda header: ConfirmOrderRequest(
            header=header,
            iccid=_iccid(iccid),
            eid=_eid(eid),
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

    line = _Line(
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
    _call(
        line,
        CANCEL_ORDER,
        lambda header: CancelOrderRequest(
            header=header,
            iccid=_iccid(iccid),
            eid=_eid(eid),
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

    line = _Line(
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
    _call(line, RELEASE_PROFILE, lambda header: ReleaseProfileRequest(header=header, iccid=_iccid(iccid)))


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


def _call(line: _Line, function: Function, request: Callable[[RequestHeader], object]) -> None:
    """Call a function of the SM-DP+ and tell what came of it.

    Raises:
        Exit: it was refused, or nobody answered.
    """
    import uuid

    from openesim.kernel.errors import ConfigError, OpenEsimError
    from openesim.messages.sgp22.function import RequestHeader

    header = RequestHeader(
        function_requester_identifier=line.requester, function_call_identifier=uuid.uuid4().hex.upper()
    )
    try:
        made = request(header)
        client = _client(line)
        with client:
            output = client.call(line.server, function, made)
    except OpenEsimError as error:
        _tell_failure(line, error)
        raise typer.Exit(2 if isinstance(error, ConfigError) else 1) from None
    fields = {} if output is None or function.response is None else function.response.encode(output)
    if "iccid" in fields:
        fields["iccid"] = fields["iccid"].removesuffix("F")  # the wire's padding is no part of the number
    if fields.get("matchingId"):
        address = fields.get("smdpAddress") or line.server
        fields["activationCode"] = f"LPA:1${address}${fields['matchingId']}"
    if line.as_json:
        print_json({"ok": True, **fields})
    elif fields:
        print_fields(fields)
    else:
        print("done")


def _client(line: _Line) -> Any:
    """Return what calls the SM-DP+ with our certificate.

    Raises:
        ConfigError: we have no certificate, or one without its key.
    """
    from datetime import UTC, datetime

    from openesim.adapters.http_client.es2 import Es2HttpClient
    from openesim.adapters.http_client.target import HttpOptions
    from openesim.adapters.http_client.trust import read_certificates
    from openesim.adapters.keystore.files import PkiFolder
    from openesim.adapters.keystore.tls import TlsMaterial
    from openesim.apps.delivery import client_certificate
    from openesim.apps.settings import Address
    from openesim.kernel.errors import ConfigError

    if (line.cert is None) != (line.key is None):
        raise ConfigError("--cert and --key go together")
    if line.cert is None and line.pki is None:
        raise ConfigError("an operator shows a certificate: name --pki DIR, or --cert FILE and --key FILE")
    folder = None if line.pki is None else PkiFolder(line.pki, datetime.now(UTC))
    if line.cert is not None and line.key is not None:
        present = client_certificate(line.cert, line.key)
    else:
        assert folder is not None  # noqa: S101 (one of both is there)
        present = TlsMaterial(folder.read_operator(line.operator)).load_into
    believed = () if folder is None else tuple(each.octets for each in folder.trust.anchors)
    given = tuple(octets for path in line.trust or () for octets in read_certificates(path))
    resolve = {}
    if line.connect is not None:
        place = Address.parse(line.connect)
        resolve[line.server.lower().partition(":")[0]] = (place.host, place.port)
    return Es2HttpClient(HttpOptions(trust=(*believed, *given), resolve=resolve, present=present))


def _tell_failure(line: _Line, error: Any) -> None:
    """Tell a failure with cause, whose move it is and next step, in the language that was asked for."""
    import sys

    from openesim.apps.cli.failing import error_values, explanation_of
    from openesim.kernel.errors import FunctionError, PeerError
    from openesim.messages.sgp22.explained import Language as Words
    from openesim.messages.sgp22.explained import explain_error, in_language, owner_text

    is_answer = isinstance(error, FunctionError | PeerError)
    explanation = explain_error(error) if is_answer else explanation_of(error)
    language = Words(line.language)
    told = in_language(explanation, language)
    words = {"cause": told.cause, "owner": told.owner, "next_step": told.next_step}
    if line.as_json:
        print_json({"ok": False, "error": error_values(error, explanation) | words})
    print(f"openesim: {error}", file=sys.stderr)
    names = ("原因", "责任方", "下一步") if line.language == "zh" else ("cause", "who", "next step")
    values = (told.cause, owner_text(told.owner, language), told.next_step)
    for name, value in zip(names, values, strict=True):
        print(f"  {name + ':':<10} {value}", file=sys.stderr)


def _iccid(text: str) -> Any:
    """Return an ICCID.

    Raises:
        ConfigError: it is none.
    """
    from openesim.kernel.errors import ConfigError, DecodeError
    from openesim.kernel.ids import Iccid

    try:
        return Iccid.parse(text)
    except DecodeError as error:
        raise ConfigError(f"--iccid {text}: {error}") from None


def _eid(text: str | None) -> Any:
    """Return an EID, or None where none was given.

    Raises:
        ConfigError: it is none.
    """
    from openesim.kernel.errors import ConfigError, DecodeError
    from openesim.kernel.ids import Eid

    try:
        return None if text is None else Eid.parse(text)
    except DecodeError as error:
        raise ConfigError(f"--eid {text}: {error}") from None
