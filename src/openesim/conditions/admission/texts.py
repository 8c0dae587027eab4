"""What every cause means to people: why, whose move it is, what to do next; and what an LPA is told.

The LPA learns a code of the standard and no more: a phone's screen is no place for a person's affairs.

Source: SGP.22 v2.5 §5.6.3 (8.1.1/3.8 EID refused, 8.2.5/4.3 no eligible profile), §5.6.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from openesim.conditions.admission.decision import Finding
from openesim.kernel.errors import Explanation
from openesim.kernel.texts import fill
from openesim.messages.sgp22.status import Reason, Subject

Pair = tuple[Subject, Reason]

_NOT_ELIGIBLE: Final[Pair] = (Subject.PROFILE_TYPE, Reason.STOPPED_ON_WARNING)
_EID_REFUSED: Final[Pair] = (Subject.EID, Reason.REFUSED)
_NOT_ALLOWED: Final[Pair] = (Subject.PROFILE, Reason.NOT_ALLOWED)


class Owner(StrEnum):
    """Whose move it is."""

    PERSON = "person"
    OPERATOR = "operator"
    VENDOR = "vendor"
    REGULATOR = "regulator"


_OWNERS: Final = {
    Owner.PERSON: {"en": "the person", "zh": "用户本人"},
    Owner.OPERATOR: {"en": "the operator", "zh": "运营商"},
    Owner.VENDOR: {"en": "the maker of the device", "zh": "终端厂商"},
    Owner.REGULATOR: {"en": "the regulator", "zh": "主管部门"},
}


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause in both languages; braces hold facts of the finding.

    Attributes:
        owner: whose move it is.
        why: what is the matter, by language.
        next_step: what to do, by language.
        pair: what the LPA is told.
    """

    owner: Owner
    why: dict[str, str]
    next_step: dict[str, str]
    pair: Pair = _NOT_ALLOWED


def _cause(owner: Owner, en: tuple[str, str], zh: tuple[str, str], pair: Pair = _NOT_ALLOWED) -> Cause:
    return Cause(owner, {"en": en[0], "zh": zh[0]}, {"en": en[1], "zh": zh[1]}, pair)


_P, _O, _V, _R = Owner.PERSON, Owner.OPERATOR, Owner.VENDOR, Owner.REGULATOR

