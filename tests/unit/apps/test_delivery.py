"""Who we are to operators: the configured certificate, or CERT.DPtls; and settings that name what is not there."""

from __future__ import annotations

import os
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from openesim.adapters.http_client.trust import Present, client_certificate
from openesim.adapters.keystore.files import PkiFolder, init_pki
from openesim.apps import delivery
from openesim.apps.config import CallbacksSection, OutboxSection
from openesim.apps.settings import Address, ServeSettings
from openesim.kernel.errors import ConfigError

FQDN = "smdpplus.example.com"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> PkiFolder:
    return init_pki(tmp_path_factory.mktemp("pki") / "pki", os.urandom, datetime.now(UTC))


def present(section: CallbacksSection, folder: PkiFolder, data: Path) -> Present:
    settings = ServeSettings(data=data, pki=folder.path, fqdn=FQDN, es9=Address("127.0.0.1", 0))
    return delivery._our_certificate(section, settings, folder)


def test_without_settings_the_certificate_of_es9_is_shown(folder: PkiFolder, tmp_path: Path) -> None:
    present(CallbacksSection(), folder, tmp_path)(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))


def test_a_certificate_of_ones_own_is_relative_to_the_data_folder(folder: PkiFolder, tmp_path: Path) -> None:
    for suffix in ("pem", "key"):
        octets = (folder.path / "operators" / f"operator.{suffix}").read_bytes()
        (tmp_path / f"us.{suffix}").write_bytes(octets)
    section = CallbacksSection(certificate=Path("us.pem"), key=Path("us.key"))
    present(section, folder, tmp_path)(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    (tmp_path / "us.key").write_text("no key")
    with pytest.raises(ConfigError, match="cannot be used"):
        present(section, folder, tmp_path)(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))


@pytest.mark.parametrize(
    ("section", "told"),
    [
        (CallbacksSection(certificate=Path("us.pem")), "certificate and key go together"),
        (CallbacksSection(key=Path("us.key")), "certificate and key go together"),
        (CallbacksSection(certificate=Path("us.pem"), key=Path("us.key")), "us.pem is not there"),
    ],
)
def test_settings_that_name_what_is_not_there_are_refused_at_the_start(
    folder: PkiFolder, tmp_path: Path, section: CallbacksSection, told: str
) -> None:
    with pytest.raises(ConfigError, match=told):
        present(section, folder, tmp_path)


def test_rules_are_those_of_the_configuration() -> None:
    rules = delivery._rules(
        OutboxSection(give_up_after_hours=1.5, keep_stuck_days=2, longest_pause_s=9, lease_s=7)
    )
    assert (rules.give_up_after.total_seconds(), rules.keep_stuck.days) == (5400, 2)
    assert (rules.longest_pause_s, rules.lease.total_seconds()) == (9, 7)


def test_a_certificate_that_is_not_there_is_told_when_it_is_shown(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        client_certificate(tmp_path / "a", tmp_path / "b")(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
