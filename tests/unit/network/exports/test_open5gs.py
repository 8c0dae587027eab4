"""Open5GS documents against the schema of its web interface and the types that its C code asks for."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from openesim.kernel.errors import ConfigError
from openesim.messages.saip.aka import Algorithm
from openesim.network.exports.format import Services
from openesim.network.exports.open5gs import write_open5gs
from openesim.network.subscription import Subscription

# webui/server/models/subscriber.js: members of a subscriber, and of what stands in it.
SUBSCRIBER = {
    "schema_version", "imsi", "msisdn", "imeisv", "mme_host", "mme_realm", "purge_flag", "security", "ambr",
    "slice", "access_restriction_data", "subscriber_status", "operator_determined_barring",
    "network_access_mode", "subscribed_rau_tau_timer", "__v",
}  # fmt: skip
SECURITY = {"k", "op", "opc", "amf", "rand", "sqn"}
SLICE = {"sst", "sd", "default_indicator", "session"}
SESSION = {"name", "type", "qos", "ambr", "ue", "smf", "pcc_rule", "lbo_roaming_allowed"}


def document(subscription: Subscription, services: Services | None = None) -> dict[str, Any]:
    text = write_open5gs(subscription, services or Services())
    assert text.endswith("\n")
    assert text.count("\n") == 1
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_document_has_the_members_of_the_schema(subscription: Subscription) -> None:
    found = document(subscription)
    assert set(found) == SUBSCRIBER
    assert set(found["security"]) <= SECURITY
    (only,) = found["slice"]
    assert set(only) <= SLICE
    (session,) = only["session"]
    assert set(session) <= SESSION
    assert set(session["qos"]) == {"index", "arp"}
    assert set(session["qos"]["arp"]) == {
        "priority_level",
        "pre_emption_capability",
        "pre_emption_vulnerability",
    }


def test_numbers_and_keys_are_the_subscription_s(subscription: Subscription) -> None:
    found = document(subscription, Services(apn="ims"))
    assert (found["imsi"], found["msisdn"]) == ("001010000000001", ["99970000001"])
    security = found["security"]
    assert security["k"] == "000102030405060708090A0B0C0D0E0F"
    assert security["opc"] == "101112131415161718191A1B1C1D1E1F"
    assert (security["op"], security["amf"]) == (None, "B9B9")
    assert found["slice"][0]["session"][0]["name"] == "ims"


def test_the_sequence_number_is_the_next_one_as_a_64_bit_number(subscription: Subscription) -> None:
    (number,) = document(subscription)["security"]["sqn"].items()
    assert number == ("$numberLong", str(6 << 5 | 4))


@pytest.mark.parametrize(("is_active", "status"), [(True, 0), (False, 1)])
def test_who_is_not_active_is_barred(subscription: Subscription, is_active: bool, status: int) -> None:
    found = document(replace(subscription, is_active=is_active))
    assert (found["subscriber_status"], found["operator_determined_barring"]) == (status, 0)


def test_a_subscription_may_have_no_number(subscription: Subscription) -> None:
    assert document(replace(subscription, msisdn=None))["msisdn"] == []


def test_what_it_cannot_authenticate_is_refused(subscription: Subscription) -> None:
    with pytest.raises(ConfigError, match="Open5GS authenticates by Milenage only") as caught:
        document(replace(subscription, algorithm=Algorithm.TUAK))
    assert "0001020304" not in str(caught.value)
