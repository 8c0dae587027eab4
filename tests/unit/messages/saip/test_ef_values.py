"""Contents of single files, against octets of the test profiles and of the standards' examples."""

import pytest

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Imsi, Plmn
from openesim.messages.saip import ef_values


def test_the_name_of_the_operator_stands_behind_what_is_shown_with_it() -> None:
    assert ef_values.service_provider_name("GSMA").hex() == "0147534d41" + "ff" * 12


@pytest.mark.parametrize(("digits", "octets"), [("0", "f0ffffff"), ("71", "17ffffff"), ("9876", "8967ffff")])
def test_routing_indicators(digits: str, octets: str) -> None:
    assert ef_values.routing_indicator(digits).hex() == octets


def test_special_access_classes_stand_beside_that_of_the_imsi() -> None:
    assert ef_values.access_classes(Imsi.parse("001010000000003")).hex() == "0008"
    assert ef_values.access_classes(Imsi.parse("001010000000000"), (11, 15)).hex() == "8801"


def test_numbers_as_in_the_phone_book_of_the_test_profile() -> None:
    # TS.48 v7.0, EF 4F3A: 06 91 94982143F1 is +4989123 41
    assert ef_values.number("4989123411")[:7].hex() == "06919498214311"
    assert ef_values.msisdn_record("491701234567").hex() == "ff" * 10 + "0791947110325476" + "ff" * 6
    assert len(ef_values.msisdn_record("1")) == 24


def test_sms_parameters_state_the_service_centre_only() -> None:
    record = ef_values.sms_parameters("491700000000")
    assert len(record) == 38
    assert record.hex() == "ff" * 10 + "fd" + "ff" * 12 + "0791947100000000ffffffff" + "ffffff"


def test_a_service_table_is_read_as_it_is_written() -> None:
    table = ef_values.service_table({1, 8, 9, 27, 136}, 17)
    assert table.hex() == "81010004" + "00" * 12 + "80"
    assert ef_values.services_in(table) == {1, 8, 9, 27, 136}


def test_services_of_the_test_profile_are_those_it_has_files_for() -> None:
    services = ef_values.services_in(bytes.fromhex("9EFFBF1DFF3E0083410310010400403E39"))
    assert {2, 10, 12, 17, 18, 19, 20, 21, 27, 33, 42, 43, 85} <= services
    assert not {1, 6, 7} & services


def test_records_of_the_application_list_as_in_the_test_profile() -> None:
    record = ef_values.application_template(bytes.fromhex("A0000000871002FF49FF0589"), "USIM")
    assert record.hex() == "61144f0ca0000000871002ff49ff058950045553494d"


def test_emergency_numbers_and_administrative_data() -> None:
    assert ef_values.emergency_number("112").hex() == "11f2ff00"
    assert ef_values.emergency_number("911").hex() == "19f1ff00"
    assert ef_values.administrative_data("01").hex() == "00000002"
    assert ef_values.administrative_data("410").hex() == "00000003"


def test_ims_identities_follow_from_the_imsi() -> None:
    imsi = Imsi.parse("234150999999999")
    assert (
        ef_values.private_identity(imsi, Plmn("23415")) == "234150999999999@ims.mnc015.mcc234.3gppnetwork.org"
    )
    assert ef_values.uri("a").hex() == "800161"


@pytest.mark.parametrize("digits", ["123", "123456789", "12 4", "１２３４", ""])
def test_what_is_no_code_is_refused(digits: str) -> None:
    with pytest.raises(DecodeError):
        ef_values.code(digits)


def test_codes_are_padded() -> None:
    assert ef_values.code("1234").hex() == "31323334ffffffff"
    assert ef_values.code("12345678") == b"12345678"
