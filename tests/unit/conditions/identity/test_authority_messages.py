"""Questions and answers of the authority protocol: read strictly, and never quoted in errors."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.conditions.identity.authority_messages import (
    AnswerMessage,
    Face,
    PersonAsked,
    QuestionMessage,
    decode_answer,
    decode_question,
    encode_message,
)
from openesim.conditions.rules.words import Assurance, DocumentKind, Group
from openesim.kernel.errors import DecodeError
from tests.support.verifying import NAME, NUMBER

QUESTION = QuestionMessage(
    version=1,
    request_id="REQUEST000000001",
    operator="east",
    person=PersonAsked(
        group=Group.NATIONAL,
        document=DocumentKind.RESIDENT_ID,
        number=NUMBER,
        name=NAME,
        born=date(1990, 1, 1),
    ),
    face=Face(media_type="image/png", octets=b"\x89PNG"),
)
ANSWER = AnswerMessage(
    version=1,
    request_id="REQUEST000000001",
    status="verified",
    reference="REF-1",
    assurance=(Assurance.DOCUMENT,),
)


def test_messages_come_back_as_they_were() -> None:
    assert decode_question(encode_message(QUESTION)) == QUESTION
    assert decode_answer(encode_message(ANSWER)) == ANSWER


def test_a_reference_has_no_end_of_a_line() -> None:
    told = encode_message(ANSWER).replace(b"REF-1", b"REF-1\\n")
    with pytest.raises(DecodeError, match="reference"):
        decode_answer(told)


def test_what_is_not_told_is_not_sent() -> None:
    assert set(json.loads(encode_message(ANSWER))) == {
        *("version", "request_id", "status", "reference", "assurance"),
    }


def test_a_question_does_not_show_the_person() -> None:
    told = repr(QUESTION)
    assert NUMBER not in told
    assert NAME not in told
    assert "PNG" not in told


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"request_id": "short"},
        {"operator": ""},
        {"operator": "x" * 101},
        {"person": None},
        {"person": {"name": NAME}},
        {"more": NAME},
        {"face": {"media_type": "image/svg+xml", "octets": "AAAA"}},
        {"face": {"media_type": "image/png", "octets": "not base64!"}},
    ],
)
def test_a_question_that_is_none_is_refused_without_a_word_of_it(change: dict[str, Any]) -> None:
    told = json.loads(encode_message(QUESTION)) | change
    with pytest.raises(DecodeError) as refused:
        decode_question(json.dumps(told).encode())
    assert NAME not in str(refused.value)
    assert NUMBER not in str(refused.value)


def test_a_refusal_names_the_member() -> None:
    told = json.loads(encode_message(QUESTION))
    told["person"]["document"] = NAME
    with pytest.raises(DecodeError, match=r"person\.document: is not as the protocol has it") as refused:
        decode_question(json.dumps(told).encode())
    assert NAME not in str(refused.value)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_whatever_is_no_message_is_refused(octets: bytes) -> None:
    for decode in (decode_question, decode_answer):
        with pytest.raises(DecodeError):
            decode(octets)
