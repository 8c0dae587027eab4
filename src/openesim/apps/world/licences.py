"""Licences in a world: in every state, some long ago, some waiting for an inspector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from openesim.conditions.licensing.checklist import AnswerKind, Demand
from openesim.conditions.licensing.deeds import Approval
from openesim.conditions.licensing.evidence import read_upload
from openesim.conditions.licensing.licence import By, Licence, Scope
from openesim.conditions.licensing.states import Party
from openesim.conditions.rules.words import Channel, NumberKind, ServiceClass
from openesim.services.conditions.licences.checklists import read_checklists
from openesim.services.conditions.licences.files import attach
from openesim.services.conditions.licences.licences import Licensing

_CONDITION: Final = ("每月提交一份业务报告。A report every month.",)
_ANSWER: Final = "详见附件。As the attached document describes it."
_QUESTION: Final = "最近一次应急停止演练在什么时候？When was the emergency stop last rehearsed?"
_EVIDENCE: Final = "{item}\n样例文件，并非真实数据。Sample evidence, nothing here is real.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an operator applies for.

    Attributes:
        operator: who.
        service: for what kind of device.
        days: for how long.
        regions: where; empty: everywhere.
    """

    operator: str
    service: ServiceClass
    days: int
    regions: frozenset[str] = frozenset()


class Office:
    """Operators who apply, and inspectors who decide. Every method is a part of a unit of work."""

    def __init__(self, chief: str, inspector: str, managers: dict[str, str]) -> None:
        """Bind to who acts.

        Args:
            chief: as the ledger calls him.
            inspector: as the ledger calls him.
            managers: by operator.
        """
        self._licensing: Final = Licensing(read_checklists())
        self._chief: Final = chief
        self._inspector: Final = inspector
        self._managers: Final = managers

    def draft(self, stores: Any, wish: Wish, now: datetime) -> Licence:
        """Begin an application."""
        is_thing = wish.service in {ServiceClass.IOT, ServiceClass.VEHICLE}
        asked = Scope(
            begins=now,
            ends=now + timedelta(days=wish.days),
            channels=frozenset({Channel.ENTERPRISE, Channel.COUNTER} if is_thing else {Channel.COUNTER}),
            regions=wish.regions,
            numbers=frozenset({NumberKind.IOT_13 if is_thing else NumberKind.MOBILE_11}),
        )
        return self._licensing.apply(
            stores, wish.operator, wish.service, asked, self._operator(wish.operator, now)
        )

    def submit(self, stores: Any, licence: Licence, now: datetime) -> Licence:
        """Answer every item, attach what is asked for, and submit."""
        by, number = self._operator(licence.operator, now), licence.licence_id
        for name, item in self._licensing.checklist_of(licence).item.items():
            answer = "yes" if item.answer is AnswerKind.YES_NO else _ANSWER
            self._licensing.answer(stores, number, name, answer, by)
            if item.files is Demand.REQUIRED:
                upload = read_upload(f"{name}.txt", _EVIDENCE.format(item=name).encode())
                attach(self._licensing, stores, number, name, upload, by)
        return self._licensing.submit(stores, number, by)

    def review(self, stores: Any, licence: Licence, now: datetime) -> Licence:
        """Take an application up."""
        return self._licensing.take_up(stores, licence.licence_id, self._inspectors(now))

    def ask(self, stores: Any, licence: Licence, now: datetime) -> Licence:
        """Ask back."""
        item = next(iter(self._licensing.checklist_of(licence).item))
        return self._licensing.ask(stores, licence.licence_id, self._inspectors(now), _QUESTION, item)

    def approve(self, stores: Any, licence: Licence, now: datetime) -> Licence:
        """Approve an application, under a condition."""
        approval = Approval(conditions=_CONDITION)
        return self._licensing.approve(stores, licence.licence_id, approval, self._chiefs(now))

    def refuse(self, stores: Any, licence: Licence, now: datetime) -> Licence:
        """Refuse an application."""
        text = "召回流程尚不完整。The procedure for recalls is not complete yet."
        return self._licensing.refuse(stores, licence.licence_id, self._chiefs(now), text)

    def suspend(self, stores: Any, licence_id: int, now: datetime) -> Licence:
        """Suspend a licence."""
        text = "未按时提交月度报告。The monthly report did not come in time."
        return self._licensing.suspend(stores, licence_id, self._chiefs(now), text)

    def reinstate(self, stores: Any, licence_id: int, now: datetime) -> Licence:
        """End a suspension."""
        return self._licensing.reinstate(
            stores, licence_id, self._chiefs(now), "报告已收到。The report has come."
        )

    def renew(self, stores: Any, licence: Licence, now: datetime) -> Licence:
        """Begin to renew a licence."""
        ends = None if licence.scope.ends is None else licence.scope.ends + timedelta(days=365)
        return self._licensing.renew(stores, licence.licence_id, ends, self._operator(licence.operator, now))

    def withdraw(self, stores: Any, licence: Licence, now: datetime) -> Licence:
        """Give an application up."""
        by = self._operator(licence.operator, now)
        return self._licensing.withdraw(stores, licence.licence_id, by, "暂不开展。Not for now.")

    def _operator(self, operator: str, now: datetime) -> By:
        return By(actor=self._managers[operator], party=Party.OPERATOR, now=now, operator=operator)

    def _inspectors(self, now: datetime) -> By:
        return By(actor=self._inspector, party=Party.INSPECTOR, now=now)

    def _chiefs(self, now: datetime) -> By:
        return By(actor=self._chief, party=Party.INSPECTOR, now=now)


def approved(office: Office, stores: Any, wish: Wish, now: datetime) -> Licence:
    """Return a licence that was applied for, looked at, asked back and approved within an hour."""
    licence = office.submit(stores, office.draft(stores, wish, now), now + timedelta(minutes=20))
    licence = office.review(stores, licence, now + timedelta(minutes=40))
    return office.approve(stores, licence, now + timedelta(minutes=55))


def file_licences(
    office: Office, stores: Any, running: Sequence[Wish], now: datetime
) -> dict[tuple[str, ServiceClass], Licence]:
    """Return licences that run from the beginning, by operator and kind of device."""
    return {(wish.operator, wish.service): approved(office, stores, wish, now) for wish in running}
