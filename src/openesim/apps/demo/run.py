"""The demo: a country with rules, an operator, a person, a phone, in seventeen steps."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import Final

from openesim.apps.config import CONFIG_FILE
from openesim.apps.demo import closing, counter, hers, preparing, ruling, stopping, using
from openesim.apps.demo.country_texts import TEXTS as COUNTRY_TEXTS
from openesim.apps.demo.issuing import Issuer
from openesim.apps.demo.operators import NORTHWIND, QINGHE, Desk
from openesim.apps.demo.people import People
from openesim.apps.demo.phone import make_chip, open_phone
from openesim.apps.demo.phone_texts import TEXTS as PHONE_TEXTS
from openesim.apps.demo.playing import DemoOptions, Play, perform
from openesim.apps.demo.scene import Scene
from openesim.apps.demo.telling import Teller
from openesim.apps.demo.texts import TEXTS, Texts
from openesim.apps.demo.web import Web
from openesim.apps.world.simulation import present
from openesim.kernel.errors import ConfigError, Explanation
from openesim.services.access import Scope, keep, new_api_key

STEPS: Final = 17
CARD_FILE: Final = "phone.card"
STORY_TEXTS: Final[Texts] = {**TEXTS, **COUNTRY_TEXTS, **PHONE_TEXTS}

_STEPS: Final = (
    ruling.get_licence,
    ruling.meet_phone,
    counter.order_unverified,
    counter.verify_person,
    counter.order_verified,
    using.download_home,
    using.use_abroad,
    using.go_online,
    using.delete_abroad,
    stopping.recall_model,
    hers.see_lines,
    closing.verify_ledger,
    closing.close_books,
)
"""Steps 5 to 17, in order."""


def run_demo(options: DemoOptions) -> int:
    """Run the demo and return its exit code: 0 if every check held, 1 if not, 128 and the signal if it was ended.

    Raises:
        ConfigError: the folder cannot be used.
    """
    _verify_new(options.keep)
    code = perform(DemoRun(options))
    if code or options.keep is None or options.world is None:
        return code
    from openesim.apps.demo.keeping import stay_open  # noqa: PLC0415 (a server takes its time to import)

    return stay_open(options.keep, options.language, options.world)


def _verify_new(keep: Path | None) -> None:
    """Refuse a folder that a demo has left, and say how to go on with that.

    Raises:
        ConfigError: it is one.
    """
    data = None if keep is None else keep / QINGHE.key / "data"
    if data is not None and (data / CONFIG_FILE).is_file():
        cause = f"--keep {keep}: there is something in this folder: a demo has left it"
        serve = shlex.join((sys.argv[0], "serve", "--data", str(data)))
        raise ConfigError(cause).explained(
            Explanation(cause, "you", f"name a new folder, or go on with this one: {serve}")
        )


class DemoRun(Play):
    """One run of the demo."""

    def __init__(self, options: DemoOptions) -> None:
        """Make the folder.

        Raises:
            ConfigError: it cannot be used.
        """
        teller = Teller(
            options.language, STORY_TEXTS, is_json=options.is_json, waits=options.waits, count=STEPS
        )
        super().__init__(options, teller)

    def play(self) -> None:
        """Go through the steps.

        Raises:
            CheckFailedError: a check does not hold.
            OpenEsimError: a step broke off.
        """
        teller, card = self.teller, self.folder / CARD_FILE
        teller.title("folder" if self.options.keep is None else "folder_kept", folder=str(self.folder))
        pki = preparing.make_trust(teller, self.folder / "pki")
        with teller.waiting("setting_up"):
            home = Issuer(QINGHE, self.folder / QINGHE.key, teller.language)
            self.desks.append(home)
            abroad = Desk(NORTHWIND, self.folder / NORTHWIND.key, teller.language)
            self.desks.append(abroad)
        preparing.build_profiles(teller, home, abroad)
        ruling.set_rules(teller, home, abroad)
        people = People(home.work, teller.language)
        ruling.meet_people(home, people)
        places = preparing.start_servers(teller, self.desks, pki, "api", "desks")
        assert home.server is not None  # noqa: S101 (it was started)
        desks, api = (Web(pki, QINGHE.fqdn, home.server.place(name)) for name in ("desks", "api"))
        preparing.look_at_desks(teller, desks)
        make_chip(card, pki)
        with open_phone(card, places, teller) as phone:
            scene = Scene(
                teller=teller,
                pki=pki,
                home=home,
                abroad=abroad,
                people=people,
                phone=phone,
                api=api,
                key=_key_for(home),
            )
            for step in _STEPS:
                step(scene)

    def next_commands(self) -> list[str]:
        """Return the commands with which to go on in a kept folder."""
        program, home = sys.argv[0], self.folder / QINGHE.key / "data"
        phone = ("lpa", "--card", self.folder / CARD_FILE, "list")
        commands = (phone, ("order", "list", "--data", home), ("ledger", "verify", "--data", home))
        return [shlex.join(map(str, (program, *command))) for command in commands]

    def another_command(self) -> tuple[str, ...]:
        """Return the command that keeps everything and serves the desks."""
        return ("demo", "--keep")


def _key_for(home: Issuer) -> str:
    """Return an API key for the operator's programs, as ``openesim api-key add`` makes it."""
    key, text = new_api_key(
        home.operator.key, frozenset({Scope.ORDERS_READ, Scope.ORDERS_WRITE}), os.urandom, present()
    )
    home.work.run_now(lambda stores: keep(stores, key))
    return text.reveal()
