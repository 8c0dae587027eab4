"""A small living world of vendors: models in every state, what was said of them, recalls, chips, bound devices.

All names are made up. Whatever is the first vendor's is numbered before the second one's.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.bindings import Bond
from openesim.conditions.terminals.fields import read_eins, read_tacs
from openesim.conditions.terminals.forms import ModelForm
from openesim.conditions.terminals.makers import Build, read_certificate
from openesim.conditions.terminals.models import Ability, Approval, Model, ModelEvent
from openesim.conditions.terminals.recalls import RecallKind, Target
from openesim.conditions.terminals.vendors import Vendor, VendorKind
from openesim.kernel.ids import Eid
from openesim.security.crypto.curves import Curve
from openesim.security.pki.trust import TrustStore
from openesim.security.pki.world import TEST_EIN, Issued, WorldPlan, make_world
from openesim.services.conditions.terminals import chip_makers, recalls, terminals

DAY = timedelta(days=1)
INSPECTOR = "account:a_000000000000000000000001"
OWN = "Shanlan Devices"
"""The first vendor, whose people the vendors of tests are."""
OTHER = "Lanhe Terminals"
OTHER_EIN = "89086030"
SECRET_MODEL = "Lanhe X9 unreleased"
"""Of the second vendor: no page of the first one ever says it."""

IMEI = "352906110000009"
"""Of a device of the first vendor's, bound."""
FREE_IMEI = "352906110000017"
FOREIGN_IMEI = "358801010000007"
"""Of a device of the second vendor's, bound, too."""
EID = "89049032118427504811111111111181"

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
PHONE = frozenset({Ability.CONSUMER, Ability.SM_DS, Ability.MULTIPLE_ENABLED})


def eum(ein: str) -> Issued:
    """Returns a certificate of a chip maker for EIDs that begin in a way, with its key."""
    return certificates(ein)["eum"]


@cache
def certificates(ein: str) -> dict[str, Issued]:
    """Returns a CI of its own, and the chip maker below it for EIDs that begin in a way."""
    digits = f"{ein.ljust(30, '0')}00"
    eid = Eid(f"{digits[:30]}{98 - int(digits) % 97:02d}")
    return make_world(Curve.P256, os.urandom, LONG_AGO, WorldPlan(ein=ein, eid=eid))


def trusted() -> TrustStore:
    """Returns the CIs above both chip makers."""
    return TrustStore([certificates(ein)["ci"].certificate for ein in (TEST_EIN, OTHER_EIN)])


