"""How a run is divided, and where its chips come from."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.http_client.target import HttpOptions
from openesim.adapters.keystore.files import init_pki
from openesim.apps.load.plan import LoadPlan, read_maker_of_folder, read_maker_of_sgp26, read_matching_ids
from openesim.kernel.errors import ConfigError
from openesim.security.crypto.curves import Curve
from openesim.services.load import LoadTarget
from tests.support.rig import entropy_of


def make_plan(**changes: Any) -> LoadPlan:
    usual: dict[str, Any] = {"downloads": 10, "clients": 5, "processes": 2, "chips": 7}
    return LoadPlan(
        target=LoadTarget(address="smdp.example.com"),
        http=HttpOptions(),
        matching_ids=("A",),
        **usual | changes,
    )


@pytest.mark.parametrize(("downloads", "processes"), [(10, 1), (10, 2), (10, 3), (3, 3)])
def test_every_download_is_made_once(downloads: int, processes: int) -> None:
    plan = make_plan(downloads=downloads, processes=processes)
    shares = [number for process in range(processes) for number in plan.share(process)]
    assert sorted(shares) == list(range(downloads))


@pytest.mark.parametrize("processes", [1, 2, 3, 5])
def test_clients_are_divided_and_each_has_a_chip(processes: int) -> None:
    plan = make_plan(processes=processes, chips=1)
    assert sum(map(plan.clients_of, range(processes))) == 5
    assert all(plan.chips_of(process) >= plan.clients_of(process) for process in range(processes))


def test_matching_ids_stand_one_a_line(tmp_path: Path) -> None:
    file = tmp_path / "ids"
    file.write_bytes(b"\xef\xbb\xbfONE\r\n\r\n  TWO \nTS48v4_SAIP2.3\n")
    assert read_matching_ids(file) == ("ONE", "TWO", "TS48v4_SAIP2.3")


@pytest.mark.parametrize("octets", [None, b"", b"\n \n", b"\xff\xfe"])
def test_a_file_without_matching_ids_is_refused(tmp_path: Path, octets: bytes | None) -> None:
    file = tmp_path / "ids"
    if octets is not None:
        file.write_bytes(octets)
    with pytest.raises(ConfigError):
        read_matching_ids(file)


@pytest.mark.parametrize("curve", list(Curve))
def test_a_pki_folder_makes_chips_on_either_curve(tmp_path: Path, curve: Curve) -> None:
    init_pki(tmp_path / "pki", entropy_of("load"), datetime.now(UTC))
    (chip,) = read_maker_of_folder(tmp_path / "pki", curve).make_chips(1)
    (credential,) = chip.identity.credentials
    assert credential.curve is curve


def test_sgp26_material_makes_chips_within_the_permitted_range(shared: Path) -> None:
    maker = read_maker_of_sgp26(shared / "certs" / "sgp26", Curve.P256)
    (chip,) = maker.make_chips(1)
    assert chip.identity.eid.startswith("89049032")
    assert chip.identity.credentials[0].ci_key_id.hex() == "f54172bdf98a95d65cbeb88a38a1c11d800a85c3"
    assert maker.private_key.hex() not in repr(maker)


def test_a_folder_without_a_manufacturer_is_refused(tmp_path: Path) -> None:
    init_pki(tmp_path / "pki", entropy_of("load"), datetime.now(UTC))
    (tmp_path / "pki" / "nist" / "eum.key").unlink()
    with pytest.raises(ConfigError, match="no EUM key on nist"):
        read_maker_of_folder(tmp_path / "pki", Curve.P256)
    with pytest.raises(ConfigError, match=r"SGP\.26"):
        read_maker_of_sgp26(tmp_path, Curve.P256)
