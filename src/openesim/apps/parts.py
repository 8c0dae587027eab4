"""What one server process is made of: built once, handed to everything that listens or works in the background."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from openesim.adapters.keystore.files import PkiFolder
from openesim.adapters.metrics.counting import Counting
from openesim.apps.conditions import Conditions, build_conditions
from openesim.apps.config import Config
from openesim.apps.keys import open_pki
from openesim.apps.settings import ServeSettings
from openesim.apps.smds import SmdsPart, build_announcer, build_part, smds_settings
from openesim.apps.verifiers import build_verifiers
from openesim.apps.watching import Watch, build_watch
from openesim.apps.wiring import SystemClock, build_service, build_smdp, open_database
from openesim.kernel.ambient import Ambient
from openesim.provisioning.smdp.context import Smdp
from openesim.services.announcing import Announcer
from openesim.services.conditions.persons.verifiers import Verifier
from openesim.services.operator_directory import OperatorDirectory
from openesim.services.smdp import SmdpService
from openesim.services.timed_work import TimedWork


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
        hurry: set when it is told once more.
        is_draining: it is about to end; ``/readyz`` says so, and work of long duration is not begun any more.
        drain_s: how long it goes on as before while ``/readyz`` says that it ends.
        rest_s: how long connections without a request may then wait for one that is on its way.
    """

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    hurry: asyncio.Event = field(default_factory=asyncio.Event)
    is_draining: bool = False
    drain_s: float = 0.0
    rest_s: float = 0.0

    def end(self) -> None:
        """Begin to end; who says it again does not want to wait."""
        if self.stop.is_set():
            self.hurry.set()
        self.stop.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the process is made of.

    Attributes:
        settings: what ``openesim serve`` was told.
        config: what the configuration file says; flags are in their place.
        folder: certificates and keys.
        work: the database.
        watch: what counts, logs and limits.
        operators: who they are.
        ambient: clock and randomness.
        smdp: who we are.
        service: the SM-DP+.
        place: which of the processes this is.
        life: how far it is.
        announcer: announces orders at SM-DSs.
        conditions: what is known of rules, licences and terminals, and the gate.
        verifiers: who can say who somebody is, by name.
        smds: the SM-DS, if there is one in this process.
    """

    settings: ServeSettings
    config: Config
    folder: PkiFolder
    work: TimedWork
    watch: Watch
    operators: OperatorDirectory
    ambient: Ambient
    smdp: Smdp
    service: SmdpService
    place: Place
    life: Life
    announcer: Announcer
    conditions: Conditions
    verifiers: Mapping[str, Verifier]
    smds: SmdsPart | None = None


def build_parts(settings: ServeSettings, place: Place | None = None) -> Parts:
    """Read certificates, open the database and build the service.

    Raises:
        ConfigError: something has to be mended before work can begin.
    """
    folder = open_pki(settings.pki, settings.data)
    smdp = build_smdp(folder, settings)
    config, place = settings.config, place or Place()
    counting = Counting(place.number, place.shared)
    work = TimedWork(open_database(settings.data), counting)
    names = {certificate.octets: name for name, certificate in folder.operators.items()}
    operators = OperatorDirectory(work, names)
    watch = build_watch(config, work, counting, operators.rate_of)
    ambient = Ambient(SystemClock(), os.urandom)
    conditions = build_conditions(config, work, ambient)
    discovery = smds_settings(config, settings.fqdn, plain_http=settings.plain_http)
    return Parts(
        settings=settings,
        config=config,
        folder=folder,
        work=work,
        watch=watch,
        operators=operators,
        ambient=ambient,
        smdp=smdp,
        service=build_service(smdp, work, watch.guards, conditions.gate),
        place=place,
        life=Life(drain_s=config.serve.drain_s),
        announcer=build_announcer(folder, config.es12, smdp),
        conditions=conditions,
        verifiers=build_verifiers(config, work, ambient, conditions.rules),
        smds=None if discovery is None else build_part(folder, discovery, config, work, watch.guards),
    )
