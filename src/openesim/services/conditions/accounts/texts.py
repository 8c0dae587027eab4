"""What people are told about accounts and sign-in: why not, whose move it is, what to do next, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from openesim.kernel.errors import Explanation, OpenEsimError
from openesim.kernel.texts import fill


class Cause(StrEnum):
    """Why something about an account was refused."""

    SIGN_IN = "sign-in"
    LOCKED = "locked"
    DISABLED = "disabled"
    ONE_TIME_OVER = "one-time-over"
    CODE = "code"
    NOT_SIGNED_IN = "not-signed-in"
    UNFINISHED = "unfinished"
    PROOF_NEEDED = "proof-needed"
    FORBIDDEN = "forbidden"
    FORM_TOO_OLD = "form-too-old"
    LOGIN_FORM = "login-form"
    LOGIN_TAKEN = "login-taken"
    NAME_FORM = "name-form"
    TENANT_MISSING = "tenant-missing"
    TENANT_TOO_MANY = "tenant-too-many"
    PASSWORD_SHORT = "password-short"  # noqa: S105 (a cause)
    PASSWORD_LONG = "password-long"  # noqa: S105 (a cause)
    PASSWORD_LOGIN = "password-login"  # noqa: S105 (a cause)
    PASSWORD_COMMON = "password-common"  # noqa: S105 (a cause)
    PASSWORD_SAME = "password-same"  # noqa: S105 (a cause)
    PASSWORD_WRONG = "password-wrong"  # noqa: S105 (a cause)
    FACTOR_NEEDED = "factor-needed"
    FACTOR_THERE = "factor-there"
    FACTOR_NONE = "factor-none"
    OWN_ACCOUNT = "own-account"


Texts = Mapping[str, tuple[str, str, str]]

_YOU: Final = {"en": "you", "zh": "您本人"}
_KEEPER: Final = {"en": "whoever keeps your accounts", "zh": "您的账户管理员"}


def _text(owner: Mapping[str, str], en: tuple[str, str], zh: tuple[str, str]) -> Texts:
    return {"en": (en[0], owner["en"], en[1]), "zh": (zh[0], owner["zh"], zh[1])}


TEXTS: Final[dict[Cause, Texts]] = {
    Cause.SIGN_IN: _text(
        _YOU,
        (
            "login and password do not belong together",
            "look at both and try again, or have the password reset",
        ),
        ("登录名与密码不匹配", "请核对后重试，或请管理员重置密码"),
    ),
    Cause.LOCKED: _text(
        _YOU,
        ("there were too many failed attempts with this login", "wait {seconds} seconds, then try again"),
        ("该登录名尝试失败次数过多", "请等待 {seconds} 秒后重试"),
    ),
    Cause.DISABLED: _text(
        _KEEPER,
        ("this account was disabled", "ask why, and have it enabled again"),
        ("该账户已停用", "请询问原因并申请恢复"),
    ),
    Cause.ONE_TIME_OVER: _text(
        _KEEPER,
        ("the time of this one-time password is over", "ask for a new one"),
        ("一次性密码已过期", "请申请新的一次性密码"),
    ),
    Cause.CODE: _text(
        _YOU,
        (
            "this code is not right, or was used before",
            "wait for the next code of your device, see that its clock is right, or use a recovery code",
        ),
        ("验证码不正确或已使用过", "请等待设备生成下一个验证码并检查设备时间，或使用恢复码"),
    ),
    Cause.NOT_SIGNED_IN: _text(
        _YOU,
        ("you are not signed in, or your time is over", "sign in"),
        ("您尚未登录，或登录已过期", "请登录"),
    ),
    Cause.UNFINISHED: _text(
        _YOU,
        ("your sign-in is not finished", "finish it first: second factor, new password or enrolment"),
        ("登录尚未完成", "请先完成登录：第二验证因素、设置新密码或绑定验证器"),
    ),
    Cause.PROOF_NEEDED: _text(
        _YOU,
        ("this is a grave deed, and you proved who you are a while ago", "prove it again"),
        ("此操作影响重大，距上次身份确认已久", "请再次确认身份"),
    ),
    Cause.FORBIDDEN: _text(
        _KEEPER,
        ("your role does not reach as far as this", "ask somebody whose role does"),
        ("您的角色无权进行此操作", "请联系有权限的人员"),
    ),
    Cause.FORM_TOO_OLD: _text(
        _YOU,
        ("this form was not made for your session", "load the page again and send the form once more"),
        ("该表单不属于您当前的会话", "请重新加载页面后再次提交"),
    ),
    Cause.LOGIN_FORM: _text(
        _YOU,
        (
            "a login has 3 to 64 letters and digits, with . _ - + @ between them",
            "choose another one",
        ),
        ("登录名由 3 至 64 个字母或数字组成，中间可含 . _ - + @", "请另选登录名"),
    ),
    Cause.LOGIN_TAKEN: _text(
        _YOU,
        ("somebody has this login", "choose another one"),
        ("该登录名已被使用", "请另选登录名"),
    ),
    Cause.NAME_FORM: _text(
        _YOU,
        ("a name for people has 1 to 80 characters that can be printed", "write another one"),
        ("显示名称须为 1 至 80 个可显示字符", "请重新填写"),
    ),
    Cause.TENANT_MISSING: _text(
        _YOU,
        (
            "this role belongs to somebody: an operator by name, a vendor by number",
            "say whose account it is",
        ),
        ("该角色须归属于运营商（填名称）或厂商（填编号）", "请填写所属单位"),
    ),
    Cause.TENANT_TOO_MANY: _text(
        _YOU,
        ("this role belongs to no operator and no vendor", "leave it out"),
        ("该角色不归属于任何运营商或厂商", "请留空"),
    ),
    Cause.PASSWORD_SHORT: _text(
        _YOU,
        ("a password has at least {least} characters", "a few words that you remember make a good one"),
        ("密码至少需要 {least} 个字符", "可使用几个便于记忆的词语"),
    ),
    Cause.PASSWORD_LONG: _text(
        _YOU,
        ("a password has at most {most} characters", "choose a shorter one"),
        ("密码最多 {most} 个字符", "请缩短密码"),
    ),
    Cause.PASSWORD_LOGIN: _text(
        _YOU,
        ("the password is little more than the login", "choose another one"),
        ("密码与登录名过于相似", "请另选密码"),
    ),
    Cause.PASSWORD_COMMON: _text(
        _YOU,
        ("this password is one of those that are tried first", "choose one that nobody else has"),
        ("该密码过于常见，容易被猜中", "请选择独特的密码"),
    ),
    Cause.PASSWORD_SAME: _text(
        _YOU,
        ("the new password is the old one", "choose another one"),
        ("新密码与旧密码相同", "请另选密码"),
    ),
    Cause.PASSWORD_WRONG: _text(
        _YOU,
        ("this is not your password", "try again"),
        ("密码不正确", "请重试"),
    ),
    Cause.FACTOR_NEEDED: _text(
        _KEEPER,
        ("your role needs a second factor", "replace the device instead of removing it"),
        ("您的角色必须使用第二验证因素", "请更换验证器，不可移除"),
    ),
    Cause.FACTOR_THERE: _text(
        _YOU,
        ("a second factor is enrolled already", "prove who you are with it, then replace it"),
        ("已绑定第二验证因素", "请先用其确认身份再更换"),
    ),
    Cause.FACTOR_NONE: _text(
        _YOU,
        ("no second factor is being enrolled", "begin with a fresh code to scan"),
        ("当前没有正在绑定的验证器", "请重新开始绑定"),
    ),
    Cause.OWN_ACCOUNT: _text(
        _KEEPER,
        ("nobody takes his own account or role away", "ask somebody else who may"),
        ("不能停用或更改自己的账户", "请由其他有权人员操作"),
    ),
}


class AccountRefused(OpenEsimError):
    """Something about an account was refused.

    Attributes:
        cause: why.
        field: the field of a form that it is about; None: none.
        facts: figures for the text, no secrets.
    """

    def __init__(self, cause: Cause, *, field: str | None = None, **facts: object) -> None:
        """Keep cause and field, and explain it in English."""
        self.cause = cause
        self.field = field
        self.facts = facts
        self.explanation = explain(cause, "en", facts)
        super().__init__(self.explanation.cause)


def explain(cause: Cause, language: str, facts: Mapping[str, object]) -> Explanation:
    """Return what a person is told.

    Args:
        cause: why.
        language: ``en`` or ``zh``; any other is English.
        facts: figures for the text.
    """
    texts = TEXTS[cause]
    why, owner, next_step = texts.get(language, texts["en"])
    return Explanation(fill(why, facts), owner, fill(next_step, facts))
