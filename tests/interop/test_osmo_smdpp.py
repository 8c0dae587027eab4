"""Our LPA and software eUICC download from osmo-smdpp, with the certificates of SGP.26 on both sides.

osmo-smdpp knows itself as ``testsmdpplus1.example.com`` and nothing else. It ships a TLS certificate that has expired;
``OPENESIM_OSMO_CERTS`` names a folder of certificates (as for its option ``-c``) with one in its time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.keystore.imports import SGP26_FQDN
from tests.interop.programs import HOST, chip_states, openesim, openesim_json, osmo_smdpp, waiting

pytestmark = [pytest.mark.peers, pytest.mark.sockets, pytest.mark.slow, pytest.mark.timeout(300)]

PROFILE, ICCID = "TS48V5-SAIP2-3-NOBERTLV-UNIQUE", "8949449999999990171"
OTHER_PROFILE, OTHER_ICCID = "TS48V2-SAIP2-3-BERTLV-UNIQUE", "8949449999999990056"


@pytest.fixture(scope="module")
def pki(sgp26: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PKI folder with the published certificates."""
    folder = tmp_path_factory.mktemp("sgp26") / "pki"
    openesim("pki", "import", "--sgp26", sgp26, folder)
    return folder


@pytest.fixture
def card(pki: Path, tmp_path: Path) -> Path:
    """A new chip below the published CIs."""
    path = tmp_path / "chip.card"
    openesim("euicc", "new", path, "--pki", pki)
    return path


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, ...]]:
    """osmo-smdpp over TLS; the options that lead our LPA there."""
    certificates = os.environ.get("OPENESIM_OSMO_CERTS")
    with osmo_smdpp("-c", certificates or "certs") as port:
        trust = () if certificates else ("--insecure",)
        yield ("--resolve", f"{SGP26_FQDN}={HOST}:{port}", *trust)


def lpa(card: Path, *arguments: object, expect: int = 0) -> Any:
    """Runs our LPA, which believes whom the chip believes."""
    return openesim_json("lpa", "--card", card, *arguments, expect=expect)


def test_profiles_are_downloaded_switched_and_deleted_and_the_server_hears_of_it(
    card: Path, server: tuple[str, ...]
) -> None:
    for name, iccid in ((PROFILE, ICCID), (OTHER_PROFILE, OTHER_ICCID)):
        done = lpa(card, *server, "download", f"LPA:1${SGP26_FQDN}${name}", "--yes")
        assert done["profile"]["service_provider_name"] == "OsmocomSPN"
        assert (done["iccid"], done["profile"]["profile_name"]) == (iccid, name)
        assert [one["event"] for one in done["notifications"]["delivered"]] == ["install"]
    lpa(card, *server, "enable", ICCID)
    told = lpa(card, *server, "enable", OTHER_ICCID)["notifications"]
    assert [one["event"] for one in told["delivered"]] == ["disable", "enable"]
    assert chip_states(card) == {ICCID: "disabled", OTHER_ICCID: "enabled"}
    assert lpa(card, *server, "delete", ICCID, "--yes")["notifications"]["undelivered"] == []
    assert chip_states(card) == {OTHER_ICCID: "enabled"}
    assert waiting(card) == []


def test_a_profile_that_is_not_there_is_refused_with_the_server_s_code(
    card: Path, server: tuple[str, ...]
) -> None:
    error = lpa(card, *server, "download", f"LPA:1${SGP26_FQDN}$NOT-THERE", "--yes", expect=1)["error"]
    assert (error["subject"], error["reason"]) == ("8.2.6", "3.8")
    assert chip_states(card) == {}


def test_a_profile_that_is_on_the_chip_already_stays_as_it_is(card: Path, server: tuple[str, ...]) -> None:
    code = f"LPA:1${SGP26_FQDN}${PROFILE}"
    lpa(card, *server, "download", code, "--yes")
    error = lpa(card, *server, "download", code, "--yes", expect=1)["error"]
    assert error["code"] == "lpa:already-installed"
    assert chip_states(card) == {ICCID: "disabled"}


def test_with_brainpool_certificates(card: Path) -> None:
    """Without TLS: a Python client cannot offer brainpoolP256r1 beside the P-256 that the server wants for ECDHE."""
    with osmo_smdpp("-b", "--nossl") as port:
        way = ("--plain-http", "--resolve", f"{SGP26_FQDN}={HOST}:{port}")
        done = lpa(card, *way, "download", f"LPA:1${SGP26_FQDN}${PROFILE}", "--yes")
    assert done["iccid"] == ICCID
    assert done["notifications"]["undelivered"] == []
