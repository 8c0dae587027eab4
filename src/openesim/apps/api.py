"""The REST API of a server: its services over the database, and what it is heard with.

Imported where it is asked for: the framework takes its time.
"""

from __future__ import annotations

import ssl

from openesim.adapters.web.api.app import ApiServices, build_api
from openesim.adapters.web.serving import WebServer
from openesim.kernel.ambient import Ambient
from openesim.services.access import AccessService
from openesim.services.ports import AnyWork
from openesim.services.profile_types import ProfileTypes
from openesim.services.replies import Replies


def build_api_services(work: AnyWork, ambient: Ambient) -> ApiServices:
    """Return what the routes call."""
    return ApiServices(
        access=AccessService(work, ambient.clock),
        replies=Replies(work, ambient.clock),
        profile_types=ProfileTypes(work),
    )


def build_api_server(work: AnyWork, ambient: Ambient, tls: ssl.SSLContext | None) -> WebServer:
    """Return what answers the REST API; it hears nothing yet."""
    return WebServer(build_api(build_api_services(work, ambient)), tls)
