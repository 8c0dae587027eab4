"""Command APDUs for a card: plausible ones of every instruction, to be sent as they are or changed anywhere."""

from __future__ import annotations

from random import Random

from openesim.adapters.apdu.software import MemoryCard
from openesim.provisioning.euicc.ambient import build_ambient
from openesim.provisioning.uicc.commands import INSTRUCTIONS
from tests.unit.provisioning.euicc import laboratory as lab
from tests.unit.provisioning.uicc.cards import ber_tlv, cyclic, linear, package_with, transparent
from tests.unit.provisioning.uicc.terminal import enabled

CODES = ("30303030FFFFFFFF", "3535353535353535", "31323334FFFFFFFF", "3132333435363738", "00" * 8)
IDENTIFIERS = (
    "3F00",
    "7FFF",
    "2FE2",
    "2F00",
    "6F07",
    "6F38",
    "6F3C",
    "5F3B",
    "4F20",
    "5010",
    "5011",
    "5012",
    "5013",
)
NAMES = ("A0000000871002", "A0000000871004", "A0000005591010FFFFFFFF8900000100")
OTHER_INSTRUCTIONS = (0x10, 0x12, 0x14, 0x70, 0xAA, 0xC0, 0xC2, 0xCA, 0xE2)
STATUS_BYTES = {
    0x61,
    0x62,
    0x63,
    0x67,
    0x68,
    0x69,
    0x6A,
    0x6B,
    0x6C,
    0x6D,
    0x6E,
    0x90,
    0x91,
    0x94,
    0x98,
    0x9F,
}

USUAL = tuple(
    bytes.fromhex(text.replace(" ", ""))
    for text in (
        "00A40004023F0000",
        "00A4040C07A0000000871002",
        "00A4040407A000000087100400",
        "00A4080C045FC04F07",
        "00A4000C026F07",
        "00A4000C026F3C",
        "00A40004025010",
        "00A40004025011",
        "00A40004025012",
        "00A40004025013",
        "00A4030C",
        "00B0000000",
        "00B0000A05",
        "00D6001002BEEF",
        "00B2010400",
        "00B2000200",
        "00B2000300",
        "00DC000202BB02",
        "00DC000303000004",
        "00A2010401AA00",
        "00A201060304000200",
        "803200000105",
        "80CB0080015C00",
        "80CB00800181",
        "80CB000000",
        "80DB008003820101",
        "80DB00800582820110AA",
        "80DB000010" + "AB" * 16,
        "00040000025010",
        "00440000025010",
        "002000010830303030FFFFFFFF",
        "002800010830303030FFFFFFFF",
        "002600010830303030FFFFFFFF",
        "002400011030303030FFFFFFFF31313131FFFFFFFF",
        "002C0001103132333435363738" + "30303030FFFFFFFF",
        "0020000100",
        "00200001083131313131313131",
        "0070000001",
        "0070800100",
        "01A4040C07A0000000871002",
        "8010000003FFFFFF",
        "80F2000000",
        "80F2010100",
        "0084000008",
        "0088008111" + "10" + "AB" * 16,
        "8078000100",
        "00C0000000",
    )
)
"""Commands that a card carries out when it is in the state for them."""

PACKAGE = package_with(
    transparent("5010", "00" * 300),
    linear("5011", "AA01", "AA02", "AA03"),
    cyclic("5012", "000003", "000002"),
    ber_tlv("5013", 600, "810101"),
)
NVM = enabled(PACKAGE)
AMBIENT = build_ambient(NVM.identity, lab.Entropy("properties"))


def new_card() -> MemoryCard:
    """A chip whose enabled profile has a file of every structure, the USIM selected, all rights given."""
    card = MemoryCard(NVM, AMBIENT)
    for command in ("00A4040C07A0000000871002", "0020000A083535353535353535", "002000810831323334FFFFFFFF"):
        card.transmit(bytes.fromhex(command))
    return card


def draw_command(random: Random) -> bytes:
    """Return a command APDU that a terminal could send: every other one is a usual one."""
    if random.random() < 0.5:
        return random.choice(USUAL)
    instruction = random.choice((*INSTRUCTIONS, *OTHER_INSTRUCTIONS))
    known = INSTRUCTIONS.get(instruction)
    is_proprietary = known.is_proprietary if known else random.random() < 0.5
    class_octet = (0x80 if is_proprietary else 0) | random.choice((0, 0, 0, 1))
    if random.random() < 0.1:
        class_octet = 0xA0  # a SIM of GSM
    p1 = random.choice((0x00, 0x00, 0x01, 0x02, 0x04, 0x08, 0x09, 0x80, 0x87, random.randrange(256)))
    p2 = random.choice((0x00, 0x01, 0x02, 0x03, 0x04, 0x0A, 0x0C, 0x80, 0x81, random.randrange(256)))
    data = bytes.fromhex(_draw_data(random))
    body = bytes((len(data),)) + data if data else b""
    le = random.choice((b"", b"\x00", bytes((random.randrange(256),))))
    return bytes((class_octet, instruction, p1, p2)) + body + le


def _draw_data(random: Random) -> str:
    """Return command data in hex: nothing, codes, identifiers, a name, a challenge, a data object, chance."""
    return random.choice(
        (
            "",
            random.choice(CODES),
            random.choice(CODES) + random.choice(CODES),
            random.choice(IDENTIFIERS),
            random.choice(IDENTIFIERS) + random.choice(IDENTIFIERS),
            random.choice(NAMES),
            "10" + random.randbytes(16).hex(),
            "10" + random.randbytes(16).hex() + "10" + random.randbytes(16).hex(),
            "81" + f"{random.randrange(4):02X}" + random.randbytes(random.randrange(4)).hex(),
            random.randbytes(random.randrange(1, 40)).hex(),
        )
    )
