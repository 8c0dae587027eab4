"""Why an installation failed: command and reason of the chip, and status codes of the profile interpreter.

The reason decides the entry; the command and the interpreter's statuses are told beside it, since only they
say where in the profile it stopped.

Source: SGP.22 v2.5 §2.5.6; TCA eUICC Profile Package 3.3.1 §8.11 (PEStatus).
"""

from __future__ import annotations

from openesim.messages.sgp22.explained.entries import Entry, Owner, Words
from openesim.messages.sgp22.notifications import BppCommandId, ErrorReason

_USER, _OPERATOR, _SERVER = Owner.USER, Owner.OPERATOR, Owner.SERVER_ADMINISTRATOR
_CHIP, _NOBODY = Owner.CHIP_MAKER, Owner.NOBODY

_MANGLED = Entry(
    _NOBODY,
    Words(
        "The chip could not decrypt or check what the server sent.",
        "Start again with the same code. If it happens every time, give the operator EID and time: the profile was protected wrongly.",
    ),
    Words(
        "芯片无法解密或校验服务器下发的数据。",
        "请用同一激活码重新开始；若每次都出现，请把 EID 和时间告知运营商：配置文件的保护有误。",
    ),
)
_SERVER_FAULT = Entry(
    _SERVER,
    Words(
        "The chip refused the package before any of it was installed: the server built it wrongly.",
        "Tell the operator; nothing was installed.",
    ),
    Words("芯片在安装前拒绝了该数据包：服务器构造有误。", "请告知运营商；未安装任何内容。"),
)
_ENTERPRISE = Entry(
    _OPERATOR,
    Words(
        "The profile carries rules of an enterprise that this chip or device does not take.",
        "Ask the operator or the enterprise's administrator for another profile.",
    ),
    Words("该配置文件带有本芯片或终端不接受的企业规则。", "请向运营商或企业管理员索取其他配置文件。"),
)

REASONS: dict[int, Entry] = {
    ErrorReason.INCORRECT_INPUT_VALUES: _SERVER_FAULT,
    ErrorReason.INVALID_SIGNATURE: Entry(
        _SERVER,
        Words(
            "The server's signature over the secure channel is false.",
            "Start again with the same code; if it stays, the server is set up wrongly: tell the operator.",
        ),
        Words(
            "服务器对安全通道的签名无效。",
            "请用同一激活码重新开始；若持续出现，请告知运营商：服务器配置有误。",
        ),
    ),
    ErrorReason.INVALID_TRANSACTION_ID: Entry(
        _NOBODY,
        Words("The package belongs to another session.", "Start again with the same code."),
        Words("该数据包属于另一个会话。", "请用同一激活码重新开始。"),
    ),
    ErrorReason.UNSUPPORTED_CRT_VALUES: _SERVER_FAULT,
    ErrorReason.UNSUPPORTED_REMOTE_OPERATION_TYPE: _SERVER_FAULT,
    ErrorReason.UNSUPPORTED_PROFILE_CLASS: Entry(
        _OPERATOR,
        Words(
            "The chip does not take profiles of this class (test, provisioning or operational).",
            "Ask the operator for an operational profile; test profiles need a chip that supports them.",
        ),
        Words(
            "芯片不接受此类别的配置文件（测试、引导或正式）。",
            "请向运营商索取正式配置文件；测试配置文件需要支持它的芯片。",
        ),
    ),
    ErrorReason.SCP03T_STRUCTURE_ERROR: _MANGLED,
    ErrorReason.SCP03T_SECURITY_ERROR: _MANGLED,
    ErrorReason.INSTALL_FAILED_DUE_TO_ICCID_ALREADY_EXISTS_ON_EUICC: Entry(
        _USER,
        Words(
            "A profile with this ICCID is on the chip already.",
            "Use the one that is there, or delete it first and download again.",
        ),
        Words("芯片上已有此 ICCID 的配置文件。", "请直接使用它，或先删除再重新下载。"),
    ),
    ErrorReason.INSTALL_FAILED_DUE_TO_INSUFFICIENT_MEMORY_FOR_PROFILE: Entry(
        _USER,
        Words(
            "The chip has not enough memory for this profile.",
            "Delete a profile that is no longer needed, then download again.",
        ),
        Words("芯片存储空间不足以装入此配置文件。", "请删除不再需要的配置文件，然后重新下载。"),
    ),
    ErrorReason.INSTALL_FAILED_DUE_TO_INTERRUPTION: Entry(
        _NOBODY,
        Words(
            "The installation was interrupted, by a loss of power or a reset.",
            "Download again with the same code; the chip removed what was half done.",
        ),
        Words("安装被断电或复位中断。", "请用同一激活码重新下载；芯片已清除未完成的部分。"),
    ),
    ErrorReason.INSTALL_FAILED_DUE_TO_PE_PROCESSING_ERROR: Entry(
        _OPERATOR,
        Words(
            "The chip cannot carry out a part of the profile; chip and profile do not fit together.",
            "Tell the operator the chip's EID and the status: it needs a profile made for this chip, or the chip an update from its maker.",
        ),
        Words(
            "芯片无法执行配置文件中的某一部分；芯片与配置文件不兼容。",
            "请把芯片 EID 和状态码告知运营商：需要适配此芯片的配置文件，或由芯片厂商更新芯片。",
        ),
    ),
    ErrorReason.INSTALL_FAILED_DUE_TO_DATA_MISMATCH: Entry(
        _OPERATOR,
        Words(
            "ICCID or owner inside the profile differ from the metadata.",
            "Tell the operator: the profile was put together wrongly.",
        ),
        Words("配置文件内的 ICCID 或所有者与元数据不一致。", "请告知运营商：配置文件制作有误。"),
    ),
    ErrorReason.TEST_PROFILE_INSTALL_FAILED_DUE_TO_INVALID_NAA_KEY: Entry(
        _OPERATOR,
        Words(
            "It is a test profile with keys that are not the published test keys.",
            "Ask for a test profile with test keys, or for an operational profile.",
        ),
        Words(
            "这是测试配置文件，但其密钥不是公开的测试密钥。",
            "请索取使用测试密钥的测试配置文件，或正式配置文件。",
        ),
    ),
    ErrorReason.PPR_NOT_ALLOWED: Entry(
        _OPERATOR,
        Words(
            "The profile carries a policy rule that this chip does not allow.",
            "Ask the operator for a profile without this rule.",
        ),
        Words("该配置文件带有本芯片不允许的策略规则。", "请向运营商索取不含该规则的配置文件。"),
    ),
    17: _ENTERPRISE,
    18: _ENTERPRISE,
    19: _ENTERPRISE,
    20: _ENTERPRISE,
    21: _ENTERPRISE,
    22: _ENTERPRISE,
    23: _ENTERPRISE,
    26: _SERVER_FAULT,
    ErrorReason.INSTALL_FAILED_DUE_TO_UNKNOWN_ERROR: Entry(
        _CHIP,
        Words(
            "The installation failed and the chip gives no reason.",
            "Download again with the same code; if it stays, tell operator and chip maker.",
        ),
        Words("安装失败且芯片未说明原因。", "请用同一激活码重新下载；若持续出现，请告知运营商和芯片厂商。"),
    ),
}

