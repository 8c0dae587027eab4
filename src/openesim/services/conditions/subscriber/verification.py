"""A subscriber has himself verified: by an identity provider, by an authority, or at a counter to which he goes.

What a verifier finds goes the way of every case (``verifying``). Who does not know yet is asked again: the same question,
under the same name, by this process or another one, whether or not the person waits. A question is named by what was
shown when, so papers that are shown anew are another question, and an answer to an older one moves nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol, cast

import structlog

from openesim.conditions.identity import steps
from openesim.conditions.identity.case import Case, Field
from openesim.conditions.identity.counter import Papers
from openesim.conditions.identity.findings import Findings, NotVerified
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import Channel, DocumentKind, Group
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import NotFoundError, OpenEsimError
from openesim.kernel.records import changed
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.cases import case_of_account
from openesim.services.conditions.persons.personal_data import tell_verifier
from openesim.services.conditions.persons.verifiers import (
    AskingVerifier,
    Pending,
    Question,
    RedirectingVerifier,
    Verifier,
)
from openesim.services.conditions.persons.verifying import AWAITING, Manner, present, take_findings
from openesim.services.conditions.subscriber.cases import (
    OwnCaseStores,
    accept_notices,
    choose_channel,
    person_of,
    verify_may_try,
)
from openesim.services.conditions.subscriber.offers import OfferRules
from openesim.services.conditions.subscriber.texts import Matter, refused
from openesim.services.ports import AnyWork

OIDC: Final = "oidc:"
AUTHORITY: Final = "authority:"
"""What names of verifiers begin with."""

INTERVAL_S: Final = 2.0
_CLAIM: Final = timedelta(seconds=60)
"""So long at least nobody else asks what is being asked, also where nothing comes of it."""

_SOONEST: Final = timedelta(seconds=2)
_LATEST: Final = timedelta(hours=1)
_AWAY: Final = timedelta(seconds=15)
_MOST_AT_ONCE: Final = 20
_TOLD: Final = (Field.NUMBER, Field.NAME, Field.BORN)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How the person of a case may be verified.

    Attributes:
        online: names of verifiers that he may choose from his chair.
        counter: whether he may come to a counter.
        groups: which documents are accepted online, by the group that he belongs to.
    """

    online: tuple[str, ...]
    counter: bool
    groups: Mapping[Group, tuple[DocumentKind, ...]]

    @property
    def is_counter_only(self) -> bool:
        """Whether nothing can be done from his chair."""
        return self.counter and not self.online


class AskingStores(OwnCaseStores, Protocol):
    """Cases whose verifier does not know yet, inside one unit of work."""

    def cases_to_ask(self, now: datetime, limit: int) -> list[Case]:
        """Return cases whose verifier is to be asked again, held until the unit ends; another process's are left out."""
        ...


