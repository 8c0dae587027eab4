"""AUTHENTICATE, as a terminal and a network see it.

The network's half is computed here from the published figures of TS 35.208 (test set 1) and by hand for the test algorithm.
"""

from __future__ import annotations

from typing import Any

import pytest

from openesim.messages.saip.aka import AkaParameter, AlgoParameter, Algorithm, MappingParameter
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.package import Package, decode_package
from openesim.messages.saip.secret_octets import SecretOctets
from openesim.security.aka.milenage import Milenage
from openesim.security.aka.tuak import Tuak
from openesim.security.aka.vectors import build_vector, verify_auts
from tests.unit.provisioning.euicc import laboratory as lab
from tests.unit.provisioning.uicc.terminal import ISIM, USIM, Terminal, new_terminal, pin
from tests.vectors.figures import octets, rows

K, OPC = bytes(range(16)), bytes(range(16, 32))
RAND = bytes.fromhex("23553cbe9637a89d218ae64dae47bf35")
AMF = b"\x80\x00"
NETWORK = Milenage(K, OPC)


def challenge(sqn: int, network: Milenage = NETWORK, rand: bytes = RAND) -> str:
    """Data of AUTHENTICATE in the 3G context."""
    vector = build_vector(network, rand, sqn, AMF)
    return "10" + rand.hex() + "10" + vector.autn.hex()


def umts(terminal: Terminal, data: str) -> str:
    return terminal.exchange("00880081", data)


@pytest.fixture
def terminal() -> Terminal:
    terminal = new_terminal()
    terminal.select(USIM)
    return terminal


def answered(answer: str) -> bool:
    """Whether the card accepted a challenge: DB, RES of 8 octets, CK, IK, Kc."""
    return (
        answer.startswith("DB08") and answer.endswith("9000") and len(answer) == 2 * (1 + 9 + 17 + 17 + 9 + 2)
    )


def with_parameters(kind: int, **changes: Any) -> bytes:
    """The small package with other authentication parameters in one of its applications (0 USIM, 1 ISIM)."""
    package = decode_package(build_package(lab.subscription()))
    elements = list(package.elements)
    places = [at for at, one in enumerate(elements) if isinstance(one.value, AkaParameter)]
    old = elements[places[kind]]
    assert isinstance(old.value, AkaParameter)
    values = {"header": old.value.header, "algo_configuration": old.value.algo_configuration} | changes
    elements[places[kind]] = ProfileElement.of(old.kind, AkaParameter(**values))
    return Package.of(elements).octets


def own_parameters(**changes: Any) -> AlgoParameter:
    """Milenage with the small package's keys."""
    values: dict[str, Any] = {
        "algorithm_id": Algorithm.MILENAGE,
        "algorithm_options": b"\x01",
        "key": SecretOctets(K),
        "opc": SecretOctets(OPC),
    }
    return AlgoParameter(**(values | changes))


@pytest.mark.parametrize("figures", rows("milenage/ts35208-conformance.json", "sets"))
def test_published_figures_come_out_of_the_card(figures: dict[str, Any]) -> None:
    names = ("k", "opc", "rand", "sqn", "amf", "f1", "f2", "f3", "f4", "f5")
    k, opc, rand, sqn, amf, mac, res, ck, ik, ak = octets(figures, *names)
    last = (int.from_bytes(sqn, "big") >> 5) - 1
    terminal = new_terminal(
        with_parameters(
            0,
            algo_configuration=own_parameters(key=SecretOctets(k), opc=SecretOctets(opc)),
            sqn_init=(last.to_bytes(6, "big"),) * 32,
        )
    )
    terminal.select(USIM)
    autn = bytes(a ^ b for a, b in zip(sqn, ak, strict=True)) + amf + mac
    answer = umts(terminal, "10" + rand.hex() + "10" + autn.hex())
    expected = "DB08" + res.hex() + "10" + ck.hex() + "10" + ik.hex()
    assert answer.startswith(expected.upper())


