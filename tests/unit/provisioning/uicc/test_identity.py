"""GET IDENTITY, as a terminal and a home network see it: the figures are those of TS 33.501 Annex C.4."""

from __future__ import annotations

import pytest

from openesim.kernel.ids import Oid
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.files import Fcp, FileSystem, template_file
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.package import Package, decode_package
from openesim.security.aka.suci import Scheme, Suci, reveal
from tests.unit.provisioning.euicc import laboratory as lab
from tests.unit.provisioning.uicc.terminal import ADM1, USIM, Terminal, new_terminal, pin

KEY_A = "5a8d38864820197c3394b92613b20b91633cbd897119273bf8e4a6f4eec0a650"
PRIVATE_A = "c53c22208b61860b06c62e5406a7b330c2b577aa5558981510d128247d38bd1d"
KEY_B = "0272da71976234ce833a6907425867b82e074d44ef907dfb4b3e21c1c2256ebcd1"
PRIVATE_B = "f1ab1074477ebcc7f554ea1c5fc368b1616730155e0041ac447d6301975fecda"
KEYS = "A14B" + "800107" + "8120" + KEY_A + "800109" + "8121" + KEY_B
IMSI, MSIN = "001010123456789", "0123456789"


def package_with(information: str) -> bytes:
    """The small package with a DF.SAIP."""
    elements = list(decode_package(build_package(lab.subscription())).elements)
    at = next(number for number, one in enumerate(elements) if one.kind == ElementKind.USIM)
    usim = elements[at].value
    assert isinstance(usim, FileSystem)
    octets = bytes.fromhex(information)
    saip = FileSystem(
        header=type(usim.header)(identification=902),
        template_id=Oid("2.23.143.1.2.14"),
        files=(
            template_file(ElementKind.DF_SAIP, "df-df-saip", Fcp()),
            template_file(
                ElementKind.DF_SAIP,
                "ef-suci-calc-info-usim",
                Fcp(ef_file_size=(len(octets) + 2).to_bytes(2, "big")),
                octets,
            ),
        ),
    )
    elements.insert(at + 1, ProfileElement.of(ElementKind.DF_SAIP, saip))
    return Package.of(elements).octets


def terminal_with(information: str, services: tuple[int, ...] = (124, 125)) -> Terminal:
    """A terminal in the USIM, the services switched on in EF.UST."""
    terminal = new_terminal(package_with(information))
    terminal.select(USIM)
    assert terminal.verify("0A", ADM1) == "9000"
    terminal.select("6F38")
    table = bytearray.fromhex(terminal.send("00B0000000")[:-4])
    for service in services:
        table[(service - 1) // 8] |= 1 << (service - 1) % 8
    assert terminal.exchange("00D60000", table.hex()) == "9000"
    return terminal


def suci(answer: str) -> Suci:
    octets = bytes.fromhex(answer)
    assert octets[-2:] == b"\x90\x00"
    assert octets[0] == 0xA1
    assert octets[1] == len(octets) - 4
    return Suci.decode(octets[2:-2])


@pytest.mark.parametrize(
    ("schemes", "scheme", "key_id", "private"),
    [
        ("A0040101" + "0202", Scheme.PROFILE_A, 7, PRIVATE_A),
        ("A0040202" + "0101", Scheme.PROFILE_B, 9, PRIVATE_B),
        ("A0040501" + "0202", Scheme.PROFILE_B, 9, PRIVATE_B),
        ("A0040103" + "0000", Scheme.NULL, 0, ""),
        ("A0020000", Scheme.NULL, 0, ""),
    ],
)
def test_the_first_scheme_with_a_key_conceals_the_subscriber(
    schemes: str, scheme: Scheme, key_id: int, private: str
) -> None:
    got = suci(terminal_with(schemes + KEYS).exchange("80780001"))
    assert (got.plmn, got.scheme, got.key_id) == ("00101", scheme, key_id)
    assert reveal(scheme, bytes.fromhex(private), got.scheme_output) == MSIN


def test_no_two_identities_are_alike() -> None:
    terminal = terminal_with("A0020101" + KEYS)
    assert terminal.exchange("80780001") != terminal.exchange("80780001")


def test_the_same_is_told_for_offload() -> None:
    got = suci(terminal_with("A0020000").exchange("80780002"))
    assert got.encode().hex() == "0100f110" + "f0ff" + "0000" + "1032547698"


@pytest.mark.parametrize("services", [(), (124,), (125,), (124, 125, 130)])
def test_only_a_usim_that_computes_it_tells_it(services: tuple[int, ...]) -> None:
    assert terminal_with("A0020000", services).exchange("80780001") == "6985"


def test_the_pin_comes_first() -> None:
    terminal = terminal_with("A0020000")
    terminal.exchange("00280001", pin("0000"))
    terminal.card.reset()
    terminal.select(USIM)
    assert terminal.exchange("80780001") == "6982"


@pytest.mark.parametrize(
    ("information", "command", "status"),
    [
        ("A0020000", "80780000", "6A86"),
        ("A0020000", "80780101", "6A86"),
        ("A0020000", "00780001", "6E00"),
        ("A0FF", "80780001", "6985"),
        ("A0020101A125" + "800107" + "8120" + "00" * 32, "80780001", "6985"),
    ],
)
def test_every_mistake_has_its_status_word(information: str, command: str, status: str) -> None:
    assert terminal_with(information).exchange(command) == status
