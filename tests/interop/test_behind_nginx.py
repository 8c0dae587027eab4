"""What deploy/ ships, run: two workers on PostgreSQL behind nginx, with other ports and paths in their places."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from typer.testing import CliRunner

from openesim.adapters.keystore.files import PkiFolder, files_of
from openesim.apps.cli.main import app
from openesim.security.pki.world import Issued
from tests.interop.programs import HOST, OPENESIM, WAIT_S, Lpac, environment, openesim
from tests.support.database import Cluster
from tests.support.rig import package_octets

pytestmark = [pytest.mark.sockets, pytest.mark.slow, pytest.mark.system("nginx-light", "nginx")]

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
NAME = "localhost"
ES9, ES2, API, HEALTH, DESKS, OPS = "443", "8444", "8445", "8446", "8447", "9464"

NGINX = """
{user}daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log info;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/openesim.conf;
}}
"""


@dataclass
class Behind:
    """The server and the nginx before it.

    Attributes:
        folder: with everything in it.
        ports: by the port in deploy/.
        process: parent of the workers.
        used: orders that were downloaded.
    """

    folder: Path
    ports: dict[str, int]
    process: subprocess.Popen[str]
    used: int = 0

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "openesim.toml"

    @property
    def ci(self) -> Path:
        """Certificate of the CI."""
        return self.folder / "pki" / "nist" / "ci.pem"

    def order(self, **fields: object) -> dict[str, Any]:
        """Imports an order and returns it."""
        lines = [f"{name} = {json.dumps(value)}" for name, value in fields.items()]
        file = self.folder / "order.toml"
        file.write_text("\n".join(["[[order]]", 'profile = "testland.der"', *lines]))
        (made,) = json.loads(here("order", "import", file, "--data", self.config, "--json"))
        return dict(made)

    def load(self, count: int, clients: int) -> dict[str, Any]:
        """Runs downloads through nginx, each of an order of its own, and returns the report."""
        ids = self.folder / "ids"
        ids.write_text("".join(f"LOAD-{number}\n" for number in range(self.used, self.used + count)))
        self.used += count
        report = self.folder / "report.json"
        openesim(
            *("load", "--url", f"https://{HOST}:{self.ports[ES9]}", "--fqdn", NAME, "--trust", self.ci),
            *("--pki", self.folder / "pki", "--matching-ids", ids, "-n", count, "-c", clients),
            *("--processes", 1, "--json", report),
        )
        return dict(json.loads(report.read_text()))

    def call(
        self, port: str, path: str, body: dict[str, Any] | None, **more: Any
    ) -> tuple[int, dict[str, str], bytes]:
        """Calls something through nginx: status, headers and body."""
        context = more.get("context") or self.context()
        connection = http.client.HTTPSConnection(NAME, self.ports[port], timeout=WAIT_S, context=context)
        headers = {"Content-Type": "application/json", "X-Admin-Protocol": "gsma/rsp/v2.5.0"}
        headers |= more.get("headers") or {}
        try:
            connection.request("POST" if body is not None else "GET", path, json.dumps(body or {}), headers)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def context(self, operator: Issued | None = None) -> ssl.SSLContext:
        """Returns a TLS client that believes the CI and shows a certificate, if it has one."""
        context = ssl.create_default_context(cafile=str(self.ci))
        if operator is not None:
            chain = self.folder / "shown.pem"
            chain.write_bytes(b"".join(files_of({"shown": operator}).values()))
            context.load_cert_chain(chain)
        return context


def here(*arguments: object) -> str:
    """Runs a command of ours in this process, which costs no start, and returns what it prints."""
    done = CliRunner().invoke(app, [str(each) for each in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return str(done.stdout)


def free_ports(count: int) -> list[int]:
    """Returns ports that nobody listens at."""
    with ExitStack() as stack:
        spare = [stack.enter_context(socket.create_server((HOST, 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in spare]


def substituted(text: str, folder: Path, ports: dict[str, int]) -> str:
    """Returns a file of deploy/ with our paths and ports."""
    text = text.replace("/run/openesim", f"{folder}/run").replace("/etc/openesim/pki/imported", str(folder))
    text = text.replace("/etc/openesim", str(folder)).replace("/var/lib/openesim", f"{folder}/data")
    text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)
    for was, port in ports.items():
        text = re.sub(rf"(listen (?:127\.0\.0\.1:)?|127\.0\.0\.1:){was}\b", rf"\g<1>{port}", text)
    return text.replace("smdp.example.com", NAME)


@pytest.fixture(scope="module")
def behind() -> Iterator[Behind]:
    """Two workers behind nginx, on PostgreSQL."""
    with ExitStack() as stack:
        # Names of sockets are short.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="oe-")))
        (folder / "run").mkdir()
        cluster = Cluster(folder / "pg")
        stack.callback(cluster.stop)
        here("pki", "init", folder / "pki")
        pki = PkiFolder(folder / "pki", datetime.now(UTC))
        leaf = pki.tls_material(NAME, os.urandom, datetime.now(UTC)).leaf
        for name, octets in files_of({"dptls": leaf}).items():
            (folder / name).write_bytes(octets)
        ports = dict(zip((ES9, ES2, API, HEALTH, DESKS, OPS), free_ports(6), strict=True))
        config = substituted((DEPLOY / "openesim.toml").read_text(), folder, ports)
        config = config.replace("postgresql:///openesim?host=/run/postgresql", cluster.new_database())
        (folder / "openesim.toml").write_text(config)
        (folder / "testland.der").write_bytes(package_octets())
        process = _serve(stack, folder)
        _nginx(stack, folder, ports)
        running = Behind(folder, ports, process)
        rows = "".join(f"testland.der,LOAD-{number}\n" for number in range(240))
        (folder / "orders.csv").write_text(f"profile,matching_id\n{rows}")
        here("order", "import", folder / "orders.csv", "--data", running.config)
        yield running


def _serve(stack: ExitStack, folder: Path) -> subprocess.Popen[str]:
    """Starts the server and waits until it listens everywhere."""
    log = stack.enter_context((folder / "log").open("w"))
    command = [*OPENESIM, "serve"]
    more = environment(OPENESIM_DATA=str(folder / "openesim.toml"))
    process = subprocess.Popen(command, env=more, stdout=subprocess.PIPE, stderr=log, text=True)
    stack.callback(_end, process)
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(5)]
    assert [line.split(" as ")[0] for line in said] == [
        f"es9 listening on unix:{folder}/run/es9.sock",
        f"es2 listening on unix:{folder}/run/es2.sock",
        f"api listening on unix:{folder}/run/api.sock",
        f"desks listening on unix:{folder}/run/desks.sock",
        f"ops listening on http://{HOST}:{_ops_port(folder)}",
    ], (folder / "log").read_text()
    return process


def _ops_port(folder: Path) -> str:
    found = re.search(r'listen = "127\.0\.0\.1:(\d+)"', (folder / "openesim.toml").read_text())
    assert found
    return found[1]


def _nginx(stack: ExitStack, folder: Path, ports: dict[str, int]) -> None:
    """Starts nginx on the file that we ship."""
    (folder / "openesim.conf").write_text(
        substituted((DEPLOY / "nginx/openesim.conf").read_text(), folder, ports)
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, user=user))
    command = [shutil.which("nginx") or "nginx", "-e", f"{folder}/nginx.log", "-c", f"{folder}/nginx.conf"]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stderr
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, text=True)
    stack.callback(_end, process)
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection((HOST, ports[ES9]), timeout=1.0):
            return
        time.sleep(0.05)
    raise TimeoutError((folder / "nginx.log").read_text())


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    process.communicate(timeout=WAIT_S)


def download_order(**more: object) -> dict[str, Any]:
    """Returns a request for a profile of a type."""
    header = {"functionRequesterIdentifier": "1.3.6.1.4.1.9999", "functionCallIdentifier": "call-1"}
    return {"header": header, "profileType": "testland", **more}


DOWNLOAD_ORDER = "/gsma/rsp2/es2plus/downloadOrder"


def test_downloads_go_through_nginx_to_two_workers(behind: Behind) -> None:
    report = behind.load(40, 4)
    assert (report["completed"], report["failed"]) == (40, 0)


def test_workers_are_renewed_under_load_without_a_download_that_fails(behind: Behind) -> None:
    done: list[dict[str, Any]] = []
    loading = threading.Thread(target=lambda: done.append(behind.load(200, 8)))
    loading.start()
    before = (behind.folder / "log").read_text().count("workers renewed")
    behind.process.send_signal(signal.SIGHUP)
    loading.join(WAIT_S)
    end = time.monotonic() + WAIT_S
    while (behind.folder / "log").read_text().count("workers renewed") == before:
        assert time.monotonic() < end, (behind.folder / "log").read_text()
        time.sleep(0.1)
    assert done
    assert (done[0]["completed"], done[0]["failed"]) == (200, 0)


def test_a_phone_downloads_a_profile_through_nginx(behind: Behind, tmp_path: Path) -> None:
    order = behind.order(matching_id="THROUGH-NGINX")
    card = tmp_path / "chip.card"
    here("euicc", "new", card, "--pki", behind.folder / "pki")
    code = f"LPA:1${NAME}:{behind.ports[ES9]}$THROUGH-NGINX"
    here("lpa", "--card", card, "--trust", behind.ci, "download", code, "--yes")
    shown = json.loads(here("order", "show", order["order_id"], "--data", behind.config, "--json"))
    assert shown["state"] == "Installed"


def test_an_operator_is_known_by_the_certificate_that_nginx_hands_on(behind: Behind) -> None:
    behind.order(release=False)
    operator = PkiFolder(behind.folder / "pki", datetime.now(UTC)).read_operator("operator")
    status, _, body = behind.call(ES2, DOWNLOAD_ORDER, download_order(), context=behind.context(operator))
    assert status == 200
    assert json.loads(body)["header"]["functionExecutionStatus"]["status"] == "Executed-Success", body


def foreign_operator(folder: Path) -> Issued:
    """Returns the operator of another world, whose certificate says the same name."""
    here("pki", "init", folder / "foreign")
    return PkiFolder(folder / "foreign", datetime.now(UTC)).read_operator("operator")


def test_a_certificate_that_is_not_in_the_folder_is_refused(behind: Behind, tmp_path: Path) -> None:
    context = behind.context(foreign_operator(tmp_path))
    status, _, body = behind.call(ES2, DOWNLOAD_ORDER, download_order(), context=context)
    assert status == 403
    assert b"belongs to no operator" in body


def test_who_shows_no_certificate_does_not_get_past_nginx(behind: Behind) -> None:
    assert behind.call(ES2, DOWNLOAD_ORDER, download_order())[0] == 403


@pytest.mark.parametrize("spelling", ["X-Client-Certificate", "x-client-CERTIFICATE", "X_Client_Certificate"])
def test_a_certificate_in_a_header_of_ones_own_counts_for_nothing(
    behind: Behind, tmp_path: Path, spelling: str
) -> None:
    known = (behind.folder / "pki" / "operators" / "operator.pem").read_text()
    forged = {spelling: quote(known)}
    assert behind.call(ES2, DOWNLOAD_ORDER, download_order(), headers=forged)[0] == 403
    context = behind.context(foreign_operator(tmp_path))
    assert behind.call(ES2, DOWNLOAD_ORDER, download_order(), headers=forged, context=context)[0] == 403
    # And where LPAs are heard there is no ES2+ to reach.
    assert behind.call(ES9, DOWNLOAD_ORDER, download_order(), headers=forged)[0] == 404


def test_the_rest_api_is_reached_and_asks_for_a_key(behind: Behind) -> None:
    assert behind.call(API, "/api/v1/openapi.json", None)[0] == 200
    assert behind.call(API, "/api/v1/profile-types", None)[0] == 401


def test_the_desks_know_that_the_browser_has_tls(behind: Behind) -> None:
    http_status, headers, page = behind.call(DESKS, "/sign-in", None, headers={"Accept-Language": "zh"})
    assert (http_status, "登录" in page.decode()) == (200, True)
    assert headers["set-cookie"].startswith("__Host-visit=")
    assert headers["set-cookie"].endswith("; Secure")


def test_whoever_asks_nginx_for_readiness_asks_the_server(behind: Behind) -> None:
    connection = http.client.HTTPConnection(HOST, behind.ports[HEALTH], timeout=WAIT_S)
    connection.request("GET", "/readyz")
    assert connection.getresponse().status == 200
    connection.close()


def test_what_is_too_large_is_turned_away_by_nginx(behind: Behind) -> None:
    body = {"filler": "x" * 70_000}
    assert behind.call(ES9, "/gsma/rsp2/es9plus/initiateAuthentication", body)[0] == 413


def test_the_request_id_of_nginx_is_that_of_the_server(behind: Behind) -> None:
    given = {"X-Request-ID": "forged-by-a-stranger"}
    _, headers, _ = behind.call(ES9, "/gsma/rsp2/es9plus/initiateAuthentication", {}, headers=given)
    assert re.fullmatch(r"[0-9a-f]{32}", headers["x-request-id"])


@pytest.mark.peers
def test_lpac_downloads_through_it(behind: Behind, lpac_program: Path, tmp_path: Path) -> None:
    """An LPA of others, unchanged: nginx, two workers, PostgreSQL."""
    card = tmp_path / "chip.card"
    here("euicc", "new", card, "--pki", behind.folder / "pki")
    iccid = behind.order(matching_id="LPAC-1")["iccid"]
    lpac = Lpac(lpac_program, card)
    told = lpac("profile", "download", "-s", f"{NAME}:{behind.ports[ES9]}", "-m", "LPAC-1")
    assert told.data["iccid"] == iccid
    lpac("notification", "process", "-a", "-r")
    end = time.monotonic() + WAIT_S
    while json.loads(here("order", "show", iccid, "--data", behind.config, "--json"))["state"] != "Installed":
        assert time.monotonic() < end
        time.sleep(0.1)
