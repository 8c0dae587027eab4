"""What an LPA finds out by itself: about codes, cards, servers on the line, and what the user decides.

Source: SGP.22 v2.5 §3.0.1, §3.1.3, §3.5; RFC 8446 §6.2 for TLS.
"""

from __future__ import annotations

from enum import StrEnum

from openesim.messages.sgp22.explained.entries import Entry, Owner, Words

_USER, _OPERATOR, _SERVER = Owner.USER, Owner.OPERATOR, Owner.SERVER_ADMINISTRATOR
_DEVICE, _CHIP, _NOBODY = Owner.DEVICE_MAKER, Owner.CHIP_MAKER, Owner.NOBODY


class LpaOutcome(StrEnum):
    """Outcomes that no server and no chip has a code for."""

    ACTIVATION_CODE_INVALID = "activation-code-invalid"
    ACTIVATION_CODE_EATEN_BY_SHELL = "activation-code-eaten-by-shell"
    NO_DEFAULT_SERVER = "no-default-server"
    NO_DISCOVERY_SERVER = "no-discovery-server"
    EVENT_LEADS_NOWHERE = "event-leads-nowhere"
    SERVER_ADDRESS_MISMATCH = "server-address-mismatch"
    SERVER_OID_MISMATCH = "server-oid-mismatch"
    TRANSACTION_MISMATCH = "transaction-mismatch"
    ALREADY_INSTALLED = "already-installed"
    PPR_NOT_ALLOWED = "ppr-not-allowed"
    PPR1_BESIDE_OTHER_PROFILES = "ppr1-beside-other-profiles"
    PPR_CHANGED = "ppr-changed"
    METADATA_MISMATCH = "metadata-mismatch"
    USER_REFUSED = "user-refused"
    USER_POSTPONED = "user-postponed"
    USER_DID_NOT_ANSWER = "user-did-not-answer"
    CONFIRMATION_CODE_NOT_GIVEN = "confirmation-code-not-given"
    PACKAGE_MALFORMED = "package-malformed"
    NO_INSTALLATION_RESULT = "no-installation-result"
    CARD_GONE = "card-gone"
    CARD_ANSWER_UNREADABLE = "card-answer-unreadable"
    COMMAND_TOO_LONG = "command-too-long"
    PCSC_MISSING = "pcsc-missing"
    PCSC_NOT_RUNNING = "pcsc-not-running"
    PCSC_NOT_ALLOWED = "pcsc-not-allowed"
    READER_NOT_FOUND = "reader-not-found"
    READER_AMBIGUOUS = "reader-ambiguous"
    READER_EMPTY = "reader-empty"
    CARD_MUTE = "card-mute"
    CARD_IN_USE = "card-in-use"
    CARD_WAS_RESET = "card-was-reset"
    PORT_NOT_FOUND = "port-not-found"
    PORT_NOT_ALLOWED = "port-not-allowed"
    PORT_BUSY = "port-busy"
    PORT_SETTING_WRONG = "port-setting-wrong"
    MODEM_SILENT = "modem-silent"
    MODEM_WITHOUT_APDUS = "modem-without-apdus"
    MODEM_REFUSED = "modem-refused"
    SIM_ABSENT = "sim-absent"
    SIM_PIN_REQUIRED = "sim-pin-required"
    SIM_PUK_REQUIRED = "sim-puk-required"
    SIM_BUSY = "sim-busy"
    SIM_FAILED = "sim-failed"
    PROFILE_NOT_FOUND = "profile-not-found"
    PROFILE_AMBIGUOUS = "profile-ambiguous"
    NOTIFICATION_NOT_FOUND = "notification-not-found"
    NOTIFICATION_UNDELIVERED = "notification-undelivered"
    NOT_CONFIRMED = "not-confirmed"
    NAME_UNKNOWN = "name-unknown"
    CONNECTION_FAILED = "connection-failed"
    TIMED_OUT = "timed-out"
    TLS_UNKNOWN_CA = "tls-unknown-ca"
    TLS_NAME_MISMATCH = "tls-name-mismatch"
    TLS_EXPIRED = "tls-expired"
    TLS_NOT_YET_VALID = "tls-not-yet-valid"
    TLS_FAILED = "tls-failed"
    SERVER_BUSY = "server-busy"
    SERVER_FAILED = "server-failed"
    REQUEST_REJECTED = "request-rejected"
    REDIRECTED = "redirected"
    ANSWER_UNREADABLE = "answer-unreadable"
    ANSWER_TOO_LARGE = "answer-too-large"
    INTERRUPTED = "interrupted"
    SETTING_WRONG = "setting-wrong"
    UNEXPLAINED = "unexplained"


