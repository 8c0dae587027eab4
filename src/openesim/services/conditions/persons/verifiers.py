"""Verifiers: whoever can say who somebody is, behind two ports.

A *redirecting* verifier sends the person's browser away and hears of him when it comes back (an identity provider). An
*asking* verifier is told what was shown and answers (an authority). Both end in ``Findings`` or ``NotVerified``; a case
takes either. What goes wrong on the way is an error and no verdict: ``identity.verifier_texts`` says it to people.

What a flow needs when the browser comes back (state, nonce, code verifier) is kept with the case, sealed, until it was
used once or its time is over; the browser carries only the state. A state is taken back from the very browser session it
was given to: else somebody could send his own address to another person, and be verified with that one's name.

Source: RFC 6749 §10.12; RFC 7636 §4; RFC 9207 §2.4; OpenID Connect Core 1.0 §3.1.2.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol

import msgspec
import structlog

from openesim.conditions.identity.case import Field
from openesim.conditions.identity.findings import Doubt, Findings, NotVerified
from openesim.conditions.identity.verified_claims import ClaimsPolicy, read_verified_claims
from openesim.conditions.identity.verifier_texts import Trouble, troubled
from openesim.conditions.rules.words import DocumentKind, Group
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import DecodeError, PeerError, VerificationError
from openesim.kernel.secret import Secret
from openesim.services.ports import AnyWork

FLOW_TIME: Final = timedelta(minutes=15)
"""How long a person may stay with an identity provider."""

_MOST_STATE: Final = 200
_SECRET_OCTETS: Final = 32

_log = structlog.get_logger(__name__)

# --- ports ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What an asking verifier is asked: whether this person is as he was shown.

    Attributes:
        request_id: names the question, 16 to 64 letters and digits; the same question asked again keeps it.
        operator: who asks.
        group: which documents he has to choose from.
        document: what was shown.
        number: of the document.
        name: as it was shown.
        born: date of birth, where it was told or the number tells it.
        face: picture of his face, JPEG or PNG; None: none was taken.
    """

    request_id: str
    operator: str
    group: Group
    document: DocumentKind
    number: Secret[str]
    name: Secret[str]
    born: Secret[date] | None = None
    face: Secret[bytes] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A verifier that does not know yet.

    Attributes:
        verifier: what looks.
        retry_after_s: when to ask the same question again, in seconds.
        reference: the verifier's own name for it.
    """

    verifier: str
    retry_after_s: float
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """What came of a flow.

    Attributes:
        case_id: whose.
        outcome: what was found.
    """

    case_id: str
    outcome: Findings | NotVerified


class RedirectingVerifier(Protocol):
    """Sends the person's browser away and hears of him when it comes back."""

    @property
    def name(self) -> str:
        """What stands in cases and evidence: ``oidc:NAME``."""
        ...

    async def begin(self, case_id: str, browser: Secret[str], language: str | None = None) -> str:
        """Return the address to send the browser to.

        Args:
            case_id: whose verification it is; an earlier flow of the case ends with it.
            browser: what only this browser session has, such as the desk's session id.
            language: what the person reads, such as ``zh-CN``.

        Raises:
            PeerError: the provider cannot be reached.
        """
        ...

    async def complete(self, query: Mapping[str, str], browser: Secret[str]) -> Completed:
        """Return what came of a flow.

        Args:
            query: of the address that the browser came back with.
            browser: as at ``begin``.

        Raises:
            VerificationError: the answer does not hold: nothing was verified, the flow is over or never was.
            PeerError: no answer that decides anything; the person begins again.
        """
        ...

    def close(self) -> None:
        """End; calls under way are not waited for."""
        ...


class AskingVerifier(Protocol):
    """Is told what was shown, and answers."""

    @property
    def name(self) -> str:
        """What stands in cases and evidence: ``authority:NAME``."""
        ...

    async def ask(self, question: Question) -> Findings | NotVerified | Pending:
        """Return what the verifier says; a question may be asked again.

        Raises:
            PeerError: no answer that decides anything.
        """
        ...

    def close(self) -> None:
        """End; calls under way are not waited for."""
        ...


Verifier = RedirectingVerifier | AskingVerifier

