"""``openesim profile``, from the outside."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from openesim.adapters.apdu.software import SoftwareCard
from openesim.apps.cli import order
from openesim.kernel.errors import ConfigError, DecodeError, NotFoundError
from openesim.kernel.ids import Iccid
from openesim.messages.saip.package import decode_package
from openesim.messages.saip.personalise import find_patch_points, with_iccid
from openesim.messages.sgp22.euicc_info import EuiccInfo2, UiccCapability
from tests.unit.apps.cli.profile.conftest import Run
from tests.unit.provisioning.euicc import laboratory


def test_a_package_is_shown_as_a_tree(run: Run, package_file: Path) -> None:
    printed = run("show", package_file).stdout
    lines = printed.splitlines()
    assert lines[0].startswith("testland.der")
    for wanted in ("EF.IMSI  6F07  9 octets", "ADF.USIM  7FD0", "value: <secret>", "EF.ARR", "access rules"):
        assert wanted in printed, wanted
    assert "key: <secret>" in printed


def test_files_are_shown_with_access_and_octets_when_asked_for(run: Run, package_file: Path) -> None:
    printed = run("show", package_file, "--files").stdout
    assert "access  read: PIN1, update, deactivate, activate, delete: ADM1" in printed
    assert "octets  " in printed
    assert "sfi  7" in printed


def test_keys_are_shown_when_asked_for(run: Run, package_file: Path) -> None:
    (parameter,) = (one for one in json.loads(run("show", package_file, "--json", "--keys").stdout) if one["label"] == "akaParameter (7)")  # fmt: skip
    key = parameter["fields"]["algo_configuration"]["key"]
    assert len(key) == 32
    assert key in run("show", package_file, "--keys").stdout
    assert key not in run("show", package_file).stdout
    assert key not in run("show", package_file, "--json").stdout


def test_hexadecimal_and_standard_input_are_read_too(run: Run, package_file: Path, tmp_path: Path) -> None:
    octets = package_file.read_bytes()
    text = tmp_path / "package.hex"
    text.write_text(octets.hex("\n", 32) + "\n")
    wanted = json.loads(run("show", package_file, "--json").stdout)
    assert json.loads(run("show", text, "--json").stdout) == wanted
    assert json.loads(run("show", "-", "--json", stdin=octets).stdout) == wanted


def test_a_profile_type_that_a_server_keeps_is_read_by_its_name(
    run: Run, package_file: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with pytest.raises(ConfigError, match="no profile types"):
        run("show", "testland", "--data", data)
    orders = tmp_path / "orders.toml"
    orders.write_text(f'[[order]]\nprofile = "{package_file.name}"\n')
    assert CliRunner().invoke(order.app, ["import", str(orders), "--data", str(data)]).exit_code == 0
    wanted = run("show", package_file, "--json").stdout
    assert run("show", "testland", "--data", data, "--json").stdout == wanted
    assert run("check", "testland", "--data", data).exit_code == 0
    with pytest.raises(NotFoundError, match="northland"):
        run("show", "northland", "--data", data)


def test_a_damaged_package_is_refused_with_element_and_octet(
    run: Run, tmp_path: Path, package_file: Path
) -> None:
    octets = package_file.read_bytes()
    second = decode_package(octets).elements[1].offset
    path = tmp_path / "damaged.der"
    path.write_bytes(octets[: second + 40])
    with pytest.raises(
        DecodeError, match=rf"element 1: length overruns what encloses it at octet {second}"
    ) as caught:
        run("show", path)
    assert caught.value.explanation is not None
    assert "damaged.der" in caught.value.explanation.cause


def test_a_file_that_is_not_there_is_a_matter_of_configuration(run: Run, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        run("show", tmp_path / "nothing.der")


def test_differences_are_told_by_element(run: Run, package_file: Path, tmp_path: Path) -> None:
    octets = package_file.read_bytes()
    other = tmp_path / "other.der"
    other.write_bytes(with_iccid(octets, find_patch_points(octets), Iccid.parse("8949012345678901234")))
    printed = run("diff", package_file, other).stdout
    assert "EF.ICCID" in printed
    assert "+ 8949012345678901234" in printed
    found = json.loads(run("diff", package_file, other, "--json").stdout)
    assert [(one["element"], one["place"], one["after"]) for one in found] == [
        ("header", "iccid", "8949012345678901234"),
        ("mf", "EF.ICCID", "8949012345678901234"),
    ]


def test_equal_packages_say_the_same(run: Run, package_file: Path) -> None:
    assert run("diff", package_file, package_file).stdout == "The packages say the same.\n"
    assert json.loads(run("diff", package_file, package_file, "--json").stdout) == []


def test_secrets_that_differ_are_not_told(run: Run, package_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.der"
    octets = package_file.read_bytes()
    points = find_patch_points(octets)
    ((at, length),) = points.usims[0].keys
    other.write_bytes(octets[:at] + bytes(range(60, 60 + length)) + octets[at + length :])
    assert (
        run("diff", package_file, other).stdout
        == "akaParameter\n  algo_configuration: key  differ (secret)\n"
    )


def test_a_good_package_passes_and_is_told_what_its_keys_allow(run: Run, package_file: Path) -> None:
    result = run("check", package_file)
    assert result.exit_code == 0
    assert "testland.der: 0 errors" in result.stdout


def damaged(package_file: Path) -> Path:
    """A package whose EF.ICCID differs from its header."""
    octets = package_file.read_bytes()
    at = find_patch_points(octets).ef_iccid
    package_file.write_bytes(octets[:at] + b"\x98" * 10 + octets[at + 10 :])
    return package_file


def test_errors_end_with_exit_code_1_and_name_rule_element_and_reason(run: Run, package_file: Path) -> None:
    result = run("check", damaged(package_file))
    assert result.exit_code == 1
    assert "iccid.equal" in result.stdout
    assert "EF.ICCID differs from the header" in result.stdout
    result = run("check", package_file, "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert not document["ok"]
    assert {"rule": "iccid.equal", "severity": "error", "element": "mf (1)", "reason": "EF.ICCID differs from the header"} in document["findings"]  # fmt: skip


def test_a_chip_is_asked_by_its_euicc_info2(run: Run, package_file: Path, tmp_path: Path) -> None:
    chip = laboratory.new_card(seed="check").execute(bytes.fromhex("BF2200"))
    assert run("check", package_file, "--euicc-info2", chip.hex()).exit_code == 0
    info = EuiccInfo2.decode(chip)
    poor = replace(info, uicc_capability=UiccCapability(UiccCapability.USIM_SUPPORT)).encode()
    path = tmp_path / "info2.der"
    path.write_bytes(poor)
    result = run("check", package_file, "--euicc-info2", path)
    assert result.exit_code == 1
    assert "chip.service" in result.stdout
    assert "chip has no milenage, which the header asks for" in result.stdout


@pytest.mark.parametrize("text", ["nonsense", "BF2203", ""])
def test_what_is_no_euicc_info2_is_refused(run: Run, package_file: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="--euicc-info2"):
        run("check", package_file, "--euicc-info2", text)


def test_a_card_is_asked_what_its_chip_can_do(run: Run, package_file: Path, tmp_path: Path) -> None:
    card = tmp_path / "phone.card"
    SoftwareCard.create(card, laboratory.new_nvm())
    result = run("check", package_file, "--card", card)
    assert result.exit_code == 0
    with pytest.raises(NotFoundError):
        run("check", package_file, "--card", tmp_path / "nothing.card")


def test_one_chip_at_a_time(run: Run, package_file: Path) -> None:
    assert run("check", package_file, "--card", "x", "--euicc-info2", "BF22").exit_code == 2


def test_the_page_of_rules_is_the_table_of_rules(run: Run) -> None:
    page = Path(__file__).parents[5].joinpath("docs", "profile-rules.md").read_text(encoding="utf-8")
    assert page.endswith(run("rules").stdout)


def test_a_new_description_works_as_it_stands_and_is_its_owners_alone(run: Run, tmp_path: Path) -> None:
    text, package = tmp_path / "made" / "profile.toml", tmp_path / "made" / "profile.der"
    printed = run("new", text, "--operator", "Northwind", "--mcc", "310", "--mnc", "410").stdout
    assert f"openesim profile build {text} {package}" in printed
    result = run("build", text, package)
    assert result.exit_code == 0
    assert "17 elements" in result.stdout
    assert "0 errors, 0 warnings" in result.stderr
    assert run("check", package).exit_code == 0
    assert [path.stat().st_mode & 0o777 for path in (text, package)] == [0o600, 0o600]
    first = package.read_bytes()
    run("build", text, package)
    assert package.read_bytes() == first


def test_a_description_is_not_replaced_unless_asked_for(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    run("new", path)
    before = path.read_text()
    with pytest.raises(ConfigError, match="--force"):
        run("new", path)
    assert path.read_text() == before
    run("new", path, "--force")
    assert path.read_text() != before
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_package_that_is_built_is_told_to_programs(run: Run, tmp_path: Path) -> None:
    example = Path(__file__).parents[5] / "examples" / "profile.toml"
    out = tmp_path / "travel.der"
    document = json.loads(run("build", example, out, "--json").stdout)
    assert document["ok"]
    assert document["iccid"] == "8999901000000000013"
    assert document["octets"] == out.stat().st_size
    assert [one["rule"] for one in document["findings"]] == ["aka.well-known-key"]


def test_a_description_that_is_wrong_makes_nothing(run: Run, tmp_path: Path) -> None:
    text, out = tmp_path / "profile.toml", tmp_path / "profile.der"
    run("new", text)
    text.write_text(text.read_text().replace("imsi = ", "imsy = "))
    with pytest.raises(
        DecodeError, match=r"imsy: line 13: is no key of a description; did you mean imsi\?"
    ) as caught:
        run("build", text, out)
    assert caught.value.explanation is not None
    assert not out.exists()


def test_what_is_no_text_is_no_description(run: Run, package_file: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="UTF-8"):
        run("build", package_file, tmp_path / "out.der")
