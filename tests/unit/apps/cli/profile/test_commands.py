"""``openesim profile``, from the outside."""

import json
from pathlib import Path

import pytest

from openesim.kernel.errors import ConfigError, DecodeError
from openesim.kernel.ids import Iccid
from openesim.messages.saip.package import decode_package
from openesim.messages.saip.personalise import find_patch_points, with_iccid
from tests.unit.apps.cli.profile.conftest import Run


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
