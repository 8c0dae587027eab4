"""Which rules a process is under, as its configuration says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from openesim.apps.conditions import assignment_of, rule_book_of
from openesim.apps.config import Config, RulesSection, read_config
from openesim.apps.config_check import Verdict, check_configuration
from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.rules.writing import write_pack
from openesim.kernel.errors import ConfigError
from openesim.services.rules import shipped_packs

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
TEXT = """
[rules]
usual = "cn-2025-trial"
folder = "packs"

[rules.operators]
qinghe = "mine"

[rules.services]
"qinghe/iot" = "cn-iot"
"a/b/watch" = "open"
"""


def laboratory(folder: Path, text: str = TEXT) -> Config:
    (folder / "packs").mkdir(exist_ok=True)
    test = next(pack for pack in shipped_packs() if pack.id == "test")
    mine = write_pack(test).replace('id = "test"', 'id = "mine"')
    (folder / "packs" / "mine.toml").write_text(mine, encoding="utf-8")
    (folder / "openesim.toml").write_text(text, encoding="utf-8")
    return read_config(folder)


def test_a_laboratory_asks_nothing() -> None:
    assert rule_book_of(Config()).asks_nothing("anybody", NOW)


def test_operators_and_their_services_are_under_the_packs_that_are_named(tmp_path: Path) -> None:
    book = rule_book_of(laboratory(tmp_path))
    assert book.pack_for("yuanshan", ServiceClass.PHONE, NOW).id == "cn-2025-trial"
    assert book.pack_for("qinghe", ServiceClass.PHONE, NOW).id == "mine"
    assert book.pack_for("qinghe", ServiceClass.IOT, NOW).id == "cn-iot"
    assert book.pack_for("a/b", ServiceClass.WATCH, NOW).id == "open"


@pytest.mark.parametrize("key", ["qinghe", "qinghe/spoon", "/phone", "qinghe/"])
def test_a_service_is_an_operator_and_a_class(key: str) -> None:
    with pytest.raises(ConfigError, match="OPERATOR/CLASS; classes are phone"):
        assignment_of(RulesSection(services={key: "open"}))


def test_a_folder_that_is_none_and_a_pack_that_is_none_are_told(tmp_path: Path) -> None:
    config = laboratory(tmp_path, '[rules]\nfolder = "nowhere"\n')
    with pytest.raises(ConfigError, match="is no folder with rule packs"):
        rule_book_of(config)
    config = laboratory(tmp_path)
    (tmp_path / "packs" / "bad.toml").write_text("[pack", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"bad\.toml: line 1: this is not TOML"):
        rule_book_of(config)


def findings(folder: Path) -> list[tuple[Verdict, str]]:
    found = check_configuration(folder, is_running=False)
    return [(each.verdict, each.message) for each in found if each.subject == "rules"]


def test_the_check_of_a_configuration_looks_at_the_rules(tmp_path: Path) -> None:
    laboratory(tmp_path)
    ((verdict, message),) = findings(tmp_path)
    assert verdict is Verdict.OK
    assert message.startswith("usually cn-2025-trial; packs of files: cn-2025-trial, cn-iot")
    laboratory(tmp_path, '[rules]\nusual = "elsewhere"\n')
    assert [verdict for verdict, _ in findings(tmp_path)] == [Verdict.WARNING, Verdict.OK]
    laboratory(tmp_path, '[rules.services]\n"a" = "open"\n')
    assert [verdict for verdict, _ in findings(tmp_path)] == [Verdict.ERROR]
