"""Kinds of problems that the API itself finds; what ES2+ refuses is explained by the one catalogue of codes.

Source: RFC 9457 §3.1.1, §4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from openesim.messages.sgp22.explained.entries import Entry, Owner, Words

PROBLEMS_PATH: Final = "/api/v1/problems"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem.

    Attributes:
        name: last part of its address, under which the API tells what it means.
        http_status: of the answer.
        title: in English and Chinese.
        entry: cause, owner and next step.
    """

    name: str
    http_status: int
    title: tuple[str, str]
    entry: Entry

    @property
    def address(self) -> str:
        """Its ``type`` in a problem document."""
        return f"{PROBLEMS_PATH}/{self.name}"


def _operator(en: Words, zh: Words) -> Entry:
    return Entry(Owner.OPERATOR, en, zh)


MALFORMED = ProblemType(
    "malformed-request",
    400,
    ("The request cannot be read", "无法读取请求"),
    _operator(
        Words(
            "The body is no JSON document in UTF-8.", "Send a JSON document, as the API's description shows."
        ),
        Words("请求体不是 UTF-8 编码的 JSON 文档。", "请按接口说明发送 JSON 文档。"),
    ),
)
KEY_REFUSED = ProblemType(
    "key-refused",
    401,
    ("The API key does not open this", "API 密钥无效"),
    _operator(
        Words(
            "No API key came with the request, or one that nobody has, or one whose time is over.",
            "Send the header Authorization: Bearer with a valid key; the server's administrator makes new ones.",
        ),
        Words(
            "请求未携带 API 密钥，或密钥不存在、已过期或已吊销。",
            "请发送带有效密钥的 Authorization: Bearer 请求头；新密钥由服务器管理员创建。",
        ),
    ),
)
SCOPE_MISSING = ProblemType(
    "scope-missing",
    403,
    ("The API key does not reach this far", "API 密钥权限不足"),
    _operator(
        Words(
            "The API key is valid and lacks the scope of this resource.",
            "Use a key with the scope that is named; the server's administrator makes new ones.",
        ),
        Words(
            "API 密钥有效，但缺少访问该资源所需的权限。",
            "请使用具有所示权限的密钥；新密钥由服务器管理员创建。",
        ),
    ),
)
NOT_FOUND = ProblemType(
    "not-found",
    404,
    ("There is no such thing", "资源不存在"),
    _operator(
        Words(
            "Nothing of yours has this address: it was mistyped, or belongs to somebody else.",
            "Look for it in the list of the resource.",
        ),
        Words("您名下没有该资源：可能输入有误，或不属于您。", "请在该资源的列表中查找。"),
    ),
)
METHOD_REFUSED = ProblemType(
    "method-not-allowed",
    405,
    ("The resource knows no such method", "不支持该方法"),
    _operator(
        Words(
            "The resource is there, and is not called this way.", "Use a method that the header Allow names."
        ),
        Words("资源存在，但不支持该调用方法。", "请使用 Allow 响应头列出的方法。"),
    ),
)
REFUSED = ProblemType(
    "order-refused",
    409,
    ("The order cannot be changed like this", "订单无法如此变更"),
    _operator(
        Words(
            "What is asked for contradicts what stands there.",
            "Look at the order as it is now, and ask for what is possible from there.",
        ),
        Words("请求与当前状态矛盾。", "请查看订单当前状态，再提出可行的请求。"),
    ),
)
NOT_ADMITTED = ProblemType(
    "not-admitted",
    403,
    ("The rules do not allow it", "现行规则不允许"),
    _operator(
        Words(
            "The admission gate says no: licence, device, person, number of lines, or something that speaks against it.",
            "Do what the explanation of this very order names, and order again.",
        ),
        Words(
            "准入检查未通过：涉及许可、终端、实名核验、号码数量或风险提示。",
            "请按该订单的说明处理后重新办理。",
        ),
    ),
)
TOO_LARGE = ProblemType(
    "too-large",
    413,
    ("The request is too large", "请求过大"),
    _operator(
        Words("The body is larger than this resource takes.", "Send less at a time."),
        Words("请求体超出该资源允许的大小。", "请分批发送。"),
    ),
)
MEDIA_TYPE = ProblemType(
    "unsupported-media-type",
    415,
    ("The body is of another kind", "不支持的媒体类型"),
    _operator(
        Words(
            "The resource takes another media type.", "Send the media type that the API's description names."
        ),
        Words("该资源不接受此媒体类型。", "请按接口说明发送正确的媒体类型。"),
    ),
)
INVALID = ProblemType(
    "invalid-request",
    422,
    ("Something in the request is not as it must be", "请求内容有误"),
    _operator(
        Words(
            "One or more values are missing, of the wrong kind, or contradict each other.",
            "Mend what errors names, each by its place, and send the request again; nothing was changed.",
        ),
        Words(
            "一个或多个值缺失、类型错误或相互矛盾。",
            "请按 errors 中所示位置逐一更正后重新发送；未作任何更改。",
        ),
    ),
)
KEY_REUSED = ProblemType(
    "idempotency-key-reused",
    422,
    ("This Idempotency-Key is another request's", "Idempotency-Key 已用于其他请求"),
    _operator(
        Words(
            "A different request came under the same Idempotency-Key within the last 24 hours.",
            "Give a new request a new key; to repeat the old one, send it unchanged.",
        ),
        Words(
            "24 小时内已有不同的请求使用了同一 Idempotency-Key。",
            "新请求请使用新的键；重复旧请求请原样发送。",
        ),
    ),
)
TOO_MANY = ProblemType(
    "too-many-requests",
    429,
    ("Too many requests", "请求过多"),
    _operator(
        Words(
            "More requests came than this operator may send.", "Wait as long as Retry-After says, then go on."
        ),
        Words("请求数超过该运营商的限额。", "请按 Retry-After 所示时间等待后再继续。"),
    ),
)
FAULT = ProblemType(
    "internal-fault",
    500,
    ("The server failed", "服务器内部错误"),
    Entry(
        Owner.SERVER_ADMINISTRATOR,
        Words(
            "Something unforeseen happened inside the server.",
            "Tell the server's administrator the number of the fault: its cause stands in the log under it.",
        ),
        Words("服务器内部发生意外错误。", "请将故障编号告知服务器管理员：日志中以此编号记录了原因。"),
    ),
)
UNAVAILABLE = ProblemType(
    "unavailable",
    503,
    ("The server cannot answer now", "服务暂不可用"),
    Entry(
        Owner.NOBODY,
        Words(
            "The request took too long, or what it needs cannot be reached now.",
            "Send it again in a moment, with the same Idempotency-Key; if it stays like this, tell the server's administrator.",
        ),
        Words(
            "请求处理超时，或所需的资源暂时无法访问。",
            "请稍后以相同的 Idempotency-Key 重试；若仍如此，请告知服务器管理员。",
        ),
    ),
)

PROBLEM_TYPES: Final = {
    each.name: each
    for each in (
        *(
            MALFORMED,
            KEY_REFUSED,
            SCOPE_MISSING,
            NOT_FOUND,
            METHOD_REFUSED,
            REFUSED,
            TOO_LARGE,
            MEDIA_TYPE,
            NOT_ADMITTED,
        ),
        *(INVALID, KEY_REUSED, TOO_MANY, FAULT, UNAVAILABLE),
    )
}
