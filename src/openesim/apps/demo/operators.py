"""The two operators of the demo: who they are, the profile each builds, the order each places."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from openesim.apps.demo.servers import ServerPlan, ServerProcess
from openesim.apps.demo.texts import LanguageCode
from openesim.apps.wiring import Work, open_database
from openesim.kernel.ambient import Entropy
from openesim.kernel.ids import Iccid, Imsi, luhn_check_digit
from openesim.kernel.secret import Secret
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
        asks_code: whether its users need a confirmation code.
    """

    key: str
    fqdn: str
    mnc: str
    names: tuple[str, str]
    plans: tuple[str, str]
    asks_code: bool = False


OPERATORS: Final = (
    Operator(
        key="northwind",
        fqdn="smdp.northwind.example",
        mnc="01",
        names=("Northwind Mobile", "北风移动"),
        plans=("Travel 10 GB", "出行 10 GB"),
    ),
    Operator(
        key="lotus",
        fqdn="smdp.lotus.example",
        mnc="02",
        names=("Lotus Telecom", "莲花电信"),
        plans=("Home unlimited", "家庭畅享"),
        asks_code=True,
    ),
)


@dataclass(frozen=True, slots=True)
class BuiltProfile:
    """A profile package, and what it was built from."""

    description: Description
    octets: bytes = field(repr=False)


class Desk:
    """The desk of one operator: its folder, its database, its server."""

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
        self._order_id = 0

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

    def place_order(self, entropy: Entropy) -> Secret[str] | None:
        """Import an order file, as ``openesim order import`` does, and return the confirmation code if it has one."""
        code = draw_digits(entropy, 6) if self.operator.asks_code else None
        text = _ORDER_FILE.format(key=self.operator.key, provider=self.name, plan=self.plan)
        if code is not None:
            text += f'confirmation_code = "{code}"\n'
        write_private(self.folder / "order.toml", text.encode())
        now = datetime.now(UTC)
        (order,) = self.work.run_now(
            lambda stores: OrderImport(stores, self.read_file, entropy, now).run(parse_toml(text))
        )
        self._order_id = order.order_id
        return None if code is None else Secret(code)

    @property
    def order(self) -> Order:
        """The order as the SM-DP+ has it now."""
        return self.work.run_now(lambda stores: stores.orders(self._order_id - 1, 1))[0]

    @property
    def activation_code(self) -> ActivationCode:
        """What the user gets."""
        return ActivationCode(
            address=self.operator.fqdn,
            matching_id=self.order.matching_id or "",
            confirmation_code_required=self.operator.asks_code,
        )

    def start_server(self, pki: Path) -> None:
        """Start the server with a PKI folder; it does not listen yet."""
        plan = ServerPlan(folder=self.folder, data=self.data, pki=pki, fqdn=self.operator.fqdn)
        self.server = ServerProcess(plan)

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
