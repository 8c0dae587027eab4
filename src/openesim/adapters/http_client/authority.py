"""``services.conditions.persons.verifiers.AskingVerifier`` over HTTPS: an authority that speaks our protocol.

A question that was asked keeps its name, so that asking again after a broken connection asks nothing twice. Whatever the
person is, is in the body of the question and nowhere else.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Literal

from openesim.adapters.http_client.json_calls import Answer, CallOptions, JsonCalls, split_address
from openesim.conditions.identity.authority_messages import (
    MOST_QUESTION,
    PATH,
    AnswerMessage,
    Face,
    PersonAsked,
    QuestionMessage,
    decode_answer,
    encode_message,
    verify_request_id,
)
from openesim.conditions.identity.findings import Doubt, Findings, NotVerified
from openesim.conditions.identity.verifier_texts import Trouble, troubled
from openesim.kernel.errors import DecodeError, PeerError
from openesim.kernel.secret import Secret
from openesim.services.conditions.persons.verifiers import Pending, Question

_CALLS_AT_ONCE: Final = 8
_JSON: Final = "application/json"
_PNG: Final = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoritySettings:
    """What we and an authority have agreed on.

    Attributes:
        name: of the verifier, ``authority:NAME``.
        address: of its service.
        token: by which it knows us; None: by our certificate.
        is_sandbox: it is a sandbox; its answers are taken, and no others.
    """

    name: str
    address: str
    token: Secret[str] | None = None
    is_sandbox: bool = False


class AuthorityHttpVerifier:
    """Implements ``AskingVerifier``; a slow authority holds up nobody else."""

    def __init__(self, settings: AuthoritySettings, options: CallOptions) -> None:
        """Take what was agreed, and how to reach the authority.

        Raises:
            ConfigError: the address is none.
        """
        split_address(settings.address, is_plain=options.is_plain)
        self._settings: Final = settings
        self._calls: Final = JsonCalls(settings.name, options)
        self._threads: Final = ThreadPoolExecutor(_CALLS_AT_ONCE, thread_name_prefix="authority")

    @property
    def name(self) -> str:
        """What stands in cases and evidence."""
        return self._settings.name

    async def ask(self, question: Question) -> Findings | NotVerified | Pending:
        """Return what the authority says.

        Raises:
            PeerError: no answer that decides anything.
            DecodeError: the question has a name that is none, or is too long.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._ask, question)

    def close(self) -> None:
        """End; calls under way are not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _ask(self, question: Question) -> Findings | NotVerified | Pending:
        verify_request_id(question.request_id)
        body = encode_message(_message(question))
        if len(body) > MOST_QUESTION:
            raise DecodeError(f"is longer than {MOST_QUESTION >> 20} MB with its picture", ("question",))
        headers = {"Idempotency-Key": question.request_id}
        if self._settings.token is not None:
            headers["Authorization"] = f"Bearer {self._settings.token.reveal()}"
        answer = self._calls.post(self._settings.address.rstrip("/") + PATH, _JSON, headers, body)
        return self._read(question, answer)

    def _read(self, question: Question, answer: Answer) -> Findings | NotVerified | Pending:
        """Return what an answer comes to.

        Raises:
            PeerError: it decides nothing.
        """
        if answer.status != 200:
            raise self._calls.refused(answer)
        try:
            told = decode_answer(answer.body)
        except DecodeError as error:
            raise self._calls.unreadable(str(error)) from None
        if told.request_id != question.request_id:
            raise self._calls.unreadable("the answer is to another question")
        if told.sandbox != self._settings.is_sandbox:
            what = "a sandbox" if told.sandbox else "no sandbox, as the configuration says,"
            raise troubled(PeerError(f"{self.name}: {what} answers here"), Trouble.SANDBOX)
        return self._outcome(question, told)

    def _outcome(self, question: Question, told: AnswerMessage) -> Findings | NotVerified | Pending:
        if told.status == "pending":
            return Pending(
                verifier=self.name, retry_after_s=told.retry_after_s or 0.0, reference=told.reference
            )
        if told.status == "not-verified":
            return NotVerified(
                verifier=self.name,
                doubt=told.reason or Doubt.DOES_NOT_MATCH,
                is_final=told.is_final,
                reference=told.reference,
            )
        return Findings(
            verifier=self.name,
            group=question.group,
            document=question.document,
            number=question.number,
            name=question.name,
            born=None if question.born is None else question.born.reveal(),
            assurance=frozenset(told.assurance),
            reference=told.reference,
        )


def _message(question: Question) -> QuestionMessage:
    """Return a question as it is sent."""
    face = None
    if question.face is not None:
        octets = question.face.reveal()
        media_type: Literal["image/png", "image/jpeg"] = (
            "image/png" if octets.startswith(_PNG) else "image/jpeg"
        )
        face = Face(media_type=media_type, octets=octets)
    return QuestionMessage(
        version=1,
        request_id=question.request_id,
        operator=question.operator,
        person=PersonAsked(
            group=question.group,
            document=question.document,
            number=question.number.reveal(),
            name=question.name.reveal(),
            born=None if question.born is None else question.born.reveal(),
        ),
        face=face,
    )
