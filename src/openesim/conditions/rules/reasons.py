"""Why data of ours were refused, in Chinese: each reason as it is told in English, and what it is called there."""

from __future__ import annotations

import re
from typing import Final

_FORMS: Final = tuple(
    (re.compile(english, re.DOTALL), chinese)
    for english, chinese in (
        (r"this is not TOML: (.*)", r"不是有效的 TOML：\1"),
        (r"there is no such key; did you mean (.*)\?", r"没有这个键；是否想写 \1？"),
        (r"there is no such key", r"没有这个键"),
        (
            r"(.*) is not a word that is known here; did you mean (.*)\?",
            r"\1 不是此处可用的词；是否想写 \2？",
        ),
        (r"(.*) is not a word that is known here", r"\1 不是此处可用的词"),
        (r"Object missing required field `(.*)`", r"缺少必填项 \1"),
        (r"has to be a name of small letters, digits and -", r"应为由小写字母、数字和 - 组成的名称"),
        (r"has to be a language in two small letters, such as en", r"应为两个小写字母的语言代码，例如 en"),
        (
            r"has to be a country in two capital letters, such as CN; ZZ is none",
            r"应为两个大写字母的国家代码，例如 CN；ZZ 表示无",
        ),
        (
            r"has to be a version of at most 32 letters, digits, \. and -",
            r"应为不超过 32 个字母、数字、. 和 - 的版本号",
        ),
        (r"has to be an offset from UTC, such as \+08:00", r"应为与 UTC 的时差，例如 +08:00"),
        (r"has to be (.*)", r"应为 \1"),
        (r"Expected (.*), got (.*)", r"应为 \1，实际为 \2"),
        (r"Expected (.*)", r"应为 \1"),
        (r"ends on (.*), before it begins on (.*)", r"结束日期 \1 早于开始日期 \2"),
        (r"has no text in (.*)", r"缺少 \1 文本"),
        (r"names no kind of number: nothing could be sold", r"未列出任何号码类型，无法办理任何业务"),
        (
            r"asks for a verified person, but \[person\] names no document",
            r"要求实名核验，但 [person] 未列出任何证件",
        ),
        (
            r"(.*) is a channel, but \[person\] names no document for it: nobody could be served",
            r"允许渠道 \1，但 [person] 未列出该渠道可用证件，无法受理任何人",
        ),
        (
            r"in-person cannot be met online: say assurance_online, or leave the channel out",
            r"线上无法做到当面核验：请写明 assurance_online，或去掉线上渠道",
        ),
        (r"names no document: leave the group out instead", r"未列出任何证件；如不受理该人群，请删去此项"),
        (r"says what minors bring, but not below which age", r"写明了未成年人须提供的材料，但未写年龄界限"),
        (r"says below which age, but not what minors bring", r"写明了年龄界限，但未写未成年人须提供的材料"),
        (r"says what an agent brings, but allows none", r"写明了代办材料，但不允许代办"),
        (
            r"step_up_from, hold_from and refuse_from must rise in this order",
            r"step_up_from、hold_from、refuse_from 须依次不减",
        ),
        (r"names nothing that (.*)", r"未列出任何内容（\1）"),
        (r"(.*) is not in \[sources\]; there is (.*)", r"[sources] 中没有 \1；现有：\2"),
        (r"asks something and names no source: say (.*)", r"提出了要求但未注明依据，请写 \1"),
        (r"there is no field (.*) here; did you mean (.*)\?", r"此处没有字段 \1；是否想写 \2？"),
        (r"there is no field (.*) here", r"此处没有字段 \1"),
        (r"is nested too deeply, or holds a number that is too long", r"嵌套过深，或数字过长"),
        (r"holds characters that are none", r"含有无效字符"),
    )
)


def in_chinese(reason: str) -> str:
    """Return a reason in Chinese; one that is not known here stays as it is."""
    for english, chinese in _FORMS:
        found = english.fullmatch(reason)
        if found:
            return found.expand(chinese)
    return reason
