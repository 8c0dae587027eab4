"""What an export format is, and what two of them need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openesim.kernel.errors import ConfigError, Explanation
from openesim.kernel.ids import Plmn
from openesim.messages.saip.aka import Algorithm
from openesim.network.subscription import Subscription
from openesim.security.aka.sqn import next_sqn


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What every exported subscriber may use; finer distinctions are made in the network program.

    Attributes:
        apn: access point name, which 5G calls DNN.
        mnc_digits: digits of the MNC behind the three of the MCC, 2 or 3.
    """

    apn: str = "internet"
    mnc_digits: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFormat:
    """How subscriptions are written for one program. What is written holds keys in clear.

    Attributes:
        name: of the format.
        made_for: program and version whose schema was looked up.
        load_with: command that loads the file.
        write: returns the lines of one subscription, the last one ended.
        head: what stands before the first.
        tail: what stands behind the last.
    """

    name: str
    made_for: str
    load_with: str
    write: Callable[[Subscription, Services], str]
    head: str = ""
    tail: str = ""


def require_milenage(subscription: Subscription, program: str) -> None:
    """Refuse a subscription that a program cannot authenticate.

    Raises:
        ConfigError: its algorithm is not Milenage, or Milenage with constants of its own.
    """
    require_usual_constants(subscription, program)
    if subscription.algorithm is not Algorithm.MILENAGE:
        name = subscription.algorithm.name
        raise _not_exported(
            f"{program} authenticates by Milenage only, and {subscription.iccid} by {name}",
            "export batches of one algorithm each; osmo-hlr knows TUAK, too",
        )


def require_usual_constants(subscription: Subscription, program: str) -> None:
    """Refuse a subscription whose constants of Milenage a program cannot be told.

    Raises:
        ConfigError: they are the operator's own.
    """
    if subscription.settings.has_own_constants:
        raise _not_exported(
            f"{subscription.iccid} has constants of Milenage that {program} cannot be told",
            "let our own authentication centre serve it: openesim auc serve",
        )


def _not_exported(cause: str, next_step: str) -> ConfigError:
    """Return the refusal of a subscription that a program could not authenticate."""
    return ConfigError(cause).explained(Explanation(cause, "you", next_step))


def sqn_to_use(subscription: Subscription) -> int:
    """Return the sequence number that comes next: what programs keep that count on after they used a number."""
    return next_sqn(subscription.sqn)


def plmn_of(subscription: Subscription, services: Services) -> Plmn:
    """Return the home network."""
    return Plmn(subscription.imsi[: 3 + services.mnc_digits])
