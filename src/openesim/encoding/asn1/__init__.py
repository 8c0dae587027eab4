"""Declared ASN.1: messages are frozen dataclasses whose fields state their tags.

A declaration reads like the standard's::

    @message(tag=0xBF30)
    class NotificationSentRequest(Message):
        seq_number: Annotated[int, Tag(0x80)]

``NotificationSentRequest.decode(octets)`` gives the value, ``value.encode()`` its DER. CHOICEs are
``Choice`` objects with the same two methods. ``Signed[T]`` keeps the octets as they were received, so that
nothing is re-encoded before a signature is checked. Declarations are compiled to closures at import.
"""

from openesim.encoding.asn1.compiler import Choice, Element, Message, alternative, element_of, message
from openesim.encoding.asn1.schema import (
    AlsoBare,
    Bits,
    Explicit,
    Null,
    Range,
    Raw,
    Rest,
    Signed,
    Size,
    Tag,
)

__all__ = [
    "AlsoBare",
    "Bits",
    "Choice",
    "Element",
    "Explicit",
    "Message",
    "Null",
    "Range",
    "Raw",
    "Rest",
    "Signed",
    "Size",
    "Tag",
    "alternative",
    "element_of",
    "message",
]