# --- flows of identity providers --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisationRequest:
    """What a provider is asked through the browser.

    Attributes:
        state: comes back with the answer.
        nonce: comes back in the ID token.
        code_challenge: SHA-256 of the code verifier, base64url.
        language: what the person reads.
    """

    state: str
    nonce: str
    code_challenge: str
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """A code on its way back to the provider.

    Attributes:
        code: as it came.
        code_verifier: what the challenge was made of.
        nonce: that has to be in the ID token.
        begun_at: when the flow began: an ID token is not older.
        now: aware, in UTC.
    """

    code: Secret[str]
    code_verifier: Secret[str]
    nonce: Secret[str]
    begun_at: datetime
    now: datetime


class IdentityProvider(Protocol):
    """An OpenID Connect provider, as far as we are its relying party."""

    @property
    def issuer(self) -> str:
        """Its issuer identifier."""
        ...

    async def address(self, request: AuthorisationRequest) -> str:
        """Return where the browser goes.

        Raises:
            PeerError: what the provider says of itself cannot be had, or cannot be read.
        """
        ...

    async def names_itself(self) -> bool:
        """Tell whether its answers say whose they are (RFC 9207), so that one that does not is not its own.

        Raises:
            PeerError: what the provider says of itself cannot be had, or cannot be read.
        """
        ...

    async def redeem(self, redemption: Redemption) -> Mapping[str, Any]:
        """Return the claims of a code: those of the ID token, verified, and of UserInfo.

        Raises:
            VerificationError: code or ID token do not hold.
            PeerError: no answer that decides anything.
        """
        ...

    def close(self) -> None:
        """End; calls under way are not waited for."""
        ...


class FlowStores(Protocol):
    """Flows under way, one a case, inside one unit of work: ``Field.FLOW`` of the case, sealed like its other fields."""

    def put_field(self, case_id: str, field: Field, text: str, delete_after: datetime | None) -> None:
        """Store a value of a case, sealed; one that is there is replaced, and it goes when its time is over."""
        ...

    def field(self, case_id: str, field: Field) -> str | None:
        """Return a value of a case."""
        ...

    def remove_fields(self, case_id: str, fields: Iterable[Field] | None = None) -> int:
        """Delete values of a case and return how many went; none: somebody else has just taken them."""
        ...


