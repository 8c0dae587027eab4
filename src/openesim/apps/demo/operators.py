"""Operators of narrated runs: who they are, the profile each builds, the order each places."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from openesim.apps.demo.servers import ServerPlan, ServerProcess
from openesim.apps.demo.texts import LanguageCode
from openesim.apps.wiring import Work, open_database
from openesim.kernel.ambient import Entropy
from openesim.kernel.ids import Iccid, Imsi, luhn_check_digit
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.description import Description
from openesim.messages.sgp22.activation_code import ActivationCode
from openesim.provisioning.smdp.orders import Order
from openesim.services.order_import import OrderImport
from openesim.services.order_lines import parse_toml

TEST_MCC: Final = "001"
"""Mobile country code that the ITU keeps for test networks."""

_ORDER_FILE: Final = """\
[[order]]
profile = "{key}.der"
service_provider_name = "{provider}"
profile_name = "{plan}"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One operator.

    Attributes:
        key: name of its folder.
        fqdn: name of its SM-DP+.
        mnc: its network in the test country.
        names: what it is called, in English and in Chinese.
        plans: name of its profile, in English and in Chinese.
    """

    key: str
    fqdn: str
    mnc: str
    names: tuple[str, str]
    plans: tuple[str, str]


QINGHE: Final = Operator(
    key="qinghe",
    fqdn="smdp.qinghe.example",
    mnc="03",
    names=("Qinghe Mobile", "青禾移动"),
    plans=("Home 30 GB", "畅享 30 GB"),
)
"""In a country with rules."""
NORTHWIND: Final = Operator(
    key="northwind",
    fqdn="smdp.northwind.example",
    mnc="01",
    names=("Northwind Mobile", "北风移动"),
    plans=("Travel 10 GB", "出行 10 GB"),
)
"""In one without."""
LOTUS: Final = Operator(
    key="lotus",
    fqdn="smdp.lotus.example",
    mnc="02",
    names=("Lotus Telecom", "莲花电信"),
    plans=("Home unlimited", "家庭畅享"),
)


@dataclass(frozen=True, slots=True)
class BuiltProfile:
    """A profile package, and what it was built from."""

    description: Description
    octets: bytes = field(repr=False)


class Desk:
    """The desk of one operator: its folder, its database, its server.

    Attributes:
        operator: whose it is.
        name: what the operator is called.
        plan: name of its profile.
        folder: holds everything of the operator.
        data: folder of its database.
        server: its server, once it was started.
        work: its database.
        order_id: number of its order; 0 before there is one.
    """

    def __init__(self, operator: Operator, folder: Path, language: LanguageCode) -> None:
        """Make the folder and open the database.

        Args:
            operator: whose desk it is.
            folder: holds everything of this operator.
            language: in which it names itself and its profile.
        """
        chosen = 1 if language == "zh" else 0
        self.operator = operator
        self.name, self.plan = operator.names[chosen], operator.plans[chosen]
        self.folder = folder
        self.data = folder / "data"
        self.server: ServerProcess | None = None
        self.work: Work = open_database(self.data)
        self.order_id = 0

    def close(self) -> None:
        """Stop the server and close the database; safe to repeat."""
        if self.server is not None:
            self.server.stop()
        self.work.close()

    def build_profile(self, entropy: Entropy) -> BuiltProfile:
        """Build a profile with fresh numbers and keys, and keep the package beside the orders."""
        description = describe(self.operator, self.name, entropy)
        octets = build_package(description)
        write_private(self.folder / f"{self.operator.key}.der", octets)
        return BuiltProfile(description, octets)

    def place_order(self, entropy: Entropy) -> None:
        """Import an order file, as ``openesim order import`` does."""
        text = _ORDER_FILE.format(key=self.operator.key, provider=self.name, plan=self.plan)
        write_private(self.folder / "order.toml", text.encode())
        now = datetime.now(UTC)
        (order,) = self.work.run_now(
            lambda stores: OrderImport(stores, self.read_file, entropy, now).run(parse_toml(text))
        )
        self.order_id = order.order_id

    @property
    def order(self) -> Order:
        """The order as the SM-DP+ has it now."""
        return self.order_numbered(self.order_id)

    def order_numbered(self, order_id: int) -> Order:
        """Return one of its orders as the SM-DP+ has it now."""
        return self.work.run_now(lambda stores: stores.orders(order_id - 1, 1))[0]

    def start_server(self, pki: Path, *listeners: str) -> None:
        """Start the server with a PKI folder; it does not listen yet.

        Args:
            pki: the folder.
            listeners: what it listens with beside ES9+.
        """
        plan = ServerPlan(
            folder=self.folder, data=self.data, pki=pki, fqdn=self.operator.fqdn, listeners=listeners
        )
        self.server = ServerProcess(plan)

    def on_disk(self) -> bytes:
        """Return every octet of the database.

        Another process reads them: whoever closes a file of a database that he has open loses his locks on it.
        """
        files = sorted(self.data.glob("*.db*"))
        return subprocess.run(["cat", *files], stdout=subprocess.PIPE, check=True).stdout  # noqa: S603, S607 (ours)

    def read_file(self, name: str) -> bytes | None:
        """Return a file of the folder, or None."""
        path = self.folder / name
        return path.read_bytes() if path.is_file() else None


def describe(operator: Operator, name: str, entropy: Entropy) -> Description:
    """Return the description of a new subscription, every number and secret of it drawn.

    Args:
        operator: whose subscription.
        name: what the operator is called.
        entropy: for numbers and keys.
    """
    body = f"89999{operator.mnc}{draw_digits(entropy, 11)}"
    return Description(
        operator_name=name,
        mcc=TEST_MCC,
        mnc=operator.mnc,
        iccid=Iccid.parse(body + luhn_check_digit(body)),
        imsi=Imsi.parse(f"{TEST_MCC}{operator.mnc}{draw_digits(entropy, 10)}"),
        k=entropy(16),
        opc=entropy(16),
        puk1=draw_digits(entropy, 8),
        pin2=draw_digits(entropy, 4),
        puk2=draw_digits(entropy, 8),
        adm1=entropy(8),
    )


def draw_digits(entropy: Entropy, count: int) -> str:
    """Return random decimal digits."""
    return str(int.from_bytes(entropy(16), "big") % 10**count).rjust(count, "0")


def write_private(path: Path, octets: bytes) -> None:
    """Write a new file that only its owner may read."""
    path.touch(mode=0o600)
    path.write_bytes(octets)


def activation_code(operator: Operator, order: Order) -> ActivationCode:
    """Return what the user of an order gets."""
    return ActivationCode(
        address=operator.fqdn,
        matching_id=order.matching_id or "",
        confirmation_code_required=order.confirmation_hash is not None,
    )