def test_a_fresh_challenge_is_answered_with_what_the_network_expects(terminal: Terminal) -> None:
    vector = build_vector(NETWORK, RAND, 0x20, AMF)
    answer = umts(terminal, challenge(0x20))
    assert answered(answer)
    fields = "08" + vector.xres.hex() + "10" + vector.ck.hex() + "10" + vector.ik.hex() + "08"
    assert answer[2 : 2 + len(fields)] == fields.upper()


def test_the_answer_is_announced_without_le(terminal: Terminal) -> None:
    assert terminal.send("00880081 22", challenge(0x20)) == "6135"
    assert terminal.send("00880081 22", challenge(0x40), "00").startswith("DB08")


def test_a_challenge_is_accepted_once_whatever_happens_to_the_power(terminal: Terminal) -> None:
    assert answered(umts(terminal, challenge(0x20)))
    terminal.card.reset()
    terminal.select(USIM)
    again = umts(terminal, challenge(0x20))
    assert again.startswith("DC0E")
    assert again.endswith("9000")


def test_the_network_learns_the_cards_sequence_number(terminal: Terminal) -> None:
    umts(terminal, challenge(0x1234_21))
    refused = umts(terminal, challenge(0x21))
    assert verify_auts(NETWORK, RAND, bytes.fromhex(refused[4:-4])) == 0x1234_21
    assert answered(umts(terminal, challenge(0x1234_41)))


def test_vectors_that_overtake_each_other_are_accepted(terminal: Terminal) -> None:
    assert answered(umts(terminal, challenge(3 << 5 | 2)))
    assert answered(umts(terminal, challenge(2 << 5 | 1)))
    assert umts(terminal, challenge(2 << 5 | 2)).startswith("DC0E")


def test_another_key_is_refused_and_nothing_is_kept(terminal: Terminal) -> None:
    before = terminal.card.nvm
    assert umts(terminal, challenge(0x20, Milenage(OPC, OPC))) == "9862"
    assert terminal.card.nvm is before


def test_the_pin_comes_first(terminal: Terminal) -> None:
    terminal.exchange("00280001", pin("0000"))
    terminal.card.reset()
    terminal.select(USIM)
    assert umts(terminal, challenge(0x20)) == "6982"
    terminal.verify("01", pin("0000"))
    assert answered(umts(terminal, challenge(0x20)))


def test_an_isim_answers_without_kc_and_counts_for_itself() -> None:
    terminal = new_terminal(with_parameters(1, algo_configuration=own_parameters()))
    terminal.select(USIM)
    umts(terminal, challenge(0x40))
    terminal.select(ISIM)
    answer = umts(terminal, challenge(0x20))
    assert answer.startswith("DB08")
    assert len(answer) == 2 * (1 + 9 + 17 + 17 + 2)
    assert terminal.exchange("00880080", "10" + RAND.hex()) == "9864"


def test_an_application_that_uses_anothers_parameters_shares_its_sequence_numbers() -> None:
    aid = bytes.fromhex("A0000000871002FFFFFFFF8900000100")
    mapping = MappingParameter(mapping_options=b"\x06", mapping_source=aid)
    terminal = new_terminal(with_parameters(1, algo_configuration=mapping))
    terminal.select(USIM)
    assert answered(umts(terminal, challenge(0x20)))
    terminal.select(ISIM)
    assert umts(terminal, challenge(0x20)).startswith("DC0E")
    assert umts(terminal, challenge(0x40)).startswith("DB08")


def test_the_test_algorithm_is_computed_by_hand() -> None:
    key = bytes(range(16))
    rand = bytes(16)
    # K xor RAND is K: AK is its octets 3 to 8, MAC its first eight octets xor SQN and AMF.
    sqn = bytes.fromhex("000000000020")
    autn = bytes(a ^ b for a, b in zip(sqn, key[3:9], strict=True)) + AMF
    autn += bytes(a ^ b for a, b in zip(key[:8], sqn + AMF, strict=True))
    configuration = AlgoParameter(
        algorithm_id=Algorithm.USIM_TEST_ALGORITHM,
        algorithm_options=b"\x02",
        key=SecretOctets(key),
        opc=SecretOctets(b""),
    )
    terminal = new_terminal(with_parameters(0, algo_configuration=configuration))
    terminal.select(USIM)
    answer = umts(terminal, "10" + rand.hex() + "10" + autn.hex())
    expected = "DB10" + key.hex() + "10" + (key[1:] + key[:1]).hex() + "10" + (key[2:] + key[:2]).hex()
    assert answer.startswith(expected.upper())


