"""What people are told of packs that cannot be taken, or that are not there: cause, whose move it is, next step."""

from __future__ import annotations

from typing import Final

from openesim.kernel.texts import fill
from openesim.messages.sgp22.explained.entries import Entry, Explained, Owner, Words

_REGULATOR, _ADMINISTRATOR = Owner.REGULATOR, Owner.SERVER_ADMINISTRATOR

_TEXTS: Final[dict[str, tuple[Owner, tuple[str, str], tuple[str, str]]]] = {
    "no-pack": (
        _REGULATOR,
        ("{name}: {reason}", "mend that line; the pack is refused as a whole"),
        ("{name}：{zh}", "请修改该行；规则包整体不予受理"),
    ),
    "too-long": (
        _REGULATOR,
        ("{name} is too long for a rule pack: at most {most} kB", "shorten it"),
        ("{name} 超过规则包长度上限（{most} kB）", "请缩短内容"),
    ),
    "twice": (
        _REGULATOR,
        (
            "the rule pack {pack} has a version {version} already; what was in force is never rewritten",
            "give the new text a version of its own, and a later day",
        ),
        ("规则包 {pack} 已有版本 {version}；已发布的版本不得改写", "请使用新的版本号和更晚的生效日期"),
    ),
    "same-day": (
        _REGULATOR,
        (
            "versions {first} and {second} of the rule pack {pack} begin on one day, {day}",
            "let one of them begin on another day",
        ),
        ("规则包 {pack} 的版本 {first} 与 {second} 同日生效（{day}）", "请更改其中一个版本的生效日期"),
    ),
    "simulations-under-way": (
        _REGULATOR,
        ("{most} simulations are under way already", "wait until one of them has ended, or stop one"),
        ("已有 {most} 项试算正在进行", "请等待其中一项结束，或停止一项"),
    ),
    "overlap": (
        _REGULATOR,
        (
            "versions {first} and {second} of the rule pack {pack} overlap: one holds until {end}, the other from {day}",
            "let the later one begin after that, or leave the end of the earlier one open",
        ),
        (
            "规则包 {pack} 的版本 {first} 与 {second} 有效期重叠：前者至 {end}，后者自 {day}",
            "请让后者在此之后生效，或不限定前者的结束日期",
        ),
    ),
    "unknown": (
        _REGULATOR,
        (
            "there is no rule pack {pack}; nothing may be sold under it",
            "add it (openesim rules add), or put another pack in force (openesim rules assign)",
        ),
        (
            "没有规则包 {pack}，不得据此办理业务",
            "请添加该规则包（openesim rules add），或改用其他规则包（openesim rules assign）",
        ),
    ),
    "unknown-version": (
        _REGULATOR,
        ("the rule pack {pack} has no version {version}; there is {known}", "name one of those"),
        ("规则包 {pack} 没有版本 {version}；现有：{known}", "请使用现有版本"),
    ),
    "not-in-force": (
        _REGULATOR,
        (
            "no version of the rule pack {pack} is in force at that time ({when}); until there is, nothing may be sold under it",
            "add a version that holds then (openesim rules add), or put another pack in force (openesim rules assign)",
        ),
        (
            "规则包 {pack} 在 {when} 没有生效版本，在此之前不得据此办理业务",
            "请添加届时有效的版本（openesim rules add），或改用其他规则包（openesim rules assign）",
        ),
    ),
    "in-the-past": (
        _REGULATOR,
        (
            "a pack cannot be put in force in the past ({moment})",
            "name a moment that is still to come, or none: then it holds at once",
        ),
        ("不能追溯启用规则包（{moment}）", "请指定将来的时刻；不指定则立即生效"),
    ),
    "unreadable": (
        _ADMINISTRATOR,
        (
            "the rule pack {pack} cannot be read by this process: {reason}; nothing is sold under it",
            "start the release of OpenESIM by which the pack was added",
        ),
        ("本进程无法读取规则包 {pack}：{reason}；不得据此办理业务", "请使用添加该规则包时的 OpenESIM 版本"),
    ),
    "configured": (
        _ADMINISTRATOR,
        (
            "[rules] names a rule pack that is not there: {pack}; there is {known}",
            "correct the name, or add the pack (openesim rules add)",
        ),
        (
            "[rules] 指定的规则包不存在：{pack}；现有：{known}",
            "请更正名称，或添加该规则包（openesim rules add）",
        ),
    ),
}


def explained(code: str, **facts: object) -> Explained:
    """Return what people are told, in both languages.

    Args:
        code: which text.
        facts: what it has room for.
    """
    owner, en, zh = _TEXTS[code]
    english, chinese = (Words(*(fill(text, facts) for text in words)) for words in (en, zh))
    return Explained.of(f"rules:{code}", Entry(owner, english, chinese))
