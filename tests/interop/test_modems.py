"""Our LPA on our chip in a modem: a pseudo terminal between them, and a server beside them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.apdu.software import SoftwareCard
from tests.interop.programs import Smdp, chip_states, openesim, openesim_json, serving
from tests.support.modem import QUECTEL, SIMCOM, Modem, Personality, plugged_in
from tests.support.rig import package_octets


@pytest.fixture(scope="module")
def smdp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Smdp]:
    """A server of ours in a test world."""
    folder = tmp_path_factory.mktemp("smdp")
    openesim("pki", "init", folder / "pki")
    with serving(folder, package_octets()) as running:
        yield running


@pytest.mark.parametrize(("name", "kind"), [("SESSIONS", QUECTEL), ("CSIM", SIMCOM)])
@pytest.mark.slow
@pytest.mark.timeout(600)  # ten processes of ours, one after the other
def test_a_profile_is_downloaded_enabled_disabled_and_deleted_through_a_modem(
    smdp: Smdp, tmp_path: Path, name: str, kind: Personality
) -> None:
    path = tmp_path / "chip.card"
    openesim("euicc", "new", path, "--pki", smdp.folder / "pki")
    iccid = smdp.order(matching_id=name)["iccid"]

    with SoftwareCard(path) as chip, plugged_in(Modem(chip, kind).answer) as device:

        def lpa(*words: object) -> Any:
            return openesim_json("lpa", "--card", f"at:{device},9600", "--trust", smdp.ci, *words)

        assert lpa("download", f"LPA:1${smdp.address}${name}", "--yes")["iccid"] == iccid
        lpa("enable", iccid)
        assert chip_states(path) == {iccid: "enabled"}
        assert smdp.states(name) == ("Installed", "enabled")
        lpa("disable", iccid)
        lpa("delete", iccid, "--yes")
    assert chip_states(path) == {}
