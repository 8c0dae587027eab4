"""Settings of processes; the environment is read here and nowhere else."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from openesim.kernel.errors import ConfigError

DATABASE_FILE = "openesim.db"
KEY_FILE = "keys/subscriptions.key"

_PLACE = re.compile(r"(\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<host>[^][:\s]+)):(?P<port>[0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``HOST:PORT``; an IPv6 host stands in brackets.

        Raises:
            ConfigError: no host, or no port between 0 and 65535.
        """
        form = _PLACE.fullmatch(text)
        if form is None or int(form["port"]) > 0xFFFF:
            raise ConfigError(f"{text!r} is not HOST:PORT, such as 127.0.0.1:8443 or [::1]:8443")
        return cls(form["ipv6"] or form["host"], int(form["port"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """What ``openesim serve`` is told.

    Attributes:
        data: folder of the database.
        pki: PKI folder.
        fqdn: name under which LPAs call us.
        es9: where LPAs are heard.
        plain_http: LPAs are heard without TLS (behind a proxy, or in tests).
        es2: where operators are heard; None: nowhere.
        api: where the REST API is heard; None: nowhere.
        replace_session_keys: protect profiles with keys of their own.
        ops: where those who run the server look; None: nowhere.
    """

    data: Path
    pki: Path
    fqdn: str
    es9: Address
    plain_http: bool = False
    es2: Address | None = None
    api: Address | None = None
    replace_session_keys: bool = False
    ops: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AucSettings:
    """What ``openesim auc serve`` is told.

    Attributes:
        data: folder of the database.
        socket: where hostapd asks; None: nowhere.
        osmo_hlr: control interface of an osmo-hlr that is told which subscriptions are on; None: no one is told.
    """

    data: Path
    socket: Path | None = None
    osmo_hlr: Address | None = None


def log_level(configured: str = "info") -> str:
    """Return the least weight of an event in the log: what ``OPENESIM_LOG`` says, else what is configured."""
    return os.environ.get("OPENESIM_LOG", "").lower() or configured
