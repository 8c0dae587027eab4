"""The REST API called in memory, by operators with keys."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from openesim.adapters.web.api.app import ApiServices, build_api
from openesim.apps.api import build_api_services
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import OpenEsimError
from openesim.kernel.ids import Iccid
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.access import Scope, keep, new_api_key
from openesim.services.webhooks import WebhookService
from tests.support.rig import Rig, entropy_of

BASE = "/api/v1"
ME = "operator"
OTHER = "stranger"


@dataclass(frozen=True)
class Told:
    """What the API answered."""

    http_status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """Name of the problem."""
        assert self.headers["content-type"].startswith("application/problem+json"), self
        name: str = self.json["type"].rpartition("/")[2]
        return name


class Posted:
    """Takes what webhooks are told, or fails as it is told to."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, Mapping[str, str], bytes]] = []
        self.fault: OpenEsimError | None = None

    def post(self, address: str, headers: Mapping[str, str], body: bytes) -> None:
        """Takes a message."""
        if self.fault is not None:
            raise self.fault
        self.messages.append((address, headers, body))


class Api:
    """The REST API over the stores of a rig."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.ambient = Ambient(rig.clock, entropy_of("api"))
        self.posted = Posted()
        webhooks = WebhookService(rig.work, self.ambient, self.posted)
        self.services: ApiServices = build_api_services(rig.work, self.ambient, rig.operators, webhooks)
        self.app: Any = build_api(self.services)
        self.key = self.new_key()

    def new_key(self, scopes: Iterable[Scope] = Scope, operator: str = ME, **more: Any) -> str:
        """Returns a key of an operator."""
        key, text = new_api_key(operator, scopes, self.ambient.entropy, self.rig.clock.now(), **more)
        self.rig.work.run_now(lambda stores: keep(stores, key))
        return text.reveal()

    def call(self, method: str, path: str, body: Any = None, key: str | None = "", **headers: str) -> Told:
        """Calls a path below ``/api/v1``; ``key`` None: with none, empty: with that of the operator."""
        sent = {"host": "api.test"} | {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            sent["authorization"] = f"Bearer {key or self.key}"
        octets = b""
        if body is not None:
            octets = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent = {"content-type": "application/json", "content-length": str(len(octets))} | sent
        return self.rig.run(
            send(self.app, method, path if path.startswith("/api") else BASE + path, sent, octets)
        )

    def get(self, path: str, **more: Any) -> Told:
        """Gets a path."""
        return self.call("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Told:
        """Posts to a path."""
        return self.call("POST", path, body, **more)


def iccid_of(number: int) -> Iccid:
    """Returns the ICCID of a profile of the stock."""
    return Iccid(f"898821100000000{number:04d}")


def fill_stock(rig: Rig, count: int, **changes: Any) -> None:
    """Puts profiles into stock, numbered from 1."""
    for number in range(1, count + 1):
        stocked: dict[str, Any] = {"state": OrderState.AVAILABLE, "matching_id": None}
        rig.add_order(iccid=iccid_of(number), **(stocked | changes))


async def send(app: Any, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Told:
    """Calls an ASGI application in memory."""
    place = urlsplit(path)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": place.path,
        "raw_path": place.path.encode(),
        "root_path": "",
        "query_string": place.query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("192.0.2.1", 40000),
        "server": ("api.test", 80),
    }
    answered: list[Any] = []
    is_over = asyncio.Event()
    requests = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        if requests:
            return requests.pop(0)
        await is_over.wait()  # whoever has sent his request waits for the whole answer
        return {"type": "http.disconnect"}

    async def keep(message: Any) -> None:
        answered.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            is_over.set()

    await app(scope, receive, keep)
    head = answered[0]
    octets = b"".join(each.get("body", b"") for each in answered[1:])
    told = {name.decode().lower(): value.decode() for name, value in head["headers"]}
    return Told(head["status"], told, octets)
