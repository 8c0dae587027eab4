"""ES2+ over HTTPS: our certificate is shown, a prefix is kept, and an answer that says no is one."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import Any

import pytest

from openesim.adapters.http_client.es2 import Es2HttpClient
from openesim.adapters.http_client.target import HttpOptions
from openesim.adapters.keystore.tls import TlsMaterial
from openesim.kernel.errors import FunctionError, PeerError
from openesim.messages.sgp22.es2plus import (
    HANDLE_DOWNLOAD_PROGRESS_INFO,
    RELEASE_PROFILE,
    HandleDownloadProgressInfoRequest,
    NotificationPointStatus,
    ReleaseProfileRequest,
)
from openesim.messages.sgp22.function import RequestHeader
from openesim.security.crypto.curves import Curve
from openesim.security.pki.profiles import DP_TLS
from openesim.security.pki.world import issue_operator, issue_tls_leaf, make_world
from tests.support.rig import ICCID
from tests.unit.adapters.http_client.server import serve

HEADER = RequestHeader(function_requester_identifier="1.2.3", function_call_identifier="call")
RELEASE = ReleaseProfileRequest(header=HEADER, iccid=ICCID)
PROGRESS = HandleDownloadProgressInfoRequest(
    header=HEADER,
    iccid=ICCID,
    profile_type="Testland",
    timestamp="2027-01-15T12:30:45Z",
    notification_point_id=3,
    notification_point_status=NotificationPointStatus(status="Executed-Success"),
)


def answer_of(status: str, **data: str) -> bytes:
    execution: dict[str, Any] = {"status": status}
    if data:
        execution["statusCodeData"] = data
    return json.dumps({"header": {"functionExecutionStatus": execution}}).encode()


@pytest.mark.sockets
def test_the_standards_path_comes_behind_the_prefix() -> None:
    with serve() as server, Es2HttpClient(HttpOptions(is_plain=True)) as client:
        server.answer(204)
        for prefix in ("", "/aep", "/tenants/7"):
            client.call(f"127.0.0.1:{server.port}{prefix}", HANDLE_DOWNLOAD_PROGRESS_INFO, PROGRESS)
    path = "/gsma/rsp2/es2plus/handleDownloadProgressInfo"
    assert [asked.path for asked in server.asked] == [path, f"/aep{path}", f"/tenants/7{path}"]
    headers = server.asked[0].headers
    assert headers["X-Admin-Protocol"] == "gsma/rsp/v2.5.0"
    assert headers["User-Agent"] == "openesim", "an operator is not called by an LPA"


@pytest.mark.sockets
@pytest.mark.parametrize("status", [200, 202, 400])
def test_an_answer_that_says_failed_is_an_answer_whatever_its_status(status: int) -> None:
    with serve() as server, Es2HttpClient(HttpOptions(is_plain=True)) as client:
        server.answer(status, answer_of("Failed", subjectCode="8.2.1", reasonCode="3.9", message="who?"))
        for function, request in ((HANDLE_DOWNLOAD_PROGRESS_INFO, PROGRESS), (RELEASE_PROFILE, RELEASE)):
            with pytest.raises(FunctionError, match=r"^8\.2\.1/3\.9: who\?$"):
                client.call(f"127.0.0.1:{server.port}", function, request)


@pytest.mark.sockets
@pytest.mark.parametrize("body", [b"", b"OK", b"{}", b'{"code":"000"}', answer_of("Executed-Success")])
def test_a_notification_is_taken_with_any_success(body: bytes) -> None:
    with serve() as server, Es2HttpClient(HttpOptions(is_plain=True)) as client:
        server.answer(200, body)
        assert client.call(f"127.0.0.1:{server.port}", HANDLE_DOWNLOAD_PROGRESS_INFO, PROGRESS) is None


@pytest.mark.sockets
@pytest.mark.parametrize("status", [302, 401, 403, 404, 500, 503])
def test_other_statuses_are_no_answer(status: int) -> None:
    with serve() as server, serve() as elsewhere, Es2HttpClient(HttpOptions(is_plain=True)) as client:
        server.answer(status, b"no", Location=f"http://127.0.0.1:{elsewhere.port}/")
        with pytest.raises(PeerError):
            client.call(f"127.0.0.1:{server.port}", HANDLE_DOWNLOAD_PROGRESS_INFO, PROGRESS)
    assert elsewhere.asked == []


@pytest.mark.sockets
def test_our_certificate_is_shown_to_who_asks_for_it() -> None:
    now = datetime.now(UTC)
    world = make_world(Curve.P256, os.urandom, now)
    ours = TlsMaterial(issue_operator(world["ci"], "us", os.urandom, now))
    leaf = issue_tls_leaf(world["ci"], ("127.0.0.1",), os.urandom, now, DP_TLS)
    believed = (world["ci"].certificate.octets,)
    shown: list[bytes | None] = []

    with serve(leaf, client_ca=believed[0], shown=shown) as server:
        server.answer(204)
        with Es2HttpClient(HttpOptions(trust=believed, present=ours.load_into)) as client:
            client.call(f"127.0.0.1:{server.port}", HANDLE_DOWNLOAD_PROGRESS_INFO, PROGRESS)
        with Es2HttpClient(HttpOptions(trust=believed)) as nobody, pytest.raises(PeerError):
            nobody.call(f"127.0.0.1:{server.port}", HANDLE_DOWNLOAD_PROGRESS_INFO, PROGRESS)
    assert shown == [ours.leaf.certificate.octets]
    assert len(server.asked) == 1
