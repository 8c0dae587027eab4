"""``openesim lpa readers``: what is there, and why there may be more."""

import pytest

from openesim.adapters.apdu import pcsc, serial_port
from openesim.adapters.apdu.atr import build_atr
from openesim.adapters.apdu.winscard import NO_SERVICE, PcscError
from tests.unit.apps.cli.lpa.conftest import Lpa, read_object


def find(
    monkeypatch: pytest.MonkeyPatch, readers: dict[str, bytes | None] | PcscError, ports: dict[str, bool]
) -> None:
    def list_readers() -> dict[str, bytes | None]:
        if isinstance(readers, PcscError):
            raise readers
        return readers

    monkeypatch.setattr(pcsc, "list_readers", list_readers)
    monkeypatch.setattr(serial_port, "list_ports", lambda: ports)


def test_readers_and_ports_are_listed_as_card_takes_them(lpa: Lpa, monkeypatch: pytest.MonkeyPatch) -> None:
    readers = {"Omnikey 00": build_atr(), "Omnikey 01": None, "Gemalto": bytes.fromhex("3b00")}
    find(monkeypatch, readers, {"/dev/ttyUSB2": True, "/dev/ttyUSB3": False})
    told = read_object(lpa("readers", "--json"))
    assert [(one["card"], one["state"]) for one in told["readers"]] == [
        ("pcsc:Omnikey 00", "euicc"),
        ("pcsc:Omnikey 01", "empty"),
        ("pcsc:Gemalto", "other_card"),
        ("at:/dev/ttyUSB2", "allowed"),
        ("at:/dev/ttyUSB3", "not_allowed"),
    ]
    table = lpa("--lang", "zh", "readers").stdout
    assert "pcsc:Omnikey 00" in table
    assert "读卡器" in table


def test_without_a_service_the_ports_are_listed_all_the_same(
    lpa: Lpa, monkeypatch: pytest.MonkeyPatch
) -> None:
    find(monkeypatch, PcscError("no PC/SC service", NO_SERVICE), {"/dev/ttyUSB2": True})
    told = lpa("readers")
    assert told.exit_code == 0
    assert "at:/dev/ttyUSB2" in told.stdout
    assert "pcscd" in told.stderr
    assert "8010001D" in read_object(lpa("readers", "--json"))["problem"]


def test_nothing_at_all_is_said(lpa: Lpa, monkeypatch: pytest.MonkeyPatch) -> None:
    find(monkeypatch, {}, {})
    assert "No card reader" in lpa("readers").stdout
