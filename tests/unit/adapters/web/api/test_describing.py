"""The description and the API say the same: schemathesis calls every operation with what it allows and forbids."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from openesim.adapters.web.api.app import openapi_document
from tests.support.api import Api, fill_stock, iccid_of, send
from tests.support.fixtures import captured_logs
from tests.support.memory import MemoryWork
from tests.support.rig import PROFILE_TYPE, Rig, new_runner

DOCUMENT = json.loads(openapi_document())
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
)
EXAMPLES = 4
"""Requests an operation; the time of the whole stays short, and other runs draw others."""

THERE = {"iccid": iccid_of(1), "name": PROFILE_TYPE, "problem": "not-found"}
"""Path parameters that lead somewhere: a made-up number is never an order's."""

schema = schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture(scope="module")
def api() -> Any:
    """An API with stock and an order."""
    with new_runner() as runner:
        api = Api(Rig(MemoryWork(), runner))
        fill_stock(api.rig, 5)
        api.post("/orders", {"profile_type": PROFILE_TYPE})
        yield api


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_does_as_it_is_described(api: Api, case: schemathesis.Case[Any]) -> None:
    with captured_logs() as logged:
        for parameters in (case.path_parameters, {**case.path_parameters, **THERE}):
            case.path_parameters = {name: parameters[name] for name in case.path_parameters}
            response = call(api, case)
            case.validate_response(response, checks=list(CHECKS))
    assert not [event for event in logged if event["event"] == "request failed"]


def call(api: Api, case: schemathesis.Case[Any]) -> schemathesis.Response:
    """Sends a case to the application in memory."""
    prepared = requests.Request(**case.as_transport_kwargs(base_url="http://api.test")).prepare()
    headers = {str(name).lower(): str(value) for name, value in prepared.headers.items()}
    headers["authorization"] = f"Bearer {api.key}"
    body = prepared.body or b""
    octets = body if isinstance(body, bytes) else str(body).encode()
    told = api.rig.run(send(api.app, str(prepared.method), str(prepared.path_url), headers, octets))
    return schemathesis.Response(
        status_code=told.http_status,
        headers={name: [value] for name, value in told.headers.items()},
        content=told.body,
        request=prepared,
        elapsed=0.0,
        verify=False,
    )
