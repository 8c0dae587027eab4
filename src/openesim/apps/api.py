"""The REST API of a server: its services over the database, and what it is heard with.

Imported where it is asked for: the framework takes its time.
"""

from __future__ import annotations

import ssl

from openesim.adapters.web.api.app import ApiServices, build_api
from openesim.adapters.web.serving import WebServer
from openesim.kernel.ambient import Ambient
from openesim.services.access import AccessService
from openesim.services.activation_codes import ActivationCodes
from openesim.services.es2plus import Es2PlusService
from openesim.services.listing import Listing
from openesim.services.ordering import Ordering
from openesim.services.ports import AnyWork
from openesim.services.profile_types import ProfileTypes
from openesim.services.replies import Replies


def build_api_services(work: AnyWork, ambient: Ambient, smdp_address: str) -> ApiServices:
    """Return what the routes call."""
    listing = Listing(work)
    return ApiServices(
        access=AccessService(work, ambient.clock),
        replies=Replies(work, ambient.clock),
        profile_types=ProfileTypes(work),
        listing=listing,
        ordering=Ordering(Es2PlusService(work, ambient, smdp_address), ambient.clock),
        activation_codes=ActivationCodes(listing, smdp_address),
    )


def build_api_server(services: ApiServices, tls: ssl.SSLContext | None) -> WebServer:
    """Return what answers the REST API; it hears nothing yet."""
    return WebServer(build_api(services), tls)
