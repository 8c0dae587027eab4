"""``openesim euicc``, from the outside."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from openesim.adapters.apdu.software import SoftwareCard, read_card
from openesim.adapters.keystore.files import init_pki
from openesim.adapters.keystore.imports import import_sgp26
from openesim.apps.cli.euicc import app
from openesim.kernel.errors import ConfigError, ConflictError, NotFoundError
from openesim.kernel.ids import Eid
from openesim.security.crypto.curves import Curve
from openesim.security.pki.chain import verify_euicc_chain
from openesim.security.pki.world import WorldPlan
from tests.unit.provisioning.euicc import laboratory as lab

RUNNER = CliRunner()
EID = "89049032000000000000000000000190"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A test world on both curves."""
    folder = tmp_path_factory.mktemp("pki") / "world"
    init_pki(folder, lab.Entropy("cli"), datetime.now(UTC))
    return folder


def run(*arguments: object, given: str | bytes | None = None) -> str:
    """What a command prints; errors of ours come through."""
    result = RUNNER.invoke(app, [str(one) for one in arguments], input=given, catch_exceptions=False)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def new(card: Path, pki: Path, *options: object) -> str:
    return run("new", card, "--pki", pki, *options)


@pytest.fixture
def card(tmp_path: Path, pki: Path) -> Path:
    """A chip of the test world."""
    new(tmp_path / "card", pki)
    return tmp_path / "card"


def test_a_new_chip_has_valid_certificates_on_both_curves(card: Path, pki: Path) -> None:
    from openesim.adapters.keystore.files import PkiFolder

    trust = PkiFolder(pki, datetime.now(UTC)).trust
    identity = read_card(card).identity
    assert [one.curve for one in identity.credentials] == [Curve.P256, Curve.BRAINPOOL_P256R1]
    for one in identity.credentials:
        chain = verify_euicc_chain(one.certificate, one.eum_certificate, trust, datetime.now(UTC))
        assert chain.eid == identity.eid
    assert identity.eid.startswith("89049032")


def test_every_new_chip_has_an_eid_of_its_own(tmp_path: Path, pki: Path) -> None:
    for name in ("a", "b"):
        new(tmp_path / name, pki)
    assert read_card(tmp_path / "a").identity.eid != read_card(tmp_path / "b").identity.eid


def test_a_chip_is_made_to_measure(tmp_path: Path, pki: Path) -> None:
    eid = Eid.with_check_digits("890490320000000000000000000042")
    options = (
        "--eid",
        eid,
        "--memory",
        50_000,
        "--smds",
        "ds.example.com",
        "--default-smdp",
        "dp.example.com",
    )
    assert eid in new(tmp_path / "card", pki, *options, "--allow-policy-rules")
    nvm = read_card(tmp_path / "card")
    assert (nvm.identity.eid, nvm.capacity) == (eid, 50_000)
    assert (nvm.root_ds_address, nvm.default_dp_address) == ("ds.example.com", "dp.example.com")
    assert nvm.factory_dp_address == "dp.example.com"
    assert nvm.rat


@pytest.mark.parametrize("eid", ["1", EID, "8904903300000000000000000000017", "not an eid"])
def test_a_false_eid_is_refused(tmp_path: Path, pki: Path, eid: str) -> None:
    with pytest.raises(ConfigError):
        new(tmp_path / "card", pki, "--eid", eid)
    assert not (tmp_path / "card").exists()


def test_an_eid_of_another_manufacturer_is_refused(tmp_path: Path, pki: Path) -> None:
    eid = Eid.with_check_digits("890330230000000000000000000042")
    with pytest.raises(ConfigError, match="range"):
        new(tmp_path / "card", pki, "--eid", eid)


def test_a_chip_is_not_overwritten_by_accident(card: Path, pki: Path) -> None:
    eid = read_card(card).identity.eid
    with pytest.raises(ConflictError):
        new(card, pki)
    assert read_card(card).identity.eid == eid
    new(card, pki, "--force")
    assert read_card(card).identity.eid != eid


def test_without_the_manufacturers_key_the_chip_of_the_folder_is_taken(tmp_path: Path, pki: Path) -> None:
    folder = tmp_path / "pki"
    shutil.copytree(pki, folder)
    for key in folder.glob("*/eum.key"):
        key.unlink()
    new(tmp_path / "card", folder)
    identity = read_card(tmp_path / "card").identity
    assert identity.eid == WorldPlan().eid
    assert {one.curve for one in identity.credentials} == set(Curve)
    new(tmp_path / "card", folder, "--eid", identity.eid, "--force")
    with pytest.raises(ConfigError, match=r"eum\.key"):
        new(tmp_path / "card", folder, "--eid", Eid.with_check_digits("890490320000000000000000000042"))
    for key in folder.glob("*/euicc.key"):
        key.unlink()
    with pytest.raises(ConfigError, match="neither"):
        new(tmp_path / "card", folder, "--force")


