"""ES11 (LPA ↔ SM-DS): the answer to AuthenticateClient is the list of events.

The requests are those of ES9+, on the SM-DS's host: the address of the SM-DS travels in ``smdpAddress``. We read it
from ``smdsAddress`` too.

Source: SGP.22 v2.5 §5.8, Annex H.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from openesim.encoding.asn1 import Choice, Message, Tag, alternative, message
from openesim.encoding.jsonbinding import TEXT, TRANSACTION_ID, Json, JsonBinding, array
from openesim.kernel.ids import TransactionId
from openesim.messages.sgp22.es9plus import (
    AUTHENTICATE_CLIENT,
    INITIATE_AUTHENTICATION,
    InitiateAuthenticationRequest,
)
from openesim.messages.sgp22.function import Function


@message()
class EventEntry(Message):
    """An event: its id, and the SM-DP+ or SM-DS that holds it."""

    event_id: Annotated[str, Tag(0x80), Json("eventId", TEXT)]
    rsp_server_address: Annotated[str, Tag(0x81), Json("rspServerAddress", TEXT)]


@message()
class AuthenticateClientOkEs11(Message):
    """All events of the chip; possibly none."""

    transaction_id: Annotated[TransactionId, Tag(0x80), Json("transactionId", TRANSACTION_ID)]
    event_entries: Annotated[
        tuple[EventEntry, ...], Tag(0xA1), Json("eventEntries", array(JsonBinding(EventEntry)))
    ]


INITIATE_AUTHENTICATION_ES11 = Function(
    "initiate_authentication",
    INITIATE_AUTHENTICATION.path,
    JsonBinding(InitiateAuthenticationRequest, also={"smdpAddress": "smdsAddress"}),
    INITIATE_AUTHENTICATION.response,
)
AUTHENTICATE_CLIENT_ES11 = Function(
    "authenticate_client",
    AUTHENTICATE_CLIENT.path,
    AUTHENTICATE_CLIENT.request,
    JsonBinding(AuthenticateClientOkEs11),
)

FUNCTIONS = (INITIATE_AUTHENTICATION_ES11, AUTHENTICATE_CLIENT_ES11)


class AuthenticateClientErrorEs11(IntEnum):
    """Failures in the ASN.1 binding."""

    EUM_CERTIFICATE_INVALID = 1
    EUM_CERTIFICATE_EXPIRED = 2
    EUICC_CERTIFICATE_INVALID = 3
    EUICC_CERTIFICATE_EXPIRED = 4
    EUICC_SIGNATURE_INVALID = 5
    EVENT_ID_UNKNOWN = 6
    INVALID_TRANSACTION_ID = 7
    UNDEFINED_ERROR = 127


AuthenticateClientResponseEs11: Choice[AuthenticateClientOkEs11 | AuthenticateClientErrorEs11 | int] = Choice(
    alternative(AuthenticateClientOkEs11, 0xA0),
    alternative(AuthenticateClientErrorEs11 | int, 0x81),
    tag=0xBF40,
)
