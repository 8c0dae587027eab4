"""Who is told what happens to an operator's orders: himself over ES2+, and his webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openesim.provisioning.smdp.operators import Operator
from openesim.provisioning.smdp.webhooks import Subscribed


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who listens to the orders of one operator.

    Attributes:
        operator: himself, if he is called back; else None.
        webhooks: his active ones.
    """

    operator: Operator | None
    webhooks: tuple[Subscribed, ...]

    @classmethod
    def of(cls, operator: Operator | None, webhooks: Sequence[Subscribed]) -> Listeners | None:
        """Return who listens, or None where nobody does."""
        hears = operator is not None and operator.callback_address is not None and operator.points
        return cls(operator if hears else None, tuple(webhooks)) if hears or webhooks else None
