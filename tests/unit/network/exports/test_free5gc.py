"""A script for free5GC: one statement a collection, documents as its web console makes them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from openesim.kernel.errors import ConfigError
from openesim.messages.saip.aka import Algorithm
from openesim.network.exports.format import Services
from openesim.network.exports.free5gc import write_free5gc
from openesim.network.subscription import Subscription

# backend/WebUI/api_webui.go: collections of a subscriber without flow rules, flows and charging.
COLLECTIONS = {
    "subscriptionData.authenticationData.authenticationSubscription",
    "subscriptionData.authenticationData.webAuthenticationSubscription",
    "subscriptionData.provisionedData.amData",
    "subscriptionData.provisionedData.smData",
    "subscriptionData.provisionedData.smfSelectionSubscriptionData",
    "policyData.ues.amData",
    "policyData.ues.smData",
}
UE, PLMN = "imsi-001010000000001", "00101"
STATEMENT = re.compile(r'db\.getCollection\("([^"]+)"\)\.(\w+)\((.*)\);')


def statements(subscription: Subscription, services: Services | None = None) -> dict[str, tuple[str, Any]]:
    """Returns method and arguments by collection; a script is JavaScript, its arguments JSON."""
    found = {}
    for line in write_free5gc(subscription, services or Services()).splitlines():
        matched = STATEMENT.fullmatch(line)
        assert matched, line
        collection, method, arguments = matched.groups()
        found[collection] = (
            method,
            json.loads(f"[{arguments.replace('upsert:', chr(34) + 'upsert' + chr(34) + ':')}]"),
        )
    return found


def documents(subscription: Subscription, services: Services | None = None) -> dict[str, Any]:
    found = {}
    for collection, (method, (key, document, options)) in statements(subscription, services).items():
        assert method == "replaceOne"
        assert options == {"upsert": True}
        assert key.items() <= document.items()
        found[collection.removeprefix("subscriptionData.")] = document
    return found


def test_every_collection_gets_its_document(subscription: Subscription) -> None:
    assert set(statements(subscription)) == COLLECTIONS
    for document in documents(subscription).values():
        assert document["ueId"] == UE


def test_authentication_is_what_the_network_functions_read(subscription: Subscription) -> None:
    assert documents(subscription)["authenticationData.authenticationSubscription"] == {
        "ueId": UE,
        "authenticationMethod": "5G_AKA",
        "encPermanentKey": "000102030405060708090a0b0c0d0e0f",
        "encOpcKey": "101112131415161718191a1b1c1d1e1f",
        "sequenceNumber": {"sqnScheme": "GENERAL", "sqn": "0000000000c4"},
        "authenticationManagementField": "b9b9",
    }


def test_the_web_console_shows_the_same(subscription: Subscription) -> None:
    shown = documents(subscription)["authenticationData.webAuthenticationSubscription"]
    assert shown["permanentKey"]["permanentKeyValue"] == "000102030405060708090a0b0c0d0e0f"
    assert shown["opc"]["opcValue"] == "101112131415161718191a1b1c1d1e1f"
    assert (shown["sequenceNumber"], shown["milenage"]["op"]["opValue"]) == ("0000000000c4", "")


def test_services_are_one_slice_and_one_dnn(subscription: Subscription) -> None:
    found = documents(subscription, Services(apn="a.b", mnc_digits=3))
    access, sessions = found["provisionedData.amData"], found["provisionedData.smData"]
    assert access["servingPlmnId"] == sessions["servingPlmnId"] == "001010"
    assert access["gpsis"] == ["msisdn-99970000001"]
    assert access["nssai"]["defaultSingleNssais"] == [sessions["singleNssai"]] == [{"sst": 1, "sd": "010203"}]
    assert set(sessions["dnnConfigurations"]) == {"a.b"}
    selection = found["provisionedData.smfSelectionSubscriptionData"]["subscribedSnssaiInfos"]
    assert selection == {"01010203": {"dnnInfos": [{"dnn": "a.b"}]}}
    policy = found["policyData.ues.smData"]["smPolicySnssaiData"]["01010203"]
    assert policy["smPolicyDnnData"] == {"a_b": {"dnn": "a.b"}}, "the web console escapes dots in keys"


def test_who_is_not_active_is_removed(subscription: Subscription) -> None:
    found = statements(replace(subscription, is_active=False, msisdn=None))
    assert set(found) == COLLECTIONS
    assert {method for method, _ in found.values()} == {"deleteMany"}
    assert found["policyData.ues.amData"][1] == [{"ueId": UE}]
    assert found["subscriptionData.provisionedData.amData"][1] == [{"ueId": UE, "servingPlmnId": PLMN}]


def test_what_it_cannot_authenticate_is_refused(subscription: Subscription) -> None:
    with pytest.raises(ConfigError, match="free5GC authenticates by Milenage only"):
        statements(replace(subscription, algorithm=Algorithm.TUAK))
