"""The desks of a server process, put together.

Imported where they are asked for: the framework takes its time.
"""

from __future__ import annotations

import ssl
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from openesim.adapters.http_server.proxies import Proxies
from openesim.adapters.web.desks.app import DeskRules, DeskServices, build_desks
from openesim.adapters.web.serving import Asgi, WebServer
from openesim.adapters.web.watching import WatchedWeb
from openesim.apps.api import behind
from openesim.apps.config import Config, DesksSection
from openesim.apps.delivery import webhook_client
from openesim.apps.desks.operator import build_operator
from openesim.apps.desks.parts import DeskParts
from openesim.apps.desks.regulator import build_regulator
from openesim.apps.desks.subscriber import build_subscriber
from openesim.apps.desks.vendor import build_vendor
from openesim.apps.parts import Parts
from openesim.apps.verifiers import verifier_titles
from openesim.apps.watching import Watch
from openesim.apps.wiring import open_database
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import TooManyRequestsError
from openesim.security.crypto.argon2id import Argon2Hashing
from openesim.services.conditions.accounts.account import AccountRules
from openesim.services.conditions.accounts.accounts import AccountService
from openesim.services.conditions.accounts.desk_sessions import SessionRules
from openesim.services.conditions.accounts.door import Door
from openesim.services.conditions.accounts.sign_in import SignInService
from openesim.services.ports import AnyWork


def desk_parts_of(parts: Parts) -> DeskParts:
    """Return what the desks of a server are made of."""
    return DeskParts(
        work=parts.work,
        ambient=parts.ambient,
        config=parts.config,
        smdp_address=parts.settings.fqdn,
        conditions=parts.conditions,
        door=build_door(parts.work, parts.ambient, parts.config.desks),
        trust=parts.folder.trust,
        open_work=lambda: open_database(parts.settings.data),
        announcer=parts.announcer,
        verifiers=parts.verifiers,
        webhooks=webhook_client(parts.config, parts.settings.data),
    )


def build_door(work: AnyWork, ambient: Ambient, section: DesksSection) -> Door:
    """Return what signing in stands on, as it is configured."""
    return Door.build(
        work,
        ambient,
        Argon2Hashing(ambient.entropy),
        rules=AccountRules(factor_needed=frozenset(section.second_factor)),
        session_rules=SessionRules(
            idle=timedelta(minutes=section.idle_minutes), longest=timedelta(hours=section.longest_hours)
        ),
    )


def build_desk_services(parts: DeskParts) -> DeskServices:
    """Return what the routes of all desks call."""
    return DeskServices(
        sessions=parts.door.sessions,
        sign_in=SignInService(parts.door),
        accounts=AccountService(parts.door),
        regulator=build_regulator(parts),
        operator=build_operator(parts),
        vendor=build_vendor(parts),
        subscriber=build_subscriber(parts),
    )


def desk_rules(config: Config) -> DeskRules:
    """Return how the desks are run, as it is configured."""
    section = config.desks
    return DeskRules(
        zone=ZoneInfo(section.zone),
        is_test=section.test,
        has_styleguide=section.styleguide,
        verifier_titles=verifier_titles(config),
    )


def build_desks_server(
    parts: DeskParts,
    tls: ssl.SSLContext | None,
    watch: Watch | None = None,
    proxies: Proxies | None = None,
) -> WebServer:
    """Return what answers people; it hears nothing yet."""
    app: Asgi = build_desks(build_desk_services(parts), parts.ambient, desk_rules(parts.config))
    if watch is not None:
        app = WatchedWeb(app, "desks", watch.watchers, watch.limits, too_many)
    return WebServer(behind(proxies or Proxies(), app), tls)


def too_many(error: TooManyRequestsError) -> Asgi:
    """Return what answers who asks too often: in plain text, it is to cost nothing."""

    async def answer(_scope: Any, _receive: Any, send: Any) -> None:
        """Answer one request."""
        text = (
            f"Too many requests: try again in {error.retry_after_s} s. / 请求过于频繁，请稍候再试。".encode()
        )
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"retry-after", str(error.retry_after_s).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": 429, "headers": headers})
        await send({"type": "http.response.body", "body": text})

    return answer
