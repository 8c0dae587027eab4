"""The data folder of a world: a configuration that says on every page that nothing is real, keys, and where it is heard."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from openesim.adapters.keystore.files import init_pki
from openesim.apps.config import CONFIG_FILE, read_config
from openesim.apps.keys import key_file
from openesim.apps.wiring import Work, open_database
from openesim.apps.world.filling import Filled, Tell, fill_world
from openesim.apps.world.names import vendor_name
from openesim.apps.world.sizes import SIZES
from openesim.kernel.errors import ConfigError, Explanation

FQDN: Final = "smdp.example.com"
HOST: Final = "127.0.0.1"
_DESKS_PORT: Final = 8080
_ES9_PORT: Final = 8443

_CONFIG: Final = """\
# A sample world: nothing here is real, and every page says so.
[serve]
fqdn = "{fqdn}"
pki = "{pki}"
es9 = "{host}:{es9}"
desks = "{host}:{desks}"
{rules}
[desks]
test = true
zone = "Asia/Shanghai"
plain_http = true           # on this machine alone
second_factor = []          # of a sample world; never of a real one
longest_hours = 720
idle_minutes = 1440

[log]
level = "warning"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldFolder:
    """Where a world is kept, and where it will be heard.

    Attributes:
        data: the data folder.
        address: of the desks.
    """

    data: Path
    address: str


def write_config(data: Path, fqdn: str, pki: str, rules: str = "") -> WorldFolder:
    """Write the configuration of a world, in the place of one that is there.

    Args:
        data: the data folder, made if missing.
        fqdn: name under which LPAs call the server.
        pki: PKI folder, as seen from the data folder.
        rules: what stands under ``[rules]``, with that line.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    desks, es9 = free_port(_DESKS_PORT), free_port(_ES9_PORT)
    text = _CONFIG.format(fqdn=fqdn, pki=pki, host=HOST, es9=es9, desks=desks, rules=rules)
    path = data / CONFIG_FILE
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    return WorldFolder(data=data, address=f"http://{HOST}:{desks}/")


def free_port(wished: int) -> int:
    """Return a port of this machine that nobody uses now: the one that is wished for, or another one."""
    for port in (wished, 0):
        try:
            with socket.create_server((HOST, port)) as server:
                found: int = server.getsockname()[1]
                return found
        except OSError:
            continue
    return wished


def begin_folder(data: Path) -> WorldFolder:
    """Return a folder for a world, begun: configuration and test certificates are made where there are none.

    Raises:
        ConfigError: the folder cannot be used.
    """
    try:
        if (data / CONFIG_FILE).is_file():
            desks = read_config(data).serve.desks
            return WorldFolder(data=data, address="" if desks is None else f"http://{desks}/")
        folder = write_config(data, FQDN, "pki")
        if not (data / "pki").is_dir():
            init_pki(data / "pki", os.urandom, datetime.now(UTC))
    except OSError as error:
        raise ConfigError(f"the data folder {data} cannot be used: {error.strerror}") from None
    return folder


def fill_folder(data: Path, size: str, tell: Tell, language: str) -> Filled:
    """Fill the database of a data folder with a world.

    Args:
        data: the folder.
        size: a name in ``SIZES``.
        tell: hears how far it is.
        language: in which operators and people are named.

    Raises:
        ConfigError: there is a world in it already, or it cannot be used.
    """
    work = open_database(data)
    try:
        key_file(data).make(os.urandom)
        verify_empty(work)
        return fill_world(work, read_config(data), SIZES[size], tell, language)
    finally:
        work.close()


def verify_empty(work: Work) -> None:
    """Refuse a database that holds a world already.

    Raises:
        ConfigError: it does.
    """
    name, _, _ = vendor_name(1)

    def find(stores: Any) -> object:
        """Look for a vendor that every world has."""
        return stores.vendor_named(name)

    if work.run_now(find) is not None:
        cause = "there is a world in this folder already"
        raise ConfigError(cause).explained(Explanation(cause, "you", "serve it, or name a new folder"))
