"""ES10c: what the chip tells of its profiles, nickname, EID. The rules of switching stand in test_profiles."""

import pytest

from openesim.adapters.apdu.software import MemoryCard
from openesim.encoding import tlv
from openesim.kernel.errors import CardError
from openesim.messages.sgp22.es10c import ProfileInfoListError, ProfileInfoListResponse
from openesim.messages.sgp22.metadata import IconType, ProfileClass, ProfileInfo, ProfileState
from openesim.messages.sgp22.types import OperatorId
from tests.unit.provisioning.euicc import laboratory as lab

ICON = b"\x89PNG icon"


@pytest.fixture(scope="module")
def card() -> MemoryCard:
    """A chip with an operational profile that has everything, and a provisioning profile."""
    card = lab.new_card()
    owner = OperatorId(mcc_mnc=bytes.fromhex("00f110"), gid1=b"\x01")
    lab.install(card, icon_type=IconType.PNG, icon=ICON, profile_owner=owner)
    lab.install(card, lab.SECOND_ICCID, profile_class=ProfileClass.PROVISIONING)
    return card


def listed(card: MemoryCard, command: str) -> tuple[ProfileInfo, ...]:
    answer = ProfileInfoListResponse.decode(card.execute(bytes.fromhex(command)))
    assert isinstance(answer, tuple)
    return answer


def test_without_a_tag_list_the_usual_is_told(card: MemoryCard) -> None:
    first, second = listed(card, "BF2D00")
    assert first == ProfileInfo(
        iccid=lab.ICCID,
        isdp_aid=bytes.fromhex("A0000005591010FFFFFFFF8900001000"),
        profile_state=ProfileState.DISABLED,
        service_provider_name="Operator",
        profile_name="Plan",
        icon_type=IconType.PNG,
        profile_class=ProfileClass.OPERATIONAL,
    )
    assert (second.iccid, second.profile_class) == (lab.SECOND_ICCID, ProfileClass.PROVISIONING)


def test_only_what_is_asked_for_is_told(card: MemoryCard) -> None:
    info, _ = listed(card, "BF2D055C035A9F70")
    assert info == ProfileInfo(iccid=lab.ICCID, profile_state=ProfileState.DISABLED)


def test_everything_can_be_asked_for(card: MemoryCard) -> None:
    tags = "5A4F9F70909192939495B6B7B899BF76"
    info, _ = listed(card, f"BF2D125C10{tags}")
    assert info.icon == ICON
    assert info.profile_owner is not None
    assert info.notification_configuration_info is not None
    assert info.profile_policy_rules is None
    assert info.ref_ar_do is None


def test_unknown_tags_are_passed_over(card: MemoryCard) -> None:
    info, _ = listed(card, "BF2D045C025A9A")
    assert info == ProfileInfo(iccid=lab.ICCID)


@pytest.mark.parametrize("tags", ["9F", "5A9F", "5ABF", "9FFF"])
def test_a_tag_list_that_is_cut_short_is_refused(card: MemoryCard, tags: str) -> None:
    tag_list = tlv.encode(0x5C, bytes.fromhex(tags))
    answer = ProfileInfoListResponse.decode(card.execute(tlv.encode(0xBF2D, tag_list)))
    assert answer == ProfileInfoListError.INCORRECT_INPUT_VALUES


def search(criteria: bytes, *, wrapped: bool = True) -> str:
    return tlv.encode(0xBF2D, tlv.encode(0xA0, criteria) if wrapped else criteria).hex()


@pytest.mark.parametrize("wrapped", [True, False], ids=["as the standard says", "as Android sends it"])
def test_a_profile_is_found_by_iccid_aid_or_class(card: MemoryCard, wrapped: bool) -> None:
    criteria = {
        lab.SECOND_ICCID: [
            tlv.encode(0x5A, lab.SECOND_ICCID.octets),
            tlv.encode(0x4F, bytes.fromhex("A0000005591010FFFFFFFF8900001100")),
            tlv.encode(0x95, b"\x01"),
        ],
        lab.ICCID: [tlv.encode(0x95, b"\x02")],
    }
    for iccid, ways in criteria.items():
        for way in ways:
            assert [info.iccid for info in listed(card, search(way, wrapped=wrapped))] == [iccid]


@pytest.mark.parametrize(
    "criteria",
    [tlv.encode(0x5A, lab.THIRD_ICCID.octets), tlv.encode(0x95, b"\x00"), tlv.encode(0x4F, b"\x01")],
)
def test_finding_none_is_an_empty_list(card: MemoryCard, criteria: bytes) -> None:
    assert card.execute(bytes.fromhex(search(criteria))).hex() == "bf2d02a000"


def test_a_chip_without_profiles_lists_none() -> None:
    assert lab.new_card().execute(bytes.fromhex("BF2D00")).hex() == "bf2d02a000"


def test_a_nickname_is_given_shown_and_taken_away() -> None:
    card = lab.new_card()
    lab.install(card)
    identifier = tlv.encode(0x5A, lab.ICCID.octets)
    name = "Büro 办公室"
    command = tlv.encode(0xBF29, identifier + tlv.encode(0x90, name.encode()))
    assert card.execute(command).hex() == "bf2903800100"
    assert listed(card, "BF2D00")[0].profile_nickname == name
    assert card.execute(tlv.encode(0xBF29, identifier + b"\x90\x00")).hex() == "bf2903800100"
    assert listed(card, "BF2D00")[0].profile_nickname is None


def test_a_nickname_needs_a_profile() -> None:
    command = tlv.encode(0xBF29, tlv.encode(0x5A, lab.ICCID.octets) + b"\x90\x01a")
    assert lab.new_card().execute(command).hex() == "bf2903800101"


def test_a_nickname_of_65_characters_is_malformed() -> None:
    command = tlv.encode(0xBF29, tlv.encode(0x5A, lab.ICCID.octets) + tlv.encode(0x90, b"a" * 65))
    with pytest.raises(CardError) as raised:
        lab.new_card().execute(command)
    assert raised.value.status_word == 0x6A80


def test_the_eid_is_told() -> None:
    card = lab.new_card()
    answer = card.execute(bytes.fromhex("BF3E035C015A"))
    assert answer == tlv.encode(0xBF3E, tlv.encode(0x5A, card.nvm.identity.eid.octets))


def test_no_other_data_object_is_told() -> None:
    with pytest.raises(CardError) as raised:
        lab.new_card().execute(bytes.fromhex("BF3E035C0145"))
    assert raised.value.status_word == 0x6A88


@pytest.mark.parametrize("option", ["0780", "0640"])
def test_there_is_no_lpa_in_the_chip(option: str) -> None:
    assert lab.new_card().execute(bytes.fromhex(f"BF42048002{option}")).hex() == "bf4203800101"
