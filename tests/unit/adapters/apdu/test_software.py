"""The software chip as card of a reader: in memory and in a file."""

from pathlib import Path

import pytest

from openesim.adapters.apdu.card_file import FileOperations
from openesim.adapters.apdu.channel import open_es10_channel
from openesim.adapters.apdu.software import MemoryCard, SoftwareCard, read_card
from openesim.encoding import tlv
from openesim.kernel.errors import CardError, ConfigError, ConflictError, DecodeError, NotFoundError
from openesim.messages.sgp22.notifications import SuccessResult
from tests.unit.provisioning.euicc import laboratory as lab

SET_ADDRESS = tlv.encode(0xBF3F, tlv.encode(0x80, b"smdp.example.com"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of a new chip."""
    path = tmp_path / "card"
    SoftwareCard.create(path, lab.new_nvm())
    return path


class FullDisk(FileOperations):
    """A disk that is full from some moment on."""

    full = False

    def write(self, descriptor: int, octets: bytes) -> int:
        if self.full:
            raise OSError(28, "No space left on device")
        return super().write(descriptor, octets[:1000])


def test_what_was_changed_is_there_after_closing(path: Path) -> None:
    with SoftwareCard(path) as card:
        card.execute(SET_ADDRESS)
        lab.install(card)
        kept = card.nvm
    with SoftwareCard(path) as card:
        assert card.nvm == kept
        assert card.nvm.profiles[0].iccid == lab.ICCID


def test_what_was_changed_is_in_the_file_before_the_answer_is_out(path: Path) -> None:
    with SoftwareCard(path) as card:
        card.execute(SET_ADDRESS)
        assert read_card(path).default_dp_address == "smdp.example.com"
        answer = card.transmit(bytes.fromhex("00A4040010A0000005591010FFFFFFFF8900000100"))
        assert answer[-2:] == b"\x90\x00"
        card.transmit(bytes.fromhex("80E2910005BF3F028000"))
        assert read_card(path).default_dp_address == ""


def test_asking_writes_nothing(path: Path) -> None:
    before = path.stat()
    with SoftwareCard(path) as card:
        for command in ("BF2E00", "BF2000", "BF2200", "BF2D00", "BF2800"):
            card.execute(bytes.fromhex(command))
        card.reset()
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_ino == before.st_ino


def test_the_file_is_its_owners_alone(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    with SoftwareCard(path) as card:
        card.execute(SET_ADDRESS)
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in path.parent.iterdir()) == ["card"]


def test_a_chip_has_one_reader_at_a_time(path: Path) -> None:
    with SoftwareCard(path), pytest.raises(ConflictError) as raised:
        SoftwareCard(path)
    assert raised.value.explanation is not None
    assert "process" in raised.value.explanation.cause
    assert "wait" in raised.value.explanation.next_step
    SoftwareCard(path).close()


def test_a_chip_can_be_looked_into_while_it_is_in_use(path: Path) -> None:
    with SoftwareCard(path) as card:
        assert read_card(path) == card.nvm


def test_a_chip_is_not_thrown_away_by_accident(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(ConflictError, match="there already"):
        SoftwareCard.create(path, lab.new_nvm())
    assert path.read_bytes() == before
    SoftwareCard.create(path, lab.new_nvm(default_dp_address="new"), force=True)
    assert read_card(path).default_dp_address == "new"


def test_a_chip_in_use_is_not_replaced(path: Path) -> None:
    with SoftwareCard(path), pytest.raises(ConflictError, match="in use"):
        SoftwareCard.create(path, lab.new_nvm(), force=True)


def test_a_missing_chip_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as raised:
        SoftwareCard(tmp_path / "none")
    assert raised.value.explanation is not None
    assert "euicc new" in raised.value.explanation.next_step
    assert list(tmp_path.iterdir()) == []


def test_another_file_is_no_chip(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("this is no chip")
    with pytest.raises(DecodeError) as raised:
        SoftwareCard(tmp_path / "text")
    assert raised.value.explanation is not None
    with pytest.raises(DecodeError):
        read_card(tmp_path / "text")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        SoftwareCard.create(tmp_path / "none" / "card", lab.new_nvm())


def test_a_link_to_a_chip_stays_a_link(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(path)
    with SoftwareCard(link) as card:
        card.execute(SET_ADDRESS)
    assert link.is_symlink()
    assert read_card(path).default_dp_address == "smdp.example.com"


def test_what_a_crash_left_behind_is_swept_away(path: Path) -> None:
    leftover = path.with_name(".card.new")
    leftover.write_bytes(b"half a chip")
    path.with_name(".card.lock").write_bytes(b"4711")
    with SoftwareCard(path):
        assert not leftover.exists()
    assert sorted(one.name for one in path.parent.iterdir()) == ["card"]


def test_a_full_disk_stops_the_chip_before_it_says_what_would_not_hold(path: Path) -> None:
    disk = FullDisk()
    card = SoftwareCard(path, operations=disk)
    card.execute(SET_ADDRESS)
    disk.full = True
    with pytest.raises(CardError) as raised:
        card.execute(bytes.fromhex("BF3F028000"))
    assert raised.value.status_word == 0x6581
    assert "No space left" in str(raised.value)
    assert raised.value.explanation is not None
    for command in (card.execute, card.transmit):
        with pytest.raises(CardError):
            command(bytes.fromhex("BF2E00"))
    card.reset()
    with pytest.raises(CardError):
        card.execute(bytes.fromhex("BF3F028000"))
    disk.full = False
    card.reset()
    assert card.nvm.default_dp_address == "smdp.example.com"
    assert card.execute(bytes.fromhex("BF3F028000")).hex() == "bf3f03800100"
    card.close()


def test_a_closed_chip_answers_nothing(path: Path) -> None:
    card = SoftwareCard(path)
    card.close()
    card.close()
    with pytest.raises(CardError, match="closed"):
        card.execute(bytes.fromhex("BF2E00"))


def test_an_interrupted_installation_is_written_down_at_the_next_start(path: Path) -> None:
    with SoftwareCard(path) as card:
        for segment in lab.bind(card, lab.Smdp())[:6]:
            card.execute(segment)
    with SoftwareCard(path) as card:
        (notification,) = card.nvm.notifications
        assert lab.result_of(notification.octets).error_reason == 11
    assert len(read_card(path).notifications) == 1


def test_the_ports_channel_drives_the_chip(path: Path) -> None:
    with SoftwareCard(path) as card:
        channel = open_es10_channel(card)
        smdp = lab.Smdp()
        challenge = channel.send(bytes.fromhex("BF2E00"))[5:]
        smdp.take_authentication(channel.send(smdp.authenticate_server(challenge)))
        smdp.take_preparation(channel.send(smdp.prepare_download()))
        pir = b""
        for segment in lab.cut(smdp.bind(card.nvm.identity.eid, lab.contents())):
            pir = channel.send(segment)
        assert isinstance(lab.result_of(pir), SuccessResult)
        channel.close()
        assert card.euicc.ram.channels[1] is None


def test_a_chip_in_memory_forgets_everything_but_itself() -> None:
    nvm = lab.new_nvm()
    first, second = MemoryCard(nvm), MemoryCard(nvm)
    lab.install(first)
    assert second.nvm.profiles == ()
    assert first.send(bytes.fromhex("BF2D00")) != second.send(bytes.fromhex("BF2D00"))
    first.close()


def test_chips_draw_randomness_of_their_own() -> None:
    nvm = lab.new_nvm()
    assert lab.challenge(MemoryCard(nvm)) != lab.challenge(MemoryCard(nvm))
