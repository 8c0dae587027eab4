"""Result codes of the chip: ES10a, ES10b and ES10c.

Numbers that only SGP.22 v3 knows stand beside those of v2.5, since chips of v3 answer to this LPA too.

Source: SGP.22 v2.5 §5.7, Annex H.
"""

from __future__ import annotations

from enum import IntEnum

from openesim.messages.sgp22.authentication import AuthenticateErrorCode
from openesim.messages.sgp22.download import CancelSessionError, CancelSessionReason, DownloadErrorCode
from openesim.messages.sgp22.es10a import SetDefaultDpAddressResult
from openesim.messages.sgp22.es10b import DeleteNotificationStatus, LoadCrlError, NotificationsListError
from openesim.messages.sgp22.es10c import (
    DeleteResult,
    DisableResult,
    EnableResult,
    LpaeActivationResult,
    ProfileInfoListError,
    ResetResult,
    SetNicknameResult,
)
from openesim.messages.sgp22.explained.entries import Entry, Owner, Words

_USER, _OPERATOR, _SERVER = Owner.USER, Owner.OPERATOR, Owner.SERVER_ADMINISTRATOR
_DEVICE, _CHIP, _NOBODY = Owner.DEVICE_MAKER, Owner.CHIP_MAKER, Owner.NOBODY

_DONE = Entry(_NOBODY, Words("It is done.", "Nothing to do."), Words("已完成。", "无需操作。"))
_NOT_FOUND = Entry(
    _USER,
    Words("No profile with this ICCID or AID is on the chip.", "List the profiles and name one of them."),
    Words("芯片上没有此 ICCID 或 AID 的配置文件。", "请列出配置文件并选择其中之一。"),
)
_CAT_BUSY = Entry(
    _NOBODY,
    Words("The chip is busy with the device right now.", "Wait a few seconds and try again."),
    Words("芯片正忙于与终端交互。", "请等待几秒后重试。"),
)
_UNDEFINED = Entry(
    _CHIP,
    Words(
        "The chip failed and gives no reason.",
        "Restart the device and try again; if it stays, ask the chip's maker.",
    ),
    Words("芯片操作失败且未说明原因。", "请重启设备后再试；若持续出现，请询问芯片厂商。"),
)
_COMMAND = Entry(
    _DEVICE,
    Words("The chip did not understand the command.", "Update this program."),
    Words("芯片无法理解该命令。", "请更新本程序。"),
)
_REMOTE_MANAGEMENT = Entry(
    _USER,
    Words(
        "The chip does not allow this step by remote management.",
        "Do it on the device itself.",
    ),
    Words("芯片不允许通过远程管理执行此操作。", "请在设备本机上操作。"),
)
_ENTERPRISE = Entry(
    _OPERATOR,
    Words("A rule of the enterprise that owns the device forbids it.", "Ask the enterprise's administrator."),
    Words("设备所属企业的规则不允许此操作。", "请询问企业管理员。"),
)

_SERVER_CERTIFICATE = Entry(
    _OPERATOR,
    Words(
        "The chip does not accept the server's certificate: it is not signed under a root the chip trusts, or not made for this role.",
        "Ask the operator whether this kind of chip is supported. A test chip only trusts test servers, and the other way round.",
    ),
    Words(
        "芯片不接受服务器证书：并非由芯片信任的根签发，或用途不符。",
        "请向运营商确认是否支持此类芯片。测试芯片只信任测试服务器，反之亦然。",
    ),
)
_SERVER_SIGNATURE = Entry(
    _SERVER,
    Words(
        "The chip found the server's signature false.",
        "Start again. If it happens every time, the server is set up wrongly (certificate and key do not belong together).",
    ),
    Words(
        "芯片验证服务器签名失败。",
        "请重新开始；若每次都出现，则服务器配置有误（证书与私钥不匹配）。",
    ),
)
_CURVE = Entry(
    _OPERATOR,
    Words(
        "The chip does not support the elliptic curve of the server's certificate.",
        "Ask the operator for a server with a certificate on a curve this chip knows.",
    ),
    Words("芯片不支持服务器证书所用的椭圆曲线。", "请运营商使用该芯片支持的曲线的证书。"),
)
_NO_SESSION = Entry(
    _NOBODY,
    Words("The chip has no session open: it was reset, or another program began one.", "Start again."),
    Words("芯片上没有打开的会话：芯片被复位，或其他程序另开了会话。", "请重新开始。"),
)
_TRANSACTION = Entry(
    _NOBODY,
    Words("The server's message belongs to another session.", "Start again."),
    Words("服务器的消息属于另一个会话。", "请重新开始。"),
)
_CRL = Entry(
    _SERVER,
    Words(
        "The chip needs a list of revoked certificates that the server did not send, or cannot use the one it sent.",
        "Tell the operator; its server must send a current list.",
    ),
    Words("芯片需要证书吊销列表，但服务器未发送或发送的无法使用。", "请告知运营商：服务器需发送最新列表。"),
)