class OwnVerification:
    """Verification as subscribers begin and follow it."""

    def __init__(
        self, work: AnyWork, ambient: Ambient, rules: OfferRules, verifiers: Mapping[str, Verifier]
    ) -> None:
        """Bind to the rules in force, and to those who verify."""
        self._work: Final = work
        self._clock: Final = ambient.clock
        self._rules: Final = rules
        self._redirecting: Final = {
            name: cast("RedirectingVerifier", each)
            for name, each in verifiers.items()
            if name.startswith(OIDC)
        }
        self._asked: Final = {
            name: cast("AskingVerifier", each)
            for name, each in verifiers.items()
            if name.startswith(AUTHORITY)
        }
        self._asking: Final[set[asyncio.Task[None]]] = set()

    # --- what there is

    def pack_of(self, case: Case) -> Pack:
        """Return the rules that hold for a case.

        Raises:
            NotFoundError: none are in force.
        """
        return self._rules.pack_for(case.operator, case.service, self._clock.now())

    def asks_nothing(self, case: Case) -> bool:
        """Tell whether nobody need be verified; a gap in the rules is not freedom from them."""
        now = self._clock.now()
        if self._rules.asks_nothing(case.operator, now):
            return True
        try:
            service = self._rules.pack_for(case.operator, case.service, now).service.get(case.service)
        except NotFoundError:
            return False
        return service is not None and not service.needs_person

    def ways_of(self, case: Case) -> Ways:
        """Return how the person of a case may be verified.

        Raises:
            NotFoundError: no rules are in force.
        """
        pack = self.pack_of(case)
        service = pack.service.get(case.service)
        channels = () if service is None else service.channels or tuple(Channel)
        kinds = {group: pack.person.documents_for(group, Channel.ONLINE) for group in Group}
        is_online = Channel.ONLINE in channels and any(kinds.values())
        return Ways(
            online=tuple(sorted({*self._redirecting, *self._asked})) if is_online else (),
            counter=Channel.COUNTER in channels,
            groups={group: found for group, found in kinds.items() if found},
        )

    # --- what is chosen

    async def go_to_counter(self, account: Account, case_id: str) -> Case:
        """Have the person come to a counter.

        Raises:
            NotFoundError: the account has no such case.
            StateError: the rules do not let him, or something was shown already.
        """
        act = Act(actor=account.actor, now=self._clock.now())

        def unit(stores: AskingStores) -> Case:
            """Note it."""
            case = case_of_account(stores, account.account_id, case_id, is_held=True)
            if not self.ways_of(case).counter:
                raise refused(Matter.WAY_NOT_OFFERED)
            return choose_channel(stores, case, Channel.COUNTER, act)

        case: Case = await self._work.run(unit)
        return case

    async def choose(self, account: Account, case_id: str, verifier: str, notices: Iterable[str]) -> Case:
        """Have the person verified online by somebody, and note which texts of the rules he has accepted.

        Args:
            account: who is signed in.
            case_id: his case.
            verifier: name of who shall verify him.
            notices: texts of the rules, by their names.

        Raises:
            NotFoundError: the account has no such case.
            StateError: this way is not offered, or something was shown already.
        """
        act, accepted = Act(actor=account.actor, now=self._clock.now()), tuple(notices)

        def unit(stores: AskingStores) -> Case:
            """Note it."""
            case = case_of_account(stores, account.account_id, case_id, is_held=True)
            self._verify_way(case, verifier)
            case = choose_channel(stores, case, Channel.ONLINE, act)
            return accept_notices(stores, case, accepted, self.pack_of(case), act)

        case: Case = await self._work.run(unit)
        return case

    async def begin(self, case: Case, verifier: str, browser: Secret[str], language: str) -> str:
        """Return the address of an identity provider to which the person's browser goes.

        Args:
            case: as ``choose`` returned it.
            verifier: name of the provider.
            browser: what only his browser session has.
            language: what he reads, such as ``zh-CN``.

        Raises:
            StateError: this way is not offered.
            PeerError: the provider cannot be reached.
        """
        provider = self._redirecting.get(verifier)
        if provider is None:
            raise refused(Matter.WAY_NOT_OFFERED)
        return await provider.begin(case.case_id, browser, language)

    async def complete(
        self, account: Account, verifier: str, query: Mapping[str, str], browser: Secret[str]
    ) -> Case:
        """Take what an identity provider sent the browser back with, and return the case as far as that leads.

        Raises:
            NotFoundError: there is no such provider, or the case is another's.
            VerificationError: the answer does not hold: nothing was verified.
            PeerError: no answer that decides anything; the person begins again.
            StateError: the case awaits no verifier any more, or the person has chosen a counter meanwhile.
        """
        provider = self._redirecting.get(verifier)
        if provider is None:
            raise NotFoundError("there is no such thing")
        completed = await provider.complete(query, browser)
        act = Act(actor=verifier, now=self._clock.now())

        def unit(stores: AskingStores) -> Case:
            """Take it."""
            case = case_of_account(stores, account.account_id, completed.case_id, is_held=True)
            if case.channel is not Channel.ONLINE:
                # What was asked for online is not judged by what a counter asks.
                raise refused(Matter.WAY_NOT_OFFERED)
            return self._take(stores, case, completed.outcome, act)

        case: Case = await self._work.run(unit)
        return case

    async def show(self, account: Account, case_id: str, verifier: str, papers: Papers) -> Case:
        """Show papers to an authority, and return the case as it waits for the answer.

        Raises:
            NotFoundError: the account has no such case.
            FormError: fields that are wrong; nothing was stored.
            StateError: this way is not offered, or the case awaits no papers.
            ConflictError: papers were shown too often.
        """
        if verifier not in self._asked:
            raise refused(Matter.WAY_NOT_OFFERED)
        act = Act(actor=account.actor, now=self._clock.now())

        def unit(stores: AskingStores) -> Case:
            """Take the papers, and note who is asked."""
            case = case_of_account(stores, account.account_id, case_id, is_held=True)
            self._verify_way(case, verifier)
            # Tries of one account are counted one after the other, whichever case they are for.
            stores.hold_account(account.account_id)
            verify_may_try(stores, account.actor, act.now)
            accepted = case.notices
            choose_channel(stores, case, Channel.ONLINE, act)
            case = present(stores, case_id, papers, self.pack_of(case), act)
            case = steps.awaiting(changed(case, notices=accepted), verifier, act.now)
            stores.save_case(case)
            return case

        case: Case = await self._work.run(unit)
        return case

    def _verify_way(self, case: Case, verifier: str) -> None:
        """Refuse a way that the rules of a case do not offer.

        Raises:
            StateError: they do not, or the case is over.
        """
        if verifier not in self.ways_of(case).online or case.state not in AWAITING:
            raise refused(Matter.WAY_NOT_OFFERED)

    # --- asking

    async def ask_soon(self, case_id: str, wait_s: float = 0.0) -> None:
        """Begin to ask the verifier of a case, if it is time, and wait for its answer for a while at most."""
        task = asyncio.create_task(self._ask_quietly(case_id))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
        if wait_s:
            await asyncio.wait({task}, timeout=wait_s)

    async def keep_asking(self) -> None:
        """Ask verifiers again when it is time, whoever waits; runs until cancelled."""
        while True:
            await asyncio.sleep(INTERVAL_S)
            try:
                await self.ask_due()
            except Exception as fault:  # noqa: BLE001 (whatever the stores raise: there is another time)
                _log.error("verifiers not asked", fault=repr(fault))

    async def ask_due(self) -> int:
        """Ask the verifiers of all cases whose time has come, and return how many there were."""
        now = self._clock.now()
        due: list[str] = await self._work.run(
            lambda stores: [case.case_id for case in stores.cases_to_ask(now, _MOST_AT_ONCE)]
        )
        await asyncio.gather(*(self._ask_quietly(case_id) for case_id in due))
        return len(due)

    async def _ask_quietly(self, case_id: str) -> None:
        """Ask, and leave what goes wrong to the next time."""
        try:
            await self.ask(case_id)
        except Exception as fault:  # noqa: BLE001 (one case that breaks something holds up no other)
            _log.warning("verifier not asked", fault=type(fault).__name__)

    async def ask(self, case_id: str) -> None:
        """Ask the verifier of a case, if it is time, and take what it says.

        Raises:
            OpenEsimError: the database cannot be reached, or the case is of such rules as are not in force.
        """
        claimed: tuple[AskingVerifier, Question] | None = await self._work.run(
            lambda stores: self._claim(stores, case_id)
        )
        if claimed is None:
            return
        verifier, question = claimed
        outcome: Findings | NotVerified | Pending | None = None
        try:
            outcome = await verifier.ask(question)
        except OpenEsimError as fault:
            _log.warning("verifier gave no answer", verifier=verifier.name, fault=str(fault))
        await self._work.run(
            lambda stores: self._settle(stores, case_id, question.request_id, verifier.name, outcome)
        )

    def _claim(self, stores: AskingStores, case_id: str) -> tuple[AskingVerifier, Question] | None:
        """Return whom to ask what; nobody else asks it meanwhile. None: it is not time, or another one does."""
        now = self._clock.now()
        case = stores.hold_case(case_id)
        if case is None or case.ask_again_at is None or case.ask_again_at > now or case.verifier is None:
            return None
        verifier, later = self._asked.get(case.verifier), now + _pause_of(case, _CLAIM, now)
        if not self._has_rules(case):
            # Nobody is told anything of a person whose answer could not be judged.
            stores.save_case(steps.awaiting(case, case.verifier, later))
            return None
        told = tell_verifier(stores, case_id, _TOLD, case.verifier, now) if verifier else {}
        if verifier is None or Field.NUMBER not in told or Field.NAME not in told:
            stores.save_case(steps.awaiting(case, case.verifier, now + _LATEST))
            return None
        stores.save_case(steps.awaiting(case, case.verifier, later))
        return verifier, _question(stores, case, told)

    def _settle(
        self,
        stores: AskingStores,
        case_id: str,
        request_id: str,
        verifier: str,
        outcome: Findings | NotVerified | Pending | None,
    ) -> None:
        """Take an answer, or note when to ask again; an answer to an older question is nobody's."""
        now = self._clock.now()
        case = stores.hold_case(case_id)
        if case is None or case.ask_again_at is None or _request_id(stores, case) != request_id:
            return
        if isinstance(outcome, Findings | NotVerified):
            self._take(stores, case, outcome, Act(actor=verifier, now=now))
            return
        asked_for = timedelta(seconds=outcome.retry_after_s) if isinstance(outcome, Pending) else _AWAY
        pause = _pause_of(case, max(asked_for, _SOONEST), now)
        stores.save_case(steps.awaiting(case, verifier, now + pause))

    def _has_rules(self, case: Case) -> bool:
        try:
            self.pack_of(case)
        except NotFoundError:
            return False
        return True

    def _take(self, stores: AskingStores, case: Case, outcome: Findings | NotVerified, act: Act) -> Case:
        """Take what a verifier found, and keep the person with the account as soon as he is verified."""
        manner = Manner(notices=case.notices, four_eyes=case.asks_second)
        case = take_findings(stores, case.case_id, outcome, self.pack_of(case), act, manner)
        if case.evidence is not None and case.account is not None:
            person_of(stores, case.account, act)
        return case


def _question(stores: AskingStores, case: Case, told: Mapping[Field, Secret[str]]) -> Question:
    born = told.get(Field.BORN)
    assert case.group is not None  # noqa: S101 (papers were shown)
    assert case.document is not None  # noqa: S101 (the same)
    return Question(
        request_id=_request_id(stores, case),
        operator=case.operator,
        group=case.group,
        document=case.document,
        number=told[Field.NUMBER],
        name=told[Field.NAME],
        born=None if born is None else Secret(date.fromisoformat(born.reveal())),
    )


def _pause_of(case: Case, least: timedelta, now: datetime) -> timedelta:
    """Return how long a verifier is left alone: the longer it takes, the more seldom it is asked."""
    return min(max(least, (now - _shown_at(case)) / 4), _LATEST)


def _shown_at(case: Case) -> datetime:
    return case.presented_at or case.changed_at


def _request_id(stores: AskingStores, case: Case) -> str:
    """Return the name of a question: the same as long as nothing else is shown."""
    shown_at = _shown_at(case).isoformat(timespec="milliseconds")
    return stores.person_digest(f"question\n{case.case_id}\n{case.verifier}\n{shown_at}").hex()
