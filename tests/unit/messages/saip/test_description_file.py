"""A description in TOML is read, or refused with key, line and what to write instead."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.kernel.errors import DecodeError
from openesim.messages.saip.aka import Algorithm
from openesim.messages.saip.description import KEY_TYPE_DES, SuciCalculator
from openesim.messages.saip.description_file import parse_description
from openesim.messages.saip.suci_information import NULL_SCHEME, HomeNetworkKey, SchemeChoice

BASE = """\
operator_name = "Example Mobile"
mcc = "001"
mnc = "01"
iccid = "8900100000000000002"
imsi = "001010123456789"
k = "465B5CE8B199B49FAA5F0A2EE238A6BC"
opc = "CD63CB71954A9F4E48A5994E37A02BAF"
puk1 = "73829164"
pin2 = "8462"
puk2 = "94618273"
adm1 = "1032547698BADCFE"
"""
KEY_A = "5a8d38864820197c3394b92613b20b91633cbd897119273bf8e4a6f4eec0a650"  # TS 33.501 C.4.3
KEY_B = "0272da71976234ce833a6907425867b82e074d44ef907dfb4b3e21c1c2256ebcd1"  # TS 33.501 C.4.4


def test_the_example_of_the_repository_is_a_description() -> None:
    path = Path(__file__).parents[4] / "examples" / "profile.toml"
    described = parse_description(path.read_text(encoding="utf-8"))
    assert described.imsi == "001010000000001"
    assert described.isim


def test_what_is_left_out_has_the_usual_value() -> None:
    described = parse_description(BASE)
    assert described.algorithm is Algorithm.MILENAGE
    assert described.five_g is None
    assert described.ota is None
    assert described.emergency_numbers == ("112", "911")


def test_everything_that_can_be_said_is_read() -> None:
    described = parse_description(
        BASE
        + f"""
spn = "Example"
msisdn = "491701234567"
smsc = "491700000000"
gid1 = "ABCD"
gid2 = "01"
access_classes = [11, 15]
preferred_plmns = ["00102", "310410"]
user_plmns = ["26201"]
equivalent_home_plmns = ["00101", "00103"]
forbidden_plmns = ["99999"]
emergency_numbers = ["112"]
pin1 = "4711"
pin1_enabled = true
isim = false
gsm_access = false

[ota]
kic = "{"0F1C2D3E4B5A69788796A5B4C3D2E1F0"}"
kid = "{"1F0C2D3E4B5A69788796A5B4C3D2E1F0"}"
kik = "{"2F0C1D3E4B5A69788796A5B4C3D2E1F0"}"
version = 3
key_type = "des"
minimum_security_level = 0x12

[five_g]
routing_indicator = "71"
suci_by = "usim"
allow_null_scheme = true

[[five_g.keys]]
scheme = "a"
id = 27
public_key = "{KEY_A}"

