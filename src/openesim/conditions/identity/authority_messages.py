"""What is said to an authority and back: a small protocol of ours, version 1, for whoever wants to answer it.

Real authorities have protocols of their own; an adapter for one goes behind the same port as the client of this one. The
sandbox authority speaks it. What the fields mean to both sides: docs/procedures/verifiers.md.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Final, Literal

import msgspec

from openesim.conditions.identity.findings import Doubt
from openesim.conditions.rules.words import Assurance, DocumentKind, Group
from openesim.kernel.errors import DecodeError

VERSION: Final = 1
PATH: Final = "/v1/verifications"
"""Where a question goes, behind the address of the service."""

MOST_QUESTION: Final = 4 << 20
"""Longest question, in octets: a picture is the most of it."""

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9]{16,64}")

Reference = Annotated[str, msgspec.Meta(min_length=1, max_length=128, pattern=r"^[!-~]+$")]


class PersonAsked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Who was shown.

    Attributes:
        group: which documents he has to choose from.
        document: what was shown.
        number: of the document.
        name: as it was shown.
        born: date of birth; None: not told.
    """

    group: Group
    document: DocumentKind
    number: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    born: date | None = None

    def __repr__(self) -> str:
        """Show nothing of the person."""
        return "PersonAsked()"


class Face(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A picture of a face.

    Attributes:
        media_type: of the picture.
        octets: the picture, base64 on the wire.
    """

    media_type: Literal["image/jpeg", "image/png"]
    octets: Annotated[bytes, msgspec.Meta(min_length=1)]

    def __repr__(self) -> str:
        """Show nothing of the face."""
        return "Face()"


class QuestionMessage(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """Is this person as he was shown?

    Attributes:
        version: of the protocol.
        request_id: names the question; asked again with the same name it is the same question.
        operator: who asks.
        person: who was shown.
        face: his face; None: none was taken.
    """

    version: Literal[1]
    request_id: str
    operator: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    person: PersonAsked
    face: Face | None = None


class AnswerMessage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an authority says; members that we do not know are its own business.

    Attributes:
        version: of the protocol.
        request_id: of the question.
        status: ``verified``, ``not-verified`` or ``pending``.
        reference: the authority's own name for it, which is no personal data.
        assurance: what was done to be sure of him; with ``verified``.
        reason: why not; with ``not-verified``.
        is_final: whether to show more would change nothing; with ``not-verified``.
        retry_after_s: when to ask again; with ``pending``.
        sandbox: whether a sandbox answers, which knows made-up people only.
    """

    version: Literal[1]
    request_id: str
    status: Literal["verified", "not-verified", "pending"]
    reference: Reference | None = None
    assurance: tuple[Assurance, ...] = ()
    reason: Doubt | None = None
    is_final: bool = False
    retry_after_s: Annotated[float, msgspec.Meta(ge=0, le=86400)] | None = None
    sandbox: bool = False


_question: Final = msgspec.json.Decoder(QuestionMessage)
_answer: Final = msgspec.json.Decoder(AnswerMessage)


def encode_message(message: QuestionMessage | AnswerMessage) -> bytes:
    """Return a message as JSON."""
    return msgspec.json.encode(message)


def decode_question(octets: bytes) -> QuestionMessage:
    """Return a question.

    Raises:
        DecodeError: it is none; the text names the member and nothing of its value.
    """
    question: QuestionMessage = _decode(_question, octets)
    verify_request_id(question.request_id)
    return question


def decode_answer(octets: bytes) -> AnswerMessage:
    """Return an answer, with what its status needs.

    Raises:
        DecodeError: it is none; the text names the member and nothing of its value.
    """
    answer: AnswerMessage = _decode(_answer, octets)
    # A pattern's end lets the end of a line pass, and patterns are published as they are.
    if answer.reference is not None and answer.reference.endswith("\n"):
        raise DecodeError("is not as the protocol has it", ("reference",))
    needed = {
        "verified": bool(answer.assurance) and answer.reference is not None,
        "not-verified": answer.reason is not None,
        "pending": answer.retry_after_s is not None,
    }
    if not needed[answer.status]:
        raise DecodeError(f"an answer that is {answer.status} lacks what belongs to it")
    return answer


def verify_request_id(text: str) -> None:
    """Refuse a name of a question that is none.

    Raises:
        DecodeError: it has not 16 to 64 letters and digits.
    """
    if not _REQUEST_ID.fullmatch(text):
        raise DecodeError("has not 16 to 64 letters and digits", ("request_id",))


def _decode(decoder: msgspec.json.Decoder[Any], octets: bytes) -> Any:
    try:
        return decoder.decode(octets)
    except msgspec.ValidationError as error:
        # "Object contains unknown field `X`" and "Invalid enum value 'X'" quote what was sent.
        place = re.search(r"at `\$([\w.\[\]]*)`$", str(error))
        where = tuple(part for part in re.split(r"[.\[\]]+", place[1]) if part) if place else ()
        raise DecodeError("is not as the protocol has it", where or ("message",)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise DecodeError("is not JSON", ("message",)) from None
