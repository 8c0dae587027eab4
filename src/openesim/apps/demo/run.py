"""The demo: two operators, one phone, two profiles, in fourteen steps."""

from __future__ import annotations

import shlex
import sys

from openesim.apps.demo import preparing, using
from openesim.apps.demo.books import Standing
from openesim.apps.demo.operators import OPERATORS, Desk
from openesim.apps.demo.phone import make_chip, open_phone
from openesim.apps.demo.playing import DemoOptions, Play, perform
from openesim.apps.demo.telling import Teller

STEPS = 14
CARD_FILE = "phone.card"


def run_demo(options: DemoOptions) -> int:
    """Run the demo and return its exit code: 0 if every check held, 1 if not, 128 and the signal if it was ended.

    Raises:
        ConfigError: the folder cannot be used.
    """
    return perform(DemoRun(options))


class DemoRun(Play):
    """One run of the demo."""

    def __init__(self, options: DemoOptions) -> None:
        """Make the folder.

        Raises:
            ConfigError: it cannot be used.
        """
        super().__init__(
            options, Teller(options.language, is_json=options.is_json, waits=options.waits, count=STEPS)
        )
        self._places: dict[str, tuple[str, int]] = {}

    def play(self) -> None:
        """Go through the steps.

        Raises:
            CheckFailedError: a check does not hold.
            OpenEsimError: a step broke off.
        """
        teller, card = self.teller, self.folder / CARD_FILE
        teller.title("folder" if self.options.keep is None else "folder_kept", folder=str(self.folder))
        pki = preparing.make_trust(teller, self.folder / "pki")
        self.desks.extend(
            Desk(operator, self.folder / operator.key, teller.language) for operator in OPERATORS
        )
        preparing.build_profiles(teller, self.desks)
        codes = preparing.place_orders(teller, self.desks)
        self._places = preparing.start_servers(teller, self.desks, pki)
        make_chip(card, pki)
        with open_phone(card, self._places, teller) as phone:
            before = [Standing.of(desk.order) for desk in self.desks]
            scene = using.Scene(teller, phone, self.desks, codes, before)
            using.meet_phone(scene, pki)
            for step in using.STEPS:
                step(scene)

    def next_commands(self) -> list[str]:
        """Return the commands with which to go on in a kept folder."""
        program, folder = sys.argv[0], self.folder
        serve = [
            [
                *(program, "serve", "--data", desk.data, "--pki", folder / "pki"),
                *("--fqdn", desk.operator.fqdn, "--es9", "{}:{}".format(*self._places[desk.operator.fqdn])),
            ]
            for desk in self.desks
        ]
        resolve = [f"--resolve={name}={host}:{port}" for name, (host, port) in self._places.items()]
        phone = [program, "lpa", "--card", folder / CARD_FILE, *resolve, "list"]
        orders = [[program, "order", "list", "--data", desk.data] for desk in self.desks]
        return [shlex.join(map(str, command)) for command in (*serve, phone, *orders)]
