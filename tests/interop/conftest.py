"""What runs against programs of others stands on: their places, a server of ours, chips."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from openesim.adapters.apdu.software import SoftwareCard
from openesim.kernel.ids import Msisdn
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.package import decode_package
from tests.interop.programs import Lpac, Smdp, find_program, openesim, serving
from tests.support.rig import package_octets
from tests.unit.provisioning.euicc.laboratory import subscription
from tests.unit.provisioning.uicc.terminal import enabled


@pytest.fixture(scope="module")
def lpac_program() -> Path:
    """The program lpac."""
    return find_program("OPENESIM_LPAC")


@pytest.fixture(scope="module")
def sgp26(shared: Path) -> Path:
    """The published test certificates with their keys."""
    return shared / "certs" / "sgp26"


@pytest.fixture(scope="module")
def smdp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Smdp]:
    """A server of ours in a test world, called by address and port; started only where lpac is."""
    find_program("OPENESIM_LPAC")
    folder = tmp_path_factory.mktemp("smdp")
    openesim("pki", "init", folder / "pki")
    with serving(folder, package_octets()) as running:
        yield running


@pytest.fixture
def card(smdp: Smdp, tmp_path: Path) -> Path:
    """A new chip of the server's world."""
    path = tmp_path / "chip.card"
    openesim("euicc", "new", path, "--pki", smdp.folder / "pki")
    return path


@pytest.fixture
def lpac(lpac_program: Path, card: Path) -> Lpac:
    """lpac with a new chip."""
    return Lpac(lpac_program, card)


@pytest.fixture(scope="module")
def usim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chip with an enabled profile of ours that has what readers like to look at."""
    path = tmp_path_factory.mktemp("usim") / "chip.card"
    described = subscription(
        smsc=Msisdn("49171000000"), msisdn=Msisdn("4915112345678"), gid1=b"\x01", preferred_plmns=("26201",)
    )
    SoftwareCard.create(path, enabled(decode_package(build_package(described))))
    return path
