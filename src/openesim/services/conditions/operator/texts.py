"""What an operator's people are told where something at the counter or among their subscribers cannot be, in both languages."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from openesim.kernel.errors import NotFoundError, OpenEsimError, StateError
from openesim.messages.sgp22.explained.entries import Entry, Explained, Owner, Words


class Matter(StrEnum):
    """What is the matter."""

    SECOND_IS_FIRST = "second-is-first"
    NO_SECOND_AWAITED = "no-second-awaited"
    WAY_NOT_OFFERED = "way-not-offered"
    NOT_AT_COUNTER = "not-at-counter"
    NO_PLAN = "no-plan"
    PLAN_OF_ANOTHER_KIND = "plan-of-another-kind"
    NOT_VERIFIED = "not-verified"
    VISIT_OVER = "visit-over"
    NO_CODE = "no-code"
    SIGN_NOT_IN_RULES = "sign-not-in-rules"
    VALUE_GONE = "value-gone"
    NO_RULES = "no-rules"


def _entry(en: tuple[str, str], zh: tuple[str, str], owner: Owner = Owner.OPERATOR) -> Entry:
    return Entry(owner, Words(*en), Words(*zh))


TEXTS: Final[dict[Matter, Entry]] = {
    Matter.SECOND_IS_FIRST: _entry(
        (
            "Four eyes are two clerks: whoever saw the person cannot agree to it himself.",
            "Have another clerk look at the case and agree.",
        ),
        ("双人复核须由两名营业员完成，经办人不能复核自己的核验。", "请由另一名营业员查看并复核。"),
    ),
    Matter.NO_SECOND_AWAITED: _entry(
        ("This case waits for no second clerk any more.", "Look how it stands now."),
        ("该记录已不在待复核状态。", "请查看其当前状态。"),
    ),
    Matter.WAY_NOT_OFFERED: _entry(
        (
            "This authority cannot be asked here: the configuration names none of this name.",
            "Choose one of those that the page shows, or verify by yourself.",
        ),
        ("未配置该核验方，无法向其查询。", "请选择页面所列的核验方，或由营业员自行核验。"),
    ),
    Matter.NOT_AT_COUNTER: _entry(
        (
            "The rules in force do not let this kind of device be sold at a counter.",
            "Look which ways the rules offer for it.",
        ),
        ("现行规则不允许在营业厅办理该类终端。", "请查看规则允许的办理渠道。"),
    ),
    Matter.NO_PLAN: _entry(
        ("There is no plan of yours of this number that may be chosen now.", "Choose one from the list."),
        ("没有该套餐，或已停止办理。", "请从列表中选择套餐。"),
    ),
    Matter.PLAN_OF_ANOTHER_KIND: _entry(
        (
            "This plan is for another kind of device than the person was verified for.",
            "Choose a plan for the same kind, or begin anew.",
        ),
        ("该套餐适用的终端类别与核验时不同。", "请选择同类终端的套餐，或重新办理。"),
    ),
    Matter.NOT_VERIFIED: _entry(
        (
            "Nobody is verified on this case now, so nothing can be ordered on it.",
            "Finish the verification first.",
        ),
        ("该记录当前未通过核验，不能办理号码。", "请先完成核验。"),
    ),
    Matter.VISIT_OVER: _entry(
        (
            "The visit in which the person was verified is over, or another clerk saw him: no code is handed out now.",
            "A manager may show it for a reason, or the person looks it up at his own desk.",
        ),
        (
            "办理时段已过，或经办人不是您，不能再在此交付确认码。",
            "可由管理员说明理由后查看，或由用户本人在用户服务中查看。",
        ),
    ),
    Matter.NO_CODE: _entry(
        (
            "There is no confirmation code: none is needed, or it is gone because the line is on the device.",
            "Look how far the order is.",
        ),
        ("没有确认码：无需确认码，或号码已写入终端，确认码已删除。", "请查看订单进度。"),
    ),
    Matter.SIGN_NOT_IN_RULES: _entry(
        (
            "The rules in force ask nobody to verify again for this sign.",
            "Choose a sign that the rules name, or revoke the verification.",
        ),
        ("现行规则未规定因此情形重新核验。", "请选择规则所列的情形，或撤销核验。"),
    ),
    Matter.VALUE_GONE: _entry(
        (
            "This value is not kept: it was never told, or the time for which it may be kept is over.",
            "Nothing can bring it back; the evidence record tells what was shown and done.",
        ),
        ("系统中没有该信息：未曾提供，或保存期限已满。", "该信息无法恢复；核验留痕仍记录了核验过程。"),
    ),
    Matter.NO_RULES: _entry(
        (
            "No rules are in force for you and this kind of device, so nobody can be verified for it.",
            "Ask the regulator which rules hold for you.",
        ),
        ("当前没有适用于贵公司及该类终端的规则，无法办理。", "请向主管部门确认适用的规则。"),
        Owner.REGULATOR,
    ),
}
"""What is told, by matter."""


def explained(matter: Matter) -> Explained:
    """Return what is told of a matter."""
    return Explained.of(f"counter:{matter.value}", TEXTS[matter])


def refused(matter: Matter) -> OpenEsimError:
    """Return the error of something that cannot be now."""
    told = explained(matter)
    return StateError(told.cause).explained(told)


def missing(matter: Matter) -> NotFoundError:
    """Return the error of something that is not there."""
    told = explained(matter)
    return NotFoundError(told.cause).explained(told)
