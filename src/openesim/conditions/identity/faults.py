"""What can be wrong with something that was typed, in English and Chinese; never with the thing itself.

A form is refused as a whole, and every field that is wrong is told what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from openesim.kernel.errors import DecodeError, Explanation
from openesim.kernel.texts import fill

FAULTS: Final[dict[str, dict[str, str]]] = {
    "missing": {"en": "this is needed", "zh": "此项必填"},
    "not-asked": {"en": "leave this empty: nothing of this kind is asked", "zh": "无需填写此项"},
    "control-characters": {
        "en": "characters that cannot be seen, or change the direction of writing, are not taken",
        "zh": "不得包含不可见字符或改变书写方向的字符",
    },
    "too-long": {
        "en": "at most {most} characters, these are {count}",
        "zh": "最多 {most} 个字符，当前 {count} 个",
    },
    "too-short": {
        "en": "at least {least} characters, these are {count}",
        "zh": "至少 {least} 个字符，当前 {count} 个",
    },
    # --- names, addresses, dates
    "name-characters": {
        "en": "a name has letters, blanks, and the signs · - ' . only",
        "zh": "姓名只能包含文字、空格以及 · - ' . 符号",
    },
    "name-han": {
        "en": "the name as this document has it: Chinese characters, and · between them",
        "zh": "请按证件填写姓名：汉字，可用间隔号 ·",
    },
    "name-mixed": {
        "en": "letters of two scripts stand in one word: type the name as the document has it",
        "zh": "同一词中混用了两种文字，请按证件填写",
    },
    "network-address": {
        "en": "an address of the network is needed, such as 203.0.113.7 or 2001:db8::7",
        "zh": "请填写网络地址，例如 203.0.113.7 或 2001:db8::7",
    },
    "score-range": {"en": "a whole number from 1 to 100", "zh": "请填写 1 至 100 的整数"},
    "contact-form": {
        "en": "a telephone number of 5 to 15 digits, with + before a country code, or an e-mail address",
        "zh": "请填写 5 至 15 位电话号码（国家代码前加 +）或电子邮箱地址",
    },
    "born-form": {"en": "the day as 1990-12-31", "zh": "日期格式如 1990-12-31"},
    "born-range": {"en": "nobody who is alive was born on that day", "zh": "出生日期不在合理范围内"},
    "born-differs": {
        "en": "the number of the document names another day of birth",
        "zh": "与证件号码中的出生日期不一致",
    },
    "born-needed": {
        "en": "the day of birth is needed: this document's number does not tell it",
        "zh": "该证件号码不含出生日期，请填写",
    },
    "country-form": {"en": "two or three letters that name a country", "zh": "国家代码为两位或三位字母"},
    # --- numbers of documents
    "resident-length": {
        "en": "a resident identity number has 18 places, these are {count}",
        "zh": "居民身份证号码为 18 位，当前 {count} 位",
    },
    "resident-digits": {
        "en": "a resident identity number has 17 digits, and a digit or X at its end",
        "zh": "居民身份证号码前 17 位为数字，末位为数字或 X",
    },
    "resident-province": {
        "en": "no province has the code that the first two digits name",
        "zh": "前两位不是有效的省级行政区划代码",
    },
    "resident-date": {
        "en": "the date of birth in places 7 to 14 is no day of the calendar",
        "zh": "第 7 至 14 位不是有效日期",
    },
    "resident-born": {
        "en": "nobody is born on the day that places 7 to 14 name",
        "zh": "第 7 至 14 位的出生日期不在合理范围内",
    },
    "resident-check": {
        "en": "the check digit at the end does not fit: one of the digits is mistyped",
        "zh": "校验码不符，号码有误，请核对",
    },
    "mrz-length": {
        "en": "the two lines have 88 places together, these are {count}",
        "zh": "机读区两行共 88 位，当前 {count} 位",
    },
    "mrz-letters": {
        "en": "the lines hold digits, capital letters and < only",
        "zh": "机读区只能包含数字、大写字母和 <",
    },
    "mrz-kind": {
        "en": "this is not the zone of a passport: it begins with P",
        "zh": "这不是护照机读区：应以 P 开头",
    },
    "mrz-check": {
        "en": "the check digit of the {part} does not fit: something is mistyped",
        "zh": "机读区校验码不符（{part_zh}），请核对",
    },
    "mrz-date": {"en": "the {part} is no day of the calendar", "zh": "机读区中的日期无效（{part_zh}）"},
    "mrz-date-unknown": {
        "en": "the {part} is not known: digits are needed",
        "zh": "机读区中的日期须为数字（{part_zh}）",
    },
    "travel-permit-form": {
        "en": "a mainland travel permit has H or M and 8 digits, or 8 digits",
        "zh": "通行证号码为 H 或 M 加 8 位数字，或 8 位数字",
    },
    "residence-permit-form": {
        "en": "a residence permit begins with 81, 82 or 83",
        "zh": "港澳台居民居住证号码以 81、82 或 83 开头",
    },
    "number-length": {
        "en": "a number of 4 to 32 places is needed, these are {count}",
        "zh": "号码为 4 至 32 位，当前 {count} 位",
    },
    "number-letters": {"en": "letters A to Z, digits and - only", "zh": "只能包含字母 A–Z、数字和 -"},
    "document-expired": {"en": "this document expired on {day}", "zh": "该证件已于 {day} 过期"},
    "document-not-accepted": {
        "en": "this kind of document is not accepted here; accepted: {accepted}",
        "zh": "此处不接受该类证件，可用证件：{accepted_zh}",
    },
    "group-not-served": {
        "en": "the rules name no document for this group of persons here",
        "zh": "现行规则未规定该类人员在此渠道可用的证件",
    },
    # --- people who act together
    "another-person": {
        "en": "this case was verified for somebody else: begin a new one",
        "zh": "该核验记录属于他人，请新建记录",
    },
    "same-person": {
        "en": "this is the person himself: a document of somebody else is needed",
        "zh": "这是本人的证件，须提供另一人的证件",
    },
    "guardian-minor": {"en": "a guardian is of full age", "zh": "监护人须为成年人"},
    "agents-not-allowed": {
        "en": "the rules in force let nobody act for another",
        "zh": "现行规则不允许代办",
    },
    # --- pictures
    "image-form": {"en": "a picture in JPEG or PNG is needed", "zh": "请提供 JPEG 或 PNG 图片"},
    "image-size": {"en": "at most {most} kB", "zh": "最大 {most} kB"},
    # --- reasons
    "reason-number": {
        "en": "a reason is kept for good: no numbers of documents or telephones in it",
        "zh": "理由将长期保存，请勿写入证件号码或电话号码",
    },
    "reason-personal": {
        "en": "a reason is kept for good: nothing of what is looked at may stand in it",
        "zh": "理由将长期保存，请勿写入所查看的个人信息",
    },
}
"""What can be wrong, by its word and by language."""

LANGUAGES: Final = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        word: one of ``FAULTS``.
        facts: figures that its text names; never what was typed.
    """

    word: str
    facts: Mapping[str, str] = field(default_factory=dict)

    def said(self, language: str) -> str:
        """Return it in words for people."""
        texts = FAULTS[self.word]
        return fill(texts.get(language, texts["en"]), self.facts)


class FaultyTextError(DecodeError):
    """A text that is not what it should be.

    Attributes:
        fault: what is wrong with it.
    """

    def __init__(self, word: str, **facts: object) -> None:
        """Name what is wrong."""
        self.fault = Fault(word, {name: str(value) for name, value in facts.items()})
        super().__init__(self.fault.said("en"))


class FormError(DecodeError):
    """A form with fields that are wrong; nothing of it was stored.

    Attributes:
        faults: what is wrong, by the name of the field.
    """

    def __init__(self, faults: Mapping[str, Fault]) -> None:
        """Keep what is wrong with which field."""
        self.faults = dict(faults)
        super().__init__("; ".join(f"{name}: {fault.said('en')}" for name, fault in self.faults.items()))
        self.explanation = self.explain("en")

    def explain(self, language: str) -> Explanation:
        """Return what a person needs to mend it."""
        told = "; ".join(f"{name}: {fault.said(language)}" for name, fault in self.faults.items())
        if language == "zh":
            return Explanation(told, "填写表单的人", "请更正所列各项后重试；尚未保存任何内容")
        return Explanation(told, "whoever filled in the form", "correct these fields; nothing was stored")
