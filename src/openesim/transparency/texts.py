"""What a break of the chain means to people: what is the matter, whose move it is, what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from openesim.kernel.errors import Explanation
from openesim.transparency.chain import Break, Reason

_OWNER: Final = {"en": "whoever answers for the database", "zh": "数据库负责人"}


@dataclass(frozen=True, slots=True)
class _Words:
    """A reason in one language; braces hold places."""

    what: str
    next_step: str


_LOOK_EN: Final = "keep the database as it is, find out who had access to it, and compare with a backup"
_LOOK_ZH: Final = "请保持数据库现状，查明何人可以访问，并与备份比对"

_WORDS: Final[dict[Reason, dict[str, _Words]]] = {
    Reason.CHANGED: {
        "en": _Words("what entry {position} tells was changed after it was written", _LOOK_EN),
        "zh": _Words("第 {position} 条记录写入后内容被改动", _LOOK_ZH),
    },
    Reason.MISSING: {
        "en": _Words("entries {position} to {last} are missing", _LOOK_EN),
        "zh": _Words("第 {position} 至 {last} 条记录缺失", _LOOK_ZH),
    },
    Reason.MOVED: {
        "en": _Words(
            "entry {position} does not follow from the one before: entries were replaced, moved or put in",
            _LOOK_EN,
        ),
        "zh": _Words("第 {position} 条记录与前一条不衔接：记录被替换、移动或插入", _LOOK_ZH),
    },
    Reason.NOTED: {
        "en": _Words(
            "the head at place {position} is another than the one that was noted: the chain up to there was made anew",
            "compare with a backup that is older than the note; if the database was restored from a backup that is"
            " older than the note, say so beside it, and note a new head",
        ),
        "zh": _Words(
            "第 {position} 条处的链头与此前记下的不一致：此前的记录链曾被重做",
            "请与早于该链头的备份比对；如数据库曾由更早的备份恢复，请注明并重新记下链头",
        ),
    },
    Reason.SHORT: {
        "en": _Words(
            "the chain ends before place {last}, which was given already: entries {position} to {last} were removed",
            "compare with a backup; if the database was restored from an older one, say so, and note a new head",
        ),
        "zh": _Words(
            "记录链在第 {last} 条之前中断，而该序号已经发出：第 {position} 至 {last} 条记录被删除",
            "请与备份比对；如数据库曾由更早的备份恢复，请注明并重新记下链头",
        ),
    },
    Reason.LONG: {
        "en": _Words("entries {position} to {last} were put in by somebody else than the sealer", _LOOK_EN),
        "zh": _Words("第 {position} 至 {last} 条记录并非由系统封存，而是他人加入", _LOOK_ZH),
    },
    Reason.WAITING: {
        "en": _Words(
            "entries have waited for their place for more than a minute: nobody gives places",
            "see whether a server runs, and what its log says of the ledger",
        ),
        "zh": _Words(
            "有记录等待封存超过一分钟：没有进程在封存记录",
            "请检查服务是否运行，并查看日志中有关记录链的信息",
        ),
    },
}


def explain(broken: Break, language: str = "en") -> Explanation:
    """Return what a break means to people.

    Args:
        broken: of a chain.
        language: ``en`` or ``zh``; any other is English.
    """
    spoken = language if language in _OWNER else "en"
    words = _WORDS[broken.reason][spoken]
    places = {"position": broken.position, "last": broken.last}
    return Explanation(words.what.format_map(places), _OWNER[spoken], words.next_step)
