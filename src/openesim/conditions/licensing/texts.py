"""Why something of a licence is refused, whose move it is and what to do next, in English and Chinese.

Braces hold facts. Words of files and answers are no facts: they may name people, and they may be hostile.
"""

from __future__ import annotations

from typing import Final

from openesim.kernel.texts import fill
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
    # --- whose move, and when ---
    "not-your-move": _entry(
        _O,
        ("this is a move of the {whose}", "sign in as {whose}, or wait for that side"),
        ("该操作应由{whose}办理", "请以{whose}身份登录，或等待对方办理"),
    ),
    "not-now": _entry(
        _O,
        ("the licence is {state}: this cannot be done now", "look at its state, and do what that allows"),
        ("许可当前状态为“{state}”，不能进行此操作", "请查看许可状态，并按状态办理"),
    ),
    "no-licence": _entry(
        _O,
        ("there is no licence {licence}", "look for the right number in the list of licences"),
        ("没有编号为 {licence} 的许可", "请在许可列表中查找正确编号"),
    ),
    "no-operator": _entry(
        _R,
        ("no operator is known by this name", "add the operator first: openesim operator add"),
        ("系统中没有该运营商", "请先登记该运营商"),
    ),
    "no-file": _entry(
        _O,
        (
            "there is no file {file} of this licence",
            "look for the right number among the files of the licence",
        ),
        ("该许可没有编号为 {file} 的文件", "请在该许可的文件列表中查找"),
    ),
    # --- checklists ---
    "no-checklist": _entry(
        _R,
        (
            "there is no checklist for {service}: it cannot be applied for",
            "the regulator puts a checklist for it on the shelf",
        ),
        ("“{service}”没有评估清单，暂不能申请", "须由主管部门发布该业务的评估清单"),
    ),
    "checklist-gone": _entry(
        _R,
        (
            "version {version} of the checklist {checklist} is not on the shelf any more",
            "put its file back: applications that began under it end under it",
        ),
        ("评估清单 {checklist} 的 {version} 版已不在系统中", "请恢复该版本文件：已按该版本申请的仍按其办理"),
    ),
    "no-item": _entry(
        _O,
        (
            "the checklist {checklist} has no such item",
            "see its items: openesim licence checklist {checklist}",
        ),
        ("评估清单 {checklist} 中没有该项目", "请查看清单中的项目"),
    ),
    "yes-or-no": _entry(
        _O,
        ("item {item} wants to hear yes or no", "answer yes or no; say more in a comment or a file"),
        ("项目 {item} 须回答“是”或“否”（yes / no）", "请回答 yes 或 no，说明可写在留言或附件中"),
    ),
    "no-files-here": _entry(
        _O,
        ("item {item} asks for no files", "attach the file to the item that it belongs to"),
        ("项目 {item} 不需要附件", "请将附件上传到对应项目"),
    ),
    "incomplete": _entry(
        _O,
        (
            "not complete: {missing}",
            "answer each item that is named and attach what it asks for, then submit",
        ),
        ("材料不完整：{missing}", "请逐项填写并上传所需材料后再提交"),
    ),
    # --- words ---
    "text-missing": _entry(
        _O,
        ("something has to be said with this: somebody will ask later why", "say it in a few words"),
        ("此操作须填写说明，以便日后查询", "请简要说明"),
    ),
    "text-too-long": _entry(
        _O,
        ("the text is too long: at most {most} characters", "shorten it, or attach it as a file"),
        ("文字过长：最多 {most} 个字符", "请缩短，或以附件形式上传"),
    ),
    "text-hidden": _entry(
        _O,
        (
            "the text has a character that nobody sees ({code})",
            "type that place again; it may come from a copy",
        ),
        ("文字中含有不可见字符（{code}）", "请重新输入该处，可能是复制时带入的"),
    ),
    "too-many": _entry(
        _O,
        ("there are too many of these: at most {most}", "remove some, or put several into one"),
        ("数量过多：最多 {most} 个", "请删除一部分或合并"),
    ),
    # --- what is asked and granted ---
    "ends-before": _entry(
        _O,
        ("it would end before it begins, or has ended already", "give a last day that is still to come"),
        ("结束时间早于开始时间，或已经过去", "请填写尚未到来的结束日期"),
    ),
    "no-zone": _entry(
        _O,
        ("a moment without a time zone", "say which zone it is in"),
        ("时间缺少时区", "请注明时区"),
    ),
    "region-name": _entry(
        _O,
        ("that is no name of a region", "use the codes of the rules, such as CN-31"),
        ("地区名称不正确", "请使用规则中的地区代码，例如 CN-31"),
    ),
    "wider": _entry(
        _R,
        (
            "an approval may be for less than was applied for, never for more ({what})",
            "narrow it, or ask the operator to apply for more",
        ),
        ("批准范围不得超出申请范围（{what}）", "请缩小范围，或要求运营商补充申请"),
    ),
    "renewal-gap": _entry(
        _R,
        ("a renewal follows without a gap: it begins where licence {licence} ends", "leave the begin out"),
        ("续期许可应与原许可（编号 {licence}）无间隔衔接", "请不要另填开始时间"),
    ),
    "renews-nothing": _entry(
        _O,
        (
            "licence {licence} cannot be renewed: it is {state}, or has no end",
            "a licence is renewed while it runs; after that apply anew",
        ),
        (
            "许可 {licence} 不能续期：当前状态为“{state}”，或没有截止日期",
            "许可须在有效期内申请续期，过期后请重新申请",
        ),
    ),
    "renewed-already": _entry(
        _O,
        ("licence {licence} has a renewal already: number {renewal}", "go on with that one, or withdraw it"),
        ("许可 {licence} 已有续期申请：编号 {renewal}", "请继续办理该申请，或先撤回"),
    ),
    "renewed-fell": _entry(
        _R,
        (
            "licence {licence}, which this would renew, is {state}",
            "end the suspension first, or refuse the renewal",
        ),
        ("被续期的许可 {licence} 状态为“{state}”", "请先解除暂停，或不予批准续期"),
    ),
    # --- files ---
    "file-again": _entry(
        _O,
        ("this file is attached to the item already", "nothing has to be done"),
        ("该项目已上传过同一文件", "无需重复上传"),
    ),
    "file-empty": _entry(
        _O, ("the file is empty", "choose the right file"), ("文件为空", "请选择正确的文件")
    ),
    "file-too-long": _entry(
        _O,
        ("the file is too long: at most {most} MB", "make the pictures in it smaller, or split it"),
        ("文件过大：最多 {most} MB", "请压缩图片或拆分文件"),
    ),
    "file-foreign": _entry(
        _O,
        ("this is {kind}, which is not taken", "attach it as PDF, PNG, JPEG or plain text"),
        ("不接受该类文件：{kind}", "请以 PDF、PNG、JPEG 或纯文本上传"),
    ),
    "file-unknown": _entry(
        _O,
        ("the file is none of PDF, PNG, JPEG and plain text in UTF-8", "attach it in one of these kinds"),
        ("文件不是 PDF、PNG、JPEG 或 UTF-8 纯文本", "请转换为上述格式后上传"),
    ),
    "file-broken": _entry(
        _O,
        ("the {kind} is cut off, or something hangs on behind its end", "export it again and attach that"),
        ("{kind} 不完整，或末尾附有其他内容", "请重新导出后上传"),
    ),
    "file-too-many-pixels": _entry(
        _O,
        ("the picture is too big: at most {most} million pixels", "scale it down"),
        ("图片尺寸过大：最多 {most} 百万像素", "请缩小图片"),
    ),
    "name-hidden": _entry(
        _O,
        ("the file's name has a character that nobody sees ({code}, place {place})", "give it a plain name"),
        ("文件名第 {place} 位含有不可见字符（{code}）", "请改用普通文件名"),
    ),
    "name-character": _entry(
        _O,
        (
            "the file's name has a character that names may not have ({code}, place {place})",
            "give it a plain name",
        ),
        ("文件名第 {place} 位含有不允许的字符（{code}）", "请改用普通文件名"),
    ),
    "name-too-long": _entry(
        _O,
        (
            "the file's name is too long: at most {most} characters, fewer in Chinese",
            "give it a shorter name",
        ),
        ("文件名过长：最多 {most} 个字符（约 60 个汉字）", "请缩短文件名"),
    ),
    "name-beginning": _entry(
        _O,
        ("the file's name has to begin with a letter or a digit, and to name a file", "give it a plain name"),
        ("文件名须以文字或数字开头，且不得为系统保留名称", "请改用普通文件名"),
    ),
    "name-ending": _entry(
        _O,
        ("the file's name has to end in {endings}: that is what is in it ({kind})", "give it that ending"),
        ("文件内容为 {kind}，文件名应以 {endings} 结尾", "请修改文件名后缀"),
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
    return Words(*(fill(text, own) for text in words))