class _Flow(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a flow; only ever in a ``Secret`` or sealed."""

    verifier: str
    state: str
    nonce: str
    code_verifier: str
    browser: bytes
    begun_at: datetime
    expires_at: datetime

    def __repr__(self) -> str:
        """Show nothing of it."""
        return "_Flow()"


_unpack: Final = msgspec.json.Decoder(_Flow).decode


class Days(Protocol):
    """What knows the days of countries."""

    def day_in(self, country: str, now: datetime) -> date:
        """Return the day that it is in a country."""
        ...


class OidcVerifier:
    """Implements ``RedirectingVerifier`` with an OpenID Connect provider."""

    def __init__(
        self, work: AnyWork, ambient: Ambient, provider: IdentityProvider, policy: ClaimsPolicy, days: Days
    ) -> None:
        """Bind to the stores, the provider, what is believed of its claims, and the days of its country."""
        self._work: Final = work
        self._ambient: Final = ambient
        self._provider: Final = provider
        self._policy: Final = policy
        self._days: Final = days

    @property
    def name(self) -> str:
        """What stands in cases and evidence."""
        return self._policy.verifier

    async def begin(self, case_id: str, browser: Secret[str], language: str | None = None) -> str:
        """Return the address to send the browser to.

        Raises:
            PeerError: the provider cannot be reached.
        """
        now = self._ambient.clock.now()
        flow = _Flow(
            verifier=self.name,
            state=f"{case_id}.{self._draw()}",
            nonce=self._draw(),
            code_verifier=self._draw(),
            browser=_digest(browser.reveal()),
            begun_at=now,
            expires_at=now + FLOW_TIME,
        )
        request = AuthorisationRequest(
            state=flow.state,
            nonce=flow.nonce,
            code_challenge=_base64url(_digest(flow.code_verifier)),
            language=language,
        )
        # The provider first: one that is away leaves no flow behind.
        address = await self._provider.address(request)
        record = Secret(msgspec.json.encode(flow).decode())
        keep: Callable[[FlowStores], None] = lambda stores: stores.put_field(  # noqa: E731
            case_id, Field.FLOW, record.reveal(), flow.expires_at
        )
        await self._work.run(keep)
        return address

    async def complete(self, query: Mapping[str, str], browser: Secret[str]) -> Completed:
        """Return what came of a flow; whatever it is, the state is used up.

        Raises:
            VerificationError: the answer does not hold.
            PeerError: no answer that decides anything.
        """
        state = query.get("state", "")
        case_id = state.partition(".")[0] if len(state) <= _MOST_STATE else ""
        flow = await self._take(case_id, state, browser)
        now = self._ambient.clock.now()
        if now >= flow.expires_at:
            raise troubled(VerificationError(f"{self.name}: the flow took too long"), Trouble.FLOW_EXPIRED)
        await self._verify_sender(query.get("iss"))
        if "error" in query:
            return Completed(case_id=case_id, outcome=self._refusal(query["error"]))
        code = query.get("code", "")
        if not code:
            raise self._invalid("the answer has neither code nor error")
        redemption = Redemption(
            code=Secret(code),
            code_verifier=Secret(flow.code_verifier),
            nonce=Secret(flow.nonce),
            begun_at=flow.begun_at,
            now=now,
        )
        claims = await self._provider.redeem(redemption)
        try:
            outcome = read_verified_claims(
                claims, self._policy, now, self._days.day_in(self._policy.home, now)
            )
        except DecodeError as error:
            told = PeerError(f"{self.name}: verified claims cannot be read: {error}")
            raise troubled(told, Trouble.UNREADABLE) from None
        return Completed(case_id=case_id, outcome=outcome)

    def close(self) -> None:
        """End; calls under way are not waited for."""
        self._provider.close()

    async def _take(self, case_id: str, state: str, browser: Secret[str]) -> _Flow:
        """Return a flow and forget it; one that is not this browser's is left to whose it is.

        Raises:
            VerificationError: there is none, or it is not for this answer.
        """
        shown = _digest(browser.reveal())

        def take(stores: FlowStores) -> _Flow | None:
            record = stores.field(case_id, Field.FLOW)
            if record is None:
                return None
            flow = _unpack(record)
            is_ours = (
                flow.verifier == self.name
                and hmac.compare_digest(flow.state.encode(), state.encode("utf-8", "replace"))
                and hmac.compare_digest(flow.browser, shown)
            )
            return flow if is_ours and stores.remove_fields(case_id, [Field.FLOW]) else None

        flow: _Flow | None = await self._work.run(take) if case_id else None
        if flow is None:
            told = VerificationError(f"{self.name}: no flow of this browser has this state")
            raise troubled(told, Trouble.FLOW_UNKNOWN)
        return flow

    async def _verify_sender(self, issuer: str | None) -> None:
        """Refuse an answer of another provider, so that no code of one is carried to another.

        Raises:
            VerificationError: it says another issuer, or none where the provider says one.
            PeerError: the provider cannot be reached.
        """
        if issuer is None and not await self._provider.names_itself():
            return
        if issuer != self._provider.issuer:
            told = VerificationError(f"{self.name}: the answer is of another issuer")
            raise troubled(told, Trouble.WRONG_SENDER)

    def _refusal(self, error: str) -> NotVerified:
        """Return what a provider's error says of the person.

        Raises:
            PeerError: it says nothing of him.

        Source: RFC 6749 §4.1.2.1; OpenID Connect Core 1.0 §3.1.2.6.
        """
        word = error if error in _ERRORS else "another error"
        _log.info("provider refused", verifier=self.name, error=word)
        if word in _GIVEN_UP:
            return NotVerified(verifier=self.name, doubt=Doubt.GIVEN_UP)
        trouble = Trouble.BUSY if word in _BUSY else Trouble.REFUSES_QUESTION
        raise troubled(PeerError(f"{self.name}: the provider says {word}"), trouble)

    def _invalid(self, what: str) -> VerificationError:
        return troubled(VerificationError(f"{self.name}: {what}"), Trouble.ANSWER_INVALID)

    def _draw(self) -> str:
        return _base64url(self._ambient.entropy(_SECRET_OCTETS))


_GIVEN_UP: Final = frozenset(
    {
        *("access_denied", "login_required", "interaction_required", "consent_required"),
        *("account_selection_required", "unmet_authentication_requirements"),
    }
)
_BUSY: Final = frozenset({"server_error", "temporarily_unavailable"})
_ERRORS: Final = (
    _GIVEN_UP
    | _BUSY
    | {
        *("invalid_request", "unauthorized_client", "unsupported_response_type", "invalid_scope"),
        *("invalid_request_uri", "invalid_request_object", "request_not_supported"),
        *("request_uri_not_supported", "registration_not_supported"),
    }
)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _base64url(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
