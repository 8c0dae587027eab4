"""Who may do what at the desks: one table, every permission once, with the roles that have it.

A permission says what may be done, a tenant whose things it may be done to: an operator's people see their operator's
things, a vendor's his, a subscriber what is his own, and the regulator looks at all. Pages ask for permissions, never for
roles.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Desk(StrEnum):
    """A desk, and the side that works at it."""

    REGULATOR = "regulator"
    OPERATOR = "operator"
    VENDOR = "vendor"
    SUBSCRIBER = "subscriber"


class Role(StrEnum):
    """What somebody is at his desk."""

    CHIEF = "chief"
    """Of the regulator: decides, and keeps the inspectors."""
    INSPECTOR = "inspector"
    """Of the regulator: looks, comments, asks back, reviews models."""
    MANAGER = "manager"
    """Of an operator: everything of his operator."""
    CLERK = "clerk"
    """Of an operator: the counter; reads orders, sees subscribers masked."""
    VENDOR = "vendor"
    """Of a maker of devices or chips."""
    SUBSCRIBER = "subscriber"
    """A person, for himself."""

    @property
    def desk(self) -> Desk:
        """Where he works."""
        return DESK_OF[self]


DESK_OF: Final = {
    Role.CHIEF: Desk.REGULATOR,
    Role.INSPECTOR: Desk.REGULATOR,
    Role.MANAGER: Desk.OPERATOR,
    Role.CLERK: Desk.OPERATOR,
    Role.VENDOR: Desk.VENDOR,
    Role.SUBSCRIBER: Desk.SUBSCRIBER,
}

TENANTED: Final = frozenset({Role.MANAGER, Role.CLERK, Role.VENDOR})
"""Roles that belong to somebody: an operator by name, a vendor by number."""

KEEPS: Final[dict[Role, frozenset[Role]]] = {
    Role.CHIEF: frozenset({Role.CHIEF, Role.INSPECTOR, Role.MANAGER, Role.VENDOR}),
    Role.MANAGER: frozenset({Role.MANAGER, Role.CLERK}),
}
"""Whose accounts somebody makes, changes and disables; a manager those of his operator only."""


class Permission(StrEnum):
    """One thing that is done at a desk."""

    # --- regulator
    REGULATOR_OVERVIEW = "regulator.overview"
    APPLICATIONS_READ = "applications.read"
    APPLICATIONS_COMMENT = "applications.comment"
    APPLICATIONS_ASK = "applications.ask"
    APPLICATIONS_DECIDE = "applications.decide"
    OPERATORS_READ = "operators.read"
    LICENCES_STOP = "licences.stop"
    TERMINALS_READ = "terminals.read"
    MODELS_REVIEW = "models.review"
    VENDORS_WRITE = "vendors.write"
    TERMINALS_STOP = "terminals.stop"
    BINDINGS_WRITE = "bindings.write"
    RECALLS_PREVIEW = "recalls.preview"
    RECALLS_WRITE = "recalls.write"
    RULES_READ = "rules.read"
    RULES_SIMULATE = "rules.simulate"
    RULES_PUT_IN_FORCE = "rules.put-in-force"
    DECISIONS_READ = "decisions.read"
    LEDGER_VERIFY = "ledger.verify"
    LAWFUL_LOOK_UP = "lawful.look-up"
    HOLDS_SETTLE = "holds.settle"
    WATCH_LIST_WRITE = "watch-list.write"
    REGULATOR_STAFF = "regulator.staff"
    # --- operator
    OPERATOR_OVERVIEW = "operator.overview"
    PLANS_READ = "plans.read"
    PLANS_WRITE = "plans.write"
    STOCK_READ = "stock.read"
    STOCK_IMPORT = "stock.import"
    ORDERS_READ = "orders.read"
    ORDERS_WRITE = "orders.write"
    ORDERS_REISSUE = "orders.reissue"
    ORDERS_CANCEL = "orders.cancel"
    ORDERS_CLEAR = "orders.clear"
    SUBSCRIBERS_READ = "subscribers.read"
    SUBSCRIBERS_UNMASK = "subscribers.unmask"
    COUNTER_VERIFY = "counter.verify"
    COUNTER_SECOND = "counter.second"
    VERIFICATIONS_REVOKE = "verifications.revoke"
    DISAGREEMENTS_READ = "disagreements.read"
    DISAGREEMENTS_REPAIR = "disagreements.repair"
    LICENCE_READ = "licence.read"
    LICENCE_APPLY = "licence.apply"
    API_KEYS = "api-keys"
    WEBHOOKS = "webhooks"
    OPERATOR_STAFF = "operator.staff"
    OPERATOR_AUDIT = "operator.audit"
    # --- vendor
    MODELS_READ = "models.read"
    MODELS_SUBMIT = "models.submit"
    CHIP_MAKERS_READ = "chip-makers.read"
    CHIP_MAKERS_WRITE = "chip-makers.write"
    TERMINALS_IMPORT = "terminals.import"
    NOTICES_READ = "notices.read"
    # --- subscriber
    PLANS_COMPARE = "plans.compare"
    DEVICE_CHECK = "device.check"
    SELF_VERIFY = "self.verify"
    SELF_ORDER = "self.order"
    OWN_LINES_READ = "own-lines.read"
    OWN_LINES_DISPUTE = "own-lines.dispute"
    OWN_LINES_FREEZE = "own-lines.freeze"
    # --- everybody who is signed in
    OWN_ACCOUNT = "own-account"


_CHIEF: Final = frozenset({Role.CHIEF})
_REGULATOR: Final = frozenset({Role.CHIEF, Role.INSPECTOR})
_MANAGER: Final = frozenset({Role.MANAGER})
_OPERATOR: Final = frozenset({Role.MANAGER, Role.CLERK})
_VENDOR: Final = frozenset({Role.VENDOR})
_SUBSCRIBER: Final = frozenset({Role.SUBSCRIBER})

GRANTS: Final[dict[Permission, frozenset[Role]]] = {
    Permission.REGULATOR_OVERVIEW: _REGULATOR,
    Permission.APPLICATIONS_READ: _REGULATOR,
    Permission.APPLICATIONS_COMMENT: _REGULATOR,
    Permission.APPLICATIONS_ASK: _REGULATOR,
    Permission.APPLICATIONS_DECIDE: _CHIEF,
    Permission.OPERATORS_READ: _REGULATOR,
    Permission.LICENCES_STOP: _CHIEF,
    Permission.TERMINALS_READ: _REGULATOR,
    Permission.MODELS_REVIEW: _REGULATOR,
    Permission.VENDORS_WRITE: _CHIEF,
    Permission.TERMINALS_STOP: _CHIEF,
    Permission.BINDINGS_WRITE: _REGULATOR,
    Permission.RECALLS_PREVIEW: _REGULATOR,
    Permission.RECALLS_WRITE: _CHIEF,
    Permission.RULES_READ: _REGULATOR,
    Permission.RULES_SIMULATE: _REGULATOR,
    Permission.RULES_PUT_IN_FORCE: _CHIEF,
    Permission.DECISIONS_READ: _REGULATOR,
    Permission.LEDGER_VERIFY: _REGULATOR,
    Permission.LAWFUL_LOOK_UP: _CHIEF,
    Permission.HOLDS_SETTLE: _CHIEF,
    Permission.WATCH_LIST_WRITE: _CHIEF,
    Permission.REGULATOR_STAFF: _CHIEF,
    Permission.OPERATOR_OVERVIEW: _OPERATOR,
    Permission.PLANS_READ: _OPERATOR,
    Permission.PLANS_WRITE: _MANAGER,
    Permission.STOCK_READ: _MANAGER,
    Permission.STOCK_IMPORT: _MANAGER,
    Permission.ORDERS_READ: _OPERATOR,
    Permission.ORDERS_WRITE: _OPERATOR,
    Permission.ORDERS_REISSUE: _MANAGER,
    Permission.ORDERS_CANCEL: _MANAGER,
    Permission.ORDERS_CLEAR: _MANAGER,
    Permission.SUBSCRIBERS_READ: _OPERATOR,
    Permission.SUBSCRIBERS_UNMASK: _MANAGER,
    Permission.COUNTER_VERIFY: _OPERATOR,
    Permission.COUNTER_SECOND: _OPERATOR,
    Permission.VERIFICATIONS_REVOKE: _MANAGER,
    Permission.DISAGREEMENTS_READ: _MANAGER,
    Permission.DISAGREEMENTS_REPAIR: _MANAGER,
    Permission.LICENCE_READ: _MANAGER,
    Permission.LICENCE_APPLY: _MANAGER,
    Permission.API_KEYS: _MANAGER,
    Permission.WEBHOOKS: _MANAGER,
    Permission.OPERATOR_STAFF: _MANAGER,
    Permission.OPERATOR_AUDIT: _MANAGER,
    Permission.MODELS_READ: _VENDOR,
    Permission.MODELS_SUBMIT: _VENDOR,
    Permission.CHIP_MAKERS_READ: _VENDOR,
    Permission.CHIP_MAKERS_WRITE: _VENDOR,
    Permission.TERMINALS_IMPORT: _VENDOR,
    Permission.NOTICES_READ: _VENDOR,
    Permission.PLANS_COMPARE: _SUBSCRIBER,
    Permission.DEVICE_CHECK: _SUBSCRIBER,
    Permission.SELF_VERIFY: _SUBSCRIBER,
    Permission.SELF_ORDER: _SUBSCRIBER,
    Permission.OWN_LINES_READ: _SUBSCRIBER,
    Permission.OWN_LINES_DISPUTE: _SUBSCRIBER,
    Permission.OWN_LINES_FREEZE: _SUBSCRIBER,
    Permission.OWN_ACCOUNT: frozenset(Role),
}
"""Every permission, and who has it."""

GRAVE: Final = frozenset(
    {
        Permission.LICENCES_STOP,
        Permission.TERMINALS_STOP,
        Permission.RECALLS_WRITE,
        Permission.RULES_PUT_IN_FORCE,
        Permission.LAWFUL_LOOK_UP,
        Permission.VERIFICATIONS_REVOKE,
        Permission.REGULATOR_STAFF,
        Permission.OPERATOR_STAFF,
        Permission.API_KEYS,
    }
)
"""What is done only by who has just proved again who he is."""