CAUSES: Final[dict[str, Cause]] = {
    "class-not-sold": _cause(
        _O,
        (
            "the rules in force know no eSIM service for this kind of device ({service})",
            "choose another kind of service",
        ),
        ("现行规则不包含此类终端的 eSIM 服务（{service}）", "请选择其他业务类别"),
        _NOT_ELIGIBLE,
    ),
    "channel-not-allowed": _cause(
        _P,
        (
            "this service may not be ordered in this way ({channel})",
            "go to a place where it may, such as the counter",
        ),
        ("该业务不允许通过此渠道办理（{channel}）", "请到允许办理的渠道，例如营业厅"),
    ),
    "number-not-allowed": _cause(
        _O,
        (
            "this kind of number may not be written for this service ({number})",
            "choose a number of an allowed kind",
        ),
        ("该业务不允许写入此类号码（{number}）", "请选择允许的号码类型"),
    ),
    "outside-country": _cause(
        _P,
        ("the profile may be written in the country only; now: {region}", "try again inside the country"),
        ("仅允许在境内写入号码，当前位置：{region}", "请在境内重试"),
    ),
    "outside-home-region": _cause(
        _P,
        (
            "the number may be written in its home region only ({home}); now: {region}",
            "try again in the home region",
        ),
        ("仅允许在号码归属地（{home}）写入，当前位置：{region}", "请在归属地重试"),
    ),
    "no-licence": _cause(
        _O,
        (
            "{operator} has no valid approval for this service (approvals: {licences})",
            "apply for one, or have it renewed",
        ),
        ("{operator} 没有该业务的有效批准（现有批准：{licences}）", "请申请或续期批准"),
    ),
    "licence-does-not-cover": _cause(
        _O,
        (
            "the approval of {operator} does not cover this channel, region or number ({channel}, {region}, {number})",
            "order within the approval, or apply for a wider one",
        ),
        (
            "{operator} 的批准不涵盖该渠道、地区或号码（{channel}、{region}、{number}）",
            "请在批准范围内办理，或申请扩大范围",
        ),
    ),
    "recalled": _cause(
        _V,
        ("this device or its chip was recalled", "ask the maker what the recall means for you"),
        ("该终端或其芯片已被召回", "请向终端厂商咨询召回事宜"),
        _EID_REFUSED,
    ),
    "model-unknown": _cause(
        _P,
        (
            "the model of the device is not known here",
            "give the device's IMEI (dial *#06#); only models that are known and approved are served",
        ),
        ("未知该终端的型号", "请提供终端 IMEI（拨 *#06# 查询）；仅受理已登记并获批的型号"),
        _NOT_ELIGIBLE,
    ),
    "model-not-approved": _cause(
        _V,
        (
            "the model of the device is not approved (it is: {model})",
            "use an approved device; the maker can apply",
        ),
        ("该终端型号未获批准（状态：{model}）", "请使用获批终端；厂商可申请进网许可"),
        _NOT_ELIGIBLE,
    ),
    "other-kind-of-device": _cause(
        _P,
        (
            "the device is of another kind than the service is for ({device})",
            "order the service for this kind of device",
        ),
        ("终端类别（{device}）与所办业务不符", "请办理与终端类别相符的业务"),
        _NOT_ELIGIBLE,
    ),
    "foreign-model": _cause(
        _P,
        ("the device is made for another market", "use a device that is made for this market"),
        ("该终端面向其他市场销售", "请使用面向本地市场的终端"),
        _NOT_ELIGIBLE,
    ),
    "market-unknown": _cause(
        _P,
        (
            "it is not known for which market the device is made",
            "give the device's IMEI (dial *#06#), so that its model can be found",
        ),
        ("未知该终端面向哪个市场销售", "请提供终端 IMEI（拨 *#06# 查询），以便查找其型号"),
        _NOT_ELIGIBLE,
    ),
    "chip-unknown": _cause(
        _V,
        (
            "the chip is of no maker who is registered here, or its signs contradict each other",
            "look whether the EID is right; the chip's maker can register",
        ),
        ("该芯片的厂商未在此登记，或芯片信息相互矛盾", "请核对 EID；芯片厂商可申请登记"),
        _EID_REFUSED,
    ),
    "not-bound": _cause(
        _P,
        (
            "chip and device are not bound as the rules ask ({asked}; found: {found})",
            "order with the chip's EID, in the device it was built into",
        ),
        ("机卡绑定不符合要求（要求：{asked}，实际：{found}）", "请提供芯片 EID，并在原配终端上办理"),
        _EID_REFUSED,
    ),
    "profiles-unknown": _cause(
        _P,
        (
            "it is not known how many profiles are on the chip; {most} may be",
            "let the phone be read, then order again",
        ),
        ("未知芯片上已有的号码数量（最多 {most} 个）", "请先读取终端信息后再办理"),
        _NOT_ELIGIBLE,
    ),
    "too-many-profiles": _cause(
        _P,
        (
            "as many profiles are on the chip as may be ({most})",
            "delete one that is not needed, then order again",
        ),
        ("芯片上的号码已达上限（{most} 个）", "请删除不需要的号码后重试"),
        _NOT_ELIGIBLE,
    ),
    "not-verified": _cause(
        _P,
        (
            "nobody was verified for this order",
            "show who you are: at the counter, or online where that is allowed",
        ),
        ("该订单尚未完成实名核验", "请到营业厅或在允许的线上渠道完成实名核验"),
    ),
    "verification-pending": _cause(
        _P,
        ("the verification is not finished", "finish it, or wait for the answer"),
        ("实名核验尚未完成", "请完成核验或等待结果"),
    ),
    "verification-expired": _cause(
        _P,
        ("the verification has expired", "verify again"),
        ("实名核验已过期", "请重新核验"),
    ),
    "verification-suspended": _cause(
        _O,
        ("the verification is suspended", "ask the operator why, and what would end it"),
        ("实名核验已被暂停", "请向运营商咨询原因及恢复办法"),
    ),
    "verification-revoked": _cause(
        _O,
        ("the verification was revoked", "ask the operator; a new verification may be needed"),
        ("实名核验已被撤销", "请向运营商咨询，可能需要重新核验"),
    ),
    "frozen": _cause(
        _P,
        (
            "the person has frozen new lines",
            "if that is you: end it on your page, then order again",
        ),
        ("本人已冻结名下新办号码", "如为本人操作，请先在个人页面解除冻结后再办理"),
    ),
    "no-rules": _cause(
        _R,
        (
            "no version of the rule pack {pack} is in force today",
            "the regulator puts a version in force; nothing may be sold until then",
        ),
        ("规则包 {pack} 当前没有生效版本", "须由主管部门发布生效版本，此前不得办理"),
    ),
    "group-not-served": _cause(
        _P,
        (
            "no document of this group of people is accepted in this way ({group}, {channel})",
            "go to the counter, or ask the operator",
        ),
        ("该渠道不受理此类证件人群（{group}、{channel}）", "请到营业厅办理或咨询运营商"),
    ),
    "document-not-accepted": _cause(
        _P,
        ("this document is not accepted ({document}); accepted are: {accepted}", "bring one of those"),
        ("不受理该证件（{document}），可用证件：{accepted}", "请出示可用证件"),
    ),
    "not-sure-enough": _cause(
        _P,
        ("something is still missing to be sure of the person: {missing}", "do what is missing"),
        ("核验尚缺以下步骤：{missing}", "请完成所缺步骤"),
    ),
    "not-in-this-visit": _cause(
        _P,
        ("the verification must be made in the same visit as the order", "verify again now"),
        ("实名核验须与办理在同一次到访中完成", "请现在重新核验"),
    ),
    "too-old": _cause(
        _P,
        ("the verification is {days} days old; {most} are allowed", "verify again"),
        ("实名核验已过 {days} 天（有效期 {most} 天）", "请重新核验"),
    ),
    "no-agents": _cause(
        _P,
        ("nobody may order for another", "let the person come himself"),
        ("不允许代办", "请本人办理"),
    ),
    "agent-lacks": _cause(
        _P,
        ("whoever acts for another has to bring: {missing}", "bring what is missing"),
        ("代办人须提供：{missing}", "请补齐所缺材料"),
    ),
    "age-unknown": _cause(
        _P,
        ("it is not known whether the person is {below} or older", "show a document with the date of birth"),
        ("无法确认用户是否年满 {below} 周岁", "请出示载明出生日期的证件"),
    ),
    "minor-lacks": _cause(
        _P,
        ("whoever is younger than {below} has to bring: {missing}", "come with what is missing"),
        ("未满 {below} 周岁须提供：{missing}", "请补齐所缺材料后办理"),
    ),
    "verify-again": _cause(
        _P,
        ("the person has to verify again ({trigger})", "verify again within the time that was set"),
        ("需要二次实人核验（{trigger}）", "请在规定时限内重新核验"),
    ),
    "verify-again-overdue": _cause(
        _P,
        (
            "the person had to verify again and did not in time ({trigger})",
            "verify at the counter; lines are let in again after that",
        ),
        ("逾期未完成二次实人核验（{trigger}）", "请到营业厅核验，通过后恢复"),
    ),
    "too-many-lines": _cause(
        _P,
        (
            "the person has {present} lines already; {most} are allowed",
            "give up a line that is not needed, or dispute one that is not yours",
        ),
        ("名下已有 {present} 个号码（上限 {most} 个）", "请注销不需要的号码，或对非本人办理的号码提出异议"),
    ),
    "too-many-lines-nationwide": _cause(
        _P,
        (
            "the person has as many lines at all operators together as are allowed ({most})",
            "look at your lines at all operators: give up one that is not needed, or dispute one that is not yours",
        ),
        (
            "名下在各运营商的号码总数已达上限（{most} 个）",
            "请查询名下全部号码，注销不需要的号码，或对非本人办理的号码提出异议",
        ),
    ),
    "too-many-lines-per-class": _cause(
        _P,
        (
            "the person has as many lines for this kind of device as are allowed ({most})",
            "look at your lines at all operators: give up one that is not needed, or dispute one that is not yours",
        ),
        (
            "名下此类终端的号码已达上限（{most} 个）",
            "请查询名下全部号码，注销不需要的号码，或对非本人办理的号码提出异议",
        ),
    ),
    "too-many-new-lines": _cause(
        _P,
        (
            "as many lines were begun within {days} days as are allowed ({most})",
            "wait until the time has passed",
        ),
        ("{days} 天内新办号码已达上限（{most} 个）", "请待期限过后再办理"),
    ),
    "listed": _cause(
        _O,
        (
            "somebody has to look at this case first",
            "the operator looks at it, and lets the order go on or ends it; nothing has to be ordered anew",
        ),
        ("该申请需要人工审核", "由运营商审核后放行或终止订单，无需重新下单"),
    ),
    "score": _cause(
        _O,
        ("the signs of this case ask for care (score {score})", "the operator looks at it, or asks for more"),
        ("该申请存在风险提示（评分 {score}）", "由运营商审核或要求补充材料"),
    ),
    "score-too-high": _cause(
        _R,
        (
            "more is held against this case than the rules let pass (score {score})",
            "whoever thinks that wrong turns to the regulator, who can lift it; until then the operator takes the order back",
        ),
        ("该申请的风险评分（{score}）超出规则允许范围", "如有异议请联系主管部门解除；解除前由运营商撤销订单"),
    ),
    "too-many-orders": _cause(
        _P,
        ("more orders were made within a day than are usual ({most})", "wait a day, or ask the operator"),
        ("一天内的订单超出通常数量（{most} 笔）", "请一天后再试或咨询运营商"),
    ),
    "cool-down": _cause(
        _P,
        ("after a re-issue some things have to wait until {until}", "try again after that"),
        ("补换卡后需等待至 {until}", "请届时再试"),
    ),
}
"""Every cause that ``deciding`` can name."""


def explain(finding: Finding, language: str = "en") -> Explanation:
    """Return what a finding means to people.

    Args:
        finding: of a decision.
        language: ``en`` or ``zh``; any other is English.
    """
    cause = CAUSES[finding.cause]
    spoken = language if language in cause.why else "en"
    return Explanation(
        fill(cause.why[spoken], finding.facts),
        _OWNERS[cause.owner][spoken],
        fill(cause.next_step[spoken], finding.facts),
    )


def pair_of(finding: Finding) -> Pair:
    """Return the subject and reason that an LPA is told."""
    return CAUSES[finding.cause].pair
