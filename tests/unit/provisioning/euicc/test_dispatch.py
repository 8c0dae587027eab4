"""All functions by tag; whatever comes in, the chip answers or says no, and a no changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.adapters.apdu.software import MemoryCard
from openesim.encoding import tlv
from openesim.kernel.errors import CardError
from openesim.provisioning.euicc.dispatch import FUNCTIONS, MOST_OCTETS
from tests.unit.provisioning.euicc import laboratory as lab

FUNCTIONS_OF_V2 = {
    *("GetEuiccConfiguredAddresses", "SetDefaultDpAddress", "PrepareDownload", "GetEUICCChallenge"),
    *("GetEUICCInfo", "ListNotification", "RetrieveNotificationsList", "RemoveNotificationFromList"),
    *("LoadCRL", "AuthenticateServer", "CancelSession", "GetRAT", "GetProfilesInfo", "EnableProfile"),
    *("DisableProfile", "DeleteProfile", "eUICCMemoryReset", "GetEID", "SetNickname", "LpaeActivation"),
}
STATUS_WORDS = {None, 0x6A80, 0x6A88, 0x6985, 0x6700}


def test_every_function_of_version_two_is_there() -> None:
    assert {function.name for function in FUNCTIONS.values()} == FUNCTIONS_OF_V2


@pytest.mark.parametrize("tag", ["BF44", "BF45", "BF4A", "BF4B", "BF4D", "BF51", "3000", "0400", "BF8001"])
def test_functions_of_later_versions_are_not_known(tag: str) -> None:
    card = lab.new_card()
    before = card.euicc
    with pytest.raises(CardError) as raised:
        card.execute(bytes.fromhex(f"{tag}00"))
    assert raised.value.status_word == 0x6A88
    assert card.euicc is before


def test_a_command_without_end_is_refused() -> None:
    with pytest.raises(CardError) as raised:
        lab.new_card().execute(b"\xbf\x2e" + bytes(MOST_OCTETS))
    assert raised.value.status_word == 0x6700


@pytest.mark.parametrize("command", [b"", b"\xbf", b"\x1f"])
def test_without_a_tag_there_is_no_function(command: bytes) -> None:
    with pytest.raises(CardError) as raised:
        lab.new_card().execute(command)
    assert raised.value.status_word == 0x6A80


# --- Bad input ---------------------------------------------------------------------------------------------------


def good_commands() -> list[bytes]:
    """One good command of every function, for the chip that ``prepared_card`` makes."""
    card, smdp = prepared_card()
    iccid = tlv.encode(0x5A, lab.ICCID.octets)
    switch = tlv.encode(0xA0, iccid) + bytes.fromhex("810100")
    texts = ["BF3C00", "BF2000", "BF2200", "BF2E00", "BF2800", "BF280481020780", "BF2B05A003800101"]
    texts += ["BF3003800101", "BF4300", "BF2D00", "BF2D055C035A4F90", "BF3E035C015A", "BF34048202 05E0"]
    return [
        *(bytes.fromhex(text.replace(" ", "")) for text in texts),
        tlv.encode(0xBF3F, tlv.encode(0x80, b"smdp.example.com")),
        tlv.encode(0xBF31, switch),
        tlv.encode(0xBF32, switch),
        tlv.encode(0xBF33, iccid),
        tlv.encode(0xBF29, iccid + tlv.encode(0x90, b"name")),
        bytes.fromhex("BF420480020780"),
        tlv.encode(0xBF41, tlv.encode(0x80, smdp.transaction_id) + b"\x81\x01\x00"),
        smdp.authenticate_server(bytes(16)),
        smdp.prepare_download(),
        *lab.cut(smdp.bind(card.nvm.identity.eid, lab.contents(lab.SECOND_ICCID))),
    ]


def prepared_card() -> tuple[MemoryCard, lab.Smdp]:
    """A chip with a profile, news, and a download prepared."""
    card, smdp = lab.new_card(seed="bad input"), lab.Smdp()
    lab.download(card)
    lab.prepare(card, smdp)
    return card, smdp


COMMANDS = good_commands()
START = prepared_card()[0].euicc


def answers_or_refuses(command: bytes) -> None:
    """Carry out a command; whatever happens is an answer or a status word of the table."""
    card = prepared_card_again()
    assert lab.refused_with(card, command) in STATUS_WORDS
    # A profile comes only by an installation, and goes only by a true command.
    assert len(card.nvm.profiles) <= len(START.nvm.profiles)


def prepared_card_again() -> MemoryCard:
    """The prepared chip, without the cost of preparing it."""
    card = lab.new_card(START.nvm, seed="again")
    card._euicc = START
    return card


@given(st.data())
def test_changed_commands_are_answered_or_refused(data: st.DataObject) -> None:
    command = bytearray(data.draw(st.sampled_from(COMMANDS)))
    for _ in range(data.draw(st.integers(1, 3))):
        position = data.draw(st.integers(0, len(command) - 1))
        command[position] = data.draw(st.integers(0, 255))
    answers_or_refuses(bytes(command))


@given(st.data())
def test_commands_cut_short_or_lengthened_are_answered_or_refused(data: st.DataObject) -> None:
    command = data.draw(st.sampled_from(COMMANDS))
    cut = data.draw(st.integers(0, len(command)))
    answers_or_refuses(command[:cut] + data.draw(st.binary(max_size=20)))


@given(st.sampled_from(sorted(FUNCTIONS)), st.binary(max_size=80))
def test_functions_with_octets_of_chance_are_answered_or_refused(tag: int, content: bytes) -> None:
    answers_or_refuses(tlv.encode(tag, content))


@given(st.lists(st.sampled_from(COMMANDS), min_size=2, max_size=6))
def test_functions_in_any_order_are_answered_or_refused(commands: list[bytes]) -> None:
    card = prepared_card_again()
    for command in commands:
        assert lab.refused_with(card, command) in STATUS_WORDS


@pytest.mark.parametrize("command", [one for one in COMMANDS if one[:2].hex() in {"bf38", "bf21", "bf41"}])
def test_a_command_replayed_in_a_later_session_proves_nothing(command: bytes) -> None:
    card = prepared_card_again()
    lab.challenge(card)
    before = card.euicc
    answer = card.execute(command)
    assert card.euicc is before
    # A refusal: A1 (error) or 81 (code) where a success would say A0.
    assert next(tlv.read_one(answer).children()).tag in {0xA1, 0x81}
