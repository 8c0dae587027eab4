"""What happened to an order is stored, with the moment, and told to those who want to hear of it.

On disk with the state that it tells: the step, and every message that it is told by (``services/outbox.py`` sends
them). Where nobody listens to an operator's orders, telling costs a look into a table in memory.
"""

from __future__ import annotations

from datetime import datetime

from openesim.encoding.jsonbinding import encode_object
from openesim.kernel.records import changed
from openesim.messages.sgp22.es2plus import HANDLE_DOWNLOAD_PROGRESS_INFO
from openesim.provisioning.smdp.history import MOST_IDLE, Step, is_repeated
from openesim.provisioning.smdp.listeners import Listeners
from openesim.provisioning.smdp.orders import Order
from openesim.provisioning.smdp.progress import progress_of
from openesim.provisioning.smdp.webhooks import body_of, event_type_of
from openesim.services.outgoing import ES2PLUS, WEBHOOK
from openesim.services.ports import SmdpStores


def stamped(order: Order, now: datetime) -> Order:
    """Return an order that changed with the moment at which it did."""
    return changed(order, changed_at=now)


def tell(stores: SmdpStores, step: Step, result_data: str | None = None) -> None:
    """Store a step and the messages that tell it, inside the unit of work of what it tells.

    One that changed nothing is noted only as long as it is news, and told only if it is a refusal.

    Args:
        stores: of the unit of work.
        step: what happened.
        result_data: ProfileInstallationResultData in base64, of an installation.
    """
    if step.is_idle and is_repeated(step, stores.last_steps(step.order_id, MOST_IDLE)):
        return
    is_of_interest = step.is_refused or not step.is_idle
    listeners = stores.listeners(step.operator, step.at) if step.operator and is_of_interest else None
    if listeners is None:
        stores.note_step(step)
    else:
        _tell_listeners(stores, stores.add_step(step), listeners, result_data)


def _tell_listeners(stores: SmdpStores, step: Step, listeners: Listeners, result_data: str | None) -> None:
    """Store the messages by which a step is told to those who want to hear of it."""
    operator = listeners.operator
    if operator is not None:
        progress = progress_of(step, operator.points, result_data)
        if progress is not None:
            payload = encode_object(HANDLE_DOWNLOAD_PROGRESS_INFO.request.encode(progress))
            _add(stores, step, ES2PLUS, operator.name, payload)
    event_type = event_type_of(step) if listeners.webhooks else ""
    wanting = [webhook for webhook in listeners.webhooks if webhook.wants(event_type)]
    if wanting:
        body = encode_object(body_of(step))
        for webhook in wanting:
            _add(stores, step, WEBHOOK, webhook.webhook_id, body)


def _add(stores: SmdpStores, step: Step, kind: str, destination: str, payload: bytes) -> None:
    stores.add_message(
        kind=kind, destination=destination, sequence_key=str(step.iccid), payload=payload, now=step.at
    )
