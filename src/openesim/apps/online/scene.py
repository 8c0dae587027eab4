"""Who takes part, and the two places of the chip: in the phone, or in the reader of the room."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from openesim.apps.demo.books import SETTLE_LIMIT_S
from openesim.apps.demo.phone import Phone, open_phone
from openesim.apps.demo.telling import Teller
from openesim.apps.online.login import Login
from openesim.apps.online.networks import OPENESIM, AccessNetwork, Network
from openesim.apps.online.programs import Program
from openesim.apps.online.room import Room

_LOOK_AGAIN_S: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who takes part.

    Attributes:
        teller: who tells.
        room: where networks and reader are.
        networks: the two operators.
        card: file of the chip.
        places: where each SM-DP+ is served.
    """

    teller: Teller
    room: Room
    networks: Sequence[Network]
    card: Path
    places: Mapping[str, tuple[str, int]]

    @property
    def names(self) -> dict[str, str]:
        """The operators' names, as texts want them."""
        return {"first": self.networks[0].name, "second": self.networks[1].name}

    def phone(self) -> AbstractContextManager[Phone]:
        """Put the chip into the phone."""
        return open_phone(self.card, dict(self.places), self.teller)

    @contextmanager
    def reader(self, card: Path | None = None) -> Iterator[None]:
        """Put the chip, or another card, into the reader: ``openesim euicc vpcd``."""
        log = self.room.folder / "reader.log"
        command = self.room.command(*OPENESIM, "euicc", "vpcd", card or self.card)
        program = Program("the card's reader", command, log)
        try:
            program.wait_until_said("^the card is in the reader")
            yield
        finally:
            program.stop()

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
