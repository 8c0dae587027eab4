"""Packs from files: shipped ones, one's own, and what is wrong with a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from openesim.kernel.errors import ConfigError
from openesim.services.rules import read_pack, read_shelf, shipped_packs


def test_shipped_packs_fit_together() -> None:
    names = {pack.id for pack in shipped_packs()}
    assert {"open", "cn-2025-trial", "cn-iot", "in", "de", "tr", "ru-foreigners", "test"} == names
    assert {pack.id for pack in read_shelf()} == names


def test_a_folder_of_ones_own_stands_beside_them(tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text(
        '[pack]\nid = "mine"\nversion = "1"\ncountry = "ZZ"\nin_force = { from = 2020-01-01 }\n'
        'title = { en = "Mine", zh = "我的" }\nnote = { en = "Not legal advice.", zh = "不构成法律意见。" }\n'
        "[service.watch]\nneeds_person = false\n",
        encoding="utf-8",
    )
    assert "mine" in {pack.id for pack in read_shelf(tmp_path)}
    own.write_text(own.read_text(encoding="utf-8").replace('id = "mine"', 'id = "open"'), encoding="utf-8")
    with pytest.raises(ConfigError, match="version 1 already"):
        read_shelf(tmp_path)


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b"\xff", "UTF-8"),
        (b"[pack", "not TOML"),
        (b"#" * 2_000_000, "too long"),
        (b"", "missing required field"),
    ],
)
def test_a_file_that_is_no_pack_is_told_as_such(tmp_path: Path, octets: bytes, reason: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(octets)
    with pytest.raises(ConfigError, match=reason):
        read_pack(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_pack(tmp_path / "missing.toml")
