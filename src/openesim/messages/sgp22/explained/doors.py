"""What stands between an LPA and its card: readers behind PC/SC, serial ports, modems.

Source: 3GPP TS 27.007 §9.2 for the codes of modems.
"""

from __future__ import annotations

from openesim.messages.sgp22.explained.entries import Entry, Owner, Words
from openesim.messages.sgp22.explained.outcomes import LpaOutcome

_USER, _DEVICE, _NOBODY = Owner.USER, Owner.DEVICE_MAKER, Owner.NOBODY

DOORS: dict[LpaOutcome, Entry] = {
    # --- Readers ---------------------------------------------------------------------------------------
    LpaOutcome.PCSC_MISSING: Entry(
        _USER,
        Words(
            "Card readers are reached through PC/SC, and its library is not installed here.",
            "Install it and its service; on Debian and Ubuntu: apt-get install pcscd.",
        ),
        Words(
            "读卡器通过 PC/SC 访问，而本机未安装其库。",
            "请安装该库及其服务；Debian、Ubuntu：apt-get install pcscd。",
        ),
    ),
    LpaOutcome.PCSC_NOT_RUNNING: Entry(
        _USER,
        Words(
            "The PC/SC service (pcscd) does not run.",
            "Start it: systemctl start pcscd.socket, or pcscd as root.",
        ),
        Words("PC/SC 服务（pcscd）未运行。", "请启动：systemctl start pcscd.socket，或以 root 运行 pcscd。"),
    ),
    LpaOutcome.PCSC_NOT_ALLOWED: Entry(
        _USER,
        Words(
            "The PC/SC service does not let you use readers or cards.",
            "Work at the machine itself and not from afar, or have its administrator allow it (polkit, org.debian.pcsc-lite).",
        ),
        Words(
            "PC/SC 服务不允许您使用读卡器或卡。",
            "请在本机而非远程操作，或请管理员授权（polkit，org.debian.pcsc-lite）。",
        ),
    ),
    LpaOutcome.READER_NOT_FOUND: Entry(
        _USER,
        Words(
            "There is no reader of that name.", "Plug it in, or choose from the list: openesim lpa readers."
        ),
        Words("没有该名称的读卡器。", "请连接读卡器，或从列表中选择：openesim lpa readers。"),
    ),
    LpaOutcome.READER_AMBIGUOUS: Entry(
        _USER,
        Words("More than one reader is meant.", "Give more of the name, such as --card 'pcsc:NAME 00 00'."),
        Words("有多个读卡器匹配。", "请写出更完整的名称，例如 --card 'pcsc:NAME 00 00'。"),
    ),
    LpaOutcome.READER_EMPTY: Entry(
        _USER,
        Words("No card is in the reader.", "Put it in and run the command again."),
        Words("读卡器中没有卡。", "请插入卡后重新执行命令。"),
    ),
    LpaOutcome.CARD_MUTE: Entry(
        _USER,
        Words(
            "The card in the reader does not answer a reset.",
            "Take it out, clean its contacts, put it in the right way round and try again.",
        ),
        Words("读卡器中的卡对复位没有应答。", "请取出卡，清洁触点，按正确方向插入后再试。"),
    ),
    LpaOutcome.CARD_IN_USE: Entry(
        _USER,
        Words(
            "Another program uses the card.",
            "End it (gpg-agent, a browser, another LPA), then run the command again.",
        ),
        Words("另一个程序正在使用该卡。", "请关闭它（gpg-agent、浏览器或其他 LPA），然后重新执行命令。"),
    ),
    LpaOutcome.CARD_WAS_RESET: Entry(
        _NOBODY,
        Words(
            "The card was reset meanwhile, and what was going on with it is lost.", "Run the command again."
        ),
        Words("卡在操作期间被复位，进行中的操作已丢失。", "请重新执行命令。"),
    ),
    # --- Serial ports ----------------------------------------------------------------------------------
    LpaOutcome.PORT_NOT_FOUND: Entry(
        _USER,
        Words(
            "There is no such serial port.",
            "Plug the modem in, or choose from the list: openesim lpa readers.",
        ),
        Words("没有该串口。", "请连接调制解调器，或从列表中选择：openesim lpa readers。"),
    ),
    LpaOutcome.PORT_NOT_ALLOWED: Entry(
        _USER,
        Words(
            "You may not open this serial port.",
            "Join the group that owns it, then log in anew; on most systems: sudo usermod -a -G dialout $USER.",
        ),
        Words(
            "您无权打开该串口。", "请加入其所属用户组后重新登录；多数系统：sudo usermod -a -G dialout $USER。"
        ),
    ),
    LpaOutcome.PORT_BUSY: Entry(
        _USER,
        Words(
            "Another program uses this serial port.",
            "End it, often: systemctl stop ModemManager; or take another port of the same modem.",
        ),
        Words(
            "另一个程序正在使用该串口。",
            "请停止它，常见的是：systemctl stop ModemManager；或改用同一调制解调器的其他串口。",
        ),
    ),
    LpaOutcome.PORT_SETTING_WRONG: Entry(
        _USER,
        Words(
            "A serial port is named by its device, with a usual speed.",
            "Write --card at:/dev/ttyUSB2 or --card at:/dev/ttyUSB2,115200.",
        ),
        Words(
            "串口以设备名表示，可带常用速率。",
            "请写成 --card at:/dev/ttyUSB2 或 --card at:/dev/ttyUSB2,115200。",
        ),
    ),
    # --- Modems ----------------------------------------------------------------------------------------
    LpaOutcome.MODEM_SILENT: Entry(
        _USER,
        Words(
            "Nobody answers AT commands at this port, or no longer.",
            "Try the other ports of the modem (one of several takes AT commands) and another speed; then switch the modem off and on.",
        ),
        Words(
            "该串口没有对 AT 命令的应答，或已停止应答。",
            "请尝试该调制解调器的其他串口（通常其中一个接受 AT 命令）和其他速率；然后将调制解调器断电重启。",
        ),
    ),
    LpaOutcome.MODEM_WITHOUT_APDUS: Entry(
        _DEVICE,
        Words(
            "The modem passes no commands to its card: it knows neither AT+CSIM nor AT+CCHO and AT+CGLA.",
            "Look for newer firmware, or put the card into a reader (pcsc:).",
        ),
        Words(
            "该调制解调器不向卡传递命令：既不支持 AT+CSIM，也不支持 AT+CCHO 和 AT+CGLA。",
            "请升级固件，或把卡放入读卡器（pcsc:）。",
        ),
    ),
    LpaOutcome.MODEM_REFUSED: Entry(
        _DEVICE,
        Words(
            "The modem refused to pass a command to its card.",
            "Switch the modem off and on and try again; some need a smaller block size (--block-size 120).",
        ),
        Words(
            "调制解调器拒绝向卡传递命令。",
            "请将调制解调器断电重启后再试；有些调制解调器需要较小的数据块（--block-size 120）。",
        ),
    ),
    LpaOutcome.SIM_ABSENT: Entry(
        _USER,
        Words(
            "The modem finds no card.", "Put it in firmly; if the modem has two slots, choose the other one."
        ),
        Words("调制解调器未发现卡。", "请插好卡；若调制解调器有两个卡槽，请选择另一个。"),
    ),
    LpaOutcome.SIM_PIN_REQUIRED: Entry(
        _USER,
        Words(
            "The enabled profile asks for its PIN before the modem lets anybody near the card.",
            'Give it to the modem first (AT+CPIN="1234"); three wrong ones block it.',
        ),
        Words(
            "已启用的配置文件要求先输入 PIN，调制解调器才允许访问卡。",
            '请先向调制解调器输入 PIN（AT+CPIN="1234"）；连续三次错误将被锁定。',
        ),
    ),
    LpaOutcome.SIM_PUK_REQUIRED: Entry(
        _USER,
        Words(
            "The PIN of the enabled profile is blocked.",
            'Ask its operator for the PUK and give it to the modem with a new PIN (AT+CPIN="PUK","PIN").',
        ),
        Words(
            "已启用配置文件的 PIN 已被锁定。",
            '请向运营商索取 PUK，并连同新 PIN 输入调制解调器（AT+CPIN="PUK","PIN"）。',
        ),
    ),
    LpaOutcome.SIM_BUSY: Entry(
        _NOBODY,
        Words("The modem is busy with the card.", "Wait half a minute and run the command again."),
        Words("调制解调器正忙于处理卡。", "请等待半分钟后重新执行命令。"),
    ),
    LpaOutcome.SIM_FAILED: Entry(
        _USER,
        Words(
            "The modem cannot talk to the card.",
            "Switch the modem off and on; if it stays, try the card in a reader.",
        ),
        Words("调制解调器无法与卡通信。", "请将调制解调器断电重启；若持续出现，请把卡放入读卡器再试。"),
    ),
}
