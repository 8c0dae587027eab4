"""The run: two operators with networks of their own, a chip in a reader, in twelve steps."""

from __future__ import annotations

from openesim.apps.demo import preparing
from openesim.apps.demo.operators import LOTUS, NORTHWIND
from openesim.apps.demo.phone import make_chip
from openesim.apps.demo.playing import LOG_LINES, DemoOptions, Play, perform
from openesim.apps.demo.telling import Teller
from openesim.apps.demo.texts import TEXTS as DEMO_TEXTS
from openesim.apps.online import steps
from openesim.apps.online.networks import RADIUS_PORT, Network
from openesim.apps.online.room import Room, require_room
from openesim.apps.online.scene import Reader, Scene
from openesim.apps.online.texts import TEXTS

COUNT = 12
CARD_FILE = "phone.card"


def run_online(options: DemoOptions) -> int:
    """Run it and return the exit code: 0 if every check held, 1 if not, 128 and the signal if it was ended.

    Raises:
        ConfigError: a program of others is missing, no room can be made, or the folder cannot be used.
    """
    require_room()
    return perform(OnlineRun(options))


class OnlineRun(Play):
    """One run."""

    def __init__(self, options: DemoOptions) -> None:
        """Make the folder.

        Raises:
            ConfigError: it cannot be used.
        """
        teller = Teller(
            options.language,
            {**DEMO_TEXTS, **TEXTS},
            is_json=options.is_json,
            waits=options.waits,
            count=COUNT,
        )
        super().__init__(options, teller)
        self._room: Room | None = None
        self._reader: Reader | None = None
        self._networks: list[Network] = []

    def play(self) -> None:
        """Go through the steps.

        Raises:
            CheckFailedError: a check does not hold.
            OpenEsimError: a step broke off.
        """
        teller, card = self.teller, self.folder / CARD_FILE
        teller.title("folder" if self.options.keep is None else "folder_kept", folder=str(self.folder))
        pki = preparing.make_trust(teller, self.folder / "pki")
        for number, operator in enumerate((NORTHWIND, LOTUS)):
            network = Network(
                operator,
                self.folder / operator.key,
                teller.language,
                RADIUS_PORT + number,
            )
            self.desks.append(network)
            self._networks.append(network)
        steps.make_subscribers(teller, self._networks)
        places = preparing.start_servers(teller, self._networks, pki)
        self._room = Room()
        self._reader = Reader(self._room)
        steps.open_networks(teller, self._networks, self._room)
        make_chip(card, pki)
        scene = Scene(
            teller=teller,
            room=self._room,
            reader=self._reader,
            networks=self._networks,
            card=card,
            places=places,
        )
        for step in steps.STEPS:
            step(scene)

    def stop(self) -> None:
        """Take the card out, end the networks, leave the room."""
        if self._reader is not None:
            self._reader.take_out()
        for network in self._networks:
            network.access.close()
        if self._room is not None:
            self._room.close()

    def logs(self) -> dict[str, list[str]]:
        """Return the last lines of what servers and networks have logged, by name."""
        programs = [program for network in self._networks for program in network.access.programs]
        return super().logs() | {program.name: program.log_tail(LOG_LINES) for program in programs}

    def next_commands(self) -> list[str]:
        """Return the commands with which to go on in a kept folder: none, the networks are gone with the room."""
        return []

    def another_command(self) -> tuple[str, ...]:
        """Return the command that shows how a profile comes to its chip."""
        return ("demo",)
