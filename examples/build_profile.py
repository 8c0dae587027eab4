"""Builds a profile package from a description in TOML.

python examples/build_profile.py DESCRIPTION.toml PACKAGE.der
"""

import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid, Imsi, Msisdn
from openesim.messages.saip.aka import Algorithm
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.check import check_package
from openesim.messages.saip.description import Description, OtaKeys
from openesim.messages.saip.package import decode_package

READERS: dict[str, Callable[[Any], Any]] = {
    "iccid": Iccid.parse,
    "imsi": Imsi.parse,
    "msisdn": Msisdn.parse,
    "smsc": Msisdn.parse,
    "algorithm": lambda name: Algorithm[name.upper()],
    "k": bytes.fromhex,
    "opc": bytes.fromhex,
    "adm1": bytes.fromhex,
    "gid1": bytes.fromhex,
    "preferred_plmns": tuple,
    "ota": lambda keys: OtaKeys(**{name: _read_octets(value) for name, value in keys.items()}),
}


def _read_octets(value: str | int) -> Any:
    return bytes.fromhex(value) if isinstance(value, str) else value


def read_description(path: Path) -> Description:
    """Returns the description in a file; fields that are no plain text are read into what they mean."""
    fields = tomllib.loads(path.read_text(encoding="utf-8"))
    return Description(
        **{name: READERS.get(name, lambda same: same)(value) for name, value in fields.items()}
    )


def main(source: Path, target: Path) -> None:
    octets = build_package(read_description(source))
    package = decode_package(octets)
    for finding in check_package(package):
        print(f"note: {finding}")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.touch(mode=0o600)  # it holds the key of the subscription
    target.write_bytes(octets)
    print(f"{target}: {len(octets)} octets, {len(package.elements)} elements, ICCID {package.header.iccid}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    except (DecodeError, KeyError, OSError, TypeError, ValueError) as error:
        sys.exit(f"{sys.argv[1]}: {error}")
