"""Operator and chip: ``openesim subscription update-metadata`` makes what the chip with the profile takes."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from openesim.adapters.apdu.software import MemoryCard
from openesim.apps.cli.main import app
from openesim.apps.keys import key_file
from openesim.apps.wiring import open_database
from openesim.kernel.errors import ConfigError, DecodeError, NotFoundError
from openesim.kernel.ids import Iccid
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.description import OtaKeys
from openesim.messages.sgp22.es10c import ProfileInfoListResponse
from openesim.messages.sgp22.metadata import ProfileInfo
from openesim.messages.sgp22.types import OperatorId, PprIds
from openesim.provisioning.euicc.personalise import EVERY_OPERATOR_AFTER_CONSENT
from openesim.provisioning.smdp.packages import prepare_package
from openesim.services.batch_file import parse_batch
from openesim.services.personalisation import find_subscriber
from openesim.services.stock import BatchImport
from tests.support.batches import COUNTED, FIRST, toml
from tests.support.rig import NOW, entropy_of
from tests.unit.provisioning.euicc import laboratory as lab

PPR1 = PprIds(PprIds.PPR1_DISABLE_NOT_ALLOWED)
OWNER = OperatorId(mcc_mnc=bytes.fromhex("00f110"))
TAGS = bytes.fromhex("BF2D0B 5C09 5A 4F 90 91 92 93 94 95 99".replace(" ", ""))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a batch whose profiles have keys for secured packets, other ones each."""
    data = tmp_path / "data"
    key_file(data).make(entropy_of("key"))
    prepared = build_package(lab.subscription(ota=OtaKeys(kic=bytes(16), kid=bytes(16), kik=bytes(16))))
    work = open_database(data)
    by = BatchImport(work, ({"testland.der": prepared}.get, lambda _: iter(())), entropy_of("batch"), NOW)
    by.store(by.prepare(parse_batch(toml(COUNTED))), lambda _: None)
    work.close()
    return data


def card_with(data: Path, iccid: str = FIRST) -> MemoryCard:
    """A chip with the profile as its server would hand it out, enabled."""
    work = open_database(data)

    def unit(stores: Any) -> bytes:
        order = stores.order_of_profile(Iccid(iccid))
        stored = stores.package(order.package_id)
        return prepare_package(stored, order.iccid, "smdp.example.com", find_subscriber(stores, order)).octets

    octets = work.run_now(unit)
    work.close()
    card = lab.new_card(rat=EVERY_OPERATOR_AFTER_CONSENT)
    about = {"profile_policy_rules": PPR1, "profile_owner": OWNER}
    lab.download(card, lab.contents(Iccid(iccid), about=about, package=octets))
    card.execute(bytes.fromhex("BF3111A00C5A0A") + Iccid(iccid).octets + bytes.fromhex("8101FF"))
    return card


def run(data: Path, *arguments: object) -> str:
    """What the command prints; errors of ours come through."""
    words = ["subscription", "update-metadata", *map(str, arguments), "--data", str(data)]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def send(card: MemoryCard, printed: str) -> list[bytes]:
    """Send what was printed to a chip, as ``openesim euicc apdu`` does."""
    lines = [line for line in printed.splitlines() if not line.startswith("#")]
    return [card.transmit(bytes.fromhex(line)) for line in lines]


def told(data: Path, answer: bytes, code: int = 0) -> str:
    """What ``read-answer`` makes of a card's answer to ENVELOPE."""
    assert answer[-2:] == b"\x90\x00"
    words = ["subscription", "read-answer", FIRST, answer[:-2].hex(), "--data", str(data)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == code, result.output
    return result.stdout


def info(card: MemoryCard) -> ProfileInfo:
    answer = ProfileInfoListResponse.decode(card.execute(TAGS))
    assert isinstance(answer, tuple)
    return answer[0]


def test_all_that_can_change_changes(data: Path, tmp_path: Path) -> None:
    card = card_with(data)
    icon = tmp_path / "icon.png"
    icon.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(1000))
    names = ("--service-provider-name", "New operator", "--profile-name", "夏季套餐")
    answers = send(card, run(data, FIRST, *names, "--icon", icon, "--lift", "ppr1"))
    assert len(answers) > 7, "the icon needs several short messages"
    assert {answer.hex() for answer in answers[:-1]} == {"9000"}
    assert "9000" in told(data, answers[-1])
    after = info(card)
    assert (after.service_provider_name, after.profile_name) == ("New operator", "夏季套餐")
    assert (after.icon_type, after.icon) == (1, icon.read_bytes())
    assert not after.profile_policy_rules


def test_the_packet_is_for_one_profile_and_one_time(data: Path) -> None:
    cards = [card_with(data), card_with(data, "8988211000000000029")]
    printed = run(data, FIRST, "--profile-name", "New", "--counter", 5)
    for card, means, code in zip(cards, ("9000", "checksum failed"), (0, 1), strict=True):
        (answer,) = send(card, printed)
        assert means in told(data, answer, code)
    assert [info(card).profile_name for card in cards] == ["New", "Plan"]
    (late,) = send(cards[0], run(data, FIRST, "--profile-name", "Newer", "--counter", 5))
    assert "counter low" in told(data, late, 1)
    assert info(cards[0]).profile_name == "New"
    send(cards[0], run(data, FIRST, "--profile-name", "Newer"))
    assert info(cards[0]).profile_name == "Newer"


def test_programs_get_packet_user_data_and_commands(data: Path) -> None:
    told = json.loads(run(data, FIRST, "--profile-name", "New", "--counter", 7, "--json"))
    (user_data,), (envelope,) = told["user_data"], told["envelopes"]
    assert told["counter"] == 7
    assert user_data == "027000" + told["packet"]
    assert envelope.startswith("80C20000")
    assert envelope.endswith(user_data + "00")


def test_what_cannot_be_is_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="what is to change"):
        run(data, FIRST)
    with pytest.raises(NotFoundError, match="8988211000000009996"):
        run(data, "8988211000000009996", "--profile-name", "New")
    with pytest.raises(ConfigError, match="digit"):
        run(data, "12", "--profile-name", "New")
    with pytest.raises(DecodeError, match="64"):
        run(data, FIRST, "--profile-name", "n" * 65)
    picture = tmp_path / "icon.gif"
    picture.write_bytes(b"GIF89a")
    with pytest.raises(ConfigError, match="neither PNG nor JPEG"):
        run(data, FIRST, "--icon", picture)
