"""Status words of cards, as an LPA meets them.

Source: ETSI TS 102 221 §10.2.1; SGP.22 v2.5 §5.7.2; ISO/IEC 7816-4 §5.6.
"""

from __future__ import annotations

from openesim.messages.sgp22.explained.entries import Entry, Owner, Words

_USER, _DEVICE, _CHIP, _NOBODY = Owner.USER, Owner.DEVICE_MAKER, Owner.CHIP_MAKER, Owner.NOBODY

_RETRY = Words(
    "The chip does not allow this command now.",
    "Wait a few seconds and try again; restart the device if it stays.",
)
_RETRY_ZH = Words("芯片当前不允许此命令。", "请等待几秒后重试；若持续出现请重启设备。")
_PROGRAM = Words(
    "The chip does not take the command in this form.",
    "Try a smaller block size (--block-size 120); if it stays, report the status word to the makers of this program.",
)
_PROGRAM_ZH = Words(
    "芯片不接受此形式的命令。",
    "请改用较小的数据块（--block-size 120）；若持续出现，请把状态字告知本程序开发者。",
)
_BROKEN = Words(
    "The chip reports a failure of its memory or of its own software.",
    "Restart the device and try again; if it stays, the chip is defective.",
)
_BROKEN_ZH = Words("芯片报告存储器或自身软件故障。", "请重启设备后再试；若持续出现，芯片已损坏。")

STATUS_WORDS: dict[int, Entry] = {
    0x6581: Entry(_CHIP, _BROKEN, _BROKEN_ZH),
    0x6700: Entry(_DEVICE, _PROGRAM, _PROGRAM_ZH),
    0x6881: Entry(
        _NOBODY,
        Words(
            "The logical channel is closed: the chip was reset, as after a change of profile.",
            "Run the command again.",
        ),
        Words("逻辑通道已关闭：芯片已复位，例如切换配置文件之后。", "请重新执行命令。"),
    ),
    0x6882: Entry(_DEVICE, _PROGRAM, _PROGRAM_ZH),
    0x6982: Entry(
        _DEVICE,
        Words(
            "The chip demands a right that this program does not have.",
            "Use the device's own LPA, or a card reader that does not filter commands.",
        ),
        Words("芯片要求本程序所不具备的权限。", "请使用终端自带的 LPA，或不过滤命令的读卡器。"),
    ),
    0x6985: Entry(_NOBODY, _RETRY, _RETRY_ZH),
    0x6A80: Entry(_DEVICE, _PROGRAM, _PROGRAM_ZH),
    0x6A81: Entry(
        _USER,
        Words(
            "The card has no logical channel left or does not know logical channels.",
            "Close other programs that use the card, or restart the device.",
        ),
        Words("卡已没有可用的逻辑通道，或不支持逻辑通道。", "请关闭其他使用该卡的程序，或重启设备。"),
    ),
    0x6A82: Entry(
        _USER,
        Words(
            "The card has no eSIM administration (ISD-R) under this name: it is no eUICC, or a removable one with a name of its own.",
            "Use an eUICC; if the card is one, ask its seller for the ISD-R AID and give it with --aid.",
        ),
        Words(
            "卡上没有此名称的 eSIM 管理应用（ISD-R）：它不是 eUICC，或是使用自定义名称的可插拔 eUICC。",
            "请使用 eUICC；若确是 eUICC，请向销售方索取 ISD-R AID，并用 --aid 指定。",
        ),
    ),
    0x6A84: Entry(
        _USER,
        Words("The chip's memory is full.", "Delete a profile that is no longer needed."),
        Words("芯片存储空间已满。", "请删除不再需要的配置文件。"),
    ),
    0x6A86: Entry(_DEVICE, _PROGRAM, _PROGRAM_ZH),
    0x6A88: Entry(
        _CHIP,
        Words(
            "The chip does not know this command or this part of the package.",
            "The chip's version is too old for it, or the transfer was cut short; start again.",
        ),
        Words("芯片不认识此命令或数据包的这一部分。", "芯片版本过旧，或传输不完整；请重新开始。"),
    ),
    0x6D00: Entry(
        _USER,
        Words("The card does not know the command: it is no eUICC.", "Use an eUICC."),
        Words("卡不认识该命令：它不是 eUICC。", "请使用 eUICC。"),
    ),
    0x6E00: Entry(
        _USER,
        Words("The card does not know this class of commands: it is no eUICC.", "Use an eUICC."),
        Words("卡不认识此类命令：它不是 eUICC。", "请使用 eUICC。"),
    ),
    0x6F00: Entry(_CHIP, _BROKEN, _BROKEN_ZH),
}

ANY_STATUS_WORD = Entry(
    _CHIP,
    Words(
        "The chip refused a command with a status word that has no published meaning here.",
        "Restart the device and try again; if it stays, give the chip's maker the status word.",
    ),
    Words(
        "芯片以状态字拒绝了命令，公开资料中没有对应说明。",
        "请重启设备后再试；若持续出现，请把状态字告知芯片厂商。",
    ),
)
