"""Open5GS: a document of the collection ``subscribers`` a line, for ``mongoimport``.

The schema has one bit rate of 1 Gbit/s each way and one slice for everybody, as its own ``open5gs-dbctl`` makes them.
``security.sqn`` must be a 64-bit number, which JSON can only say in MongoDB's extended form. It is the number that is
used next.

Source: Open5GS 2.8.0, webui/server/models/subscriber.js, lib/dbi/subscription.c.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from openesim.network.exports.format import ExportFormat, Services, require_milenage, sqn_to_use
from openesim.network.subscription import Subscription

_GRANTED, _BARRED = 0, 1
_IPV4V6: Final = 3
_GIGABIT: Final = {
    "downlink": {"value": 1_000_000_000, "unit": 0},
    "uplink": {"value": 1_000_000_000, "unit": 0},
}
_ARP: Final = {"priority_level": 8, "pre_emption_capability": 1, "pre_emption_vulnerability": 2}


def write_open5gs(subscription: Subscription, services: Services) -> str:
    """Return the document of a subscription; where it is not active, all packet services are barred.

    Raises:
        ConfigError: its algorithm is not Milenage.
    """
    require_milenage(subscription, "Open5GS")
    return msgspec.json.encode(_document(subscription, services)).decode() + "\n"


def _document(subscription: Subscription, services: Services) -> dict[str, Any]:
    session = {
        "name": services.apn,
        "type": _IPV4V6,
        "qos": {"index": 9, "arp": _ARP},
        "ambr": _GIGABIT,
        "pcc_rule": [],
    }
    return {
        "schema_version": 1,
        "imsi": str(subscription.imsi),
        "msisdn": [] if subscription.msisdn is None else [str(subscription.msisdn)],
        "imeisv": [],
        "mme_host": [],
        "mme_realm": [],
        "purge_flag": [],
        "security": {
            "k": subscription.k.reveal().hex().upper(),
            "op": None,
            "opc": subscription.opc.reveal().hex().upper(),
            "amf": subscription.amf.hex().upper(),
            "sqn": {"$numberLong": str(sqn_to_use(subscription))},
        },
        "ambr": _GIGABIT,
        "slice": [{"sst": 1, "default_indicator": True, "session": [session]}],
        "access_restriction_data": 32,
        "network_access_mode": 0,
        "subscriber_status": _GRANTED if subscription.is_active else _BARRED,
        "operator_determined_barring": 0,
        "subscribed_rau_tau_timer": 12,
        "__v": 0,
    }


OPEN5GS: Final = ExportFormat(
    name="open5gs",
    made_for="Open5GS 2.8.0",
    load_with="mongoimport --db open5gs --collection subscribers --mode upsert --upsertFields imsi --file FILE",
    write=write_open5gs,
)
