"""What the services of the desks are made of: of a server, or of a world that a test or a demonstration has made."""

from __future__ import annotations

from dataclasses import dataclass

from openesim.apps.conditions import Conditions
from openesim.apps.config import Config
from openesim.kernel.ambient import Ambient
from openesim.services.announcing import Announcer
from openesim.services.conditions.door import Door
from openesim.services.ports import AnyWork


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskParts:
    """What a desk is made of.

    Attributes:
        work: the database.
        ambient: clock and randomness.
        config: what the configuration file says.
        smdp_address: ours, as it stands in activation codes.
        conditions: what is known of rules, licences and terminals, and the gate.
        door: accounts and sessions.
        announcer: the way to SM-DSs, if there is one.
    """

    work: AnyWork
    ambient: Ambient
    config: Config
    smdp_address: str
    conditions: Conditions
    door: Door
    announcer: Announcer | None = None
