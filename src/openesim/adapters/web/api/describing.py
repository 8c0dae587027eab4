"""The description of the API: OpenAPI 3.1, from the routes themselves."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig, ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, License, SecurityScheme
from litestar.routes import HTTPRoute

from openesim.adapters.web.api.calling import scope_of
from openesim.adapters.web.api.problem_types import PROBLEM_TYPES
from openesim.adapters.web.api.problems import PROBLEM_MEDIA_TYPE, Problem

_ALWAYS: Final = (400, 422, 429, 500, 503)
_WITH_KEY: Final = (401, 403)
_KEY: Final = "api_key"

_ABOUT: Final = """\
Orders of eSIM profiles, for operators who do not speak ES2+.

Every call carries an API key of the operator: `Authorization: Bearer oe_…`. A key has scopes; each operation names the
one it asks for. What another operator has does not exist for you.

Errors are problem documents (RFC 9457) that say what happened, whose move it is and what to do next, in English or
Chinese (`Accept-Language: zh`)."""


def problems(*http_statuses: int, public: bool = False) -> dict[int, ResponseSpec]:
    """Return what a route may answer beside success.

    Args:
        http_statuses: of its own, beside those that every route has.
        public: whether it asks for no key.
    """
    every = {*_ALWAYS, *http_statuses, *(() if public else _WITH_KEY)}
    return {
        each: ResponseSpec(
            Problem, generate_examples=False, description=_description(each), media_type=PROBLEM_MEDIA_TYPE
        )
        for each in sorted(every)
    }


def _description(http_status: int) -> str:
    """Return what an answer of a status means."""
    titles = [each.title[0] for each in PROBLEM_TYPES.values() if each.http_status == http_status]
    return ". ".join(titles) + "."


def describe(routes: Sequence[Any]) -> dict[str, Any]:
    """Return the OpenAPI document of routes."""
    config = OpenAPIConfig(
        title="OpenESIM",
        version=version("openesim"),
        description=_ABOUT,
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        components=Components(
            security_schemes={
                _KEY: SecurityScheme(type="http", scheme="bearer", description="An API key: oe_…")
            }
        ),
        use_handler_docstrings=True,
        operation_id_creator=lambda handler, _method, _path: handler.handler_name,
        render_plugins=[JsonRenderPlugin()],
    )
    app = Litestar(route_handlers=list(routes), openapi_config=config, logging_config=None)
    document: dict[str, Any] = app.openapi_schema.to_schema()
    document["components"]["schemas"] |= schemas_of(app)
    scopes = {handler.handler_name: scope_of(handler) for _, _, handler in operations_of(app)}
    for path in document["paths"].values():
        for operation in path.values():
            scope = scopes[operation["operationId"]]
            # For a scheme that is not OAuth the list names what the key must reach (OpenAPI 3.1 §4.8.30).
            operation["security"] = [] if scope is None else [{_KEY: [scope.value]}]
            operation.pop("deprecated")
            for parameter in operation.get("parameters", ()):
                _tidy(parameter)
    return document


def schemas_of(app: Litestar) -> dict[str, Any]:
    """Return the schemas of all bodies by name, as msgspec reads and writes them; the framework's leave much out."""
    found: dict[str, type] = {Problem.__name__: Problem}
    for _, _, handler in operations_of(app):
        signature = handler.parsed_fn_signature
        told = [
            signature.return_type,
            *(each for name, each in signature.parameters.items() if name == "data"),
        ]
        for field in told:
            for each in (field.annotation, *(inner.annotation for inner in field.inner_types)):
                if isinstance(each, type) and issubclass(each, msgspec.Struct):
                    found[each.__name__] = each
    _, schemas = msgspec.json.schema_components(found.values(), ref_template="#/components/schemas/{name}")
    return schemas


def _tidy(parameter: dict[str, Any]) -> None:
    """Take out of a parameter what says nothing: it may be left out, and cannot be null."""
    for name in ("deprecated", "allowEmptyValue", "allowReserved"):
        parameter.pop(name, None)
    schema = parameter["schema"]
    schema.pop("description", None)
    kinds = [each for each in schema.pop("oneOf", ()) if each != {"type": "null"}]
    if kinds:
        (kind,) = kinds
        parameter["schema"] = kind | schema


def operations_of(app: Litestar) -> list[tuple[str, str, HTTPRouteHandler]]:
    """Return method, path and handler of every operation, what the framework adds left out."""
    routes = [route for route in app.routes if isinstance(route, HTTPRoute)]
    return sorted(
        [
            (method, route.path_format, handler)
            for route in routes
            for handler in route.route_handlers
            for method in handler.http_methods
            if method != "OPTIONS" and not route.path.startswith("/schema")
        ],
        key=lambda operation: operation[:2],
    )
