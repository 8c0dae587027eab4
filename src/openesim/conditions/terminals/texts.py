"""What the room of terminals tells people, in both languages: what is wrong with a field, and why something is refused.

Errors of this room carry a ``Told`` as their explanation: its English is what the error says, and ``spoken`` gives it in
another language. What others wrote is repeated only where it names the thing, and shortened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from openesim.kernel.errors import ConflictError, DecodeError, Explanation, NotFoundError, StateError
from openesim.kernel.texts import fill

_LONGEST_QUOTED: Final = 40

_YOU: Final = ("you", "您")
_VENDOR: Final = ("the vendor", "终端厂商")
_REGULATOR: Final = ("the regulator", "主管部门")

_CORRECT: Final = ("correct the field", "请更正该字段")
_MEND: Final = (
    "mend the file and send it again: nothing of it was stored",
    "请修正文件后重新提交：未保存任何内容",
)
_LOOK: Final = ("look for the right one in the list", "请在列表中查找正确的对象")

Pair = tuple[str, str]
"""English and Chinese."""

MODEL_STATES: Final[dict[str, Pair]] = {
    "submitted": ("submitted, waits for an inspector", "已提交，待审核"),
    "asked-back": ("asked back, waits for the vendor", "退回补正，待厂商答复"),
    "approved": ("approved", "已批准"),
    "refused": ("refused", "不予批准"),
    "suspended": ("suspended", "已暂停"),
    "revoked": ("revoked", "已撤销"),
    "expired": ("expired", "已到期"),
}
"""Where a model stands, in words."""

MODEL_EVENTS: Final[dict[str, Pair]] = {
    "submit": ("submitted", "提交"),
    "ask-back": ("asked back", "退回补正"),
    "approve": ("approved or renewed", "批准或续期"),
    "refuse": ("refused", "不予批准"),
    "suspend": ("suspended", "暂停"),
    "resume": ("resumed", "恢复"),
    "revoke": ("revoked", "撤销"),
}
"""What happens to a model, in words."""

STANDINGS: Final[dict[str, Pair]] = {
    "in-force": ("in force", "有效"),
    "suspended": ("suspended", "已暂停"),
    "struck-off": ("struck off", "已除名"),
}
"""How a vendor or a chip maker stands, in words."""

STANDING_EVENTS: Final[dict[str, Pair]] = {
    "suspend": ("suspended", "暂停"),
    "resume": ("let in again", "恢复"),
    "strike-off": ("struck off", "除名"),
}
"""What happens to a vendor or a chip maker, in words."""

VENDOR_KINDS: Final[dict[str, Pair]] = {
    "state": ("state-owned", "国有"),
    "private": ("private", "民营"),
    "joint-stock": ("joint-stock", "股份制"),
    "foreign": ("foreign, with a domestic agent", "境外（由境内代理机构办理）"),
}
"""Whose a vendor is, in words."""

ABILITIES: Final[dict[str, Pair]] = {
    "consumer": ("provisioning by its user (SGP.22)", "消费类远程写号（SGP.22）"),
    "iot": ("provisioning without a user (SGP.32)", "物联网远程写号（SGP.32）"),
    "m2m": ("provisioning by a server (SGP.02)", "M2M 远程写号（SGP.02）"),
    "sm-ds": ("asks a discovery server", "支持发现服务（SM-DS）"),
    "multiple-enabled": ("several profiles enabled at a time", "支持多个配置文件同时启用"),
    "device-change": ("moves a profile to another device", "支持换机迁移"),
    "removable": ("its chip can be taken out", "芯片可拆卸"),
}
"""What a model can do with an eSIM, in words."""

RECALL_KINDS: Final[dict[str, Pair]] = {
    "model": ("model", "型号"),
    "tac": ("TAC", "TAC 号段"),
    "eum": ("chip maker, by key", "芯片厂商（密钥）"),
    "ein": ("EIDs", "EID 号段"),
    "build": ("build of the chip's software", "芯片软件版本"),
}
"""What a recall names devices or chips by, in words."""

_FIELDS: Final[dict[str, Pair]] = {
    "missing": ("is missing", "缺失"),
    "too-long": ("has {length} characters; at most {most} are taken", "有 {length} 个字符，最多 {most} 个"),
    "not-printable": (
        "holds a character that cannot be seen, such as a tab, a line break or a mark of direction",
        "含有不可见字符（如制表符、换行或方向控制符）",
    ),
    "formula": (
        "begins with {sign}: a spreadsheet would run it as a formula",
        "以 {sign} 开头：电子表格会将其作为公式执行",
    ),
    "markup": ("holds < or >, which no name has", "含有 < 或 >，名称中不允许"),
    "not-a-tac": (
        "is no TAC: 8 digits 0 to 9, or FIRST-LAST",
        "不是有效的 TAC：应为 8 位阿拉伯数字，或“起始-结束”",
    ),
    "not-an-imei": ("is no IMEI: 15 digits 0 to 9", "不是有效的 IMEI：应为 15 位阿拉伯数字"),
    "imei-check": (
        "the last digit of the IMEI is a check digit and does not fit: one of the digits is mistyped",
        "IMEI 末位校验位不符，请核对各位数字",
    ),
    "not-an-eid": ("is no EID: 32 digits 0 to 9", "不是有效的 EID：应为 32 位阿拉伯数字"),
    "eid-check": (
        "the last two digits of the EID are check digits and do not fit: one of the digits is mistyped",
        "EID 末两位校验位不符，请核对各位数字",
    ),
    "not-an-ein": (
        "names no EIDs: the 5 to 32 digits that they begin with, or FIRST-LAST",
        "不是有效的 EIN：应为 EID 开头的 5 至 32 位数字，或“起始-结束”",
    ),
    "not-a-version": (
        "is no version: three numbers up to 255 with points between, or FIRST-LAST",
        "不是有效的版本号：应为三个不大于 255 的数字，以点分隔，或“起始-结束”",
    ),
    "not-a-key": (
        "is no key identifier of a certificate: 40 hexadecimal digits",
        "不是有效的证书密钥标识：应为 40 位十六进制数字",
    ),
    "not-a-number": ("is no row number: digits only", "不是有效编号：只能为数字"),
    "backwards": ("ends before it begins", "结束值小于起始值"),
    "not-a-word": ("is none of: {known}", "不在允许的取值之中：{known}"),
    "not-yes-or-no": ("is neither yes nor no", "应为 yes（是）或 no（否）"),
    "not-a-day": ("is no day: YYYY-MM-DD", "不是有效日期：应为 YYYY-MM-DD"),
    "not-a-country": (
        "is no country: two capital letters of ISO 3166, such as CN",
        "不是有效的国家代码：应为 ISO 3166 两位大写字母，如 CN",
    ),
    "foreign-without-agent": (
        "a foreign vendor acts through a domestic agent; none is named",
        "境外厂商须通过境内代理机构办理，未填写代理机构",
    ),
    "approval-incomplete": (
        "an approval has a number, a first day and a last day; some of them are missing",
        "进网许可须同时填写编号、起始日期和截止日期",
    ),
    "no-such-name": ("nothing registered has the name {name}", "未登记名称为 {name} 的对象"),
    "known-otherwise": (
        "is registered already, with other data; a change is made at the desk or with its own command",
        "已登记，但内容不同；请在工作台或使用相应命令变更",
    ),
    "twice": ("stands in row {row}, too", "与第 {row} 行重复"),
    "overlaps-row": ("overlaps {first}-{last} in row {row}", "与第 {row} 行的 {first}-{last} 重叠"),
    "overlaps-known": (
        "overlaps {first}-{last}, which is registered for {owner}",
        "与已登记的 {first}-{last}（属 {owner}）重叠",
    ),
    "overlaps-elsewhere": (
        "{first}-{last} is registered for somebody else",
        "其中 {first}-{last} 已由其他单位登记",
    ),
    "overlaps-typed": (
        "overlaps {first}-{last}, which stands above it",
        "与上方的 {first}-{last} 重叠",
    ),
    "too-many-ranges": (
        "holds {given} ranges; at most {most} are taken here: send more of them as a file",
        "共 {given} 个号段，此处最多 {most} 个，更多号段请用文件导入",
    ),
    "not-certified": (
        "begins with no digits that a certificate of yours permits",
        "不在贵单位证书所许可的 EID 号段之内",
    ),
    "not-your-name": (
        "a vendor's file names the vendor himself: {name}",
        "厂商文件只能填写本厂商名称：{name}",
    ),
    "not-your-approval": (
        "an approval is given by the inspector; leave it out",
        "进网许可由审核人员填写，请留空",
    ),
    "not-in-force": ("{name} is {state}", "{name} 当前状态为 {state}"),
    "cells": ("has {given} cells; the header has {expected}", "有 {given} 列，表头为 {expected} 列"),
    "quote": (
        "a quotation mark is not closed in its line, or stands where none may stand",
        "引号未在本行内闭合，或位置不正确",
    ),
    "line-too-long": ("is longer than {most} octets", "超过 {most} 字节"),
}
"""What is wrong with a field or a row."""

_FILES: Final[dict[str, Pair]] = {
    "not-utf-8": (
        "line {row} is not text in UTF-8: save the file as “CSV UTF-8”",
        "第 {row} 行不是 UTF-8 编码：请另存为“CSV UTF-8”",
    ),
    "utf-16": (
        "the file is text in UTF-16: save it as “CSV UTF-8”",
        "文件为 UTF-16 编码：请另存为“CSV UTF-8”",
    ),
    "archive": (
        "the file is an archive or a workbook, no CSV: save the sheet as “CSV UTF-8”",
        "文件为压缩包或工作簿，不是 CSV：请将工作表另存为“CSV UTF-8”",
    ),
    "nul": ("line {row} holds a NUL: this is no text", "第 {row} 行含有 NUL 字符：不是文本文件"),
    "file-too-large": ("the file is larger than {most} octets", "文件超过 {most} 字节"),
    "too-many-rows": ("the file has more than {most} rows", "文件超过 {most} 行"),
    "no-header": ("the file is empty: its first line names the columns", "文件为空：首行应为列名"),
    "no-rows": ("the file has no rows under its header", "表头之下没有数据行"),
    "column-missing": (
        "the header lacks the column {name}; the columns are: {known}",
        "表头缺少列 {name}；应有的列：{known}",
    ),
    "column-unknown": (
        "the header names a column that is not known: {name}; the columns are: {known}",
        "表头含有未知列 {name}；允许的列：{known}",
    ),
    "column-twice": ("the header names the column {name} twice", "表头中列 {name} 重复"),
    "not-your-kind": (
        "a vendor's file holds models or TACs; one of EIDs is a chip maker's",
        "厂商文件只能包含型号或 TAC 号段；EID 号段由芯片厂商提交",
    ),
    "file-changed": ("the file changed while it was read", "读取过程中文件被修改"),
}
"""What is wrong with a whole file."""

_REFUSALS: Final[dict[str, tuple[Pair, Pair, Pair]]] = {
    "no-such-vendor": (_YOU, ("there is no vendor {name}", "没有厂商 {name}"), _LOOK),
    "no-such-model": (_YOU, ("there is no model {name}", "没有型号 {name}"), _LOOK),
    "no-such-maker": (_YOU, ("there is no chip maker {name}", "没有芯片厂商 {name}"), _LOOK),
    "no-such-tac": (_YOU, ("no range of TACs begins with {name}", "没有以 {name} 起始的 TAC 号段"), _LOOK),
    "no-such-ein": (_YOU, ("no range of EIDs begins with {name}", "没有以 {name} 起始的 EID 号段"), _LOOK),
    "no-such-recall": (_YOU, ("there is no recall {name}", "没有召回记录 {name}"), _LOOK),
    "no-such-binding": (_YOU, ("this chip is bound to no device", "该芯片未与任何终端绑定"), _LOOK),
    "name-taken": (
        _YOU,
        ("{name} is registered already", "{name} 已登记"),
        ("change what is registered, or give another name", "请变更已登记的信息，或使用其他名称"),
    ),
    "key-taken": (
        _YOU,
        ("the key of this certificate is registered for {name}", "该证书的密钥已登记在 {name} 名下"),
        ("look whose certificate it is", "请核对证书归属"),
    ),
    "certificate-unreadable": (
        _YOU,
        (
            "this is no certificate of a chip maker, or it names no key",
            "不是有效的芯片厂商证书，或证书未含密钥标识",
        ),
        ("give the EUM certificate, DER or PEM", "请提供 EUM 证书（DER 或 PEM）"),
    ),
    "range-taken": (
        _YOU,
        ("{first}-{last} is registered for {owner}", "{first}-{last} 已登记在 {owner} 名下"),
        ("remove that range first, or correct this one", "请先移除该号段，或更正本号段"),
    ),
    "range-taken-elsewhere": (
        _YOU,
        ("{first}-{last} is registered for somebody else", "{first}-{last} 已由其他单位登记"),
        (
            "compare it with what you were allocated; if it is yours, ask the regulator",
            "请核对所获分配的号段；如确属贵单位，请联系主管部门",
        ),
    ),
    "key-taken-elsewhere": (
        _REGULATOR,
        ("the key of this certificate is registered for somebody else", "该证书的密钥已由其他单位登记"),
        ("ask the regulator whose it is", "请联系主管部门核实归属"),
    ),
    "not-a-maker": (
        _REGULATOR,
        ("you are not registered as a chip maker", "贵单位未登记为芯片厂商"),
        ("ask the regulator to register you as one", "请联系主管部门办理芯片厂商登记"),
    ),
    "vendor-is-maker": (
        _YOU,
        ("this vendor is the chip maker {name} already", "该厂商已登记为芯片厂商 {name}"),
        ("detach it from that chip maker first", "请先解除其与该芯片厂商的关联"),
    ),
    "maker-not-in-force": (
        _REGULATOR,
        ("the chip maker {name} is {state}", "芯片厂商 {name} 当前状态为 {state}"),
        ("settle the standing with the regulator first", "请先与主管部门处理状态问题"),
    ),
    "private-key": (
        _YOU,
        (
            "this file holds a private key, which nobody but you may ever have",
            "文件中含有私钥，私钥不得提供给任何人",
        ),
        (
            "send the certificate alone; if the key may have been seen, have a new one certified",
            "请仅提交证书；如私钥可能已泄露，请更换密钥并重新申请证书",
        ),
    ),
    "certificate-not-eum": (
        _YOU,
        ("this certificate is none of a chip maker (EUM)", "该证书不是芯片厂商（EUM）证书"),
        ("give the certificate with which you sign those of your chips", "请提供用于签发芯片证书的 EUM 证书"),
    ),
    "certificate-over": (
        _YOU,
        ("this certificate is over since {day}", "该证书已于 {day} 到期"),
        ("give one that is valid", "请提供有效期内的证书"),
    ),
    "certificate-unlimited": (
        _YOU,
        ("this certificate does not say which EIDs it is for", "该证书未限定可签发的 EID 号段"),
        ("have it issued with name constraints or permitted EINs", "请申请带名称约束或许可 EIN 的证书"),
    ),
    "certificate-ci-unknown": (
        _YOU,
        (
            "no certificate issuer (CI) that this server trusts has signed this certificate; it names {issuer}",
            "该证书并非由本系统信任的证书签发机构（CI）签发，其签发者为 {issuer}",
        ),
        (
            "give one that such a CI has signed, or have the regulator add it, who vouches for it then",
            "请提供由受信任的 CI 签发的证书，或请主管部门核实后添加",
        ),
    ),
    "certificate-false": (
        _YOU,
        (
            "the certificate names a certificate issuer (CI) that did not sign it so, or may not be used for this",
            "该证书所称的签发机构（CI）并未如此签发，或证书不得用于此用途",
        ),
        ("give the certificate just as the CI issued it", "请提供由 CI 签发的原始证书"),
    ),
    "certificate-revoked": (
        _YOU,
        ("its issuer has revoked this certificate", "该证书已被签发机构吊销"),
        ("give one that is in force", "请提供有效的证书"),
    ),
    "ein-not-certified": (
        _YOU,
        (
            "{first}-{last}: no certificate of yours is for these EIDs",
            "{first}-{last}：贵单位的证书均不涵盖这些 EID",
        ),
        ("add the certificate first, or correct the range", "请先添加相应证书，或更正号段"),
    ),
    "not-your-device": (
        _YOU,
        ("no model of yours has the TAC of this device", "该终端的 TAC 不属于贵单位的任何型号"),
        ("compare the first eight digits with your TACs", "请核对前八位与贵单位的 TAC 号段"),
    ),
    "not-possible": (
        _YOU,
        ("{event}: not possible while it is {state}", "当前状态为 {state}，不能执行：{event}"),
        ("see what leads out of this state", "请查看该状态下允许的操作"),
    ),
    "vendor-not-in-force": (
        _VENDOR,
        ("the vendor {name} is {state}", "厂商 {name} 当前状态为 {state}"),
        ("settle the vendor's standing first", "请先处理厂商状态"),
    ),
    "model-decided": (
        _VENDOR,
        (
            "the model {name} is {state}: what is in it is the inspector's to change",
            "型号 {name} 当前状态为 {state}，内容须由审核人员变更",
        ),
        ("ask the regulator, or submit the model again", "请联系主管部门，或重新提交该型号"),
    ),
    "reason-missing": (
        _YOU,
        ("a reason is needed: somebody will ask later why this was done", "须填写理由：日后须说明原因"),
        ("say it in a few words", "请简要说明"),
    ),
    "device-bound": (
        _REGULATOR,
        ("this device is bound to another chip", "该终端已与另一芯片绑定（机卡绑定）"),
        (
            "release the other chip first, where the device was repaired or handed on",
            "如终端维修或转让，请先解除原绑定",
        ),
    ),
    "chip-bound": (
        _REGULATOR,
        ("this chip is bound to another device", "该芯片已与另一终端绑定（机卡绑定）"),
        ("release the chip from that device first", "请先解除该芯片与原终端的绑定"),
    ),
    "no-such-import": (_YOU, ("there is no import {name}", "没有导入记录 {name}"), _LOOK),
    "import-under-way": (
        _YOU,
        ("an import is under way: {name}", "已有导入正在进行：{name}"),
        ("wait until it has ended, then send this file", "请等待其结束后再提交本文件"),
    ),
    "recalled-already": (
        _YOU,
        ("this is recalled for this reason already, by recall {name}", "召回 {name} 已以相同理由召回该对象"),
        ("nothing is left to do", "无需处理"),
    ),
    "recall-lifted": (
        _YOU,
        ("recall {name} was lifted before, by {who}", "召回 {name} 已由 {who} 解除"),
        ("nothing is left to do", "无需处理"),
    ),
}
"""What is refused: whose move it is, why, and what to do next."""


_CHINESE: Final[dict[tuple[str, str], str]] = {
    **{("state", word): said[1] for word, said in (STANDINGS | MODEL_STATES).items()},
    **{("event", word): said[1] for word, said in (STANDING_EVENTS | MODEL_EVENTS).items()},
}
"""How states and events are called in the braces of a Chinese text."""


@dataclass(frozen=True, slots=True)
class Told(Explanation):
    """An explanation in English that can be spoken in another language.

    Attributes:
        word: of the catalogue.
        values: what stands in the braces of its text.
    """

    word: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def is_of_field(self) -> bool:
        """Whether its cause says of a field what is wrong with it: what the field is called belongs before it."""
        return self.word in _FIELDS

    def spoken(self, language: str) -> Explanation:
        """Return it in a language.

        Args:
            language: ``en`` or ``zh``; any other is English.
        """
        return _said(self.word, dict(self.values), 1 if language == "zh" else 0)


def told(word: str, **values: object) -> Told:
    """Return what the catalogue says of a word.

    Args:
        word: of the catalogue.
        values: for the braces of its text; they are shortened, and shown without what cannot be seen.
    """
    kept = {name: _quoted(str(value)) for name, value in values.items()}
    said = _said(word, kept, 0)
    return Told(said.cause, said.owner, said.next_step, word, tuple(kept.items()))


def mistake(word: str, **values: object) -> DecodeError:
    """Return the error of a field, a row or a file."""
    explanation = told(word, **values)
    error = DecodeError(explanation.cause)
    error.explained(explanation)
    return error


def conflict(word: str, **values: object) -> ConflictError:
    """Return the error of something that contradicts what is registered."""
    explanation = told(word, **values)
    return ConflictError(explanation.cause).explained(explanation)


def not_found(word: str, **values: object) -> NotFoundError:
    """Return the error of something that is not registered."""
    explanation = told(word, **values)
    return NotFoundError(explanation.cause).explained(explanation)


def not_possible(event: str, state: str) -> StateError:
    """Return the error of an event that the present state does not know."""
    explanation = told("not-possible", event=event, state=state)
    return StateError(explanation.cause).explained(explanation)


def _said(word: str, values: dict[str, str], language: int) -> Explanation:
    if word in _FIELDS:
        owner, why, next_step = _YOU, _FIELDS[word], _CORRECT
    elif word in _FILES:
        owner, why, next_step = _YOU, _FILES[word], _MEND
    else:
        owner, why, next_step = _REFUSALS[word]
    if language:
        values = {name: _CHINESE.get((name, text), text) for name, text in values.items()}
    return Explanation(fill(why[language], values), owner[language], next_step[language])


def _quoted(text: str) -> str:
    """Return a text that can be shown: without what cannot be seen, and not longer than a line."""
    seen = "".join(each if each.isprintable() else "?" for each in text)
    return seen if len(seen) <= _LONGEST_QUOTED else f"{seen[:_LONGEST_QUOTED]}…"
