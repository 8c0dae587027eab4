"""A terminal at a card: APDUs in hex, and a chip whose only profile is enabled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from openesim.adapters.apdu.software import MemoryCard
from openesim.encoding import tlv
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.package import Package, decode_package
from openesim.messages.sgp22.metadata import ProfileState
from openesim.provisioning.euicc.ambient import build_ambient
from openesim.provisioning.euicc.state import Nvm, Profile
from tests.unit.provisioning.euicc import laboratory as lab

USIM = "A0000000871002"
ISIM = "A0000000871004"
AID = bytes.fromhex("A0000005591010FFFFFFFF8900001000")
ADM1 = "3535353535353535"
PUK1 = "3132333435363738"
PUK2 = "3837363534333231"


def pin(digits: str) -> str:
    """Digits as the 8 octets of a PIN, in hex."""
    return digits.encode().ljust(8, b"\xff").hex()


def enabled(package: Package, nvm: Nvm | None = None) -> Nvm:
    """The memory of a chip on which a profile is enabled."""
    metadata = lab.metadata(package.iccid)
    profile = Profile(
        aid=AID,
        state=ProfileState.ENABLED,
        metadata=metadata,
        metadata_octets=metadata.encode(),
        package=package,
        ci_key_id=b"",
    )
    return replace(nvm or lab.new_nvm(), profiles=(profile,))


class Terminal:
    """Sends APDUs and fetches what waits."""

    def __init__(self, card: MemoryCard) -> None:
        self.card = card

    def send(self, *parts: str) -> str:
        """Send one APDU; returns response data and status word in hex, without fetching anything."""
        return self.card.transmit(bytes.fromhex("".join(parts).replace(" ", ""))).hex().upper()

    def exchange(self, header: str, data: str = "", le: str | None = None) -> str:
        """Send a command with data and fetch what is announced; returns data and status word."""
        body = f"{len(bytes.fromhex(data)):02X}{data}" if data else ""
        answer = self.send(header, body, le or "")
        if answer[-4:-2] == "61":
            return self.send(f"{header[:2]}C00000{answer[-2:]}")
        return answer

    def select(self, *identifiers: str, p2: str = "04") -> str:
        """Select files one behind the other; an identifier of more than two octets is an AID."""
        answer = ""
        for identifier in identifiers:
            p1 = "00" if len(identifier) == 4 else "04"
            answer = self.exchange(f"00A4{p1}{p2}", identifier)
        return answer

    def verify(self, reference: str, value: str) -> str:
        """VERIFY PIN."""
        return self.exchange(f"002000{reference}", value)


def new_terminal(package: bytes | None = None, **changes: Any) -> Terminal:
    """A terminal at a chip with an enabled profile: a small one, or a package of one's own."""
    octets = package or build_package(lab.subscription(**changes))
    nvm = enabled(decode_package(octets))
    return Terminal(MemoryCard(nvm, build_ambient(nvm.identity, lab.Entropy("card"))))


def find(template: str, tag: int) -> str | None:
    """Value of an object in an FCP template that an answer carries, in hex."""
    found = tlv.read_one(bytes.fromhex(template[:-4])).find(tag)
    return found.value.hex().upper() if found else None
