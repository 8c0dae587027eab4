"""The SM-DS of a process: what its settings must be, and whom its listener of servers knows."""

from __future__ import annotations

import asyncio
import os
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.http_server.dispatcher import TransportError
from openesim.adapters.http_server.exchange import Request
from openesim.adapters.keystore.files import PkiFolder, init_pki
from openesim.apps.config import Config, Es12, Fqdn, Listen, ProxyAddress, Serve, Smds, read_config
from openesim.apps.settings import Address
from openesim.apps.smds import (
    SmdsSettings,
    build_announcer,
    build_es11,
    build_es12,
    build_part,
    identify_registrant,
    smds_settings,
)
from openesim.kernel.errors import ConfigError
from openesim.provisioning.smdp.orders import Order
from openesim.security.pki.oids import Role
from tests.support.memory import MemoryWork
from tests.support.rig import ICCID, eid_of, make_smdp, world_of

FQDN = "smds.example.com"
HERE = Address("127.0.0.1", 0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> PkiFolder:
    return init_pki(tmp_path_factory.mktemp("pki") / "pki", os.urandom, datetime.now(UTC))


def settings(**changes: Any) -> SmdsSettings:
    told: dict[str, Any] = {"fqdn": FQDN, "es11": HERE}
    return SmdsSettings(**told | changes)


# --- Settings -------------------------------------------------------------------------------------------------


def test_without_a_listener_there_is_no_sm_ds() -> None:
    assert smds_settings(Config(), FQDN) is None


def test_the_section_says_what_the_sm_ds_is() -> None:
    section = Smds(
        es11=Listen("127.0.0.1:1"), es12=Listen("[::1]:2"), root=Fqdn("root.example.com"), event_days=7
    )
    assert smds_settings(Config(smds=section), FQDN) == SmdsSettings(
        fqdn=FQDN,
        es11=Address("127.0.0.1", 1),
        es12=Address("::1", 2),
        root="root.example.com",
        event_days=7,
    )


def test_an_sm_ds_needs_a_name() -> None:
    with pytest.raises(ConfigError, match="--fqdn"):
        smds_settings(Config(smds=Smds(es11=Listen("127.0.0.1:1"))), None)


def test_without_tls_servers_need_a_listener_of_their_own() -> None:
    section = Smds(es11=Listen("127.0.0.1:1"))
    with pytest.raises(ConfigError, match="--es12"):
        smds_settings(Config(smds=section), FQDN, plain_http=True)


def test_a_proxy_may_verify_certificates_and_hand_them_on(folder: PkiFolder) -> None:
    config = Config(
        serve=Serve(es2_certificate="proxy", trusted_proxies=(ProxyAddress("127.0.0.1"),)),
        smds=Smds(es11=Listen("127.0.0.1:1")),
    )
    told = smds_settings(config, FQDN, plain_http=True)
    assert told is not None
    assert (told.es11_scheme, told.es12_scheme, told.proxies) == ("http", "http", ("127.0.0.1",))
    part = build_part(folder, told, config, MemoryWork())
    assert part.es11(lambda app, _: app)._proxies.verify_certificates
    assert build_es12(folder, told, part.service)[1] is None


def test_the_sections_are_read_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "openesim.toml").write_text(
        '[smds]\nes11 = "127.0.0.1:1"\nevent_days = 0\n'
        '[es12]\nroots = ["root.example.com"]\n[es12.resolve]\n"root.example.com" = "127.0.0.1:2"\n'
    )
    config = read_config(tmp_path)
    assert (config.smds.es11, config.smds.event_days) == ("127.0.0.1:1", 0)
    assert config.es12.resolve == {"root.example.com": "127.0.0.1:2"}


# --- Parts ----------------------------------------------------------------------------------------------------


def test_the_sm_ds_shows_its_own_certificates_and_forgets_events_with_age(folder: PkiFolder) -> None:
    part = build_part(folder, settings(event_days=7, root="root.example.com"), Config(), MemoryWork())
    smds = part.service._smds
    assert {each.auth.certificate.role for each in smds.identities.values()} == {Role.DS_AUTH}
    assert smds.policy.event_lifetime == timedelta(days=7)
    assert part.service._registrar is not None
    never = build_part(folder, settings(event_days=0), Config(), MemoryWork())
    assert never.service._smds.policy.event_lifetime is None
    assert never.service._registrar is None


