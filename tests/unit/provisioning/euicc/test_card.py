"""The card behind the chip's channels follows the profiles, and the terminal is asked where it can be."""

from hashlib import sha256

import msgspec
import pytest

from openesim.encoding import tlv
from openesim.kernel.ids import Iccid
from openesim.messages.saip.package import decode_package
from openesim.provisioning.euicc.storage import decode_nvm, encode_nvm
from tests.unit.provisioning.euicc import laboratory as lab
from tests.unit.provisioning.uicc.terminal import ISIM, USIM, Terminal, enabled, find, new_terminal, pin

ISD_R = "A0000005591010FFFFFFFF8900000100"
LISTENS, CANNOT_REFRESH = "8010000003FFFFFF", "8010000003FFFF7F"
FETCH, TERMINAL_RESPONSE = "801200000B", "801400000C810301010402028281830100"
REFRESH = "D009810301010482028182"


def switch(tag: str, iccid: Iccid, *, refresh: bool) -> str:
    """EnableProfile (BF31) or DisableProfile (BF32)."""
    choice = tlv.encode(0xA0, tlv.encode(0x5A, iccid.octets)) + bytes((0x81, 1, 0xFF if refresh else 0))
    return tlv.encode(int(tag, 16), choice).hex()


def read_iccid(terminal: Terminal, channel: str = "00") -> str:
    terminal.send(f"{channel}A4000C023F00")
    answer = terminal.send(f"{channel}A4000C022FE2")
    if answer[-4:-2] not in {"90", "91"}:
        return answer
    return terminal.send(f"{channel}B0000000")[:20]


@pytest.fixture
def terminal() -> Terminal:
    """A terminal at a chip with two profiles, none enabled; the ISD-R is selected on channel 1."""
    card = lab.new_card()
    lab.install(card, lab.ICCID)
    lab.install(card, lab.SECOND_ICCID)
    terminal = Terminal(card)
    terminal.send("0070000001")
    terminal.send(f"01A4040C10{ISD_R}")
    return terminal


def es10c(terminal: Terminal, command: str) -> str:
    """Send an ES10 command in one block on channel 1."""
    return terminal.send(f"81E29100{len(command) // 2:02X}{command}")


def test_without_an_enabled_profile_there_is_a_card_without_a_subscription(terminal: Terminal) -> None:
    assert find(terminal.select("3F00"), 0x83) == "3F00"
    assert terminal.select("2F00").endswith("9000")
    assert terminal.send("00B2010400") == "FF" * 32 + "9000"
    assert read_iccid(terminal) == "6A82"
    assert terminal.select(USIM) == "6A82"
    assert terminal.verify("01", pin("0000")) == "6A88"
    assert terminal.exchange("00880081", "00" * 34) == "6985"


@pytest.mark.parametrize("refresh", [False, True])
def test_a_terminal_that_is_asked_nothing_finds_the_new_card_at_once(
    terminal: Terminal, refresh: bool
) -> None:
    for iccid in (lab.ICCID, lab.SECOND_ICCID, lab.ICCID):
        assert es10c(terminal, switch("BF31", iccid, refresh=refresh)) == "BF31038001009000"
        assert read_iccid(terminal) == iccid.octets.hex().upper()
    assert es10c(terminal, switch("BF32", lab.ICCID, refresh=refresh)) == "BF32038001009000"
    assert read_iccid(terminal) == "6A82"


def test_a_terminal_that_listens_keeps_its_card_until_it_has_refreshed(terminal: Terminal) -> None:
    es10c(terminal, switch("BF31", lab.ICCID, refresh=False))
    terminal.select(USIM, "6F07")
    assert terminal.send(LISTENS) == "9000"
    assert es10c(terminal, switch("BF31", lab.SECOND_ICCID, refresh=True)) == "BF3103800100910B"
    assert read_iccid(terminal) == lab.ICCID.octets.hex().upper()
    assert terminal.send("80F2000C") == "910B"
    assert terminal.send("8012000001") == "6C0B"
    assert terminal.send(FETCH) == f"{REFRESH}9000"
    assert read_iccid(terminal) == lab.ICCID.octets.hex().upper()
    assert terminal.send("801200000B") == "6985"
    assert terminal.send(TERMINAL_RESPONSE) == "9000"
    assert read_iccid(terminal) == lab.SECOND_ICCID.octets.hex().upper()
    assert terminal.send("80F2000C") == "9000"


def test_a_reset_is_how_a_terminal_refreshes(terminal: Terminal) -> None:
    terminal.send(LISTENS)
    es10c(terminal, switch("BF31", lab.ICCID, refresh=True))
    terminal.card.reset()
    assert read_iccid(terminal) == lab.ICCID.octets.hex().upper()
    assert terminal.send(FETCH) == "6985"


@pytest.mark.parametrize("profile", [CANNOT_REFRESH, "8010000002FFFF"])
def test_a_terminal_that_cannot_refresh_is_not_asked_to(terminal: Terminal, profile: str) -> None:
    terminal.send(profile)
    assert es10c(terminal, switch("BF31", lab.ICCID, refresh=True)).endswith("9000")
    assert read_iccid(terminal) == lab.ICCID.octets.hex().upper()


