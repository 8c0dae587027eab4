"""ES9+ at the SM-DP+: InitiateAuthentication, AuthenticateClient, GetBoundProfilePackage, CancelSession.

The functions stand in the order in which an LPA calls them: ``handshake``, ``announcement``, ``delivery``, and
``cancellation`` for who gives up. HandleNotification is acknowledged before anything is looked at; what it leads
to stands in ``smdp.notifications``.

Source: SGP.22 v2.5 §5.6.
"""

from openesim.provisioning.procedures.client_authentication import ClientProof
from openesim.provisioning.smdp.es9plus.announcement import authenticate_client
from openesim.provisioning.smdp.es9plus.cancellation import cancel_session
from openesim.provisioning.smdp.es9plus.delivery import get_bound_profile_package
from openesim.provisioning.smdp.es9plus.handshake import (
    initiate_authentication,
    open_session,
    verify_client,
)

__all__ = [
    "ClientProof",
    "authenticate_client",
    "cancel_session",
    "get_bound_profile_package",
    "initiate_authentication",
    "open_session",
    "verify_client",
]
