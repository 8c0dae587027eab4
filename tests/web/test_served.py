"""The desks as ``openesim serve --desks`` serves them: over TLS, to somebody who was invited on the command line."""

from __future__ import annotations

import re
import ssl
from http.client import HTTPSConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.support.programs import FQDN, Scene, a_scene, openesim, read_json

pytestmark = [pytest.mark.sockets, pytest.mark.slow]

COOKIE = re.compile(r"(__Host-(?:visit|session))=([\w-]{43}); Path=/; HttpOnly; SameSite=Lax; Secure")


class Client:
    """A browser without a screen: keeps cookies, brings forms back."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies, self.csrf = port, dict[str, str](), ""
        self.tls = ssl.create_default_context()
        self.tls.check_hostname, self.tls.verify_mode = False, ssl.CERT_NONE

    def ask(self, method: str, path: str, **fields: str) -> tuple[int, str, str]:
        """Returns status, where it leads, and the page."""
        connection = HTTPSConnection("127.0.0.1", self.port, context=self.tls, timeout=30)
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if method == "POST":
            body = urlencode({"csrf_token": self.csrf, **fields})
            headers |= {
                "content-type": "application/x-www-form-urlencoded",
                "origin": f"https://127.0.0.1:{self.port}",
            }
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie" and (found := COOKIE.match(value)):
                    self.cookies[found[1]] = found[2]
            self.csrf = (re.findall(r'name="csrf_token" value="([^"]+)"', page) or [self.csrf])[-1]
            assert answer.getheader("strict-transport-security")
            return answer.status, answer.getheader("location") or "", page
        finally:
            connection.close()


@pytest.fixture
def scene(tmp_path: Path) -> object:
    with a_scene(tmp_path) as made:
        yield made


def test_somebody_who_was_invited_signs_in_and_chooses_a_password(scene: Scene) -> None:
    invited = read_json(
        "account", "add", "sun.jie", "--role", "clerk", "--tenant", "qinghe", "--data", scene.data
    )
    server = scene.start(
        *("serve", "serve", "--data", scene.data, "--pki", scene.pki, "--fqdn", FQDN),
        *("--es9", "127.0.0.1:0", "--desks", "127.0.0.1:0"),
    )
    port = int(server.wait_until_said(r"^desks listening on https://127\.0\.0\.1:(\d+) ").group(1))
    client = Client(port)
    http_status, _, page = client.ask("GET", "/sign-in?lang=zh")
    assert (http_status, "登录" in page) == (200, True)
    assert set(client.cookies) == {"__Host-visit"}
    assert client.ask("POST", "/sign-in", login="sun.jie", password="wrong words")[0] == 422
    http_status, place, _ = client.ask("POST", "/sign-in", login="sun.jie", password=invited["password"])
    assert (http_status, place) == (303, "/sign-in/password")
    assert client.ask("GET", "/operator")[1] == "/sign-in/password?next=/operator"
    client.ask("GET", "/sign-in/password")
    http_status, place, _ = client.ask("POST", "/sign-in/password", password="words that I chose myself")
    assert http_status == 303
    assert client.ask("GET", place)[0] == 200
    assert client.ask("GET", "/regulator")[0] in {303, 403}
    openesim("account", "disable", "sun.jie", "--data", scene.data)
