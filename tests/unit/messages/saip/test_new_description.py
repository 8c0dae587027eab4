"""A new description works as it stands, and always makes the same package."""

import hashlib
import tomllib
from collections.abc import Callable

import pytest

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import is_luhn_valid
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.check import Severity, check_package
from openesim.messages.saip.description_file import FIVE_G_KEYS, KEYS, OTA_KEYS, parse_description
from openesim.messages.saip.new_description import Beginning, new_description
from openesim.messages.saip.package import decode_package


def fixed(seed: int) -> Callable[[int], bytes]:
    """Octets that look random and are the same at every run."""
    state = [seed.to_bytes(8)]

    def draw(count: int) -> bytes:
        state[0] = hashlib.sha256(state[0]).digest()
        return state[0][:count]

    return draw


@pytest.mark.parametrize("seed", range(5))
def test_it_makes_a_package_that_passes_every_check(seed: int) -> None:
    described = parse_description(new_description(Beginning(), fixed(seed)))
    package = decode_package(build_package(described))
    assert [one for one in check_package(package) if one.severity is not Severity.NOTE] == []
    assert is_luhn_valid(described.iccid)
    assert described.imsi.startswith("00101")
    assert package.octets == build_package(described)


def test_two_descriptions_share_no_number_and_no_key() -> None:
    first, second = (tomllib.loads(new_description(Beginning(), fixed(seed))) for seed in (1, 2))
    for key in ("iccid", "imsi", "k", "opc", "puk1", "puk2", "adm1"):
        assert first[key] != second[key]
    assert len({*first["ota"].values(), *second["ota"].values(), first["k"], second["k"]}) == 6 + 2 + 3


def test_it_shows_everything_that_can_be_said() -> None:
    text = new_description(Beginning(), fixed(1))
    unsaid = {"algorithm_options"}
    for key in {*KEYS, *OTA_KEYS, *FIVE_G_KEYS} - unsaid:
        assert f"\n{key} = " in text or f"\n# {key} = " in text, key


def test_operator_and_network_are_those_that_were_named() -> None:
    described = parse_description(
        new_description(Beginning(operator_name='North "wind" \\ 北风', mcc="310", mnc="410"), fixed(1))
    )
    assert described.operator_name == 'North "wind" \\ 北风'
    assert (described.mcc, described.mnc, described.imsi[:6], len(described.imsi)) == (
        "310",
        "410",
        "310410",
        15,
    )
    assert len(described.iccid) == 19


@pytest.mark.parametrize("named", [{"mcc": "1"}, {"mnc": "1234"}, {"mcc": "00a"}, {"operator_name": ""}, {"operator_name": "a\nb"}])  # fmt: skip
def test_what_names_no_network_is_refused(named: dict[str, str]) -> None:
    with pytest.raises(DecodeError) as caught:
        new_description(Beginning(**named), fixed(1))
    assert caught.value.path == (next(iter(named)),)
