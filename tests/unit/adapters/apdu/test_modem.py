"""Modems of several kinds, each on a pseudo terminal with our chip inside."""

from dataclasses import replace

import pytest

from openesim.adapters.apdu.at import AtDialogue
from openesim.adapters.apdu.channel import ChannelOptions, open_es10_channel
from openesim.adapters.apdu.modem import CsimCard, SessionCard, open_modem
from openesim.adapters.apdu.serial_port import SerialPort
from openesim.adapters.apdu.software import MemoryCard
from openesim.kernel.errors import CardError, ConfigError
from openesim.messages.sgp22.es10c import EnableProfileRequest, GetEuiccDataResponse
from openesim.messages.sgp22.explained import LpaOutcome, outcome_of
from openesim.messages.sgp22.metadata import ProfileState
from tests.support.modem import PERSONALITIES, QUECTEL, SIERRA, SIMCOM, Modem, Personality, plugged_in
from tests.unit.provisioning.euicc import laboratory as lab

GET_EID = bytes.fromhex("bf3e035c015a")
EUICC_INFO_2 = bytes.fromhex("bf2200")


def modem_of(kind: Personality, card: MemoryCard | None = None) -> Modem:
    return Modem(card or lab.new_card(), kind)


@pytest.mark.parametrize("name", PERSONALITIES)
def test_the_chip_is_reached_through_every_kind_of_modem(name: str) -> None:
    chip = lab.new_card()
    modem = modem_of(PERSONALITIES[name], chip)
    with plugged_in(modem.answer) as device:
        card = open_modem(device)
        with open_es10_channel(card) as channel:
            answer = GetEuiccDataResponse.decode(channel.send(GET_EID))
            assert answer.eid_value == chip.nvm.identity.eid.octets
            assert channel.send(EUICC_INFO_2)[:2] == b"\xbf\x22"
            channel.reset()
            assert channel.send(GET_EID) == answer.encode()
        card.close()


def test_in_a_session_the_channel_is_left_to_the_modem() -> None:
    modem = modem_of(SIERRA)
    with plugged_in(modem.answer) as device:
        card = open_modem(device)
        open_es10_channel(card).send(GET_EID)
        card.close()
    (passed_on,) = (command for command in modem.heard if command.startswith("AT+CGLA=0"))
    assert passed_on == 'AT+CGLA=00000000038aa301,22,"80E2910006BF3E035C015A"'


def test_the_modem_fetches_the_refresh_and_the_isd_r_is_opened_again() -> None:
    chip = lab.new_card()
    lab.install(chip)
    modem = modem_of(QUECTEL, chip)
    enable = EnableProfileRequest(profile_identifier=chip.nvm.profiles[0].aid, refresh_flag=True).encode()
    with plugged_in(modem.answer) as device:
        card = open_modem(device)
        with open_es10_channel(card) as channel:
            assert channel.send(enable) == bytes.fromhex("bf3103800100")
            assert modem.refreshes == 1
            channel.reset()
            assert channel.send(GET_EID)
        card.close()
    assert chip.nvm.profiles[0].state is ProfileState.ENABLED


def choose(modem: Modem) -> CsimCard | SessionCard:
    with plugged_in(modem.answer) as device:
        card = open_modem(device)
        card.close()
        return card


def test_sessions_are_used_where_they_lead_to_the_isd_r() -> None:
    assert isinstance(choose(modem_of(QUECTEL)), SessionCard)
    assert isinstance(choose(modem_of(SIERRA)), SessionCard)


def test_csim_is_used_where_there_are_no_sessions_or_they_lead_nowhere() -> None:
    assert isinstance(choose(modem_of(SIMCOM)), CsimCard)
    honest = modem_of(QUECTEL).answer

    def refusing(line: bytes) -> bytes:
        return b"+CME ERROR: 50\r\n" if b'CCHO="' in line else honest(line)

    with plugged_in(refusing) as device:
        card = open_modem(device)
        card.close()
    assert isinstance(card, CsimCard)


def test_a_modem_without_either_is_told() -> None:
    modem = modem_of(replace(QUECTEL, knows=frozenset()))
    with plugged_in(modem.answer) as device, pytest.raises(CardError) as raised:
        open_modem(device)
    assert outcome_of(raised.value) is LpaOutcome.MODEM_WITHOUT_APDUS


