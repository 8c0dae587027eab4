"""A whole download with keys that never leave a token: SoftHSM2, our server and our LPA as processes.

The PKI folder holds certificates and no key of DPauth or DPpb; the profile's keys are sealed under data keys that the
token wraps.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from openesim.adapters.keystore.files import init_pki
from openesim.adapters.keystore.pkcs11 import Token, TokenPlace
from openesim.adapters.keystore.token_keys import list_keys
from tests.interop.programs import Smdp, chip_states, look, lpa, openesim, serving
from tests.support.batches import COUNTED, FIRST, toml
from tests.support.rig import package_octets
from tests.support.softhsm import NEEDED, PIN, find_module, make_token, softhsm, write_configuration

__all__ = ["softhsm"]

pytestmark = [NEEDED, pytest.mark.sockets, pytest.mark.slow]


@pytest.fixture(scope="module")
def smdp(softhsm: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Smdp]:
    """A server whose keys are in a token, with a batch in stock."""
    del softhsm
    folder = tmp_path_factory.mktemp("token")
    data, pki = folder / "data", folder / "pki"
    make_token("whole")
    write_configuration(data, "whole")
    init_pki(pki, os.urandom, datetime.now(UTC))
    look("keys", "import", pki, "--data", data, "--remove")
    (folder / "testland.der").write_bytes(package_octets())
    (folder / "batch.toml").write_text(toml({**COUNTED, "release": True}))
    look("stock", "add", folder / "batch.toml", "--data", data)
    with serving(folder, package_octets()) as running:
        yield running


def matching_id(smdp: Smdp, number: int) -> str:
    """Returns the matching id of an order of the batch."""
    orders = look("order", "list", "--data", smdp.folder / "data")
    return str(orders[number]["matching_id"])


def download(smdp: Smdp, name: str, number: int) -> Path:
    """Downloads an order to a new chip and returns it."""
    card = smdp.folder / name
    openesim("euicc", "new", card, "--pki", smdp.folder / "pki")
    lpa(card, smdp, "download", f"LPA:1${smdp.address}${matching_id(smdp, number)}", "--yes")
    return card


def test_no_key_of_the_server_is_in_a_file(smdp: Smdp) -> None:
    names = {path.name for path in smdp.folder.rglob("*.key")}
    assert not names & {"dpauth.key", "dppb.key", "dsauth.key", "subscriptions.key"}
    assert {"dptls.key"} <= names


def test_a_profile_is_downloaded_with_keys_that_stay_in_the_token(smdp: Smdp) -> None:
    card = download(smdp, "one.card", 0)
    assert chip_states(card) == {FIRST: "disabled"}
    assert smdp.states(FIRST) == ("Installed", "disabled")
    checked = look("keys", "check", "--data", smdp.folder / "data", "--pki", smdp.folder / "pki")
    assert checked["ok"]
    assert set(checked["servers"].values()) == {"token"}
    token = Token(TokenPlace(find_module(), "whole", lambda: PIN))
    kept = list_keys(token)
    token.close()
    assert {each.kind for each in kept} == {"signing", "wrapping"}
    assert not [each for each in kept if each.can_leave]


def test_a_rotation_in_the_token_beside_the_running_server(smdp: Smdp) -> None:
    data = smdp.folder / "data"
    before = look("keys", "show", "--data", data)
    assert before["key_encryption_keys"][0]["name"].startswith("token-")
    told = look("keys", "rotate", "--data", data)
    assert told["rewrapped"] == 2, "the batch's data key and that of everything else"
    assert look("keys", "forget", "--data", data, "--yes")["forgotten"] == [
        before["key_encryption_keys"][0]["name"]
    ]
    download(smdp, "two.card", 1)


def test_a_server_whose_token_lacks_its_key_does_not_start(smdp: Smdp, tmp_path: Path) -> None:
    make_token("empty")
    write_configuration(tmp_path / "data", "empty")
    shutil.copytree(smdp.folder / "pki", tmp_path / "pki")
    asked = ["--data", tmp_path / "data", "--pki", tmp_path / "pki", "--fqdn", "127.0.0.1"]
    openesim("serve", *asked, "--es9", "127.0.0.1:0", expect=2)
