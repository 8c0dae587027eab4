"""The configuration, written: the example can be read back, every field is described, no secret is shown."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from openesim.apps.config import Config, read_config
from openesim.apps.config_pages import example, masked_values, page, show, without_password
from openesim.apps.config_text import descriptions_of, fields_of, section_of


def sections() -> list[type[msgspec.Struct]]:
    """Returns the sections of the file."""
    return [found for field in fields_of(Config) if (found := section_of(field.type)) is not None]


@pytest.mark.parametrize("section", sections())
def test_every_setting_is_described(section: type[msgspec.Struct]) -> None:
    assert descriptions_of(section).keys() == {field.encode_name for field in fields_of(section)}


def test_the_example_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "openesim.toml").write_text(example(), encoding="utf-8")
    assert read_config(tmp_path) == Config()


def test_every_line_of_the_example_may_be_switched_on(tmp_path: Path) -> None:
    text = re.sub(r"^# (\w+ = )", r"\1", example(), flags=re.MULTILINE)
    assert "\nfqdn = " in text
    (tmp_path / "openesim.toml").write_text(text, encoding="utf-8")
    config = read_config(tmp_path)
    assert config.serve.fqdn == "smdp.example.com"
    assert config.serve.drain_s == 0


def test_the_page_has_every_setting() -> None:
    text = page()
    for section in sections():
        for field in fields_of(section):
            assert f"| `{field.encode_name}` |" in text


def test_what_holds_is_told_with_where_it_comes_from(tmp_path: Path) -> None:
    told = {"serve": {"workers": 2}, "storage": {"database": "host=db password='geh eim' user=x"}}
    (tmp_path / "openesim.toml").write_text(
        "[serve]\nworkers = 2\n[storage]\ndatabase = \"host=db password='geh eim' user=x\"\n",
        encoding="utf-8",
    )
    text = show(read_config(tmp_path), told)
    assert "workers = 2\n" in text
    assert "plain_http = false  # default\n" in text
    assert "# fqdn is not set\n" in text
    assert 'database = "host=db password=*** user=x"\n' in text


def test_a_password_is_shown_to_nobody(tmp_path: Path) -> None:
    (tmp_path / "openesim.toml").write_text(
        '[storage]\ndatabase = "postgresql://me:geheim@db/x"\n', encoding="utf-8"
    )
    assert masked_values(read_config(tmp_path))["storage"]["database"] == "postgresql://me:***@db/x"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql:///x?host=/run&password=geheim", "postgresql:///x?host=/run&password=***"),
        ("postgresql://me@db/x", "postgresql://me@db/x"),
        ("host=db PASSWORD=geheim", "host=db PASSWORD=***"),
        ("postgresql://me:ge:heim@db:5432/x", "postgresql://me:***@db:5432/x"),
    ],
)  # fmt: skip
def test_passwords_are_found_in_every_form(text: str, shown: str) -> None:
    assert without_password(text) == shown
