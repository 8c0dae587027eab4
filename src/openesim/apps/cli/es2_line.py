"""A call of ES2+ as an operator: where it goes, who we are, and how what comes of it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from openesim.apps.cli.printing import print_fields, print_json

if TYPE_CHECKING:
    from openesim.messages.sgp22.function import Function, RequestHeader


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
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


def call(line: Line, function: Function, request: Callable[[RequestHeader], object]) -> None:
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


def _client(line: Line) -> Any:
    """Return what calls the SM-DP+ with our certificate.

    Raises:
        ConfigError: we have no certificate, or one without its key.
    """
    from datetime import UTC, datetime

    from openesim.adapters.http_client.es2 import Es2HttpClient
    from openesim.adapters.http_client.target import HttpOptions
    from openesim.adapters.http_client.trust import client_certificate, read_certificates
    from openesim.adapters.keystore.files import PkiFolder
    from openesim.adapters.keystore.tls import TlsMaterial
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


def _tell_failure(line: Line, error: Any) -> None:
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


def read_iccid(text: str) -> Any:
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


def read_eid(text: str | None) -> Any:
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
