"""Packages of the stock become one order's: its ICCID inside, and where the chip shall report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openesim.kernel.ids import Iccid, Imsi
from openesim.messages.saip.package import decode_package
from openesim.messages.saip.personalise import Subscriber, with_subscriber
from openesim.messages.sgp22.metadata import (
    IconType,
    NotificationConfigurationInformation,
    ProfileClass,
    StoreMetadataRequest,
)
from openesim.messages.sgp22.types import NotificationEvent, OperatorId, PprIds
from openesim.provisioning.smdp.packages import prepare_package
from tests.support.chip import node, swapped
from tests.support.rig import FQDN, ICCID, make_package, package_octets

OTHERS = [Iccid("8988211000000000025"), Iccid("89882110000000000334"), Iccid("898821100000000041")]


def test_an_order_with_the_package_s_own_iccid_gets_it_as_it_is() -> None:
    stored = make_package()
    assert prepare_package(stored, ICCID, FQDN).octets is stored.octets


@pytest.mark.parametrize("iccid", OTHERS, ids=["19 digits", "20 digits", "18 digits"])
def test_the_order_s_iccid_stands_in_header_file_and_metadata(iccid: Iccid) -> None:
    prepared = prepare_package(make_package(), iccid, FQDN)
    assert len(prepared.octets) == len(package_octets())
    assert decode_package(prepared.octets).iccid == iccid
    assert swapped(iccid) in prepared.octets
    assert swapped(ICCID) not in prepared.octets
    assert node(prepared.metadata.octets)[0x5A].value == swapped(iccid)


def test_a_subscriber_s_numbers_and_keys_stand_in_the_package() -> None:
    subscriber = Subscriber(iccid=OTHERS[0], imsi=Imsi("001010000000042"), key=b"a key of 16 octs")
    prepared = prepare_package(make_package(), OTHERS[0], FQDN, subscriber)
    assert prepared.octets == with_subscriber(package_octets(), make_package().points, subscriber)
    assert b"a key of 16 octs" in prepared.octets
    assert node(prepared.metadata.octets)[0x5A].value == swapped(OTHERS[0])


def test_the_chip_reports_enable_disable_and_delete_to_us() -> None:
    metadata = prepare_package(make_package(), ICCID, FQDN).metadata
    assert StoreMetadataRequest.decode(metadata.octets) == metadata.value
    assert metadata.value.notification_configuration_info == (
        NotificationConfigurationInformation(
            profile_management_operation=NotificationEvent(2 | 4 | 8), notification_address=FQDN
        ),
    )


def test_addresses_that_the_package_names_are_left_alone() -> None:
    own = (
        NotificationConfigurationInformation(
            profile_management_operation=NotificationEvent(8), notification_address="other.example.com"
        ),
    )
    stored = make_package(metadata=replace(make_package().metadata, notification_configuration_info=own))
    metadata = prepare_package(stored, ICCID, FQDN).metadata.value
    assert metadata.notification_configuration_info == own


def test_everything_else_the_user_sees_is_passed_on() -> None:
    shown = replace(
        make_package().metadata,
        icon_type=IconType.PNG,
        icon=b"png",
        profile_class=ProfileClass.TEST,
        profile_owner=OperatorId(mcc_mnc=b"\x00\xf1\x10", gid1=b"\1"),
        profile_policy_rules=PprIds(2),
    )
    metadata = prepare_package(make_package(metadata=shown), ICCID, FQDN).metadata.value
    assert replace(metadata, notification_configuration_info=None) == shown
