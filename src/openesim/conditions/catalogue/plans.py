"""Plans: what an operator offers to people, and what the rules need to know of it.

A plan names the profile type that is written for it. The gate finds the plan of an order by operator and profile type; an
order of a type that no plan names is for a phone, with a mobile number that belongs nowhere in particular.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from openesim.conditions.rules.words import Channel, NumberKind, ServiceClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan.

    Attributes:
        plan_id: row number; 0 until stored.
        operator: who offers it.
        name: short name of it, unique with its operator.
        profile_type: profiles of this type are written for it.
        service: for what kind of device.
        number: kind of the number.
        home_region: where the number belongs; None: nowhere in particular.
        channel: where it is sold to whoever brings no case of a person.
        is_offered: whether people may choose it now.
        created_at: when it was made, aware UTC.
        titles: what people call it, by language.
        descriptions: what they get, by language.
        price: in minor units a month; None: not stated.
        currency: ISO 4217 code.
        revision: of all plans, when this last changed; 0 until stored.
    """

    plan_id: int = 0
    operator: str
    name: str
    profile_type: str
    service: ServiceClass = ServiceClass.PHONE
    number: NumberKind = NumberKind.MOBILE
    home_region: str | None = None
    channel: Channel = Channel.ONLINE
    is_offered: bool = True
    created_at: datetime
    titles: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    price: int | None = None
    currency: str = "CNY"
    revision: int = 0