def test_nothing_more_is_switched_while_the_terminal_owes_an_answer(terminal: Terminal) -> None:
    terminal.send(LISTENS)
    es10c(terminal, switch("BF31", lab.ICCID, refresh=True))
    before = terminal.card.nvm
    assert es10c(terminal, switch("BF32", lab.ICCID, refresh=True)).startswith("BF3203800105")
    assert es10c(terminal, switch("BF31", lab.SECOND_ICCID, refresh=True)).startswith("BF3103800105")
    assert terminal.send(LISTENS) == "910B"
    assert terminal.card.nvm is before


def test_pins_and_selection_are_gone_when_a_profile_comes_back() -> None:
    terminal = new_terminal()
    terminal.exchange("00280001", pin("0000"))
    terminal.select(USIM, "6F07")
    assert terminal.send("00B0000000").endswith("9000")
    terminal.send("0070000001")
    terminal.send(f"01A4040C10{ISD_R}")
    es10c(terminal, switch("BF32", lab.ICCID, refresh=False))
    es10c(terminal, switch("BF31", lab.ICCID, refresh=False))
    assert terminal.send("00B0000000") == "6986"
    terminal.select(USIM, "6F07")
    assert terminal.send("00B0000000") == "6982"


def test_what_a_card_keeps_is_its_profiles_and_goes_with_it(terminal: Terminal) -> None:
    es10c(terminal, switch("BF31", lab.ICCID, refresh=False))
    terminal.select(USIM, "6F7E")
    assert terminal.exchange("00D60000", "AB") == "9000"
    assert terminal.verify("0A", "00" * 8) == "63C9"
    es10c(terminal, switch("BF31", lab.SECOND_ICCID, refresh=False))
    assert terminal.verify("0A", "") == "63CA"
    es10c(terminal, switch("BF31", lab.ICCID, refresh=False))
    assert terminal.verify("0A", "") == "63C9"
    es10c(terminal, switch("BF32", lab.ICCID, refresh=False))
    assert es10c(terminal, "BF330C" + tlv.encode(0x5A, lab.ICCID.octets).hex()).startswith("BF3303800100")
    lab.install(terminal.card, lab.ICCID)
    es10c(terminal, switch("BF31", lab.ICCID, refresh=False))
    assert terminal.verify("0A", "") == "63CA"


def test_a_profile_deleted_before_the_refresh_takes_its_card_with_it(terminal: Terminal) -> None:
    es10c(terminal, switch("BF31", lab.ICCID, refresh=False))
    terminal.send(LISTENS)
    es10c(terminal, switch("BF31", lab.SECOND_ICCID, refresh=True))
    assert read_iccid(terminal) == lab.ICCID.octets.hex().upper()
    terminal.card.execute(bytes.fromhex("BF330C" + tlv.encode(0x5A, lab.ICCID.octets).hex()))
    assert read_iccid(terminal) == lab.SECOND_ICCID.octets.hex().upper()


def test_a_memory_reset_leaves_no_card_behind(terminal: Terminal) -> None:
    es10c(terminal, switch("BF31", lab.ICCID, refresh=False))
    terminal.send(LISTENS)
    terminal.select(USIM, "6F07")
    assert es10c(terminal, "BF3404820205E0").endswith("910B")
    assert terminal.send("00B0000000") == "6986"
    assert read_iccid(terminal) == "6A82"


def test_the_isd_r_answers_on_its_channel_while_a_card_answers_on_another(terminal: Terminal) -> None:
    es10c(terminal, switch("BF31", lab.ICCID, refresh=False))
    terminal.select(USIM)
    assert es10c(terminal, "BF3E035C015A").startswith("BF3E")
    assert terminal.send("00B0870000").endswith("9000")


def test_what_was_changed_survives_in_the_chips_file() -> None:
    terminal = new_terminal()
    terminal.verify("0A", "35" * 8)
    terminal.select(USIM, "6F7E")
    terminal.exchange("00D60000", "AB")
    terminal.exchange("00040000")
    terminal.exchange("00280001", pin("0000"))
    terminal.exchange("002C0001", "00" * 16)
    nvm = terminal.card.nvm
    assert len(nvm.profiles[0].card_memory.contents) == 1
    assert decode_nvm(encode_nvm(nvm)) == nvm


def test_a_profile_that_nobody_wrote_to_takes_no_room_for_its_card() -> None:
    terminal = new_terminal()
    before = encode_nvm(terminal.card.nvm)
    terminal.select(USIM, "6F07")
    terminal.select(ISIM)
    assert encode_nvm(terminal.card.nvm) == before


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("8010000000", "6700"),
        ("0010000003FFFFFF", "6E00"),
        ("8012000000", "6985"),
        ("8014000001 00", "6985"),
        ("80C20000 03 D60100", "9000"),
        ("80C20000 02 D601", "6A80"),
        ("00C20000 03 D60100", "6E00"),
    ],
)
def test_what_comes_without_having_been_asked_for(command: str, status: str) -> None:
    assert new_terminal().send(command) == status


def test_the_memory_of_a_chip_made_before_cards_were_kept_is_read() -> None:
    package = decode_package(lab.package())
    nvm = enabled(package)
    record = msgspec.msgpack.decode(encode_nvm(nvm)[len(b"OpenESIM eUICC ") + 33 :])
    record[9] = [profile[:7] for profile in record[9]]
    body = msgspec.msgpack.encode(record)
    old = b"OpenESIM eUICC \x01" + sha256(body).digest() + body
    assert decode_nvm(old) == nvm
