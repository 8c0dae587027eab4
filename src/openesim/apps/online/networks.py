"""The networks: an operator's desk with an authentication centre, and hostapd that asks it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NoReturn

from openesim.apps.demo.operators import TEST_MCC, Desk, Operator, draw_digits, write_private
from openesim.apps.demo.programs import OPENESIM, Program
from openesim.apps.demo.texts import LanguageCode
from openesim.apps.keys import key_file
from openesim.apps.online.login import Login, log_in, start_hostapd
from openesim.apps.online.room import Room
from openesim.apps.wiring import open_database
from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import ConfigError
from openesim.kernel.ids import luhn_check_digit
from openesim.kernel.secret import Secret
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.description_file import parse_description
from openesim.messages.saip.new_description import Beginning, new_description
from openesim.network.subscription import Batch, Subscription
from openesim.provisioning.smdp.orders import Order
from openesim.services.batch_file import parse_batch
from openesim.services.stock import BatchImport

RADIUS_PORT: Final = 1812

_BATCH_FILE: Final = """\
name = "first"
profile = "{key}.der"
count = 1
iccid = "{iccid}"
imsi = "{imsi}"
release = true
service_provider_name = "{provider}"
profile_name = "{plan}"
"""


class AccessNetwork:
    """Where a card logs in: hostapd, and the authentication centre of a data folder behind it."""

    def __init__(self, name: str, data: Path, port: int) -> None:
        """Name it; it is opened later.

        Args:
            name: short, of files and programs.
            data: folder with the subscriptions.
            port: of its RADIUS server.
        """
        self.name = name
        self.port = port
        self.programs: list[Program] = []
        self._data = data
        self._room: Room | None = None
        self._folder = Path()

    def open(self, room: Room) -> None:
        """Start both programs in a room and wait until they listen.

        Raises:
            OpenEsimError: one of them does not.
        """
        self._room, self._folder = room, room.folder / self.name
        self._folder.mkdir()
        socket = self._folder / "auc"
        command = (*OPENESIM, "auc", "serve", "--data", str(self._data), "--socket", str(socket))
        auc = Program(f"auc of {self.name}", command, self._folder / "auc.log")
        self.programs.append(auc)
        auc.wait_until_said("^auc listening on ")
        self.programs.append(start_hostapd(room, self.name, self.port, self._folder, socket))

    def log_in(self, method: str) -> Login:
        """Try to log in with the card in the room's reader."""
        if self._room is None:
            raise ValueError("the network is not open")
        return log_in(self._room, self._folder, self.port, method)

    def close(self) -> list[int]:
        """End both programs, who asks first, and return their exit codes; safe to repeat."""
        return [program.stop() for program in reversed(self.programs)]


class Network(Desk):
    """The desk of an operator that has a network, too."""

    def __init__(self, operator: Operator, folder: Path, language: LanguageCode, port: int) -> None:
        """Make the folder and open the database.

        Args:
            operator: whose desk it is.
            folder: holds everything of this operator.
            language: in which it names itself and its profile.
            port: of its RADIUS server.
        """
        super().__init__(operator, folder, language)
        self._package = folder / f"{operator.key}.der"
        self.access = AccessNetwork(operator.key, self.data, port)

    @property
    def subscription(self) -> Subscription:
        """The subscription as the authentication centre has it now."""
        (subscription,) = self.work.run_now(lambda stores: stores.subscriptions("", 1))
        return subscription

    def build_type(self, entropy: Entropy) -> bytes:
        """Build the profile of its type, as ``openesim profile new`` and ``build`` do; returns the package."""
        beginning = Beginning(operator_name=self.name, mcc=TEST_MCC, mnc=self.operator.mnc)
        octets = build_package(parse_description(new_description(beginning, entropy)))
        write_private(self._package, octets)
        return octets

    def take_subscriber(self, entropy: Entropy) -> None:
        """Register a subscriber and release his profile, as ``openesim stock add`` does: keys are drawn, and sealed.

        He is switched off until a chip has his profile.
        """
        key_file(self.data).make(entropy)
        body = f"89999{self.operator.mnc}{draw_digits(entropy, 11)}"
        text = _BATCH_FILE.format(
            key=self.operator.key,
            iccid=body + luhn_check_digit(body),
            imsi=f"{TEST_MCC}{self.operator.mnc}{draw_digits(entropy, 10)}",
            provider=self.name,
            plan=self.plan,
        )
        write_private(self.folder / "batch.toml", text.encode())
        importer = BatchImport(self.work, (self.read_file, _no_lines), entropy, datetime.now(UTC))
        importer.store(importer.prepare(parse_batch(text)))

    @property
    def order(self) -> Order:
        """The order as the SM-DP+ has it now."""
        return self.work.run_now(lambda stores: stores.orders(0, 1))[0]

    def set_counter(self, sqn: int) -> None:
        """Set the authentication centre's sequence number, as a copy of the database of last year would."""
        imsi = self.subscription.imsi
        self.work.run_now(lambda stores: stores.save_sqn(imsi, sqn))


def _no_lines(name: str) -> NoReturn:
    """Refuse to read a CSV file: the batch names none."""
    raise ConfigError(f"{name} is not there")


def open_false_network(room: Room, folder: Path, original: Subscription, entropy: Entropy) -> AccessNetwork:
    """Open a network that knows a subscriber's IMSI and not his key.

    Args:
        room: where it listens.
        folder: new folder for its data.
        original: of whom it claims to be the network.
        entropy: for the key it made up.
    """
    false = replace(original, k=Secret(entropy(16)), is_active=True)
    batch = Batch(name="false", digest=bytes(32), profile_type="none", size=1, done=1)
    work = open_database(folder)
    key_file(folder).make(entropy)
    work.run_now(lambda stores: stores.add_batch(batch))
    work.run_now(lambda stores: stores.add_subscription(false, batch.name))
    work.close()
    network = AccessNetwork("false", folder, RADIUS_PORT + 9)
    network.open(room)
    return network