def test_a_folder_without_an_sm_ds_says_what_is_missing(tmp_path: Path) -> None:
    bare = init_pki(tmp_path / "pki", os.urandom, datetime.now(UTC)).path
    for name in ("nist", "brainpool"):
        (bare / name / "dsauth.pem").unlink()
        (bare / name / "dsauth.key").unlink()
    with pytest.raises(ConfigError, match=r"dsauth\.pem"):
        build_part(PkiFolder(bare, datetime.now(UTC)), settings(), Config(), MemoryWork())


def test_servers_come_in_with_a_certificate_and_phones_without(folder: PkiFolder) -> None:
    part = build_part(folder, settings(), Config(), MemoryWork())
    _, servers = build_es12(folder, settings(), part.service)
    assert servers is not None
    assert servers.verify_mode is ssl.CERT_REQUIRED
    _, both = build_es11(folder, settings(), part.service)
    assert both is not None
    assert both.verify_mode is ssl.CERT_OPTIONAL
    _, phones = build_es11(folder, settings(es12=HERE), part.service)
    assert phones is not None
    assert phones.verify_mode is ssl.CERT_NONE
    assert build_es11(folder, settings(es12=HERE, plain_http=True), part.service)[1] is None


@pytest.mark.parametrize("es12", [None, HERE])
def test_each_listener_knows_its_own_paths(folder: PkiFolder, es12: Address | None) -> None:
    part = build_part(folder, settings(), Config(), MemoryWork())
    app, _ = build_es11(folder, settings(es12=es12), part.service)

    def status(path: str) -> int:
        async def ask() -> int:
            return (await app(Request("POST", f"/gsma/rsp2/{path}", {}, b"{}"))).http_status

        return asyncio.run(ask())

    assert status("es12/registerEvent") == (403 if es12 is None else 404), "nobody is known by no certificate"
    assert status("es9plus/initiateAuthentication") == 400
    assert status("es9plus/getBoundProfilePackage") == 404


# --- Who registers --------------------------------------------------------------------------------------------


def shown(certificate: bytes | None) -> Request:
    return Request("POST", "/", {}, b"", certificate)


def test_a_server_is_known_by_what_stays_when_its_certificate_is_renewed(folder: PkiFolder) -> None:
    identify, now = identify_registrant(folder), datetime.now(UTC)
    names = [
        identify(shown(folder.tls_material(host, os.urandom, now, role).leaf.certificate.octets))
        for host, role in [
            ("one.example.com", Role.DP_TLS),
            ("one.example.com", Role.DP_TLS),
            ("two.example.com", Role.DP_TLS),
            ("one.example.com", Role.DS_TLS),
        ]
    ]
    assert names[0] == names[1]
    assert len(set(names)) == 3


def test_nobody_else_is_known(folder: PkiFolder, tmp_path: Path) -> None:
    identify, now = identify_registrant(folder), datetime.now(UTC)
    stranger = init_pki(tmp_path / "pki", os.urandom, now)
    old = folder.tls_material("old.example.com", os.urandom, now - timedelta(days=1000), Role.DP_TLS)
    nist = folder.sets[0].certificates
    for certificate in (
        None,
        b"",
        b"\x30\x00",
        folder.operators["operator"].octets,
        nist["dpauth"].octets,
        nist["euicc"].octets,
        old.leaf.certificate.octets,
        stranger.sets[0].certificates["dptls"].octets,
    ):
        with pytest.raises(TransportError) as caught:
            identify(shown(certificate))
        assert caught.value.http_status == 403


# --- The way to SM-DSs ----------------------------------------------------------------------------------------


def test_orders_are_announced_under_our_own_name(folder: PkiFolder) -> None:
    announcer = build_announcer(folder, Es12(roots=("Root.Example.com",)), make_smdp(world_of()))
    assert announcer.roots == {"root.example.com"}
    order = Order(
        iccid=ICCID,
        package_id=1,
        profile_type="T",
        eid=eid_of(1),
        matching_id="M",
        smds_address="no host name",
    )
    refusal = asyncio.run(announcer.announce(order))
    assert refusal is not None
    assert refusal.pair == ("8.9", "5.1")


@pytest.mark.parametrize(
    "section",
    [Es12(resolve={"a.example.com": "nowhere"}), Es12(roots=("no host name",)), Es12(trust=(Path("/-"),))],
)
def test_a_section_that_names_nothing_is_refused(folder: PkiFolder, section: Es12) -> None:
    with pytest.raises(ConfigError):
        build_announcer(folder, section, make_smdp(world_of()))
