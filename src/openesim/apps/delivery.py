"""Wiring of the outbox: who sends to operators and to webhooks, with which certificate, believing whom."""

from __future__ import annotations

import os
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from openesim.adapters.http_client.es2 import Es2HttpClient
from openesim.adapters.http_client.target import HttpOptions
from openesim.adapters.http_client.trust import Present, client_certificate, read_certificates
from openesim.adapters.http_client.webhooks import WebhookHttpClient
from openesim.adapters.keystore.files import PkiFolder
from openesim.apps.config import CallbacksSection, Config, OutboxSection
from openesim.apps.parts import Parts
from openesim.apps.settings import ServeSettings
from openesim.kernel.errors import ConfigError
from openesim.services.announcing import EventMessages
from openesim.services.callbacks import Callbacks
from openesim.services.outbox import MessageKind, Outbox
from openesim.services.outgoing import ES2PLUS, ES12, WEBHOOK, OutboxRules
from openesim.services.webhooks import WebhookMessages, WebhookService

_CONNECT_S: Final = 5.0
_READ_S: Final = 15.0
_MOST_OCTETS: Final = 64 << 10


def build_outbox(parts: Parts) -> Outbox:
    """Return what sends the messages of this process's database."""
    rules = _rules(parts.config.outbox)
    return Outbox(parts.work, parts.ambient, message_kinds(parts), rules)


def message_kinds(parts: Parts) -> dict[str, MessageKind]:
    """Return who sends, by kind of message: one line a kind.

    Raises:
        ConfigError: the configuration names files that are not there.
    """
    requester = str(next(iter(parts.smdp.identities.values())).oid)
    registrar = parts.announcer.registrar
    events = {} if registrar is None else {ES12: EventMessages(parts.work, parts.announcer, registrar)}
    return events | {
        ES2PLUS: Callbacks(Es2HttpClient(_callback_options(parts)), requester),
        WEBHOOK: WebhookMessages(webhook_client(parts.config, parts.settings.data)),
    }


def build_webhooks(parts: Parts) -> WebhookService:
    """Return what operators do with their webhooks."""
    client = webhook_client(parts.config, parts.settings.data)
    allow_private = parts.config.webhooks.allow_private
    return WebhookService(parts.work, parts.ambient, client, allow_private=allow_private)


def webhook_client(config: Config, data: Path) -> WebhookHttpClient:
    """Return who posts to webhooks."""
    trust = _read_all(config.webhooks.trust, data)
    return WebhookHttpClient(trust, allow_private=config.webhooks.allow_private)


def _rules(section: OutboxSection) -> OutboxRules:
    return OutboxRules(
        longest_pause_s=section.longest_pause_s,
        give_up_after=timedelta(hours=section.give_up_after_hours),
        keep_stuck=timedelta(days=section.keep_stuck_days),
        lease=timedelta(seconds=section.lease_s),
    )


def _callback_options(parts: Parts) -> HttpOptions:
    section, data = parts.config.callbacks, parts.settings.data
    anchors = tuple(each.octets for each in parts.folder.trust.anchors)
    return HttpOptions(
        trust=anchors + _read_all(section.trust, data),
        uses_system_roots=section.uses_system_roots,
        connect_timeout_s=_CONNECT_S,
        read_timeout_s=_READ_S,
        most_octets=_MOST_OCTETS,
        present=_our_certificate(section, parts.settings, parts.folder),
    )


def _read_all(names: tuple[Path, ...], data: Path) -> tuple[bytes, ...]:
    return tuple(octets for name in names for octets in read_certificates(data / name))


def _our_certificate(section: CallbacksSection, settings: ServeSettings, folder: PkiFolder) -> Present:
    """Return what shows operators who we are: the configured certificate, else the one that we show LPAs.

    It is loaded with the first call: a server that calls nobody back needs none.

    Raises:
        ConfigError: a certificate without its key, or the other way round, or a file that is not there.
    """
    if (section.certificate is None) != (section.key is None):
        raise ConfigError("[callbacks]: certificate and key go together")
    if section.certificate is None or section.key is None:

        def present(context: ssl.SSLContext) -> None:
            folder.tls_material(settings.fqdn, os.urandom, datetime.now(UTC)).load_into(context)

        return present
    files = settings.data / section.certificate, settings.data / section.key
    for file in files:
        if not file.is_file():
            raise ConfigError(f"[callbacks]: {file} is not there")
    return client_certificate(*files)
