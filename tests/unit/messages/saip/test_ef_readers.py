"""Files say what they hold. The octets are of real cards, as osmocom publishes them in its test data, and of TS.48."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.messages.saip.description import Description
from openesim.messages.saip.ef_readers import _FILES, _RECORDS, BLANK, read_file, read_number
from openesim.messages.saip.file_tree import CardFile
from openesim.messages.saip.filesystem import build_file_system
from openesim.messages.saip.package import Package
from openesim.messages.saip.templates import FileType


def file(member: str, content: str, record_length: int | None = None) -> CardFile:
    kind = FileType.LINEAR_FIXED if record_length else FileType.TRANSPARENT
    octets = bytes.fromhex(content)
    return CardFile("EF", member, kind, b"\x6f\x00", None, content=octets, record_length=record_length)


@pytest.mark.parametrize(
    ("member", "content", "value"),
    [
        ("ef-iccid", "98001032547698103214", "89000123456789012341"),
        ("ef-imsi", "082982608200002080", "228062800000208"),
        ("ef-imsi", "082926101160845740", "262011106487504"),
        ("ef-acc", "0100", [8]),
        ("ef-acc", "802b", [0, 1, 3, 5, 15]),
        ("ef-ad", "00000002", {"mode": "normal", "mnc_digits": 2}),
        ("ef-ad", "01000102", {"mode": "normal, specific", "mnc_digits": 2}),
        ("ef-ad", "00ffff", {"mode": "normal"}),
        (
            "ef-spn",
            "0147534d2d52204348ffffffffffffffff",
            {"name": "GSM-R CH", "shows_network_at_home": True, "hides_itself_abroad": False},
        ),
        ("ef-plmnwact", "62F2104000", [{"plmn": "262-01", "access": ["E-UTRAN"]}]),
        ("ef-hplmnwact", "62F2108000FFFFFF0000", [{"plmn": "262-01", "access": ["UTRAN"]}]),
        ("ef-oplmnwact", "62F2204880", [{"plmn": "262-02", "access": ["E-UTRAN", "NG-RAN", "GSM"]}]),
        ("ef-fplmn", "22F860330420FFFFFF", ["228-06", "334-020"]),
        ("ef-hpplmn", "05", "search for the home network every 30 minutes"),
        ("ef-loci", "47d1264a62f21037211e00", {"area of": "262-01", "state": "updated"}),
        ("ef-loci", "ffffffffffffff0000ff01", {"state": "not updated"}),
        ("ef-est", "03", {"1": "FDN", "2": "BDN"}),
        ("ef-ust", "0000000000000000000000000000000C", {"123": "5G security parameters", "124": "subscription identifier privacy"}),
        ("ef-impi", "801d3030313031303132333435363738394074" + "6573742e336770702e636f6dff", "001010123456789@test.3gpp.com"),
        ("ef-routing-indicator", "F0FFFFFF", "0"),
        ("ef-routing-indicator", "17F2FFFF", "712"),
        ("ef-suci-calc-info", "A0020000FFFF", {"schemes": [{"scheme": "null", "key_index": 0}], "keys": []}),
        ("ef-pl", "656effff", "en"),
        ("ef-gid1", "ABCDFF", "ABCD"),
    ],
)  # fmt: skip
def test_a_file_is_read(member: str, content: str, value: Any) -> None:
    assert read_file(file(member, content)) == value


@pytest.mark.parametrize(
    ("member", "record", "value"),
    [
        ("ef-msisdn", "456967656e65205275666e756d6d6572ffffffff0891947172199181f3ffffffffff", {"name": "Eigene Rufnummer", "number": "+4917279119183"}),
        ("ef-msisdn", "ffffffffffffffffffffffffffffffffffffffff04b12143f5ffffffffffffffffff", {"number": "12345"}),
        ("ef-fdn", "42204841203120536963FFFFFFFFFFFF06810628560810FFFFFFFFFFFFFF", {"name": "B HA 1 Sic", "number": "6082658001"}),
        ("ef-smsp", "534d5343ffffffffffffffffffffffffe1ffffffffffffffffffffffff0891945197109099f9ffffff0000a9", {"name": "SMSC", "service_centre": "+4915790109999", "protocol": "00", "coding": "00", "validity": "A9"}),
        ("ef-ecc", "19f1ff01", {"number": "911", "services": "01"}),
        ("ef-opl", "62f2100000fffe01", {"plmn": "262-01", "areas": "0000 to FFFE", "name_record": 1}),
        ("ef-opl", "216354789abcde12", {"plmn": "123-456", "areas": "789A to BCDE", "name_record": 18}),
        ("ef-dir", "61144F0CA0000000871002FF49FF058950045553494DFFFF", {"aid": "A0000000871002FF49FF0589", "label": "USIM"}),
        ("ef-pcscf", "800501c0a8a001", "192.168.160.1"),
        ("ef-pcscf", "801100657064672e6f736d6f636f6d2e6f7267", "epdg.osmocom.org"),
        ("ef-arr", "800101900080015AA40683010A950108", {"read": "always", "update, deactivate, activate, delete": "ADM1"}),
    ],
)  # fmt: skip
def test_records_are_read_and_blank_ones_left_out(member: str, record: str, value: Any) -> None:
    length = len(record) // 2
    said = read_file(file(member, record + "ff" * length + record, length))
    assert said == {"1": value, "3": value}


def test_a_blank_file_says_so() -> None:
    assert read_file(file("ef-fplmn", "ff" * 12)) == BLANK
    assert read_file(file("ef-sms", "00" + "ff" * 9, 10)) == BLANK


@pytest.mark.parametrize("member", ["ef-impi", "ef-imsi", "ef-pcscf"])
def test_what_cannot_be_read_is_left_to_its_octets(member: str) -> None:
    assert read_file(file(member, "07")) in (None, "", {})


def test_the_own_package_says_what_its_description_says(package: Package, description: Description) -> None:
    tree = build_file_system(package)
    usim, isim = tree.adfs
    said = {one.member: read_file(one) for adf in (usim, isim) for one in adf.walk()}
    assert said["ef-imsi"] == description.imsi
    assert said["ef-msisdn"] == {"1": {"number": f"+{description.msisdn}"}}
    assert said["ef-smsp"] == {"1": {"service_centre": f"+{description.smsc}"}}
    assert said["ef-hplmnwact"] == [{"plmn": "001-01", "access": ["UTRAN", "E-UTRAN", "NG-RAN", "GSM"]}]
    assert said["ef-domain"] == "ims.mnc001.mcc001.3gppnetwork.org"


def test_files_that_no_template_names_are_read_like_their_namesakes(largest_ts48: Package) -> None:
    names = build_file_system(largest_ts48).find(bytes.fromhex("7F106F3A"))
    assert names is not None
    assert read_file(names) == {
        "1": {"name": "Testnr.1", "number": "+498912341"},
        "2": {"name": "Testnr.2", "number": "+498912342"},
    }


def test_a_number_without_digits_is_empty() -> None:
    assert read_number(b"\x01\x91") == ""
    assert read_number(b"\xff") == ""


@given(st.sampled_from(sorted(_FILES | _RECORDS)), st.binary(max_size=60), st.integers(1, 60))
def test_no_octets_break_a_reader(member: str, content: bytes, length: int) -> None:
    kind = FileType.LINEAR_FIXED if member in _RECORDS else FileType.TRANSPARENT
    record_length = length if member in _RECORDS else None
    read_file(CardFile("EF", member, kind, b"\x6f\x00", None, content=content, record_length=record_length))
