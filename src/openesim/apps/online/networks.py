"""The networks: an operator's desk with an authentication centre, and hostapd that asks it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from openesim.apps.demo.issuing import Issuer
from openesim.apps.demo.operators import Operator
from openesim.apps.demo.programs import OPENESIM, Program
from openesim.apps.demo.texts import LanguageCode
from openesim.apps.keys import key_file
from openesim.apps.online.login import Login, log_in, start_hostapd
from openesim.apps.online.room import Room
from openesim.apps.wiring import open_database
from openesim.kernel.ambient import Entropy
from openesim.kernel.secret import Secret
from openesim.network.subscription import Batch, Subscription

RADIUS_PORT: Final = 1812


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


class Network(Issuer):
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
        self.access = AccessNetwork(operator.key, self.data, port)

    def set_counter(self, sqn: int) -> None:
        """Set the authentication centre's sequence number, as a copy of the database of last year would."""
        imsi = self.subscription.imsi
        self.work.run_now(lambda stores: stores.save_sqn(imsi, sqn))


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