OUTCOMES: dict[LpaOutcome, Entry] = {
    # --- Activation code -------------------------------------------------------------------------------
    LpaOutcome.ACTIVATION_CODE_INVALID: Entry(
        _USER,
        Words(
            "This is no activation code. One looks like LPA:1$smdp.example.com$MATCHING-ID.",
            "Copy the whole code again, from LPA:1 to the end, and put it in single quotes.",
        ),
        Words(
            "这不是激活码。激活码形如 LPA:1$smdp.example.com$MATCHING-ID。",
            "请重新复制从 LPA:1 到结尾的完整激活码，并用单引号括起来。",
        ),
    ),
    LpaOutcome.ACTIVATION_CODE_EATEN_BY_SHELL: Entry(
        _USER,
        Words(
            "Parts of the activation code are missing: without single quotes the shell takes $ and the word behind it for a variable.",
            "Put the code in single quotes: 'LPA:1$smdp.example.com$MATCHING-ID' (double quotes do not help).",
        ),
        Words(
            "激活码缺少部分内容：没有单引号时，shell 会把 $ 及其后的词当作变量替换掉。",
            "请用单引号括起激活码：'LPA:1$smdp.example.com$MATCHING-ID'（双引号不起作用）。",
        ),
    ),
    LpaOutcome.NO_DEFAULT_SERVER: Entry(
        _USER,
        Words(
            "No activation code was given, and the chip has no default server (SM-DP+) set.",
            "Give an activation code, or set the default server with default-smdp.",
        ),
        Words(
            "未提供激活码，且芯片未设置默认服务器（SM-DP+）。",
            "请提供激活码，或用 default-smdp 设置默认服务器。",
        ),
    ),
    LpaOutcome.NO_DISCOVERY_SERVER: Entry(
        _USER,
        Words(
            "The chip has no discovery server (SM-DS) set, and none was named.",
            "Name the discovery server, or download with an activation code.",
        ),
        Words(
            "芯片未设置发现服务器（SM-DS），也未指定其地址。",
            "请指定发现服务器，或用激活码下载。",
        ),
    ),
    LpaOutcome.EVENT_LEADS_NOWHERE: Entry(
        _OPERATOR,
        Words(
            "The discovery servers (SM-DS) refer to one another, and none of them to a profile.",
            "Ask the operator to register the event again, or for an activation code.",
        ),
        Words(
            "各发现服务器（SM-DS）相互指引，没有一个指向配置文件。",
            "请运营商重新登记事件，或向其索取激活码。",
        ),
    ),
    # --- Server ----------------------------------------------------------------------------------------
    LpaOutcome.SERVER_ADDRESS_MISMATCH: Entry(
        _SERVER,
        Words(
            "The server signs for another address than the one that was called. Nothing was given to the chip.",
            "Check the address. If it is right, the server is set up under another name, or somebody stands in between.",
        ),
        Words(
            "服务器签名中的地址与所访问的地址不同；未向芯片传递任何数据。",
            "请核对地址；若无误，则服务器配置了其他名称，或有人从中拦截。",
        ),
    ),
    LpaOutcome.SERVER_OID_MISMATCH: Entry(
        _OPERATOR,
        Words(
            "The server's certificate does not carry the object identifier that the activation code demands.",
            "Do not go on with this code; ask the operator for a new one.",
        ),
        Words("服务器证书中的对象标识符与激活码要求的不符。", "请勿继续使用此激活码；请向运营商索取新的。"),
    ),
    LpaOutcome.TRANSACTION_MISMATCH: Entry(
        _SERVER,
        Words("The server answered for another session.", "Start again; if it stays, tell the operator."),
        Words("服务器应答的是另一个会话。", "请重新开始；若持续出现请告知运营商。"),
    ),
    # --- Profile ---------------------------------------------------------------------------------------
    LpaOutcome.ALREADY_INSTALLED: Entry(
        _USER,
        Words(
            "This profile is on the chip already; nothing was changed, and the code was not used up.",
            "Enable it. To install it anew, delete it first and ask the operator whether the code may be used again.",
        ),
        Words(
            "芯片上已有此配置文件；未作任何改动，激活码也未被用掉。",
            "请直接启用它。如需重新安装，请先删除，并询问运营商该激活码能否再次使用。",
        ),
    ),
    LpaOutcome.PPR_NOT_ALLOWED: Entry(
        _OPERATOR,
        Words(
            "The profile forbids to disable or to delete it, and this chip does not allow its operator to do so.",
            "Ask the operator for a profile without this rule.",
        ),
        Words(
            "该配置文件禁止停用或删除，而本芯片不允许该运营商设置这种规则。",
            "请向运营商索取不含该规则的配置文件。",
        ),
    ),
    LpaOutcome.PPR1_BESIDE_OTHER_PROFILES: Entry(
        _USER,
        Words(
            "The profile could never be disabled again, so it may only be installed on a chip without other profiles.",
            "Delete the other profiles first, or ask the operator for a profile without this rule.",
        ),
        Words(
            "该配置文件装入后不可停用，因此只能装入没有其他配置文件的芯片。",
            "请先删除其他配置文件，或向运营商索取不含该规则的配置文件。",
        ),
    ),
    LpaOutcome.PPR_CHANGED: Entry(
        _SERVER,
        Words(
            "The delivered profile carries other policy rules than you agreed to; it was not installed.",
            "Tell the operator.",
        ),
        Words("下发的配置文件所带策略规则与您同意的不同；未安装。", "请告知运营商。"),
    ),
    LpaOutcome.METADATA_MISMATCH: Entry(
        _SERVER,
        Words(
            "The delivered profile is not the one that was shown to you; it was not installed.",
            "Tell the operator.",
        ),
        Words("下发的配置文件与向您展示的不是同一个；未安装。", "请告知运营商。"),
    ),
    LpaOutcome.PACKAGE_MALFORMED: Entry(
        _SERVER,
        Words(
            "The server delivered a package that is built wrongly.",
            "Tell the operator; nothing was installed.",
        ),
        Words("服务器下发的数据包构造有误。", "请告知运营商；未安装任何内容。"),
    ),
    # --- User ------------------------------------------------------------------------------------------
    LpaOutcome.USER_REFUSED: Entry(
        _USER,
        Words(
            "You refused the profile; the server was told, and as a rule closes the order.",
            "If that was a mistake, try the same code once more, else ask the operator for a new one.",
        ),
        Words(
            "您拒绝了该配置文件；已通知服务器，服务器通常会关闭订单。",
            "若属误操作，请先用同一激活码重试，否则向运营商索取新的激活码。",
        ),
    ),
    LpaOutcome.USER_POSTPONED: Entry(
        _USER,
        Words(
            "The download was put off; the code stays valid.", "Start again with the same code when it suits."
        ),
        Words("下载已推迟；激活码仍然有效。", "方便时请用同一激活码重新开始。"),
    ),
    LpaOutcome.USER_DID_NOT_ANSWER: Entry(
        _USER,
        Words(
            "Nobody answered the question; the code stays valid.",
            "Start again with the same code and answer, or give --yes.",
        ),
        Words("无人回答提问；激活码仍然有效。", "请用同一激活码重新开始并作答，或加上 --yes。"),
    ),
    LpaOutcome.CONFIRMATION_CODE_NOT_GIVEN: Entry(
        _USER,
        Words(
            "This download needs a confirmation code, and none was given; the activation code stays valid.",
            "Start again and give the confirmation code, which the operator sent apart from the activation code (--confirmation-code).",
        ),
        Words(
            "此下载需要确认码，但未提供；激活码仍然有效。",
            "请重新开始并提供确认码（--confirmation-code）；确认码由运营商与激活码分开发送。",
        ),
    ),
    LpaOutcome.NOT_CONFIRMED: Entry(
        _USER,
        Words(
            "It was not confirmed, so nothing was done.", "Run the command again and confirm, or give --yes."
        ),
        Words("未得到确认，因此未执行任何操作。", "请重新执行命令并确认，或加上 --yes。"),
    ),
    LpaOutcome.INTERRUPTED: Entry(
        _USER,
        Words(
            "The command was interrupted.",
            "Run it again; an unfinished download begins anew with the same code.",
        ),
        Words("命令被中断。", "请重新执行；未完成的下载可用同一激活码重新开始。"),
    ),
    # --- Card ------------------------------------------------------------------------------------------
    LpaOutcome.NO_INSTALLATION_RESULT: Entry(
        _CHIP,
        Words(
            "The chip took the whole package and did not say how the installation went.",
            "Look at the list of profiles; if the profile is not there, start again with the same code.",
        ),
        Words(
            "芯片接收了整个数据包，但未返回安装结果。",
            "请查看配置文件列表；若没有该配置文件，请用同一激活码重新开始。",
        ),
    ),
    LpaOutcome.CARD_GONE: Entry(
        _USER,
        Words(
            "The card does not answer any more.",
            "Check that it sits firmly and has power, then run the command again; an unfinished download begins anew with the same code.",
        ),
        Words(
            "卡不再应答。",
            "请确认卡已插好并供电，然后重新执行命令；未完成的下载可用同一激活码重新开始。",
        ),
    ),
    LpaOutcome.CARD_ANSWER_UNREADABLE: Entry(
        _CHIP,
        Words(
            "The chip's answer does not follow the standard.",
            "Restart the device and try again; if it stays, report the chip's name and version.",
        ),
        Words("芯片的应答不符合标准。", "请重启设备后再试；若持续出现，请反馈芯片型号和版本。"),
    ),
    LpaOutcome.COMMAND_TOO_LONG: Entry(
        _SERVER,
        Words(
            "A part of the package is longer than a command to a card can be.",
            "Tell the operator, or try a larger block size if you made it small.",
        ),
        Words("数据包的某一部分超出了卡命令的最大长度。", "请告知运营商；若您调小过数据块，请调大后再试。"),
    ),
    LpaOutcome.PROFILE_NOT_FOUND: Entry(
        _USER,
        Words(
            "No profile on the chip matches.", "List the profiles; give an ICCID, an AID, or the end of one."
        ),
        Words("芯片上没有匹配的配置文件。", "请列出配置文件；可填写 ICCID、AID 或其末尾几位。"),
    ),
    LpaOutcome.PROFILE_AMBIGUOUS: Entry(
        _USER,
        Words("More than one profile matches.", "Give more digits of the ICCID or AID."),
        Words("有多个配置文件匹配。", "请多填几位 ICCID 或 AID。"),
    ),
    # --- Notifications ---------------------------------------------------------------------------------
    LpaOutcome.NOTIFICATION_NOT_FOUND: Entry(
        _USER,
        Words("The chip keeps no notification with this number.", "List the notifications."),
        Words("芯片上没有此编号的通知。", "请列出通知。"),
    ),
    LpaOutcome.NOTIFICATION_UNDELIVERED: Entry(
        _NOBODY,
        Words(
            "The server has not heard of it yet: the notification could not be delivered and is kept on the chip.",
            "When there is a network, run notifications process. Until then the server believes the old state, and a deleted profile cannot be downloaded again.",
        ),
        Words(
            "服务器尚不知情：通知未能送达，仍保留在芯片上。",
            "网络可用时请执行 notifications process。在此之前服务器仍以为是旧状态，已删除的配置文件也无法重新下载。",
        ),
    ),
    # --- On the line -----------------------------------------------------------------------------------
    LpaOutcome.NAME_UNKNOWN: Entry(
        _USER,
        Words(
            "The server's name cannot be resolved: no network, no name server, or a name that does not exist.",
            "Check the network and the address. For a laboratory server give --resolve NAME=HOST:PORT.",
        ),
        Words(
            "无法解析服务器名称：没有网络、没有域名服务，或名称不存在。",
            "请检查网络和地址；实验室服务器可用 --resolve NAME=HOST:PORT。",
        ),
    ),
    LpaOutcome.CONNECTION_FAILED: Entry(
        _NOBODY,
        Words(
            "The server could not be reached, or the connection broke.",
            "Check the network and run the same command again; a download begins anew with the same code and the chip's kept key.",
        ),
        Words(
            "无法连接服务器，或连接中断。",
            "请检查网络并重新执行同一命令；下载可用同一激活码重新开始，芯片会沿用已保存的密钥。",
        ),
    ),
    LpaOutcome.TIMED_OUT: Entry(
        _NOBODY,
        Words(
            "The server did not answer in time.",
            "Run the same command again; a download begins anew with the same code and the chip's kept key.",
        ),
        Words(
            "服务器未及时应答。", "请重新执行同一命令；下载可用同一激活码重新开始，芯片会沿用已保存的密钥。"
        ),
    ),
    LpaOutcome.TLS_UNKNOWN_CA: Entry(
        _USER,
        Words(
            "The server's TLS certificate is signed under a root that this machine does not trust.",
            "For a laboratory give its root certificate: --trust CI.pem. Public servers of operators use the GSMA root: get it from the GSMA and give it the same way.",
        ),
        Words(
            "服务器的 TLS 证书由本机不信任的根签发。",
            "实验室请给出其根证书：--trust CI.pem。运营商的公开服务器使用 GSMA 根证书：请从 GSMA 获取并同样给出。",
        ),
    ),
    LpaOutcome.TLS_NAME_MISMATCH: Entry(
        _SERVER,
        Words(
            "The server's TLS certificate was made for another name.",
            "Check the address of the activation code; with --resolve, NAME must be the name in the certificate.",
        ),
        Words(
            "服务器的 TLS 证书是为另一个名称签发的。",
            "请核对激活码中的地址；使用 --resolve 时，NAME 必须是证书中的名称。",
        ),
    ),
    LpaOutcome.TLS_EXPIRED: Entry(
        _SERVER,
        Words(
            "The server's TLS certificate has expired.",
            "Check this machine's clock; if it is right, tell the operator to renew the certificate.",
        ),
        Words("服务器的 TLS 证书已过期。", "请检查本机时钟；若无误，请告知运营商更新证书。"),
    ),
    LpaOutcome.TLS_NOT_YET_VALID: Entry(
        _USER,
        Words(
            "The server's TLS certificate is not valid yet.",
            "Check this machine's clock; it probably runs behind.",
        ),
        Words("服务器的 TLS 证书尚未生效。", "请检查本机时钟，可能走慢了。"),
    ),
    LpaOutcome.TLS_FAILED: Entry(
        _SERVER,
        Words(
            "No secure connection could be made: client and server share no TLS version or cipher, or the port speaks no TLS.",
            "Check host and port. For a server without TLS in a laboratory give --plain-http.",
        ),
        Words(
            "无法建立安全连接：双方没有共同的 TLS 版本或密码套件，或该端口不支持 TLS。",
            "请检查主机和端口；实验室中未启用 TLS 的服务器可用 --plain-http。",
        ),
    ),
    LpaOutcome.SERVER_BUSY: Entry(
        _NOBODY,
        Words("The server is overloaded and asks to wait.", "Wait a little and run the same command again."),
        Words("服务器繁忙，请求稍候。", "请稍候再执行同一命令。"),
    ),
    LpaOutcome.SERVER_FAILED: Entry(
        _SERVER,
        Words(
            "The server failed inside.",
            "Run the same command again later; if it stays, give the operator the time of the attempt.",
        ),
        Words("服务器内部出错。", "请稍后重新执行同一命令；若持续出现，请把时间告知运营商。"),
    ),
    LpaOutcome.REQUEST_REJECTED: Entry(
        _USER,
        Words(
            "What answered does not take the request: perhaps it is no SM-DP+, or a proxy stands in between.",
            "Check host and port of the address.",
        ),
        Words("对方不接受该请求：可能不是 SM-DP+，或中间有代理。", "请检查地址的主机和端口。"),
    ),
    LpaOutcome.REDIRECTED: Entry(
        _USER,
        Words(
            "The server sends the request elsewhere, which an SM-DP+ must not do; a captive portal of a network does.",
            "Sign in to the network, or check host and port of the address.",
        ),
        Words(
            "服务器要求重定向，SM-DP+ 不应如此；可能是网络的登录页面。",
            "请先登录网络，或检查地址的主机和端口。",
        ),
    ),
    LpaOutcome.ANSWER_UNREADABLE: Entry(
        _SERVER,
        Words(
            "The server's answer does not follow the standard.",
            "Check host and port of the address; if they are right, tell the operator.",
        ),
        Words("服务器的应答不符合标准。", "请检查地址的主机和端口；若无误，请告知运营商。"),
    ),
    LpaOutcome.ANSWER_TOO_LARGE: Entry(
        _SERVER,
        Words(
            "The server's answer is larger than any profile can be; it was cut off.",
            "Check host and port of the address; if they are right, tell the operator.",
        ),
        Words(
            "服务器的应答超过任何配置文件的大小，已中止接收。",
            "请检查地址的主机和端口；若无误，请告知运营商。",
        ),
    ),
    LpaOutcome.SETTING_WRONG: Entry(
        _USER,
        Words(
            "An option of the command, or a file that it names, is not as it should be; nothing was begun.",
            "Correct what the message names; --help shows the options.",
        ),
        Words("命令的某个选项或其指定的文件有误；尚未开始任何操作。", "请按提示改正；--help 可查看各选项。"),
    ),
    LpaOutcome.UNEXPLAINED: Entry(
        _DEVICE,
        Words(
            "Something went wrong that this program has no words for.",
            "Run the command again; if it stays, report the message below to the makers of this program.",
        ),
        Words(
            "出现了本程序无法说明的问题。", "请重新执行命令；若持续出现，请把下面的信息反馈给本程序开发者。"
        ),
    ),
}