_ENABLE = {
    0: _DONE,
    1: _NOT_FOUND,
    2: Entry(
        _USER,
        Words("The profile is enabled already.", "Nothing to do; choose another profile to switch."),
        Words("该配置文件已处于启用状态。", "无需操作；如需切换，请选择另一个。"),
    ),
    3: Entry(
        _OPERATOR,
        Words(
            "The profile that is enabled now must not be disabled: its operator's policy forbids it.",
            "Ask the operator of the enabled profile.",
        ),
        Words("当前启用的配置文件不允许停用：其运营商的策略禁止。", "请询问当前启用的配置文件的运营商。"),
    ),
    4: Entry(
        _USER,
        Words(
            "A test profile is enabled, and afterwards only the profile that was enabled before it may come back.",
            "Disable the test profile first.",
        ),
        Words("当前启用的是测试配置文件，之后只能恢复先前启用的那个。", "请先停用测试配置文件。"),
    ),
    5: _CAT_BUSY,
    6: _ENTERPRISE,
    7: _COMMAND,
    9: _REMOTE_MANAGEMENT,
    10: Entry(
        _USER,
        Words("All eSIM ports of the chip are in use.", "Disable another profile first."),
        Words("芯片的所有 eSIM 端口均被占用。", "请先停用另一个配置文件。"),
    ),
    127: _UNDEFINED,
}
_DISABLE = {
    0: _DONE,
    1: _NOT_FOUND,
    2: Entry(
        _USER,
        Words("The profile is disabled already.", "Nothing to do."),
        Words("该配置文件已处于停用状态。", "无需操作。"),
    ),
    3: Entry(
        _OPERATOR,
        Words("The operator's policy forbids to disable this profile.", "Ask the operator of the profile."),
        Words("运营商的策略禁止停用此配置文件。", "请询问该配置文件的运营商。"),
    ),
    5: _CAT_BUSY,
    7: _COMMAND,
    10: _REMOTE_MANAGEMENT,
    127: _UNDEFINED,
}
_DELETE = {
    0: _DONE,
    1: _NOT_FOUND,
    2: Entry(
        _USER,
        Words("The profile is enabled, and only a disabled one can be deleted.", "Disable it first."),
        Words("该配置文件处于启用状态，只有停用后才能删除。", "请先停用。"),
    ),
    3: Entry(
        _OPERATOR,
        Words("The operator's policy forbids to delete this profile.", "Ask the operator of the profile."),
        Words("运营商的策略禁止删除此配置文件。", "请询问该配置文件的运营商。"),
    ),
    4: Entry(
        _USER,
        Words("The chip is in test mode, where profiles cannot be deleted.", "Leave test mode first."),
        Words("芯片处于测试模式，不能删除配置文件。", "请先退出测试模式。"),
    ),
    7: _COMMAND,
    127: _UNDEFINED,
}
_RESET = {
    0: _DONE,
    1: Entry(
        _NOBODY,
        Words("There was nothing to delete.", "Nothing to do."),
        Words("没有可删除的内容。", "无需操作。"),
    ),
    5: _CAT_BUSY,
    127: _UNDEFINED,
}
_AUTHENTICATE = {
    1: _SERVER_CERTIFICATE,
    2: _SERVER_SIGNATURE,
    3: _CURVE,
    4: _NO_SESSION,
    5: Entry(
        _SERVER,
        Words(
            "The server's certificates do not name the same SM-DP+.",
            "Tell the operator: the object identifiers of its certificates must agree.",
        ),
        Words("服务器各证书所标识的 SM-DP+ 不一致。", "请告知运营商：其各证书中的对象标识符必须一致。"),
    ),
    6: Entry(
        _NOBODY,
        Words("The server answered to another challenge than this chip's last one.", "Start again."),
        Words("服务器应答的不是芯片最近一次的质询。", "请重新开始。"),
    ),
    7: Entry(
        _SERVER,
        Words(
            "The server asks the chip to sign under a root the chip does not have.",
            "Tell the operator; its server chose a root outside the chip's list.",
        ),
        Words("服务器要求芯片使用其没有的根来签名。", "请告知运营商：其服务器选择了芯片列表之外的根。"),
    ),
    8: _TRANSACTION,
    9: _CRL,
    10: _CRL,
    11: Entry(
        _SERVER,
        Words("The server's certificate has been revoked.", "Do not use this server; tell the operator."),
        Words("服务器证书已被吊销。", "请勿使用此服务器，并告知运营商。"),
    ),
    12: _CRL,
    13: _CRL,
    14: _NOT_FOUND,
    127: _UNDEFINED,
}
_PREPARE = {
    1: _SERVER_CERTIFICATE,
    2: _SERVER_SIGNATURE,
    3: _CURVE,
    4: _NO_SESSION,
    5: _TRANSACTION,
    127: Entry(
        _NOBODY,
        Words(
            "The chip could not prepare the download and gives no reason; a missing confirmation code can be one.",
            "Start again, with the confirmation code if you have one.",
        ),
        Words("芯片无法准备下载且未说明原因；可能是缺少确认码。", "请重新开始；如有确认码请一并输入。"),
    ),
}
_CANCEL_REASON = {
    0: Entry(
        _USER,
        Words(
            "The user refused the profile.", "Ask the operator for a new code if it was refused by mistake."
        ),
        Words("用户拒绝了该配置文件。", "若属误操作，请向运营商索取新的激活码。"),
    ),
    1: Entry(
        _USER,
        Words("The download was put off.", "Start it again with the same code when it suits."),
        Words("下载已推迟。", "方便时请用同一激活码重新开始。"),
    ),
    2: Entry(
        _USER,
        Words("Nobody answered the question in time.", "Start again with the same code."),
        Words("未在限定时间内得到答复。", "请用同一激活码重新开始。"),
    ),
    3: Entry(
        _OPERATOR,
        Words(
            "The profile carries a policy rule that this chip does not allow.",
            "Ask the operator for a profile without this rule.",
        ),
        Words("该配置文件带有本芯片不允许的策略规则。", "请向运营商索取不含该规则的配置文件。"),
    ),
    4: Entry(
        _SERVER,
        Words(
            "What the server announced and what it delivered are not the same profile.",
            "Tell the operator; nothing was installed.",
        ),
        Words("服务器预告的与实际下发的配置文件不一致。", "请告知运营商；未安装任何内容。"),
    ),
    5: Entry(
        _CHIP,
        Words(
            "The chip broke off while the profile was being loaded.",
            "Start again with the same code; if it stays, tell operator and chip maker.",
        ),
        Words("装载配置文件时芯片中断。", "请用同一激活码重新开始；若持续出现，请告知运营商和芯片厂商。"),
    ),
    127: Entry(
        _NOBODY,
        Words("The session was given up without a stated reason.", "Start again."),
        Words("会话被放弃，未说明原因。", "请重新开始。"),
    ),
}
_CANCEL = {
    5: Entry(
        _NOBODY,
        Words("The chip has no such session: it had ended already.", "Nothing to do."),
        Words("芯片上没有该会话：会话已经结束。", "无需操作。"),
    ),
    127: _UNDEFINED,
}
_REMOVE_NOTIFICATION = {
    0: _DONE,
    1: Entry(
        _USER,
        Words("The chip keeps no notification with this number.", "List the notifications."),
        Words("芯片上没有此编号的通知。", "请列出通知。"),
    ),
    127: _UNDEFINED,
}
_NOTIFICATIONS = {
    1: Entry(
        _NOBODY,
        Words("The chip keeps no such notification.", "Nothing to do."),
        Words("芯片上没有这样的通知。", "无需操作。"),
    ),
    127: _UNDEFINED,
}
_LOAD_CRL = {
    1: _CRL,
    2: _CRL,
    3: Entry(
        _USER,
        Words(
            "The chip has no memory for the revocation list.", "Delete a profile that is no longer needed."
        ),
        Words("芯片没有存放吊销列表的空间。", "请删除不再需要的配置文件。"),
    ),
    4: _CRL,
    5: Entry(
        _NOBODY,
        Words("The chip has a newer revocation list already.", "Nothing to do."),
        Words("芯片已有更新的吊销列表。", "无需操作。"),
    ),
    6: _CRL,
    127: _UNDEFINED,
}

