"""The timeline of one order: what happened to it, each step explained for people. No secret is in it.

Command line, REST and pages show the same: they print what ``told`` returns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from openesim.conditions.admission import codes
from openesim.kernel.errors import DecodeError, Explanation
from openesim.messages.sgp22.explained import Explained, Language, explain_code, explain_status, in_language
from openesim.messages.sgp22.notifications import ErrorResult
from openesim.provisioning.procedures.installation import explain_failure
from openesim.provisioning.smdp.history import Action, Step
from openesim.provisioning.smdp.notifications import final_result_of
from openesim.provisioning.smdp.orders import ChipState, Order, OrderState

_PAGE = 500

ACTIONS: dict[Action, tuple[str, str]] = {
    Action.IMPORT: ("ordered on the server", "在服务器上下单"),
    Action.DOWNLOAD_ORDER: (
        "operator reserved the profile (DownloadOrder)",
        "运营商预留配置文件（DownloadOrder）",
    ),
    Action.CONFIRM_ORDER: ("operator confirmed the order (ConfirmOrder)", "运营商确认订单（ConfirmOrder）"),
    Action.RELEASE_PROFILE: (
        "operator released the profile (ReleaseProfile)",
        "运营商发布配置文件（ReleaseProfile）",
    ),
    Action.CANCEL_ORDER: ("the order was taken back (CancelOrder)", "订单被撤回（CancelOrder）"),
    Action.AUTHENTICATE_CLIENT: (
        "a chip asked for the profile (AuthenticateClient)",
        "芯片请求配置文件（AuthenticateClient）",
    ),
    Action.GET_BOUND_PROFILE_PACKAGE: (
        "a chip fetched the package (GetBoundProfilePackage)",
        "芯片获取配置文件包（GetBoundProfilePackage）",
    ),
    Action.CANCEL_SESSION: ("the download was given up (CancelSession)", "下载被放弃（CancelSession）"),
    Action.INSTALLATION_RESULT: ("the chip told how the installation went", "芯片上报安装结果"),
    Action.CHIP_NOTIFICATION: ("the chip told what became of the profile", "芯片上报配置文件的变化"),
    Action.REISSUE: ("the order was issued again", "订单被重新签发"),
    Action.CHANGE_METADATA: ("what the user sees of the profile was changed", "更改了用户可见的元数据"),
    Action.REPAIR: ("repaired by reconciliation", "对账修复"),
    Action.END_HOLD: ("somebody looked at the order and ended it", "订单经人工审核后终止"),
}
_CAME_INTO_STOCK = ("the profile came into stock", "配置文件入库")


class TimelineStores(Protocol):
    """What a timeline needs of the stores."""

    def steps_of_order(self, order_id: int, after: int = 0, limit: int = 1000) -> list[Step]:
        """Return what happened to an order, oldest first, beginning behind ``after``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a timeline.

    Attributes:
        step_id: of the history; 0 where the order itself tells it.
        at: when, aware UTC.
        action: name of what reached the order, the same in every language.
        what: the same for people.
        state: the order's state afterwards; None: not known any more.
        eid: the chip that acted, or that the order was for.
        subject: subject code of a refusal.
        reason: reason code of a refusal.
        code: what the catalogue knows it by.
        message: what was refused or told, as it was noted (English).
        chip_state: what the chip told of the profile.
        changed: whether anything changed by it.
        explanation: cause, who can mend it, next step; None where nothing went wrong.
    """

    step_id: int = 0
    at: datetime
    action: str
    what: str
    state: OrderState | None = None
    eid: str | None = None
    subject: str | None = None
    reason: str | None = None
    code: str | None = None
    message: str | None = None
    chip_state: ChipState | None = None
    changed: bool = True
    explanation: Explanation | None = None

    def values(self) -> dict[str, object]:
        """Return it as a JSON object has it; the same members in every entry."""
        told = self.explanation
        return {
            "step_id": self.step_id,
            "at": self.at.isoformat(timespec="milliseconds"),
            "action": self.action,
            "what": self.what,
            "state": None if self.state is None else self.state.value,
            "eid": self.eid,
            "subject": self.subject,
            "reason": self.reason,
            "code": self.code,
            "message": self.message,
            "chip_state": None if self.chip_state is None else self.chip_state.value,
            "changed": self.changed,
            "cause": told.cause if told else None,
            "owner": told.owner if told else None,
            "next_step": told.next_step if told else None,
        }


def explain_step(step: Step) -> Explained | None:
    """Explain what went wrong in a step, from the catalogue; None where nothing did."""
    if step.code is not None and step.code.startswith("installation:") and step.result_data is not None:
        try:
            final = final_result_of(step.result_data)
        except DecodeError:
            return explain_code(step.code)
        if isinstance(final, ErrorResult):
            return explain_failure(final)
    if step.code is not None:
        return codes.explained(step.code) or explain_code(step.code)
    if step.subject is not None and step.reason is not None:
        return explain_status(step.subject, step.reason)
    return None


def told(step: Step, language: Language = Language.ENGLISH) -> Entry:
    """Return the entry of a step, in a language."""
    explained = explain_step(step)
    return Entry(
        step_id=step.step_id,
        at=step.at,
        action=step.action.value,
        what=_words(ACTIONS[step.action], language),
        state=step.state,
        eid=None if step.eid is None else str(step.eid),
        subject=step.subject,
        reason=step.reason,
        code=explained.code if explained else step.code,
        message=step.message,
        chip_state=step.chip_state,
        changed=not step.is_idle,
        explanation=None if explained is None else in_language(explained, language),
    )


def timeline(
    stores: TimelineStores,
    order: Order,
    language: Language = Language.ENGLISH,
    *,
    operator: str | None = None,
) -> Iterator[Entry]:
    """Yield what happened to an order, oldest first.

    Args:
        stores: of the unit of work.
        order: the order.
        language: of what is for people.
        operator: who asks: steps from when the profile was another's are left out; None: all of them.
    """
    if order.created_at is not None:
        yield Entry(at=order.created_at, action="stock", what=_words(_CAME_INTO_STOCK, language))
    after = 0
    while page := stores.steps_of_order(order.order_id, after, _PAGE):
        yield from (told(step, language) for step in page if operator in {None, step.operator})
        after = page[-1].step_id


def _words(pair: tuple[str, str], language: Language) -> str:
    """Return the words of a language, English first."""
    return pair[1] if language is Language.CHINESE else pair[0]
