"""Keys that standards print are known."""

import json
from pathlib import Path
from typing import Any

from openesim.messages.saip.check_secrets import is_well_known


def keys_in(value: Any) -> set[bytes]:
    if isinstance(value, dict):
        own = {bytes.fromhex(value["k"])} if isinstance(value.get("k"), str) else set()
        return own.union(*map(keys_in, value.values()))
    return set().union(*map(keys_in, value)) if isinstance(value, list) else set()


def test_every_key_of_the_published_figures_is_known(shared: Path) -> None:
    keys = set[bytes]()
    for folder in ("milenage", "tuak"):
        for path in (shared / "vectors" / folder).glob("*.json"):
            keys |= keys_in(json.loads(path.read_text()))
    assert len(keys) > 20
    assert [key.hex() for key in keys if not is_well_known(key)] == []


def test_a_key_that_was_drawn_is_not_known() -> None:
    assert not is_well_known(bytes.fromhex("7a1c5ce8b1d94b3e6f20a8c713955d04"))
