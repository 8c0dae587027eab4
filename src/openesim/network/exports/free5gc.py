"""free5GC: a script for ``mongosh`` that writes the documents of each subscriber into their collections.

The documents are those that its web console makes, for one slice (SST 1, SD 010203) and one DNN. ``sequenceNumber``
is the number that is used next. free5GC has no switch for a subscriber: one that is not active is not written but
removed.

Source: free5GC webconsole 1.4.5, backend/WebUI/api_webui.go, backend/WebUI/utils.go; 3GPP TS 29.505.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from openesim.network.exports.format import ExportFormat, Services, plmn_of, require_milenage, sqn_to_use
from openesim.network.subscription import Subscription

_SST, _SD = 1, "010203"
_SNSSAI: Final = {"sst": _SST, "sd": _SD}
_SNSSAI_KEY: Final = f"{_SST:02d}{_SD}"
_METHOD: Final = "5G_AKA"
_OF_UE: Final = (
    "subscriptionData.authenticationData.authenticationSubscription",
    "subscriptionData.authenticationData.webAuthenticationSubscription",
    "policyData.ues.amData",
    "policyData.ues.smData",
)
"""Collections with one document a subscriber; the others have one a subscriber and serving network."""


def write_free5gc(subscription: Subscription, services: Services) -> str:
    """Return the statements of a subscription: one a collection.

    Raises:
        ConfigError: its algorithm is not Milenage.
    """
    require_milenage(subscription, "free5GC")
    ue_id = f"imsi-{subscription.imsi}"
    serving = {"ueId": ue_id, "servingPlmnId": str(plmn_of(subscription, services))}
    lines = []
    for collection, document in _documents(subscription, services).items():
        key = {"ueId": ue_id} if collection in _OF_UE else serving
        target, filtered = f"db.getCollection({_json(collection)})", _json(key)
        if subscription.is_active:
            lines.append(f"{target}.replaceOne({filtered}, {_json(key | document)}, {{upsert: true}});\n")
        else:
            lines.append(f"{target}.deleteMany({filtered});\n")
    return "".join(lines)


def _documents(subscription: Subscription, services: Services) -> dict[str, dict[str, Any]]:
    """Return the documents by collection."""
    gpsis = [] if subscription.msisdn is None else [f"msisdn-{subscription.msisdn}"]
    # A dot in a key of a document would be read as a path.
    dnn_key = services.apn.replace(".", "_")
    return {
        "subscriptionData.authenticationData.authenticationSubscription": _authentication(subscription),
        "subscriptionData.authenticationData.webAuthenticationSubscription": _shown(subscription),
        "subscriptionData.provisionedData.amData": {
            "gpsis": gpsis,
            "nssai": {"defaultSingleNssais": [_SNSSAI], "singleNssais": []},
            "subscribedUeAmbr": {"uplink": "1 Gbps", "downlink": "1 Gbps"},
        },
        "subscriptionData.provisionedData.smData": {
            "singleNssai": _SNSSAI,
            "dnnConfigurations": {services.apn: _DNN},
        },
        "subscriptionData.provisionedData.smfSelectionSubscriptionData": {
            "subscribedSnssaiInfos": {_SNSSAI_KEY: {"dnnInfos": [{"dnn": services.apn}]}}
        },
        "policyData.ues.amData": {"subscCats": ["free5gc"]},
        "policyData.ues.smData": {
            "smPolicySnssaiData": {
                _SNSSAI_KEY: {"snssai": _SNSSAI, "smPolicyDnnData": {dnn_key: {"dnn": services.apn}}}
            }
        },
    }


_DNN: Final = {
    "pduSessionTypes": {"defaultSessionType": "IPV4", "allowedSessionTypes": ["IPV4"]},
    "sscModes": {"defaultSscMode": "SSC_MODE_1", "allowedSscModes": ["SSC_MODE_2", "SSC_MODE_3"]},
    "5gQosProfile": {"5qi": 9, "arp": {"priorityLevel": 8}, "priorityLevel": 8},
    "sessionAmbr": {"uplink": "1000 Mbps", "downlink": "1000 Mbps"},
}


def _authentication(subscription: Subscription) -> dict[str, Any]:
    """Return what the network functions read."""
    return {
        "authenticationMethod": _METHOD,
        "encPermanentKey": subscription.k.reveal().hex(),
        "encOpcKey": subscription.opc.reveal().hex(),
        "sequenceNumber": {"sqnScheme": "GENERAL", "sqn": f"{sqn_to_use(subscription):012x}"},
        "authenticationManagementField": subscription.amf.hex(),
    }


def _shown(subscription: Subscription) -> dict[str, Any]:
    """Return the same as the web console shows it."""
    plain = {"encryptionKey": 0, "encryptionAlgorithm": 0}
    return {
        "authenticationMethod": _METHOD,
        "permanentKey": {"permanentKeyValue": subscription.k.reveal().hex()} | plain,
        "sequenceNumber": f"{sqn_to_use(subscription):012x}",
        "milenage": {"op": {"opValue": ""} | plain},
        "opc": {"opcValue": subscription.opc.reveal().hex()} | plain,
        "authenticationManagementField": subscription.amf.hex(),
    }


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


FREE5GC: Final = ExportFormat(
    name="free5gc",
    made_for="free5GC 4.x, web console 1.4.5",
    load_with="mongosh mongodb://localhost/free5gc FILE",
    write=write_free5gc,
)
