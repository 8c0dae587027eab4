"""What goes wrong on the way to a verifier and back, whose move it is and what to do next, in English and Chinese.

None of this is a verdict on a person: what a verifier says of somebody is a ``Doubt``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeVar

from openesim.kernel.errors import OpenEsimError
from openesim.messages.sgp22.explained.entries import Entry, Explained, Owner, Words

E = TypeVar("E", bound=OpenEsimError)

_U, _O, _S, _N = Owner.USER, Owner.OPERATOR, Owner.SERVER_ADMINISTRATOR, Owner.NOBODY


class Trouble(StrEnum):
    """What went wrong."""

    FLOW_UNKNOWN = "flow-unknown"
    FLOW_EXPIRED = "flow-expired"
    WRONG_SENDER = "wrong-sender"
    CODE_REFUSED = "code-refused"
    ANSWER_INVALID = "answer-invalid"
    REFUSES_US = "refuses-us"
    REFUSES_QUESTION = "refuses-question"
    UNREACHABLE = "unreachable"
    UNREADABLE = "unreadable"
    BUSY = "busy"
    SANDBOX = "sandbox"


TEXTS: Final[dict[Trouble, Entry]] = {
    Trouble.FLOW_UNKNOWN: Entry(
        _U,
        Words(
            "This answer belongs to no verification that you have under way here: it was used already, a newer one was "
            "begun, or it was begun in another browser.",
            "Go back to your application and begin the verification again, in one browser.",
        ),
        Words(
            "该结果不属于您在此处正在进行的任何核验：它已被使用，或已开始新的核验，或在另一浏览器中开始。",
            "请返回申请页面，在同一浏览器中重新开始核验。",
        ),
    ),
    Trouble.FLOW_EXPIRED: Entry(
        _U,
        Words("The verification took longer than it may.", "Go back to your application and begin it again."),
        Words("核验超过了允许的时间。", "请返回申请页面重新开始。"),
    ),
    Trouble.WRONG_SENDER: Entry(
        _O,
        Words(
            "The answer came from another identity provider than the one that was asked. Nothing of it was used.",
            "Begin the verification again; if it comes again, tell the operator.",
        ),
        Words(
            "结果来自另一身份提供方，而非所请求的一方。其中内容均未采用。",
            "请重新开始核验；若再次出现，请告知运营商。",
        ),
    ),
    Trouble.CODE_REFUSED: Entry(
        _U,
        Words(
            "The identity provider accepts the code of this answer no more: it was used, or is too old.",
            "Go back to your application and begin the verification again.",
        ),
        Words("身份提供方不再接受该结果的代码：已被使用或已过期。", "请返回申请页面重新开始核验。"),
    ),
    Trouble.ANSWER_INVALID: Entry(
        _O,
        Words(
            "The answer of the identity provider does not hold: its signature, or what it says of whom it is for and when. "
            "Nothing of it was used.",
            "Begin the verification again; if it comes again, tell the operator, whose log says what did not hold.",
        ),
        Words(
            "身份提供方的结果未通过验证：签名，或其声明的接收方与时间有误。其中内容均未采用。",
            "请重新开始核验；若再次出现，请告知运营商，其日志记录了具体原因。",
        ),
    ),
    Trouble.REFUSES_US: Entry(
        _S,
        Words(
            "The verifier does not know this server by the secret, key or certificate that it shows.",
            "Compare the section [verifiers] of the configuration with what the verifier has on file; openesim config check.",
        ),
        Words(
            "核验方不认可本服务器出示的密钥、令牌或证书。",
            "请将配置中的 [verifiers] 一节与核验方登记的信息核对：运行 openesim config check。",
        ),
    ),
    Trouble.REFUSES_QUESTION: Entry(
        _S,
        Words(
            "The verifier does not understand, or does not allow, what this server asks of it. It has said nothing of the "
            "person.",
            "Compare scopes, claims and version with what the verifier offers.",
        ),
        Words(
            "核验方不理解或不允许本服务器的请求。它未对该人作出任何判断。",
            "请将权限范围、声明与版本同核验方提供的内容核对。",
        ),
    ),
    Trouble.UNREACHABLE: Entry(
        _N,
        Words(
            "The verifier cannot be reached at the moment. It has said nothing of the person.",
            "Try again; if it stays away, verify at a counter, or ask who runs it.",
        ),
        Words(
            "暂时无法连接核验方。它未对该人作出任何判断。",
            "请重试；若持续无法连接，请到营业厅核验，或询问其运营方。",
        ),
    ),
    Trouble.UNREADABLE: Entry(
        _S,
        Words(
            "The verifier answered in a way that cannot be read. It has said nothing of the person.",
            "Ask who runs the verifier; the log says what was wrong with the answer.",
        ),
        Words(
            "核验方的应答无法解读。它未对该人作出任何判断。", "请询问核验方的运营方；日志记录了应答的问题。"
        ),
    ),
    Trouble.BUSY: Entry(
        _N,
        Words(
            "The verifier is busy or down for a while. It has said nothing of the person.",
            "Wait as long as it asks, then try again.",
        ),
        Words("核验方繁忙或暂停服务。它未对该人作出任何判断。", "请按其要求的时间等待后重试。"),
    ),
    Trouble.SANDBOX: Entry(
        _S,
        Words(
            "A sandbox answered in the place of an authority: it knows made-up people only. Nothing of it was used.",
            "Name the authority's address in the configuration; in a laboratory say: sandbox = true.",
        ),
        Words(
            "应答来自沙箱而非主管机构：它只认识虚构的人。其中内容均未采用。",
            "请在配置中填写主管机构的地址；实验环境请设置：sandbox = true。",
        ),
    ),
}


def troubled(error: E, trouble: Trouble) -> E:
    """Attach what people are told of a trouble, and return the same error."""
    return error.explained(Explained.of(f"verifier:{trouble.value}", TEXTS[trouble]))


def trouble_of(error: OpenEsimError) -> Trouble | None:
    """Return the trouble that an error was explained with; None: another one."""
    told = error.explanation
    if isinstance(told, Explained) and told.code.startswith("verifier:"):
        return Trouble(told.code.removeprefix("verifier:"))
    return None
