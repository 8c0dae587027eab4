"""Serial ports: what keeps one from being opened, and what becomes of one that is pulled out."""

import os
from pathlib import Path

import pytest

from openesim.adapters.apdu.serial_port import SerialPort, list_ports
from openesim.kernel.errors import CardError, ConfigError
from openesim.messages.sgp22.explained import LpaOutcome, outcome_of
from tests.support.modem import plugged_in


def test_octets_go_through_as_they_are() -> None:
    octets = bytes(range(256)).replace(b"\r", b"")
    with plugged_in(lambda line: line[::-1]) as device:
        port = SerialPort(device, 9600)
        port.write(octets + b"\r")
        got = b""
        while len(got) < len(octets):
            got += port.read(60)
        port.close()
    assert got == octets[::-1]


def test_silence_is_no_octets() -> None:
    with plugged_in(lambda _line: b"") as device:
        port = SerialPort(device)
        assert port.read(0) == b""
        port.close()


def refusal(device: str, speed: int = 115200) -> LpaOutcome | None:
    with pytest.raises(ConfigError) as raised:
        SerialPort(device, speed)
    return outcome_of(raised.value)


def test_a_port_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert refusal(str(tmp_path / "ttyUSB2")) is LpaOutcome.PORT_NOT_FOUND


def test_a_speed_that_no_port_has_is_told() -> None:
    with plugged_in(lambda _line: b"") as device:
        assert refusal(device, 17) is LpaOutcome.PORT_SETTING_WRONG


def test_a_port_that_another_program_has_is_told() -> None:
    with plugged_in(lambda _line: b"") as device:
        port = SerialPort(device)
        assert refusal(device) is LpaOutcome.PORT_BUSY
        port.close()
        SerialPort(device).close()


def test_a_port_without_rights_is_told_with_the_group_to_join(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", denied)
    assert refusal("/dev/ttyUSB2") is LpaOutcome.PORT_NOT_ALLOWED


def test_a_folder_is_no_port(tmp_path: Path) -> None:
    assert refusal(str(tmp_path)) is LpaOutcome.PORT_SETTING_WRONG


def test_a_port_that_is_pulled_out_is_told() -> None:
    ours, theirs = os.openpty()
    port = SerialPort(os.ttyname(theirs))
    os.close(theirs)
    os.close(ours)
    with pytest.raises(CardError) as raised:
        port.read(60)
    assert outcome_of(raised.value) is LpaOutcome.CARD_GONE
    with pytest.raises(CardError):
        port.write(b"AT\r")
    port.close()


def test_ports_are_listed_with_whether_they_may_be_used(tmp_path: Path) -> None:
    for name in ("ttyUSB1", "ttyUSB0", "ttyACM0", "wwan0at0", "wwan0qcdm0", "tty1", "null"):
        (tmp_path / name).touch()
    assert list_ports(tmp_path) == {
        str(tmp_path / name): True for name in ("ttyACM0", "ttyUSB0", "ttyUSB1", "wwan0at0")
    }
