"""The regulator recalls the model of her phone, and a download that is under way stops."""

from __future__ import annotations

import time
from http.client import CREATED
from typing import Any, Final

from openesim.apps.demo.operators import activation_code
from openesim.apps.demo.refusals import tell_refusal
from openesim.apps.demo.scene import Scene
from openesim.apps.world.people import CHIEF, SUBSCRIBER
from openesim.apps.world.simulation import present
from openesim.conditions.admission.decision import Finding, Verdict
from openesim.conditions.admission.texts import pair_of
from openesim.conditions.terminals.recalls import Recall, RecallKind, Target
from openesim.kernel.errors import FunctionError
from openesim.kernel.secret import Secret
from openesim.messages.sgp22.explained import Explained
from openesim.provisioning.smdp.orders import OrderEvent, OrderState
from openesim.services.conditions.persons.personal_data import own_code
from openesim.services.conditions.terminals.recalls import Preview, lift_recall, make_recall, preview_recall
from openesim.services.orders import cancel_order
from openesim.services.timeline import explain_step

WITHIN_S: Final = 2.0
"""So long after a recall nobody gets a package any more."""


def recall_model(scene: Scene) -> None:
    """Step 14: her second line is on its way when the regulator recalls the model; the download stops in the middle."""
    scene.begin("recall")
    teller, home, phone = scene.teller, scene.home, scene.phone
    _order_second(scene)
    target = Target.parse(RecallKind.MODEL, str(scene.model_id))
    preview = scene.do(lambda stores: preview_recall(stores, target))
    _tell_preview(scene, preview)
    made: list[Recall] = []
    order = home.order_numbered(scene.second_id)
    phone.user.codes = [Secret(_second_code(scene))]
    phone.user.meanwhile = lambda: made.append(_recall_now(scene, target))
    refusal = None
    try:
        phone.download(activation_code(home.operator, order))
    except FunctionError as error:
        refusal = error
        tell_refusal(teller, refusal, home.operator.fqdn)
    phone.user.meanwhile = lambda: None
    is_right = refusal is not None and (refusal.subject, refusal.reason) == _pair_of_recall()
    teller.check(is_right and len(made) == 1, "check_stopped", seconds=WITHIN_S)
    _check_nothing_came(scene)
    _end(scene, made[0].recall_id)


def _end(scene: Scene, recall_id: int) -> None:
    """Take her second order back, lift the recall, and check that such phones are served again."""
    teller, home, actor, now = scene.teller, scene.home, scene.people.actor(CHIEF), present()
    reason = teller.text("lifted_because")

    def unit(stores: Any) -> None:
        """Do both at once."""
        cancel_order(stores, stores.order(scene.second_id), OrderEvent.CANCEL_AVAILABLE, now)
        lift_recall(stores, recall_id, reason, actor, now)

    scene.do(unit)
    is_back = home.order_numbered(scene.second_id).state is OrderState.AVAILABLE
    teller.check(is_back and scene.wait_for_answer(""), "check_lifted")


def _order_second(scene: Scene) -> None:
    """Order a second line for her, in the same visit."""
    status, document = scene.order()
    scene.teller.check(status == CREATED, "check_second")
    iccid = document["iccid"]
    scene.second_id = scene.do(lambda stores: stores.order_of_profile(iccid)).order_id


def _second_code(scene: Scene) -> str:
    """Return the confirmation code of her second line, as she looks at it."""
    act = scene.people.act(SUBSCRIBER)
    code: str = scene.do(lambda stores: own_code(stores, stores.case(scene.case_id), scene.second_id, act))
    return code


def _tell_preview(scene: Scene, preview: Preview) -> None:
    """Tell who would be hit, and check that it is she."""
    teller = scene.teller
    orders = teller.text("comma").join(
        f"{teller.text(state)} {count}" for state, count in sorted(preview.orders.items())
    )
    teller.facts(
        [
            (teller.text("would_hit"), teller.text("comma").join(preview.models)),
            (teller.text("orders"), orders),
            (teller.text("lines"), str(preview.lines)),
            (teller.text("persons"), str(preview.persons)),
        ]
    )
    is_she = preview.orders == {"Installed": 1, "Released": 1} and (preview.lines, preview.persons) == (2, 1)
    teller.check(is_she, "check_preview")


def _recall_now(scene: Scene, target: Target) -> Recall:
    """Recall the model while she reads what is offered, and let her read for as long as servers may take to hear of it."""
    teller, actor, now = scene.teller, scene.people.actor(CHIEF), present()
    reason = teller.text("recalled_because")
    recall = scene.do(lambda stores: make_recall(stores, target, reason, actor, now))
    teller.say("recalled", style="bold yellow", reason=reason)
    with teller.waiting("spreads"):
        time.sleep(WITHIN_S)
    return recall


def _pair_of_recall() -> tuple[str, str]:
    """Return what a phone is told where a device was recalled."""
    subject, reason = pair_of(Finding(Verdict.REFUSE, "", "recalled", {}))
    return subject.value, reason.value


def _check_nothing_came(scene: Scene) -> None:
    """Check that nothing of the second line is on the chip, and that the operator reads the cause in the timeline."""
    teller, home = scene.teller, scene.home
    order = home.order_numbered(scene.second_id)
    steps = scene.do(lambda stores: stores.last_steps(order.order_id, 5))
    told: Explained | None = next(filter(None, map(explain_step, steps)), None)
    iccids = [profile.iccid for profile in scene.phone.lpa.profiles()]
    is_left = order.state is OrderState.RELEASED and iccids == [home.order.iccid]
    teller.check(is_left, "check_nothing_came")
    cause = "" if told is None else told.in_language(scene.language).cause
    teller.check(cause == scene.words_of("recalled"), "check_timeline", cause=cause)