def test_tuak_answers_with_the_length_its_options_choose() -> None:
    configuration = AlgoParameter(
        algorithm_id=Algorithm.TUAK,
        algorithm_options=b"\x01",
        key=SecretOctets(b"\xab" * 16),
        opc=SecretOctets(bytes.fromhex("bd04d9530e87513c5d837ac2ad954623a8e2330c115305a73eb45d1f40cccbff")),
    )
    terminal = new_terminal(with_parameters(0, algo_configuration=configuration))
    terminal.select(USIM)
    network = Tuak(bytes(configuration.key), bytes(configuration.opc), res_octets=8)
    vector = build_vector(network, b"\x42" * 16, 0x20, AMF)
    answer = umts(terminal, "10" + "42" * 16 + "10" + vector.autn.hex())
    assert answer.startswith("DB08" + vector.xres.hex().upper() + "10" + vector.ck.hex().upper())


def test_a_key_wears_out_where_the_profile_says_so() -> None:
    configuration = own_parameters(auth_counter_max=b"\x00\x00\x02")
    terminal = new_terminal(with_parameters(0, algo_configuration=configuration))
    terminal.select(USIM)
    assert answered(umts(terminal, challenge(0x20)))
    assert umts(terminal, challenge(0x40, Milenage(OPC, OPC))) == "9862"
    terminal.card.reset()
    terminal.select(USIM)
    assert umts(terminal, challenge(0x60)) == "6985"


def test_the_gsm_context_folds_the_answer(terminal: Terminal) -> None:
    answer = NETWORK.f2345(RAND)
    sres = bytes(a ^ b for a, b in zip(answer.res[:4], answer.res[4:], strict=True))
    halves = (answer.ck[:8], answer.ck[8:], answer.ik[:8], answer.ik[8:])
    kc = bytes(a ^ b ^ c ^ d for a, b, c, d in zip(*halves, strict=True))
    terminal.verify("0A", "35" * 8)
    terminal.select("6F38")
    table = bytearray.fromhex(terminal.send("00B0000000")[:-4])
    table[(38 - 1) // 8] |= 1 << (38 - 1) % 8
    assert terminal.exchange("00D60000", table.hex()) == "9000"
    got = terminal.exchange("00880080", "10" + RAND.hex())
    assert got == ("04" + sres.hex() + "08" + kc.hex() + "9000").upper()
    table[(38 - 1) // 8] &= ~(1 << (38 - 1) % 8)
    assert terminal.exchange("00D60000", table.hex()) == "9000"
    assert terminal.exchange("00880080", "10" + RAND.hex()) == "9864"


@pytest.mark.parametrize(
    ("command", "data", "status"),
    [
        ("00880081", "10" + "00" * 16, "6700"),
        ("00880081", "11" + "00" * 33, "6A80"),
        ("00880081", "10" + "00" * 16 + "11" + "00" * 16, "6A80"),
        ("00880081", "", "6700"),
        ("00880181", "10" + "00" * 16 + "10" + "00" * 16, "6A86"),
        ("00880000", "10" + "00" * 16, "6A86"),
        ("00880084", "10" + "00" * 16, "9864"),
        ("80880081", "10" + "00" * 16, "6E00"),
    ],
)
def test_every_mistake_has_its_status_word(terminal: Terminal, command: str, data: str, status: str) -> None:
    assert terminal.exchange(command, data) == status


def test_without_an_application_nothing_is_answered(terminal: Terminal) -> None:
    terminal.card.reset()
    assert umts(terminal, challenge(0x20)) == "6985"
