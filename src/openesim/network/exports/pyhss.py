"""PyHSS: for each subscription a line with the two bodies of its API, ``auc`` and ``subscriber``.

``PUT /auc/`` answers with an ``auc_id``, which then goes into the body of ``PUT /subscriber/``. APNs are PyHSS's own
rows: 1 is named, the first that a network defines. ``sqn`` is the number that is used next.

Source: PyHSS 2.0.0, lib/database.py (AUC, SUBSCRIBER), docs/provisioning.md.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from openesim.network.exports.format import ExportFormat, Services, require_milenage, sqn_to_use
from openesim.network.subscription import Subscription

_FIRST_APN: Final = 1


def write_pyhss(subscription: Subscription, _services: Services) -> str:
    """Return the line of a subscription.

    Raises:
        ConfigError: its algorithm is not Milenage.
    """
    require_milenage(subscription, "PyHSS")
    bodies = {"auc": _auc(subscription), "subscriber": _subscriber(subscription)}
    return msgspec.json.encode(bodies).decode() + "\n"


def _auc(subscription: Subscription) -> dict[str, Any]:
    return {
        "ki": subscription.k.reveal().hex(),
        "opc": subscription.opc.reveal().hex(),
        "amf": subscription.amf.hex(),
        "sqn": sqn_to_use(subscription),
        "iccid": str(subscription.iccid),
        "imsi": str(subscription.imsi),
        "esim": True,
    }


def _subscriber(subscription: Subscription) -> dict[str, Any]:
    return {
        "imsi": str(subscription.imsi),
        "enabled": subscription.is_active,
        "default_apn": _FIRST_APN,
        "apn_list": str(_FIRST_APN),
        "msisdn": "" if subscription.msisdn is None else str(subscription.msisdn),
        "ue_ambr_dl": 1_000_000_000,
        "ue_ambr_ul": 1_000_000_000,
        "nam": 0,
        "subscribed_rau_tau_timer": 300,
    }


PYHSS: Final = ExportFormat(
    name="pyhss",
    made_for="PyHSS 2.0.0",
    load_with="PUT each auc to /auc/, then its subscriber with the auc_id that was answered to /subscriber/",
    write=write_pyhss,
)