UNKNOWN_REASON = REASONS[ErrorReason.INSTALL_FAILED_DUE_TO_UNKNOWN_ERROR]

COMMANDS: dict[int, tuple[str, str]] = {
    BppCommandId.INITIALISE_SECURE_CHANNEL: ("while opening the secure channel", "建立安全通道时"),
    BppCommandId.CONFIGURE_ISDP: ("while configuring the new domain", "配置新的安全域时"),
    BppCommandId.STORE_METADATA: ("while storing the metadata", "保存元数据时"),
    BppCommandId.STORE_METADATA2: ("while storing the metadata", "保存元数据时"),
    BppCommandId.REPLACE_SESSION_KEYS: ("while replacing the session keys", "更换会话密钥时"),
    BppCommandId.LOAD_PROFILE_ELEMENTS: ("while loading the profile elements", "装载配置文件内容时"),
}

PE_STATUSES: dict[int, tuple[str, str]] = {
    0: ("ok", "正常"),
    1: ("profile element not supported", "不支持该配置文件元素"),
    2: ("memory failure", "存储器故障"),
    3: ("bad values", "取值错误"),
    4: ("not enough memory", "存储空间不足"),
    5: ("invalid request format", "请求格式无效"),
    6: ("invalid parameter", "参数无效"),
    7: ("runtime not supported", "不支持该运行环境"),
    8: ("library not supported", "不支持该库"),
    9: ("template not supported", "不支持该模板"),
    10: ("feature not supported", "不支持该功能"),
    11: ("PIN code missing", "缺少 PIN 码"),
    31: ("profile package version not supported", "不支持该配置文件包版本"),
}


def pe_status_text(status: int) -> tuple[str, str]:
    """Return the meaning of a status of the profile interpreter, in English and Chinese."""
    if status in PE_STATUSES:
        return PE_STATUSES[status]
    if 0x6000 <= status <= 0x6FFF or 0x9000 <= status <= 0x9FFF:
        return f"status word {status:04X}", f"状态字 {status:04X}"
    if 0xA000 <= status <= 0xFFFF:
        return f"the chip maker's own code {status:04X}", f"芯片厂商自定义代码 {status:04X}"
    return f"status {status}", f"状态 {status}"
