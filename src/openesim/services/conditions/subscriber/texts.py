"""What a subscriber is told where something that he asks for cannot be, in both languages: cause, whose move, next step."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from openesim.kernel.errors import ConflictError, NotFoundError, OpenEsimError, StateError
from openesim.messages.sgp22.explained.entries import Entry, Explained, Owner, Words


class Matter(StrEnum):
    """What is the matter."""

    NOT_OFFERED = "not-offered"
    TOO_MANY_CASES = "too-many-cases"
    WAY_NOT_OFFERED = "way-not-offered"
    NO_ORDER = "no-order"
    NO_PERSON = "no-person"
    NO_CODE = "no-code"
    TOO_MANY_TRIES = "too-many-tries"


TEXTS: Final[dict[Matter, Entry]] = {
    Matter.NOT_OFFERED: Entry(
        Owner.USER,
        Words("This plan is not offered any more.", "Choose another plan."),
        Words("该套餐已停止办理。", "请选择其他套餐。"),
    ),
    Matter.TOO_MANY_CASES: Entry(
        Owner.USER,
        Words(
            "You have as many applications under way as one account may have.",
            "Finish one of them, or withdraw one that you do not need.",
        ),
        Words("您正在办理的申请已达账户上限。", "请完成或撤回其中一项申请。"),
    ),
    Matter.WAY_NOT_OFFERED: Entry(
        Owner.USER,
        Words(
            "You cannot be verified in this way here: the rules of this plan, or its operator, do not offer it.",
            "Go back to your application and choose one of the ways that it shows.",
        ),
        Words("该套餐不支持此种核验方式。", "请返回申请页面，选择页面所列的核验方式。"),
    ),
    Matter.NO_ORDER: Entry(
        Owner.USER,
        Words(
            "Nothing was ordered on this application yet.",
            "Go back to your application; it says what comes next.",
        ),
        Words("该申请尚未下单。", "请返回申请页面，查看下一步。"),
    ),
    Matter.NO_PERSON: Entry(
        Owner.USER,
        Words(
            "We do not know yet which person is behind this account.",
            "Have yourself verified once, by applying for a plan; then your lines at all operators are shown here.",
        ),
        Words("该账户尚未完成实名核验。", "请办理一次套餐并完成实名核验，之后即可查询名下全部号码。"),
    ),
    Matter.NO_CODE: Entry(
        Owner.USER,
        Words(
            "There is no confirmation code to show: none is needed, or it is gone because the line is on your device.",
            "Go back to your application; it says how far your line is.",
        ),
        Words("没有可显示的确认码：无需确认码，或号码已写入终端，确认码已删除。", "请返回申请页面查看进度。"),
    ),
    Matter.TOO_MANY_TRIES: Entry(
        Owner.USER,
        Words(
            "Papers were shown from this account as often as they may be in a day.",
            "Try again tomorrow, or come to a counter with your document.",
        ),
        Words("该账户今日提交证件信息的次数已达上限。", "请明天再试，或携带证件到营业厅办理。"),
    ),
}


def explained(matter: Matter) -> Explained:
    """Return what is told of a matter."""
    return Explained.of(f"own:{matter.value}", TEXTS[matter])


def refused(matter: Matter) -> OpenEsimError:
    """Return the error of something that cannot be now."""
    told = explained(matter)
    kind = ConflictError if matter in {Matter.TOO_MANY_CASES, Matter.TOO_MANY_TRIES} else StateError
    return kind(told.cause).explained(told)


def missing(matter: Matter) -> NotFoundError:
    """Return the error of something that is not there."""
    told = explained(matter)
    return NotFoundError(told.cause).explained(told)
