"""What an entry of the catalogue is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from openesim.kernel.errors import Explanation


class Language(StrEnum):
    """Languages of the catalogue."""

    ENGLISH = "en"
    CHINESE = "zh"


class Owner(StrEnum):
    """Whose move it is."""

    USER = "user"
    OPERATOR = "operator"
    DEVICE_MAKER = "device maker"
    CHIP_MAKER = "chip maker"
    SERVER_ADMINISTRATOR = "server administrator"
    REGULATOR = "regulator"
    NOBODY = "nobody: retry"


_OWNERS_IN_CHINESE = {
    Owner.USER: "用户",
    Owner.OPERATOR: "运营商",
    Owner.DEVICE_MAKER: "终端厂商",
    Owner.CHIP_MAKER: "芯片厂商",
    Owner.SERVER_ADMINISTRATOR: "服务器管理员",
    Owner.REGULATOR: "主管部门",
    Owner.NOBODY: "无需他人处理：请重试",
}


class Words(NamedTuple):
    """Cause and next step, each one or two sentences."""

    cause: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: whose move it is, and the words in both languages."""

    owner: Owner
    en: Words
    zh: Words

    def words(self, language: Language) -> Words:
        """Return the words in a language."""
        return self.zh if language is Language.CHINESE else self.en


@dataclass(frozen=True, slots=True)
class Explained(Explanation):
    """An explanation from the catalogue; its own three texts are English, the entry holds both languages.

    Attributes:
        code: what was looked up, the same in every language, such as ``status:8.2.6/3.8``.
        entry: the entry that was found.
        detail: what is known beyond the entry, as pairs of English and Chinese, appended to the cause.
    """

    code: str
    entry: Entry
    detail: tuple[str, str] = ("", "")

    @classmethod
    def of(cls, code: str, entry: Entry, detail: tuple[str, str] = ("", "")) -> Explained:
        """Return the explanation of an entry, in English."""
        cause = entry.en.cause + (f" ({detail[0]})" if detail[0] else "")
        return cls(cause, entry.owner.value, entry.en.next_step, code, entry, detail)

    def in_language(self, language: Language) -> Explanation:
        """Return the explanation in a language; the owner stays a code (``owner_text`` names it)."""
        if language is Language.ENGLISH:
            return self
        cause = self.entry.zh.cause + (f"（{self.detail[1]}）" if self.detail[1] else "")
        return Explanation(cause, self.owner, self.entry.zh.next_step)


def owner_text(owner: str, language: Language) -> str:
    """Return the name of an owner in a language; an owner outside the catalogue stays as it is."""
    if language is Language.CHINESE and owner in set(Owner):
        return _OWNERS_IN_CHINESE[Owner(owner)]
    return owner
