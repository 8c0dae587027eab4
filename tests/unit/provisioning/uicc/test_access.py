"""Conditions of access rules, as PINs are given one by one."""

import pytest

from openesim.messages.saip.access_rules import AccessRule, Condition, verified
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.codes import FilePath
from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.files import Fcp, GenericFileManagement
from openesim.messages.saip.header import PeHeader
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.package import Package, decode_package
from tests.unit.provisioning.euicc import laboratory as lab
from tests.unit.provisioning.uicc.terminal import ADM1, Terminal, new_terminal, pin

PIN1, ADM = 0x01, 0x0A
NOBODYS = 0x0B


def terminal_with_rule(record: bytes) -> Terminal:
    """A terminal whose PIN1 is enabled, and a file 5010 in the MF under a rule."""
    arr = Fcp(
        file_descriptor=bytes.fromhex(f"4221{len(record):04X}"),
        file_id=b"\x50\x01",
        security_attributes_referenced=b"\x50\x01\x01",
        ef_file_size=bytes((len(record),)),
    )
    file = Fcp(
        file_descriptor=b"\x41\x21",
        file_id=b"\x50\x10",
        security_attributes_referenced=b"\x50\x01\x01",
        ef_file_size=b"\x01",
    )
    commands = (FilePath(b""), arr, record, file)
    management = GenericFileManagement(header=PeHeader(identification=901), file_management_cmd=(commands,))
    elements = list(decode_package(build_package(lab.subscription())).elements)
    elements.insert(-1, ProfileElement.of(ElementKind.GENERIC_FILE_MANAGEMENT, management))
    terminal = new_terminal(Package.of(elements).octets)
    assert terminal.exchange("00280001", pin("0000")) == "9000"
    terminal.card.reset()
    return terminal


def may_read(terminal: Terminal) -> bool:
    terminal.select("3F00", "5010")
    answer = terminal.send("00B0000000")
    assert answer in {"FF9000", "6982"}
    return answer == "FF9000"


def opens(terminal: Terminal) -> tuple[bool, bool, bool]:
    """Whether the file is read with nothing, with PIN1, and with the administrative key besides."""
    before = may_read(terminal)
    terminal.verify("01", pin("0000"))
    with_pin = may_read(terminal)
    terminal.verify("0A", ADM1)
    return before, with_pin, may_read(terminal)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (verified(), (True, True, True)),
        ((), (False, False, False)),
        (verified(PIN1), (False, True, True)),
        (verified(PIN1, ADM), (False, False, True)),
        ((frozenset({PIN1}), frozenset({ADM})), (False, True, True)),
        (verified(NOBODYS), (False, False, False)),
        ((frozenset({NOBODYS}), frozenset({ADM})), (False, False, True)),
    ],
    ids=["always", "never", "PIN1", "both", "either", "nobody's", "nobody's or ADM"],
)
def test_a_file_opens_as_its_rule_has_it(condition: Condition, expected: tuple[bool, bool, bool]) -> None:
    assert opens(terminal_with_rule(AccessRule(0x01, (), condition).encode())) == expected


def test_of_two_rules_for_one_operation_either_is_enough() -> None:
    rules = AccessRule(0x01, (), verified(PIN1, ADM)).encode() + AccessRule(0x03, (), verified(PIN1)).encode()
    assert opens(terminal_with_rule(rules)) == (False, True, True)


def test_what_no_rule_names_is_never_allowed() -> None:
    assert opens(terminal_with_rule(AccessRule(0x02, (), verified()).encode())) == (False, False, False)


@pytest.mark.parametrize("record", ["FFFF", "800101", "A0008001", "800101A40383"])
def test_a_rule_that_cannot_be_read_allows_nothing(record: str) -> None:
    terminal = terminal_with_rule(bytes.fromhex(record))
    terminal.verify("0A", ADM1)
    assert not may_read(terminal)
