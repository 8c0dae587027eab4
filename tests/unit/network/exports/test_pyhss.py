"""Bodies for the API of PyHSS against the columns of its database."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from openesim.kernel.errors import ConfigError
from openesim.messages.saip.aka import Algorithm
from openesim.network.exports.format import Services
from openesim.network.exports.pyhss import write_pyhss
from openesim.network.subscription import Subscription

# lib/database.py: names and lengths of the columns that a body may set; 0: no text.
AUC = {"ki": 32, "opc": 32, "amf": 4, "sqn": 0, "iccid": 20, "imsi": 18, "esim": 0}
SUBSCRIBER = {
    "imsi": 18,
    "enabled": 0,
    "default_apn": 0,
    "apn_list": 64,
    "msisdn": 18,
    "ue_ambr_dl": 0,
    "ue_ambr_ul": 0,
    "nam": 0,
    "subscribed_rau_tau_timer": 0,
}


def bodies(subscription: Subscription) -> Any:
    (line,) = write_pyhss(subscription, Services()).splitlines()
    return json.loads(line)


@pytest.mark.parametrize(("name", "columns"), [("auc", AUC), ("subscriber", SUBSCRIBER)])
def test_a_body_fits_the_columns(subscription: Subscription, name: str, columns: dict[str, int]) -> None:
    body = bodies(subscription)[name]
    assert set(body) == set(columns)
    for column, longest in columns.items():
        assert isinstance(body[column], str) is bool(longest)
        assert not longest or len(body[column]) <= longest


def test_numbers_and_keys_are_the_subscription_s(subscription: Subscription) -> None:
    found = bodies(subscription)
    assert found["auc"] == {
        "ki": "000102030405060708090a0b0c0d0e0f",
        "opc": "101112131415161718191a1b1c1d1e1f",
        "amf": "b9b9",
        "sqn": 6 << 5 | 4,
        "iccid": "8988211000000000017",
        "imsi": "001010000000001",
        "esim": True,
    }
    assert found["subscriber"]["msisdn"] == "99970000001"
    assert found["subscriber"]["enabled"] is True
    assert bodies(replace(subscription, is_active=False))["subscriber"]["enabled"] is False


def test_what_it_cannot_authenticate_is_refused(subscription: Subscription) -> None:
    with pytest.raises(ConfigError, match="PyHSS authenticates by Milenage only"):
        bodies(replace(subscription, algorithm=Algorithm.TUAK))