[[five_g.keys]]
scheme = "b"
id = 28
public_key = "{KEY_B}"
"""
    )
    assert described.msisdn == "491701234567"
    assert described.gid2 == b"\x01"
    assert described.access_classes == (11, 15)
    assert described.forbidden_plmns == ("99999",)
    assert (described.pin1, described.pin1_enabled, described.isim) == ("4711", True, False)
    assert described.ota is not None
    assert (described.ota.version, described.ota.key_type) == (3, KEY_TYPE_DES)
    five_g = described.five_g
    assert five_g is not None
    assert (five_g.routing_indicator, five_g.suci_by) == ("71", SuciCalculator.USIM)
    assert five_g.suci.schemes == (SchemeChoice(1, 1), SchemeChoice(2, 2), SchemeChoice(0, 0))
    assert five_g.suci.keys[0] == HomeNetworkKey(27, bytes.fromhex(KEY_A))


def test_without_home_network_keys_nothing_is_concealed() -> None:
    described = parse_description(BASE + "[five_g]\n")
    assert described.five_g is not None
    assert described.five_g.suci == NULL_SCHEME


def test_opc_is_derived_from_op() -> None:
    # 3GPP TS 35.207 test set 1
    text = BASE.replace("opc = ", "op = ").replace(
        "CD63CB71954A9F4E48A5994E37A02BAF", "CDC202D5123E20F62B6D676AC72CB318"
    )
    assert parse_description(text).opc.hex() == "cd63cb71954a9f4e48a5994e37a02baf"


def test_topc_is_derived_from_top() -> None:
    # 3GPP TS 35.233 test set 1
    text = BASE.replace("465B5CE8B199B49FAA5F0A2EE238A6BC", "AB" * 16).replace(
        'opc = "CD63CB71954A9F4E48A5994E37A02BAF"', f'algorithm = "tuak"\nop = "{"55" * 32}"'
    )
    assert parse_description(text).opc.hex() == (
        "bd04d9530e87513c5d837ac2ad954623a8e2330c115305a73eb45d1f40cccbff"
    )


def test_the_test_algorithm_needs_no_opc() -> None:
    text = BASE.replace('opc = "CD63CB71954A9F4E48A5994E37A02BAF"', 'algorithm = "usim_test_algorithm"')
    assert parse_description(text).opc == b""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('imsi = "0', 'imsi = 1 # "', 'imsi: line 5: must be text in quotes; write imsi = "001010000000001"'),
        ("operator_name", "operater_name", "operater_name: line 1: is no key of a description; did you mean operator_name?"),
        ("mcc =", "zzz =", "zzz: line 2: is no key of a description; known are operator_name"),
        ('imsi = "001010123456789"\n', "", 'imsi: is missing; write imsi = "001010000000001"'),
        ("opc = ", "# ", "opc: is missing, and so is op; write opc = 32 hexadecimal digits in quotes, 64 with TUAK"),
        ("k = ", 'op = "00"\nk = ', "op: line 6: stands beside opc: one of the two is enough"),
        ('"73829164"', '"7382"', "puk1: line 8: must have 8 digits"),
        ('"73829164"', '"7382916x"', 'puk1: line 8: must consist of digits; write puk1 = "84629173"'),
        ("465B5C", "465X5C", "k: line 6: must be hexadecimal digits, two for each octet"),
        ('"00101012', '"26201012', "imsi: line 5: must begin with MCC and MNC"),
        ('"890010000', '"8900100x0', "iccid: line 4: ICCID must consist of decimal digits"),
        ("mcc", "isim = 1\nmcc", "isim: line 2: must be true or false, without quotes; write isim = true"),
        ("mcc", 'algorithm = "a5"\nmcc', "algorithm: line 2: must be one of milenage, tuak, usim_test_algorithm"),
        ("mcc", 'preferred_plmns = "00101"\nmcc', "preferred_plmns: line 2: must be a list in brackets"),
        ("mcc", "access_classes = [3]\nmcc", "access_classes: line 2: must lie between 11 and 15"),
        ("mcc", 'access_classes = ["11"]\nmcc', "access_classes: line 2: must be a number, without quotes"),
        ("mcc", "emergency_numbers = []\nmcc", "emergency_numbers: line 2: must not be empty"),
        ("mcc", 'forbidden_plmns = ["1"]\nmcc', "forbidden_plmns: line 2: must have 5 or 6 digits each"),
        ("mcc", "ota = 1\nmcc", "ota: line 2: must be a table, headed by [ota]"),
        ("mcc = ", "mcc ", "this is no TOML: Expected '=' after a key in a key/value pair (at line 2"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_line_and_remedy(old: str, new: str, told: str) -> None:
    assert old in BASE
    with pytest.raises(DecodeError) as caught:
        parse_description(BASE.replace(old, new, 1))
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("[ota]", "ota.kic: line 13: is missing; write kic = 32 hexadecimal digits in quotes"),
        ("[five_g]\nsuci_by = 'me'", "five_g.suci_by: line 14: must be one of terminal, usim"),
        ("[five_g]\nrouting_indicator = '12345'", "five_g.routing_indicator: line 14: must have 1 to 4 digits"),
        ("[five_g]\nkeys = 1", "five_g.keys: line 14: must be tables, each headed by [[five_g.keys]]"),
        ("[five_g]\n[[five_g.keys]]\nscheme = 'c'", "five_g.keys.scheme: line 15: must be one of a, b"),
        ("[five_g]\n[[five_g.keys]]\nscheme = 'a'\nid = 1", "five_g.keys.public_key: line 14: is missing"),
        (f"[five_g]\n[[five_g.keys]]\nscheme = 'b'\nid = 1\npublic_key = '{KEY_A}'", "protection scheme 2 has a key of 32 octets"),
        (f"[five_g]\n[[five_g.keys]]\nscheme = 'a'\nid = 999\npublic_key = '{KEY_A}'", "five_g.keys: line 14: must have an id between 0 and 255"),
        ("[fiveg]", "fiveg: line 13: is no key of a description; did you mean five_g?"),
    ],
)  # fmt: skip
def test_tables_are_looked_at_alike(table: str, told: str) -> None:
    with pytest.raises(DecodeError) as caught:
        parse_description(f"{BASE}\n{table}\n")
    assert told in str(caught.value)


def test_a_refusal_tells_no_secret() -> None:
    with pytest.raises(DecodeError) as caught:
        parse_description(BASE.replace('"465B5CE8B199B49FAA5F0A2EE238A6BC"', '"465B5CE8B199B49F"'))
    assert "465B" not in str(caught.value)
    assert "k: line 6: must have 16 octets" in str(caught.value)


@given(st.text(max_size=80))
def test_any_text_is_a_description_or_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        parse_description(text)


@given(
    st.sampled_from(BASE.splitlines()),
    st.one_of(st.text(max_size=20), st.integers(), st.booleans(), st.just([])),
)
def test_any_value_is_taken_or_refused(line: str, value: object) -> None:
    written = str(value).lower() if not isinstance(value, str) else f'"{value}"'
    text = BASE.replace(line, f"{line.partition('=')[0]}= {written}")
    with suppress(DecodeError):
        assert parse_description(text).mcc == "001"