RESULTS: dict[type[IntEnum], dict[int, Entry]] = {
    EnableResult: _ENABLE,
    DisableResult: _DISABLE,
    DeleteResult: _DELETE,
    ResetResult: _RESET,
    SetNicknameResult: {0: _DONE, 1: _NOT_FOUND, 127: _UNDEFINED},
    SetDefaultDpAddressResult: {0: _DONE, 127: _UNDEFINED},
    ProfileInfoListError: {1: _COMMAND, 127: _UNDEFINED},
    AuthenticateErrorCode: _AUTHENTICATE,
    DownloadErrorCode: _PREPARE,
    CancelSessionReason: _CANCEL_REASON,
    CancelSessionError: _CANCEL,
    DeleteNotificationStatus: _REMOVE_NOTIFICATION,
    NotificationsListError: _NOTIFICATIONS,
    LoadCrlError: _LOAD_CRL,
    LpaeActivationResult: {
        0: _DONE,
        1: Entry(
            _CHIP,
            Words("The chip has no LPA of its own.", "Use the LPA of the device."),
            Words("芯片不带自有 LPA。", "请使用终端的 LPA。"),
        ),
    },
}

UNKNOWN_RESULT = Entry(
    _CHIP,
    Words(
        "The chip answered with a code that the standard does not name.",
        "Restart the device and try again; if it stays, give the chip's maker the code.",
    ),
    Words("芯片返回了标准中没有的代码。", "请重启设备后再试；若持续出现，请把代码告知芯片厂商。"),
)
