"""Who takes part, and the two places of the chip: in the phone, or in the reader of the room, and there it stays."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from openesim.apps.demo.books import SETTLE_LIMIT_S
from openesim.apps.demo.phone import Phone, open_phone
from openesim.apps.demo.programs import OPENESIM, Program
from openesim.apps.demo.telling import Teller
from openesim.apps.online.login import Login
from openesim.apps.online.networks import AccessNetwork, Network
from openesim.apps.online.room import Room

_LOOK_AGAIN_S: Final = 0.02


class Reader:
    """The reader of a room: ``openesim euicc vpcd`` holds a card in it."""

    def __init__(self, room: Room) -> None:
        """Take the room; no card is in."""
        self._room = room
        self._card: Path | None = None
        self._program: Program | None = None

    def insert(self, card: Path) -> None:
        """Put a card in, in the place of another one; a card that is in stays in.

        Raises:
            OpenEsimError: the reader does not take it.
        """
        if card == self._card:
            return
        self.take_out()
        command = self._room.command(*OPENESIM, "euicc", "vpcd", card)
        self._program = Program("the card's reader", command, self._room.folder / "reader.log")
        self._program.wait_until_said("^the card is in the reader")
        self._card = card

    def take_out(self) -> None:
        """Take the card out; safe to repeat."""
        if self._program is not None:
            self._program.stop()
        self._card = self._program = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who takes part.

    Attributes:
        teller: who tells.
        room: where networks and reader are.
        reader: for the chip, when it is not in the phone.
        networks: the two operators.
        card: file of the chip.
        places: where each SM-DP+ is served.
    """

    teller: Teller
    room: Room
    reader: Reader
    networks: Sequence[Network]
    card: Path
    places: Mapping[str, tuple[str, int]]

    @property
    def names(self) -> dict[str, str]:
        """The operators' names, as texts want them."""
        return {"first": self.networks[0].name, "second": self.networks[1].name}

    @contextmanager
    def phone(self) -> Iterator[Phone]:
        """Put the chip into the phone."""
        self.reader.take_out()
        with open_phone(self.card, dict(self.places), self.teller) as phone:
            yield phone

    def wait_for_switch(self, network: Network, *, is_active: bool) -> bool:
        """Tell whether a subscription is switched; a server reads a notification a moment after it took it in."""
        deadline = time.monotonic() + SETTLE_LIMIT_S
        while network.subscription.is_active is not is_active:
            if time.monotonic() > deadline:
                return False
            time.sleep(_LOOK_AGAIN_S)
        return True

    def copy_card(self) -> Path:
        """Return a copy of the chip as it is now, as no real chip would let itself be copied."""
        copy = self.card.with_name("copy.card")
        shutil.copyfile(self.card, copy)
        return copy

    def log_in(self, network: AccessNetwork, name: str, method: str = "AKA") -> Login:
        """Log in to a network and tell how it went.

        Args:
            network: which one.
            name: what people call it.
            method: of EAP.
        """
        login = network.log_in(method)
        values = {"network": name, "method": f"EAP-{method}", "identity": login.identity or ""}
        self.teller.say(_outcome(login), style="dim", **values)
        return login


def _outcome(login: Login) -> str:
    """Return the key of the text for how a login went."""
    if login.is_in:
        return "login_resynchronised" if login.has_resynchronised else "login_in"
    if not login.has_card:
        return "login_no_card"
    return "login_card_refused" if login.has_refused_network else "login_refused"