@pytest.mark.parametrize("says", [False, True])
@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (10, LpaOutcome.SIM_ABSENT),
        (11, LpaOutcome.SIM_PIN_REQUIRED),
        (14, LpaOutcome.SIM_BUSY),
        (100, LpaOutcome.MODEM_REFUSED),
    ],
)
def test_what_keeps_a_modem_from_its_card_is_explained(code: int, outcome: LpaOutcome, says: bool) -> None:
    modem = modem_of(replace(SIMCOM, refuses=code, says=says))
    with plugged_in(modem.answer) as device:
        card = open_modem(device)
        with pytest.raises(CardError) as raised:
            open_es10_channel(card)
        card.close()
    assert outcome_of(raised.value) is outcome


def test_without_a_card_there_is_no_session_either() -> None:
    modem = modem_of(replace(QUECTEL, refuses=10, knows=frozenset({"CCHO", "CGLA", "CCHC"})))
    with plugged_in(modem.answer) as device:
        card = open_modem(device)
        with pytest.raises(CardError) as raised:
            open_es10_channel(card)
        card.close()
    assert outcome_of(raised.value) is LpaOutcome.SIM_ABSENT


def test_an_unknown_application_opens_no_session() -> None:
    with plugged_in(modem_of(QUECTEL).answer) as device:
        card = open_modem(device)
        with pytest.raises(CardError) as raised:
            open_es10_channel(card, ChannelOptions(aids=(bytes.fromhex("A000000087"),)))
        assert raised.value.status_word == 0x6A82
        assert card.transmit(bytes.fromhex("0070000001")) == bytes.fromhex("019000")
        assert card.transmit(bytes.fromhex("0070000001")) == bytes.fromhex("6a81")
        assert card.transmit(bytes.fromhex("80f2000000")) == bytes.fromhex("6d00")
        assert card.transmit(bytes.fromhex("81f2000000")) == bytes.fromhex("6881")
        assert card.transmit(b"\x81") == bytes.fromhex("6700")
        card.close()


def test_a_reset_switches_the_radio_off_and_on_and_waits_for_the_card() -> None:
    modem = modem_of(SIMCOM)
    coming = [b"+CME ERROR: 14", b"+CME ERROR: 13", b"+CPIN: SIM PIN\r\n\r\nOK"]
    waited: list[float] = []

    def slow(line: bytes) -> bytes:
        return coming.pop(0) + b"\r\n" if line == b"AT+CPIN?" else modem.answer(line)

    with plugged_in(slow) as device:
        port = SerialPort(device)
        CsimCard(AtDialogue(port), waited.append).reset()
        port.close()
    assert modem.heard[-2:] == ["AT+CFUN=0", "AT+CFUN=1"]
    assert (len(waited), coming) == (2, [])


def test_a_chip_without_a_profile_is_not_waited_for_without_end() -> None:
    waited: list[float] = []

    def absent(line: bytes) -> bytes:
        return b"\r\n+CME ERROR: 10\r\n" if line == b"AT+CPIN?" else b"\r\nOK\r\n"

    with plugged_in(absent) as device:
        port = SerialPort(device)
        SessionCard(AtDialogue(port), waited.append).reset()
        port.close()
    assert 10 < len(waited) < 100


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"+CSIM: ",
        b'+CSIM: 6,"9000"',
        b'+CSIM: 3,"900"',
        b"+CSIM: 4,90xx",
        b"+CSIM: 9000",
        b'+CGLA: 4,"9000"',
    ],
)
def test_an_answer_that_holds_no_apdu_is_told(answer: bytes) -> None:
    def mumbling(line: bytes) -> bytes:
        if line.startswith(b"AT+CSIM=10"):
            return answer + b"\r\nOK\r\n"
        return b"ERROR\r\n" if b"CCHO" in line else b"OK\r\n"

    with plugged_in(mumbling) as device:
        card = open_modem(device)
        with pytest.raises(CardError) as raised:
            card.transmit(bytes.fromhex("0070000001"))
        card.close()
    assert outcome_of(raised.value) is LpaOutcome.CARD_ANSWER_UNREADABLE


@pytest.mark.parametrize("place", ["", ",9600", "/dev/null,", "/dev/null,fast", "/dev/null,-1"])
def test_a_place_is_a_device_and_perhaps_a_speed(place: str) -> None:
    with pytest.raises(ConfigError) as raised:
        open_modem(place)
    assert outcome_of(raised.value) is LpaOutcome.PORT_SETTING_WRONG