@dataclass
class VendorWorld:
    """Makes it, in stores; every method runs its own units, in the thread of the stores.

    Attributes:
        work: the stores.
        now: the moment.
        models: that were made, by name.
        recalls: that were made, by what they are there for.
    """

    work: Any
    now: datetime
    models: dict[str, Model] = field(default_factory=dict)
    recalls: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.now = self.now.replace(microsecond=0)

    def do(self, deed: Any, *arguments: Any, **named: Any) -> Any:
        """Returns what a deed of the services comes to."""
        return self.work.run_now(lambda stores: deed(stores, *arguments, **named))

    def everything(self) -> None:
        """Makes all of it."""
        self.vendors()
        self.submitted()
        self.decided()
        self.makers()
        self.recalled()
        self.bound()

    def vendors(self) -> None:
        """Registers two vendors."""
        for name, kind in ((OWN, VendorKind.PRIVATE), (OTHER, VendorKind.JOINT_STOCK)):
            vendor = Vendor(name=name, kind=kind, country="CN", created_at=self.now - 500 * DAY)
            self.do(terminals.register_vendor, vendor, INSPECTOR, self.now - 500 * DAY)

    def model(
        self,
        name: str,
        tacs: str,
        *,
        vendor: str = OWN,
        ago: int = 40,
        category: ServiceClass = ServiceClass.PHONE,
    ) -> Model:
        """Submits a model with TACs."""
        at = self.now - ago * DAY
        form = ModelForm(vendor=vendor, name=name, category=category, abilities=PHONE)
        model: Model = self.do(terminals.submit_model, form, "account:a_own", at)
        for each in tacs.split():
            self.do(terminals.add_tacs, model.model_id, read_tacs(each), "account:a_own", at)
        self.models[name] = model
        return model

    def submitted(self) -> None:
        """Submits models that nobody has decided."""
        self.model("Shanlan S6", "35290630-35290639", ago=2)
        self.model("Shanlan Tab 3", "35290640", ago=9, category=ServiceClass.TABLET)
        self.review(
            "Shanlan Tab 3", ModelEvent.ASK_BACK, "Which chip is built in, and can it be taken out?", ago=3
        )

    def approve(self, name: str, days: int, ago: int = 30) -> None:
        """Approves a model until some days from now."""
        at = self.now - ago * DAY
        approval = Approval(
            number=f"02-{self.models[name].model_id:04d}-24", begins=at, ends=self.now + days * DAY
        )
        self.do(terminals.approve_model, self.models[name].model_id, approval, INSPECTOR, at)

    def review(self, name: str, event: ModelEvent, reason: str, ago: int = 20) -> None:
        """Moves a model."""
        at = self.now - ago * DAY
        self.do(terminals.review_model, self.models[name].model_id, event, reason, INSPECTOR, at)

    def decided(self) -> None:
        """Makes models that were decided, each in another way."""
        self.model("Shanlan S5", "35290611-35290620 35290651")
        self.approve("Shanlan S5", days=41)
        self.model("Shanlan Watch 2", "35290621-35290625", category=ServiceClass.WATCH)
        self.approve("Shanlan Watch 2", days=300)
        self.model("Shanlan S4", "35290600-35290605", ago=700)
        self.approve("Shanlan S4", days=-4, ago=690)
        self.model("Shanlan S3", "35290590", ago=600)
        self.review("Shanlan S3", ModelEvent.REFUSE, "The chip can be taken out.", ago=590)
        self.model("Shanlan Car", "35290580", ago=300, category=ServiceClass.VEHICLE)
        self.approve("Shanlan Car", days=200, ago=250)
        self.review("Shanlan Car", ModelEvent.SUSPEND, "Readings of its transmitter are awaited.", ago=6)
        self.model(SECRET_MODEL, "35880101-35880110", vendor=OTHER)

    def makers(self) -> None:
        """Registers two chip makers, each a vendor's."""
        for number, (name, ein) in enumerate(((OWN, TEST_EIN), (OTHER, OTHER_EIN)), 1):
            maker = self.do(chip_makers.register_maker, f"{name} Chips", INSPECTOR, self.now)
            self.do(chip_makers.assign_maker, maker.maker_id, number, INSPECTOR, self.now)
            certificate = read_certificate(eum(ein).certificate.octets)
            self.do(chip_makers.add_certificate, maker.maker_id, certificate, INSPECTOR, self.now)
            self.do(chip_makers.add_eins, maker.maker_id, read_eins(f"{ein}1"), INSPECTOR, self.now)
            build = Build(version=f"4.{number}.0", remark="the first one")
            self.do(chip_makers.add_build, maker.maker_id, build, INSPECTOR, self.now)

    def recalled(self) -> None:
        """Recalls some things, of both."""
        wanted = {
            "tacs": Target.parse(RecallKind.TAC, "35290618-35290622"),
            "model": Target.parse(RecallKind.MODEL, str(self.models["Shanlan Car"].model_id)),
            "build": Target.parse(RecallKind.BUILD, "4.1.0", 1),
            "others": Target.parse(RecallKind.MODEL, str(self.models[SECRET_MODEL].model_id)),
        }
        reasons = {
            "tacs": "Batteries of the first lot get hot.",
            "model": "The antenna does not hold.",
            "build": "A fault lets profiles be read.",
            "others": "Lanhe only: the screen comes off.",
        }
        for name, target in wanted.items():
            recall = self.do(recalls.make_recall, target, reasons[name], INSPECTOR, self.now - DAY)
            self.recalls[name] = recall.recall_id
        self.do(recalls.lift_recall, self.recalls["model"], "Readings were good.", INSPECTOR, self.now)

    def bound(self) -> None:
        """Binds a device of each."""
        bonds = (
            Bond(eid=EID, imei=IMEI, source="counter", bound_at=self.now - DAY),
            Bond(eid=EID[:-2] + "99", imei=FOREIGN_IMEI, source="counter", bound_at=self.now - DAY),
        )
        for bond in bonds:
            self.work.run_now(lambda stores, bond=bond: stores.add_binding(bond))


def fill_register(desks: Any) -> dict[str, str]:
    """Makes the world behind desks that are heard; returns numbers of models by a word of their names."""
    world = VendorWorld(desks.site.work, desks.site.ambient.clock.now())

    async def fill() -> None:
        world.everything()
        await desks.site.parts.conditions.following.refresh()

    desks.run(fill())
    return {name.split()[1].lower(): str(model.model_id) for name, model in world.models.items()}
