"""The templates are those of the fact sheet, which somebody else typed."""

import re
from pathlib import Path

import pytest

from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.members import MEMBERS
from openesim.messages.saip.templates import KNOWN_TEMPLATES, FileType, template, template_kind

_SECTION = re.compile(
    r"\*\*(\w+) — OID ([\d.]+), (not by default|by default).*?\*\*\n\n(.*?)(?=\n\n|\Z)", re.DOTALL
)


@pytest.fixture(scope="session")
def fact_sheet(shared: Path) -> str:
    text = (shared.parent / "saip-profile.md").read_text(encoding="utf-8")
    return text[text.index("## 11.") :]


def test_every_row_of_the_fact_sheet_is_in_its_template(fact_sheet: str) -> None:
    rows = 0
    for _name, oid, by_default, body in _SECTION.findall(fact_sheet):
        known = template(oid)
        assert known is not None
        assert known.by_default == (by_default == "by default")
        for line in body.splitlines()[2:]:
            name, fid, kind, size, rule, sfi, _default, content, _services, update, *_ = [
                *(one.strip() for one in line.strip("|").split("|")),
                "",
                "",
            ]
            row = next(one for one in known.rows.values() if one.name == name)
            assert row.file_type == kind, (oid, name)
            assert (row.fid.hex().upper() if row.fid else "-") == fid[:4], (oid, name)
            assert row.rule == int(rule), (oid, name)
            assert (f"{row.sfi:02X}" if row.sfi is not None else "-") == sfi, (oid, name)
            assert row.needs_content == (content == "Y"), (oid, name)
            assert row.high_update == (update == "HU"), (oid, name)
            if "n" not in size:
                number, _, length = size.rpartition("x")
                assert row.size == int(length) * int(number or 1), (oid, name)
            rows += 1
    assert rows == 256


def test_every_row_stands_for_a_file_of_the_module() -> None:
    for oid in KNOWN_TEMPLATES:
        known = template(oid)
        assert known is not None
        assert set(known.rows) <= set(MEMBERS[known.kind]), oid


def test_services_are_numbers_of_the_service_table() -> None:
    known = template("2.23.143.1.2.5")
    assert known is not None
    assert known.rows["ef-msisdn"].services == (21,)
    assert known.rows["ef-mmsucp"].services == (52, 55)


def test_a_version_holds_the_rows_of_those_before_it() -> None:
    first, fourth = template("2.23.143.1.2.13"), template("2.23.143.1.2.13.4")
    assert first is not None
    assert fourth is not None
    assert set(first.rows) < set(fourth.rows)
    assert first.rows["ef-5gs3gppnsc"].record_length == 57
    assert fourth.rows["ef-5gs3gppnsc"].record_length == 62


def test_a_range_of_identifiers_is_kept() -> None:
    known = template("2.23.143.1.2.6")
    assert known is not None
    row = known.rows["ef-adn"]
    assert (row.fid, row.last_fid, row.file_type) == (b"\x4f\x58", b"\x4f\x5f", FileType.LINEAR_FIXED)


@pytest.mark.parametrize("oid", ["2.23.143.1.2.4.3", "2.23.143.1.2.99", "2.999.1", "2.23.143.1.2.x", ""])
def test_a_template_of_others_is_not_known(oid: str) -> None:
    assert template(oid) is None


def test_csim_is_known_by_name_without_its_rows() -> None:
    known = template("2.23.143.1.2.10")
    assert known is not None
    assert (known.kind, known.rows) == (ElementKind.CSIM, {})
    assert template_kind("2.23.143.1.2.11") is ElementKind.OPT_CSIM
