"""A login: Debian's eapol_test, with the card in the reader, against Debian's hostapd as RADIUS and EAP server."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from openesim.apps.demo.programs import Program
from openesim.apps.online.room import Room

SECRET: Final = "radius"  # noqa: S105 (of two programs on one loopback interface)
METHODS: Final = ("AKA", "AKA'")
_LIMIT_S: Final = 10

_HOSTAPD: Final = """\
driver=none
interface={name}
ssid={name}
radius_server_clients={folder}/clients
radius_server_auth_port={port}
eap_server=1
eap_user_file={folder}/users
eap_sim_db=unix:{socket}
"""
_CLIENTS: Final = f"127.0.0.1/32 {SECRET}\n"
# The first digit of an identity says what it is: 0, 2 and 4 are of EAP-AKA, 6, 7 and 8 of EAP-AKA'.
_USERS: Final = "".join(
    f'"{digit}"* {method}\n' for method, digits in (("AKA", "024"), ("AKA'", "678")) for digit in digits
)
_SUPPLICANT: Final = """\
network={{
    key_mgmt=WPA-EAP
    eap={method}
    pcsc=""
}}
"""


@dataclass(frozen=True, slots=True)
class Login:
    """How a login went.

    Attributes:
        is_in: the network let the card in, and both ends have the same keys.
        method: of EAP.
        transcript: what eapol_test said; it holds keys of the session, and is not shown.
    """

    is_in: bool
    method: str
    transcript: str = field(repr=False)

    @property
    def identity(self) -> str | None:
        """What the card was announced as: the IMSI behind a digit for the method, at its operator's realm."""
        found = re.search(r"Learned identity from EAP-Response-Identity - .*: (.*)", self.transcript)
        return bytes.fromhex(found[1]).decode("ascii", "replace") if found else None

    @property
    def has_card(self) -> bool:
        """Whether a USIM was found in the reader."""
        return "Failed to initialize SIM" not in self.transcript

    @property
    def has_refused_network(self) -> bool:
        """Whether the card did not believe the network: the MAC of its challenge did not hold."""
        return "MAC != XMAC" in self.transcript

    @property
    def has_resynchronised(self) -> bool:
        """Whether the card reported that it knows a later sequence number."""
        return "UMTS Synchronization-Failure" in self.transcript


def start_hostapd(room: Room, name: str, port: int, folder: Path, socket: Path) -> Program:
    """Start an EAP server and wait until it listens.

    Args:
        room: where it listens.
        name: what it is called.
        port: of RADIUS.
        folder: for its files.
        socket: where its authentication centre answers.
    """
    (folder / "clients").write_text(_CLIENTS)
    (folder / "users").write_text(_USERS)
    configuration = folder / "hostapd.conf"
    configuration.write_text(_HOSTAPD.format(name=name, port=port, folder=folder, socket=socket))
    program = Program(f"hostapd of {name}", room.command("hostapd", configuration), folder / "hostapd.log")
    program.wait_until_said("AP-ENABLED")
    return program


def log_in(room: Room, folder: Path, port: int, method: str) -> Login:
    """Try to get the card in the reader into a network.

    Args:
        room: where card and network are.
        folder: for the supplicant's configuration.
        port: of the network's RADIUS server.
        method: of EAP: AKA or AKA'.
    """
    configuration = folder / "supplicant.conf"
    configuration.write_text(_SUPPLICANT.format(method=method))
    command = room.command(
        *("eapol_test", "-c", configuration, "-a", "127.0.0.1", "-p", port, "-s", SECRET, "-t", _LIMIT_S)
    )
    done = subprocess.run(  # noqa: S603 (ours)
        command, capture_output=True, text=True, errors="replace", check=False, timeout=3 * _LIMIT_S
    )
    return Login(done.returncode == 0, method, done.stdout)