def test_a_chip_of_the_published_test_world_can_be_made(tmp_path: Path, shared: Path) -> None:
    folder = tmp_path / "sgp26"
    import_sgp26(shared / "certs" / "sgp26", folder, lab.Entropy("sgp26"), datetime.now(UTC))
    new(tmp_path / "card", folder)
    facts = json.loads(run("show", tmp_path / "card", "--json"))
    issuers = {one["key_id"][:8]: one["signing"] for one in facts["certificate_issuers"]}
    assert issuers == {"f54172bd": True, "c0bc70ba": True}


def with_a_profile(path: Path) -> None:
    """Put the laboratory's chip with a profile in the place of another one."""
    made = lab.new_card()
    lab.download(made)
    made.execute(bytes.fromhex("BF2917 5A0A") + lab.ICCID.octets + b"\x90\x09[b]work[/]"[:11])
    SoftwareCard.create(path, made.nvm, force=True)


def test_a_chip_is_shown_without_its_keys(card: Path) -> None:
    with_a_profile(card)
    shown = run("show", card)
    for text in ("EID", read_card(card).identity.eid, lab.ICCID, "disabled", "install", "Operator"):
        assert text in shown
    facts = json.loads(run("show", card, "--json"))
    assert facts["eid"] == read_card(card).identity.eid
    assert facts["profiles"][0]["iccid"] == lab.ICCID
    assert facts["profiles"][0]["state"] == "disabled"
    assert facts["notifications"] == [
        {"seq_number": 1, "event": "install", "address": lab.ADDRESS, "iccid": lab.ICCID}
    ]
    assert 0 < facts["memory"]["used"] < facts["memory"]["capacity"]
    secret = read_card(card).identity.credentials[0].private_key.reveal().hex()
    assert secret not in shown.lower()
    assert secret not in json.dumps(facts).lower()


def test_the_card_of_the_enabled_profile_is_shown(card: Path) -> None:
    made = lab.new_card()
    lab.install(made)
    made.execute(bytes.fromhex("BF3111 A00C5A0A") + lab.ICCID.octets + bytes.fromhex("810100"))
    for command in ("002800010830303030FFFFFFFF", "00200001083131313131313131"):
        made.transmit(bytes.fromhex(command))
    SoftwareCard.create(card, made.nvm, force=True)
    facts = json.loads(run("show", card, "--json"))
    assert facts["profiles"][0]["card"] == {
        "pin1_enabled": True,
        "pin1_attempts_left": 2,
        "files_written": 0,
    }
    assert "PIN1 enabled, 2 attempts left" in run("show", card)


def test_an_empty_chip_is_shown_too(card: Path) -> None:
    assert "Profiles: none" in run("show", card)
    assert json.loads(run("show", card, "--json"))["profiles"] == []


def test_apdus_are_answered_in_hex_and_words(card: Path) -> None:
    printed = run(
        "apdu", card, "0070000001", "01A4040010A0000005591010FFFFFFFF8900000100", "81E2910003BF2E01"
    )
    lines = printed.splitlines()
    assert lines[0] == "01 9000  done"
    assert lines[1].startswith("6F")
    assert lines[2] == "6A80  the data do not follow their structure"


def test_apdus_come_from_standard_input_as_well(card: Path) -> None:
    given = "# open a channel\n00 70 00 00 01  # like this\n\n00B0000000\n"
    assert run("apdu", card, given=given).splitlines() == [
        "01 9000  done",
        "6986  no file is selected",
    ]


def test_what_is_not_hexadecimal_is_refused(card: Path) -> None:
    with pytest.raises(ConfigError, match="not hexadecimal"):
        run("apdu", card, "00zz")
    SoftwareCard(card).close()


def test_lpac_is_answered(card: Path) -> None:
    given = b'{"type":"apdu","payload":{"func":"connect","param":null}}\nbad\n'
    answers = [json.loads(line) for line in run("stdio", card, given=given).splitlines()]
    assert [answer["payload"]["ecode"] for answer in answers if answer["type"] == "apdu"] == [0, -1]


@pytest.mark.parametrize("command", ["show", "apdu", "stdio"])
def test_a_missing_chip_is_told(tmp_path: Path, command: str) -> None:
    with pytest.raises(NotFoundError):
        run(command, tmp_path / "none", given="")


def test_only_a_chip_goes_into_the_virtual_reader(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        run("vpcd", tmp_path / "none")
