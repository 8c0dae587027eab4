"""A room of its own for programs that listen: a network with nothing but loopback, and a /run that is empty.

vpcd listens on all addresses, pcscd's socket has one place for the whole machine, and RADIUS has ports that others
may have. In namespaces of their own none of that meets anybody. Without root a user namespace makes them, where the
system gives such away.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from openesim.apps.demo.programs import Program
from openesim.kernel.errors import ConfigError, Explanation

NEEDS: Final[Mapping[str, str]] = {
    "hostapd": "hostapd",
    "eapol_test": "eapoltest",
    "pcscd": "pcscd",
    "vpcd-config": "vsmartcard-vpcd",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "ip": "iproute2",
}
"""Programs of others, and the Debian package of each."""

_UNSHARE: Final = ("unshare", "--net", "--mount")
_FURNISH: Final = """
set -e
ip link set lo up
mount -t tmpfs tmpfs /run
mkdir /run/pcscd
ulimit -n 1024
exec pcscd --foreground --error
"""
# pcscd walks through every descriptor it might have: with the limits of a container that takes seconds.

_ADMINISTRATION: Final = "/usr/sbin:/sbin"


class Room:
    """The room, with pcscd and its virtual reader in it.

    Attributes:
        folder: temporary, for sockets and configurations; its name is short, since those of sockets have to be.
    """

    def __init__(self) -> None:
        """Make the room and wait until pcscd answers in it.

        Raises:
            OpenEsimError: pcscd does not start.
        """
        self.folder = Path(tempfile.mkdtemp(prefix="openesim-"))
        self.pcscd = Program(
            "pcscd",
            [*_UNSHARE, *_as_root("--map-root-user"), "sh", "-c", _FURNISH],
            self.folder / "pcscd.log",
        )
        try:
            self.pcscd.wait_for_file(Path("/proc", str(self.pcscd.pid), "root", "run", "pcscd", "pcscd.comm"))
        except BaseException:
            self.close()
            raise

    def command(self, *words: object) -> list[str]:
        """Return what to start so that a program runs in the room."""
        inside = ["nsenter", "--target", str(self.pcscd.pid), "--net", "--mount"]
        return [*inside, *_as_root("--preserve-credentials"), f"--wd={Path.cwd()}", "--", *map(str, words)]

    @property
    def interfaces(self) -> set[str]:
        """Names of the network interfaces in the room."""
        table = Path(f"/proc/{self.pcscd.pid}/net/dev").read_text(encoding="ascii")
        return {line.partition(":")[0].strip() for line in table.splitlines() if ":" in line}

    def close(self) -> None:
        """Leave the room, and pcscd with it; safe to repeat."""
        self.pcscd.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def require_room() -> None:
    """Refuse to begin where a program is missing, or where no room can be made.

    Raises:
        ConfigError: what is missing, and how to get it.
    """
    os.environ["PATH"] = f"{os.environ.get('PATH', '')}:{_ADMINISTRATION}"
    missing = " ".join(
        sorted({package for program, package in NEEDS.items() if shutil.which(program) is None})
    )
    if missing:
        raise ConfigError(f"programs are missing: {missing}").explained(
            Explanation(
                "this run shows programs of others at work, and they are not installed",
                "you",
                f"on Debian: apt-get install {missing}",
            )
        )
    require_namespaces()


def require_namespaces() -> None:
    """Refuse to begin where no room can be made.

    Raises:
        ConfigError: why, and where one can.
    """
    command = [*_UNSHARE, *_as_root("--map-root-user"), "true"]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (ours)
    if tried.returncode:
        raise ConfigError("this system gives no namespaces away").explained(
            Explanation(
                f"unshare --net --mount: {tried.stderr.strip()}",
                "whoever runs this machine",
                "run this as root, or in a container that may make namespaces (CAP_SYS_ADMIN)",
            )
        )


def _as_root(option: str) -> list[str]:
    """Return what makes us root in a user namespace of our own, nothing where we are root."""
    return [] if os.geteuid() == 0 else ["--user", option]
