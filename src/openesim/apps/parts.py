"""What one server process is made of: built once, handed to everything that listens or works in the background."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path

from openesim.adapters.keystore.files import PkiFolder
from openesim.apps.config import Config, read_config
from openesim.apps.keys import open_pki
from openesim.apps.settings import ServeSettings
from openesim.apps.wiring import SystemClock, Work, build_service, build_smdp, open_database
from openesim.kernel.ambient import Ambient
from openesim.services.smdp import SmdpService


@dataclass(frozen=True, slots=True)
class Place:
    """Which of the processes this one is.

    Attributes:
        number: 1 and up for the workers of one parent; 0: there is no parent.
        shared: folder that the processes of one parent share while they run; None: there is no parent.
    """

    number: int = 0
    shared: Path | None = None


@dataclass(slots=True)
class Life:
    """How far the process is.

    Attributes:
        stop: set when it is told to end.
        is_draining: it is about to end; ``/readyz`` says so, and work of long duration is not begun any more.
    """

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    is_draining: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the process is made of.

    Attributes:
        settings: what ``openesim serve`` was told.
        config: what the configuration file says.
        folder: certificates and keys.
        work: the database.
        ambient: clock and randomness.
        service: the SM-DP+.
        place: which of the processes this is.
        life: how far it is.
    """

    settings: ServeSettings
    config: Config
    folder: PkiFolder
    work: Work
    ambient: Ambient
    service: SmdpService
    place: Place
    life: Life


def build_parts(settings: ServeSettings, place: Place | None = None) -> Parts:
    """Read certificates, open the database and build the service.

    Raises:
        ConfigError: something has to be mended before work can begin.
    """
    folder = open_pki(settings.pki, settings.data)
    smdp = build_smdp(folder, settings)
    work = open_database(settings.data)
    return Parts(
        settings=settings,
        config=read_config(settings.data),
        folder=folder,
        work=work,
        ambient=Ambient(SystemClock(), os.urandom),
        service=build_service(smdp, work),
        place=place or Place(),
        life=Life(),
    )
