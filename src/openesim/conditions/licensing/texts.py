"""Why something of a licence is refused, whose move it is and what to do next, in English and Chinese.

Braces hold facts. Words of files and answers are no facts: they may name people, and they may be hostile.
"""

from __future__ import annotations

from typing import Final

from openesim.messages.sgp22.explained.entries import Entry, Explained, Owner, Words

_O, _R = Owner.OPERATOR, Owner.REGULATOR


def _entry(owner: Owner, en: tuple[str, str], zh: tuple[str, str]) -> Entry:
    return Entry(owner, Words(*en), Words(*zh))


STATES: Final[dict[str, tuple[str, str]]] = {
    "draft": ("draft", "草稿"),
    "submitted": ("submitted", "已提交"),
    "in-review": ("in review", "审核中"),
    "asked-back": ("asked back", "待补正"),
    "approved": ("approved", "已批准"),
    "suspended": ("suspended", "已暂停"),
    "refused": ("refused", "不予批准"),
    "revoked": ("revoked", "已撤销"),
    "expired": ("expired", "已到期"),
    "withdrawn": ("withdrawn", "已撤回"),
}
"""Names of the states in both languages, by the words of ``LicenceState``."""

EVENTS: Final[dict[str, tuple[str, str]]] = {
    "answer": ("answered", "填报"),
    "submit": ("submitted", "提交"),
    "take-up": ("taken up", "受理"),
    "ask": ("asked back", "要求补正"),
    "comment": ("commented", "留言"),
    "approve": ("approved", "批准"),
    "refuse": ("refused", "不予批准"),
    "suspend": ("suspended", "暂停"),
    "reinstate": ("reinstated", "恢复"),
    "revoke": ("revoked", "撤销"),
    "expire": ("expired", "到期"),
    "withdraw": ("withdrawn", "撤回"),
}
"""What was done, in both languages, by the words of ``Event``."""

PARTIES: Final[dict[str, tuple[str, str]]] = {
    "operator": ("operator", "运营商"),
    "inspector": ("inspector", "审核人员"),
    "calendar": ("calendar", "系统日历"),
}
"""Whose move it is, in both languages, by the words of ``Party``."""

CAUSES: Final[dict[str, Entry]] = {
    "not-your-move": _entry(
        _O,
        ("this is a move of the {whose}", "sign in as {whose}, or wait for that side"),
        ("该操作应由{whose}办理", "请以{whose}身份登录,或等待对方办理"),
    ),
    "not-now": _entry(
        _O,
        ("the licence is {state}: this cannot be done now", "look at its state, and do what that allows"),
        ("许可当前状态为“{state}”,不能进行此操作", "请查看许可状态,并按状态办理"),
    ),
}
"""Every cause that this room can name."""


Fact = str | int | tuple[str, str]
"""What a brace holds: the same in both languages, or one text for each."""


def explained(cause: str, **facts: Fact) -> Explained:
    """Return what a cause means to people, in both languages.

    Args:
        cause: key of ``CAUSES``.
        facts: what the braces hold; nothing personal.
    """
    entry = CAUSES[cause]
    spoken = Entry(entry.owner, _filled(entry.en, facts, 0), _filled(entry.zh, facts, 1))
    return Explained.of(f"licence:{cause}", spoken)


def _filled(words: Words, facts: dict[str, Fact], language: int) -> Words:
    """Return words with the facts of a language in their braces."""
    own = {name: fact[language] if isinstance(fact, tuple) else fact for name, fact in facts.items()}
    return Words(*(text.format_map(own) for text in words))
