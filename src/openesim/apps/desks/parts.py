"""What the services of the desks are made of: of a server, or of a world that a test or a demonstration has made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from openesim.adapters.http_client.webhooks import WebhookHttpClient
from openesim.apps.conditions import Conditions
from openesim.apps.config import Config
from openesim.kernel.ambient import Ambient
from openesim.security.pki.trust import TrustStore
from openesim.services.announcing import Announcer
from openesim.services.conditions.accounts.door import Door
from openesim.services.conditions.persons.verifiers import Verifier
from openesim.services.ports import AnyWork
from openesim.services.stock_import_run import OwnWork
from openesim.services.webhooks import WebhookClient


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
        trust: CIs under which chips are known.
        open_work: opens the same database for one thread of its own, which closes it.
        announcer: the way to SM-DSs, if there is one.
        verifiers: who can say who somebody is, by name.
        webhooks: posts to webhooks, when one is tried out.
    """

    work: AnyWork
    ambient: Ambient
    config: Config
    smdp_address: str
    conditions: Conditions
    door: Door
    trust: TrustStore
    open_work: Callable[[], OwnWork]
    announcer: Announcer | None = None
    verifiers: Mapping[str, Verifier] = field(default_factory=dict)
    webhooks: WebhookClient = field(default_factory=WebhookHttpClient)
