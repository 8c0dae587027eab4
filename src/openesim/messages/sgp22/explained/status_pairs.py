"""Subject and reason codes of ES9+, ES11, ES12 and ES2+, and those that servers of the field made up.

Source: SGP.22 v2.5 §5.3, §5.6, §5.8, §5.9.
"""

from __future__ import annotations

from openesim.messages.sgp22.explained.entries import Entry, Owner, Words

_USER, _OPERATOR, _SERVER = Owner.USER, Owner.OPERATOR, Owner.SERVER_ADMINISTRATOR
_DEVICE, _CHIP, _NOBODY = Owner.DEVICE_MAKER, Owner.CHIP_MAKER, Owner.NOBODY

PAIRS: dict[tuple[str, str], Entry] = {
    # --- ES9+ InitiateAuthentication -------------------------------------------------------------------
    ("8.8.1", "3.8"): Entry(
        _USER,
        Words(
            "The server that answered goes by another name than the activation code says.",
            "Check the server address of the activation code. If it is right, tell the operator: the server is set up under another name.",
        ),
        Words(
            "应答的服务器名称与激活码中的地址不一致。",
            "请核对激活码中的服务器地址；若无误，请告知运营商：服务器配置的名称不同。",
        ),
    ),
    ("8.8.2", "3.1"): Entry(
        _OPERATOR,
        Words(
            "Chip and server share no root of trust: the server cannot verify chips signed under the roots this chip names.",
            "Ask the operator whether this kind of chip is supported. A chip with test certificates only works with a test server, and the other way round.",
        ),
        Words(
            "芯片与服务器没有共同的信任根：服务器无法验证该芯片所列根证书下的证书。",
            "请向运营商确认是否支持此类芯片。使用测试证书的芯片只能配合测试服务器，反之亦然。",
        ),
    ),
    ("8.8.3", "3.1"): Entry(
        _CHIP,
        Words(
            "The server does not support the specification version of this chip.",
            "Update the chip's operating system if its maker offers it, or ask the operator for a server that speaks the chip's version.",
        ),
        Words(
            "服务器不支持该芯片的规范版本。",
            "如芯片厂商提供系统更新，请更新芯片；或请运营商提供支持该版本的服务器。",
        ),
    ),
    ("8.8.4", "3.7"): Entry(
        _OPERATOR,
        Words(
            "The server has no certificate under any root that this chip trusts.",
            "Ask the operator whether this kind of chip is supported; its server would need a certificate of the chip's root.",
        ),
        Words(
            "服务器没有该芯片所信任的根签发的证书。",
            "请向运营商确认是否支持此类芯片；其服务器需要该芯片信任根签发的证书。",
        ),
    ),
    # --- ES9+ AuthenticateClient -----------------------------------------------------------------------
    ("8.1.2", "6.1"): Entry(
        _CHIP,
        Words(
            "The server does not accept the certificate of the chip's maker.",
            "Ask the seller of the chip: its maker's certificate is invalid or revoked, or belongs to a test world. If the server says that the operator has blocked these chips, ask the operator.",
        ),
        Words(
            "服务器不接受芯片厂商（EUM）的证书。",
            "请询问芯片的销售方：厂商证书无效、已吊销，或属于测试环境。若服务器说明运营商已封锁此类芯片，请联系运营商。",
        ),
    ),
    ("8.1.2", "6.3"): Entry(
        _CHIP,
        Words(
            "The certificate of the chip's maker has expired.",
            "Only the chip's maker can help; the chip has to be replaced or updated.",
        ),
        Words("芯片厂商（EUM）的证书已过期。", "只有芯片厂商能处理：需要更换或更新芯片。"),
    ),
    ("8.1.3", "6.1"): Entry(
        _CHIP,
        Words(
            "The server does not accept the chip's certificate, or the EID lies outside the range its maker may use.",
            "Ask the seller of the chip: its certificate is invalid or revoked, or belongs to a test world.",
        ),
        Words(
            "服务器不接受芯片的证书，或 EID 超出厂商被允许的号段。",
            "请询问芯片的销售方：芯片证书无效、已吊销，或属于测试环境。",
        ),
    ),
    ("8.1.3", "6.3"): Entry(
        _CHIP,
        Words(
            "The chip's certificate has expired.",
            "Only the chip's maker can help; the chip has to be replaced.",
        ),
        Words("芯片证书已过期。", "只有芯片厂商能处理：需要更换芯片。"),
    ),
    ("8.1", "6.1"): Entry(
        _NOBODY,
        Words(
            "The server could not verify the chip's signature or the answer to its challenge.",
            "Start the download again. If it happens every time, chip or server is at fault: give the operator the EID and the time.",
        ),
        Words(
            "服务器无法验证芯片的签名或其对质询的应答。",
            "请重新开始下载；若每次都出现，则是芯片或服务器有故障：请把 EID 和时间告知运营商。",
        ),
    ),
    ("8.1", "3.11"): Entry(
        _NOBODY,
        Words(
            "What the chip told about itself changed during the session.",
            "Start the download again.",
        ),
        Words("会话过程中芯片上报的自身信息发生了变化。", "请重新开始下载。"),
    ),
    ("8.11.1", "3.9"): Entry(
        _OPERATOR,
        Words(
            "The server does not know the root under which this chip was certified.",
            "Ask the operator whether this kind of chip is supported. A chip with test certificates only works with a test server.",
        ),
        Words(
            "服务器不认识为该芯片签发证书的根。",
            "请向运营商确认是否支持此类芯片。使用测试证书的芯片只能配合测试服务器。",
        ),
    ),
    ("8.10.1", "3.9"): Entry(
        _NOBODY,
        Words(
            "The server does not know this session (any more): too much time has passed, or it was restarted.",
            "Start the download again; the code was not used up.",
        ),
        Words(
            "服务器（已）不认识此会话：间隔时间过长，或服务器重新启动过。",
            "请重新开始下载；激活码并未因此失效。",
        ),
    ),
    ("8.2", "1.2"): Entry(
        _OPERATOR,
        Words(
            "The profile is not ready for download: not released yet, downloaded already, or withdrawn after an error.",
            "If it was installed on this chip before, look at the list of profiles. Otherwise ask the operator to release it again or for a new code.",
        ),
        Words(
            "该配置文件目前不可下载：尚未发布、已经下载过，或因出错被停用。",
            "如果曾装入本芯片，请查看配置文件列表；否则请运营商重新发布或提供新的激活码。",
        ),
    ),
    ("8.2.6", "3.8"): Entry(
        _USER,
        Words(
            "The server knows no order for this activation code.",
            "Check the code for typing mistakes (capital and small letters count). A code works once: if it was used before, ask the operator for a new one.",
        ),
        Words(
            "服务器上没有与此激活码对应的订单。",
            "请检查激活码有无输错（区分大小写）。激活码一般只能使用一次：若已用过，请向运营商索取新的。",
        ),
    ),
    ("8.1.1", "3.8"): Entry(
        _OPERATOR,
        Words(
            "The code belongs to another device: the order is bound to another EID, or none is kept for this EID; or the operator has blocked this chip.",
            "Compare this device's EID with the one you gave to the operator; ask the operator to bind the order to this EID, or whether and why the chip is blocked. The order waits meanwhile.",
        ),
        Words(
            "此激活码属于另一台设备：订单绑定了另一个 EID，或本 EID 名下没有订单；也可能运营商已封锁此芯片。",
            "请将本设备的 EID 与您提供给运营商的 EID 核对；请运营商把订单改绑到本 EID，或询问芯片是否被封锁及其原因。订单在此期间保持不变。",
        ),
    ),
    ("8.2.5", "4.3"): Entry(
        _OPERATOR,
        Words(
            "The server has no profile that fits this chip or device: something the profile needs is missing, a policy rule is forbidden here, or the operator gives nothing to chips with this software.",
            "Update the chip's software if its maker offers it, or ask the operator for a profile of a type that suits this device; give the EID.",
        ),
        Words(
            "服务器没有适合此芯片或终端的配置文件：缺少所需能力，其策略规则在此不被允许，或运营商不向此软件版本的芯片提供配置文件。",
            "如芯片厂商提供软件更新，请先更新；或向运营商索取适合本设备的配置文件类型，并提供 EID。",
        ),
    ),
    ("8.1", "4.2"): Entry(
        _NOBODY,
        Words(
            "The chip refused to prepare the download: it does not accept the server's second proof.",
            "Start the download again with the same code. If it happens every time, give the operator EID and time: the server's certificate does not suit this chip.",
        ),
        Words(
            "芯片拒绝准备下载：它不接受服务器的第二次证明。",
            "请用同一激活码重新开始下载；若每次都出现，请把 EID 和时间告知运营商：服务器证书不适合该芯片。",
        ),
    ),
    ("8.1", "4.8"): Entry(
        _USER,
        Words(
            "The chip has not enough memory for this profile.",
            "Delete a profile that is no longer needed, then start the download again.",
        ),
        Words("芯片存储空间不足以装入此配置文件。", "请删除不再需要的配置文件，然后重新下载。"),
    ),
    ("8.8.5", "4.10"): Entry(
        _OPERATOR,
        Words("The download order has expired.", "Ask the operator for a new code."),
        Words("下载订单已过期。", "请向运营商索取新的激活码。"),
    ),
    ("8.8.5", "6.4"): Entry(
        _OPERATOR,
        Words(
            "This order was tried too often and is closed.",
            "Ask the operator for a new code; tell about the earlier errors, so that they do not come back.",
        ),
        Words(
            "此订单的下载尝试次数已超限，订单已关闭。",
            "请向运营商索取新的激活码，并说明之前的错误，以免再次发生。",
        ),
    ),
    # --- ES9+ GetBoundProfilePackage -------------------------------------------------------------------
    ("8.2.7", "2.2"): Entry(
        _USER,
        Words(
            "This download needs a confirmation code, and none was given.",
            "Start again and enter the confirmation code, which the operator sent apart from the activation code.",
        ),
        Words(
            "此下载需要确认码，但未提供。",
            "请重新开始并输入确认码；确认码由运营商与激活码分开发送。",
        ),
    ),
    ("8.2.7", "3.8"): Entry(
        _USER,
        Words(
            "The confirmation code is wrong.",
            "Start again with the right code. After a few wrong ones the order is closed.",
        ),
        Words("确认码错误。", "请用正确的确认码重新开始；多次输错后订单将被关闭。"),
    ),
    ("8.2.7", "6.4"): Entry(
        _OPERATOR,
        Words(
            "The confirmation code was wrong too often; the order is closed.",
            "Ask the operator for a new activation code and confirmation code.",
        ),
        Words("确认码输错次数过多，订单已关闭。", "请向运营商索取新的激活码和确认码。"),
    ),
    ("8.2", "3.7"): Entry(
        _OPERATOR,
        Words(
            "The profile was already bound to an earlier key of this chip, and the server does not bind it again.",
            "Ask the operator to release the order again, or for a new code.",
        ),
        Words(
            "该配置文件已绑定到此芯片先前的一次性密钥，服务器拒绝重新绑定。",
            "请运营商重新发布订单，或索取新的激活码。",
        ),
    ),
    # --- ES9+ CancelSession ----------------------------------------------------------------------------
    ("8.8", "3.10"): Entry(
        _SERVER,
        Words(
            "The cancellation names another SM-DP+ than the one of the session.",
            "Nothing to do for the user. The server's administrator should check which certificate the session used.",
        ),
        Words(
            "取消请求所指的 SM-DP+ 与会话不一致。",
            "用户无需处理；服务器管理员应检查会话所用的证书。",
        ),
    ),
    # --- ES11 ------------------------------------------------------------------------------------------
    ("8.9.1", "3.8"): Entry(
        _USER,
        Words(
            "The discovery server that answered goes by another name.",
            "Check the address of the discovery server (SM-DS) set on the chip or in the command.",
        ),
        Words("应答的发现服务器名称不一致。", "请核对芯片或命令中设置的发现服务器（SM-DS）地址。"),
    ),
    ("8.9.2", "3.1"): Entry(
        _OPERATOR,
        Words(
            "Chip and discovery server share no root of trust.",
            "Download with an activation code instead, and tell the operator which chip this is.",
        ),
        Words("芯片与发现服务器没有共同的信任根。", "请改用激活码下载，并把芯片型号告知运营商。"),
    ),
    ("8.9.3", "3.1"): Entry(
        _CHIP,
        Words(
            "The discovery server does not support the specification version of this chip.",
            "Download with an activation code instead, or update the chip.",
        ),
        Words("发现服务器不支持该芯片的规范版本。", "请改用激活码下载，或更新芯片。"),
    ),
    ("8.9.4", "3.7"): Entry(
        _OPERATOR,
        Words(
            "The discovery server has no certificate under any root that this chip trusts.",
            "Download with an activation code instead, and tell the operator which chip this is.",
        ),
        Words("发现服务器没有该芯片所信任的根签发的证书。", "请改用激活码下载，并把芯片型号告知运营商。"),
    ),
    ("8.9.5", "3.9"): Entry(
        _OPERATOR,
        Words(
            "The discovery server does not know this event: it was collected, withdrawn, or never registered.",
            "Ask again for events; if the profile is still missing, ask the operator to register the event again.",
        ),
        Words(
            "发现服务器不认识此事件：已被领取、撤销或从未登记。",
            "请重新查询事件；若仍无配置文件，请运营商重新登记。",
        ),
    ),
    # --- ES12, ES15 ------------------------------------------------------------------------------------
    ("8.9.5", "3.3"): Entry(
        _SERVER,
        Words(
            "An event with this id is registered already.",
            "Register it under another event id, or delete the old event first.",
        ),
        Words("该事件标识已登记。", "请使用另一个事件标识，或先删除旧事件。"),
    ),
    ("8.9.5", "1.2"): Entry(
        _SERVER,
        Words(
            "Only the SM-DP+ that registered an event may delete it.",
            "Delete it from the SM-DP+ that registered it.",
        ),
        Words("只有登记该事件的 SM-DP+ 才能删除它。", "请从登记它的 SM-DP+ 上删除。"),
    ),
    ("8.9", "5.1"): Entry(
        _SERVER,
        Words(
            "The discovery server could not be reached.",
            "Check the SM-DS address and the network, then confirm or release the order again.",
        ),
        Words("无法连接发现服务器。", "请检查 SM-DS 地址和网络，然后重新确认或发布订单。"),
    ),
    ("8.9", "4.2"): Entry(
        _SERVER,
        Words(
            "The discovery server refused the event.",
            "See the server's log for its answer; mend what it complains of and repeat the call.",
        ),
        Words("发现服务器拒绝了该事件。", "请查看服务器日志中的应答，修正后重新调用。"),
    ),
    # --- ES2+ ------------------------------------------------------------------------------------------
    ("8.2.1", "3.9"): Entry(
        _OPERATOR,
        Words("The server knows no profile with this ICCID.", "Check the ICCID; load the profile first."),
        Words("服务器上没有此 ICCID 的配置文件。", "请核对 ICCID；请先导入该配置文件。"),
    ),
    ("8.2.1", "1.2"): Entry(
        _OPERATOR,
        Words(
            "The profile with this ICCID belongs to another operator.",
            "Check the ICCID and the certificate the call was made with.",
        ),
        Words("此 ICCID 的配置文件属于另一家运营商。", "请核对 ICCID 以及调用所用的证书。"),
    ),
    ("8.2.1", "3.3"): Entry(
        _OPERATOR,
        Words(
            "The profile with this ICCID is in use by another order.",
            "Cancel that order first, or choose another ICCID. A repeated call must carry the same parameters.",
        ),
        Words(
            "此 ICCID 的配置文件已被另一订单占用。",
            "请先取消该订单，或选择另一个 ICCID；重复调用时参数必须相同。",
        ),
    ),
    ("8.2.1", "3.5"): Entry(
        _OPERATOR,
        Words(
            "The profile's present state does not allow this step.",
            "Look up the order's state and take the steps in order: DownloadOrder, ConfirmOrder, ReleaseProfile.",
        ),
        Words(
            "配置文件的当前状态不允许此操作。",
            "请查询订单状态，并按 DownloadOrder、ConfirmOrder、ReleaseProfile 的顺序操作。",
        ),
    ),
    ("8.2.1", "3.10"): Entry(
        _OPERATOR,
        Words(
            "The order is linked to another EID than the call names.",
            "Repeat the call with the EID of the order.",
        ),
        Words("订单绑定的 EID 与调用中的不同。", "请用订单的 EID 重新调用。"),
    ),
    ("8.2.5", "3.9"): Entry(
        _OPERATOR,
        Words("The server knows no such profile type.", "Check the name of the profile type."),
        Words("服务器上没有这种配置文件类型。", "请核对配置文件类型名称。"),
    ),
    ("8.2.5", "1.2"): Entry(
        _OPERATOR,
        Words(
            "This profile type belongs to another operator.",
            "Check the profile type and the certificate the call was made with.",
        ),
        Words("此配置文件类型属于另一家运营商。", "请核对类型名称以及调用所用的证书。"),
    ),
    ("8.2.5", "3.7"): Entry(
        _OPERATOR,
        Words("No profile of this type is left.", "Load more profiles of this type."),
        Words("此类型的配置文件已用完。", "请补充该类型的配置文件。"),
    ),
    ("8.2.5", "3.8"): Entry(
        _OPERATOR,
        Words(
            "ICCID and profile type do not belong together.",
            "Name one of the two only, or the type of that ICCID.",
        ),
        Words("ICCID 与配置文件类型不匹配。", "请只填其中一项，或填写该 ICCID 对应的类型。"),
    ),
    ("8.2.6", "3.3"): Entry(
        _OPERATOR,
        Words(
            "This matching id is used by another order.",
            "Choose another one, or leave it out: the server then makes one.",
        ),
        Words("此匹配标识已被另一订单使用。", "请另选一个，或不填：服务器会自动生成。"),
    ),
    ("8.2.6", "2.1"): Entry(
        _OPERATOR,
        Words(
            "The matching id cannot be written into an activation code: it is too long or has a blank, a $ or another character that codes do not take.",
            "Choose one of up to 255 digits, capital letters and hyphens, or leave it out: the server makes one.",
        ),
        Words(
            "匹配标识无法写入激活码：过长，或含有空格、$ 等不允许的字符。",
            "请使用不超过 255 个数字、大写字母和连字符，或不填写：由服务器生成。",
        ),
    ),
    ("8.2.6", "3.10"): Entry(
        _OPERATOR,
        Words(
            "The order has another matching id than the call names.",
            "Repeat the call with the matching id of the order.",
        ),
        Words("订单的匹配标识与调用中的不同。", "请用订单的匹配标识重新调用。"),
    ),
    ("8.1.1", "2.2"): Entry(
        _OPERATOR,
        Words(
            "This kind of order needs an EID: without a matching id, or with a discovery server, the chip must be known.",
            "Repeat the call with the EID.",
        ),
        Words("此类订单需要 EID：没有匹配标识或使用发现服务器时，必须知道芯片。", "请带上 EID 重新调用。"),
    ),
    ("8.1.1", "3.10"): Entry(
        _OPERATOR,
        Words("The order is linked to another EID.", "Use that EID, or cancel the order and make a new one."),
        Words("订单已绑定另一个 EID。", "请使用该 EID，或取消订单后新建。"),
    ),
    # --- ES2+ HandleDownloadProgressInfo: why a download ended ---------------------------------------
    ("8.2", "3.8"): Entry(
        _USER,
        Words(
            "The user rejected the profile on the device.",
            "Ask the user whether he wants it; if he does, release a new order for him.",
        ),
        Words(
            "用户在终端上拒绝了该配置文件。",
            "请向用户确认是否需要；如需要，请为其发布新的订单。",
        ),
    ),
    ("8.2", "3.11"): Entry(
        _SERVER,
        Words(
            "The profile that was handed out had other metadata than the device was told before.",
            "Look whether the profile's metadata were changed while it was being downloaded, and release the order again.",
        ),
        Words(
            "下发的配置文件元数据与先前告知终端的不一致。",
            "请检查下载过程中元数据是否被更改，并重新发布订单。",
        ),
    ),
    ("8.2", "4.2"): Entry(
        _OPERATOR,
        Words(
            "The chip could not load or install the profile.",
            "Look at the message for command and reason, have the package checked for this kind of chip, and release a new order.",
        ),
        Words(
            "芯片未能加载或安装该配置文件。",
            "请查看消息中的命令和原因，检查该配置文件包是否适用于此类芯片，并发布新的订单。",
        ),
    ),
    ("8.2", "4.3"): Entry(
        _USER,
        Words(
            "The device gave the download up, without saying why in a way that is known here.",
            "Try again on the device; if it comes back, tell the operator the make of the device.",
        ),
        Words(
            "终端放弃了下载，原因无法识别。",
            "请在终端上重试；如仍出现，请将终端型号告知运营商。",
        ),
    ),
    # --- Seen in the field, in no published table ------------------------------------------------------
    ("1.2.1", "2.1"): Entry(
        _DEVICE,
        Words(
            "The server did not like the content type of the request.",
            "Update this program; tell its makers which server answered so.",
        ),
        Words("服务器不接受请求的内容类型。", "请更新本程序，并告知开发者是哪台服务器。"),
    ),
    ("1.2.2", "2.1"): Entry(
        _DEVICE,
        Words(
            "The server did not like the protocol version of the request.",
            "Update this program; tell its makers which server answered so.",
        ),
        Words("服务器不接受请求的协议版本。", "请更新本程序，并告知开发者是哪台服务器。"),
    ),
    ("1.3.1", "2.2"): Entry(
        _DEVICE,
        Words(
            "The server misses a part of the request, such as the matching id.",
            "This server needs an activation code with a matching id; try with one.",
        ),
        Words(
            "服务器认为请求缺少内容，例如匹配标识。", "此服务器需要带匹配标识的激活码，请使用这样的激活码。"
        ),
    ),
    ("1.6", "2.1"): Entry(
        _OPERATOR,
        Words(
            "The server calls the request invalid and does not say why: a wrong or used code, or a profile meant for another device.",
            "Check the code letter by letter and that it was issued for this device; then ask the operator with the EID and the time.",
        ),
        Words(
            "服务器只说请求无效，未说明原因：激活码有误或已用过，或配置文件是为另一设备准备的。",
            "请逐字核对激活码，并确认它是为本设备签发的；然后带上 EID 和时间询问运营商。",
        ),
    ),
    ("1.6", "2.2"): Entry(
        _DEVICE,
        Words(
            "The request lacks something that it must have.",
            "Whoever made the program that called has to add what the message names.",
        ),
        Words("请求缺少必填内容。", "请由调用程序的开发者补上消息中所指的内容。"),
    ),
    ("1.6", "2.3"): Entry(
        _OPERATOR,
        Words(
            "The request names neither a profile nor a profile type.",
            "Repeat the call with an ICCID or a profile type.",
        ),
        Words("请求既未给出配置文件，也未给出配置文件类型。", "请填写 ICCID 或配置文件类型后重新调用。"),
    ),
    ("8.1.1", "2.1"): Entry(
        _OPERATOR,
        Words(
            "The server does not take this EID: the code may belong to another device.",
            "Compare this device's EID with the one you gave to the operator.",
        ),
        Words(
            "服务器不接受此 EID：激活码可能属于另一台设备。", "请将本设备的 EID 与提供给运营商的 EID 核对。"
        ),
    ),
    ("8.1.4", "6.1"): Entry(
        _CHIP,
        Words(
            "The EID lies outside the range that the chip maker's certificate permits.",
            "Ask the seller of the chip; a test chip must use an EID of its test maker's range.",
        ),
        Words("EID 超出芯片厂商证书允许的号段。", "请询问芯片销售方；测试芯片必须使用测试厂商号段内的 EID。"),
    ),
    ("8.8", "4.1"): Entry(
        _NOBODY,
        Words(
            "The server serves this chip no more for the moment: it began too many downloads, or sent too many wrong codes.",
            "Wait as long as the message says, then start the download once more. The order is as it was, no attempt was counted.",
        ),
        Words(
            "服务器暂时不为此芯片服务：发起的下载过多，或输错激活码次数过多。",
            "请按提示等待后再重新下载一次。订单保持不变，未计入尝试次数。",
        ),
    ),
    ("1.2", "4.1"): Entry(
        _NOBODY,
        Words(
            "The server takes no more requests from here for the moment: too many came.",
            "Wait as long as the message says, then try once more.",
        ),
        Words("来自此处的请求过多，服务器暂不受理。", "请按提示等待后再试一次。"),
    ),
    ("8.8", "4.2"): Entry(
        _SERVER,
        Words(
            "The server failed inside while it worked on the request.",
            "Try again later; if it stays, give the operator the time of the attempt.",
        ),
        Words("服务器处理请求时内部出错。", "请稍后再试；若持续出现，请把时间告知运营商。"),
    ),
}

SUBJECTS: dict[str, Entry] = {
    "1": Entry(
        _DEVICE,
        Words(
            "The server could not make sense of the request.",
            "Update this program; tell its makers which server answered so.",
        ),
        Words("服务器无法理解该请求。", "请更新本程序，并告知开发者是哪台服务器。"),
    ),
    "1.1": Entry(
        _OPERATOR,
        Words("The server does not accept who called it.", "Check the caller's identifier and certificate."),
        Words("服务器不接受调用方的身份。", "请检查调用方的标识和证书。"),
    ),
    "1.2": Entry(
        _SERVER,
        Words(
            "The server cannot provide this function.",
            "Try again later, then tell the server's administrator.",
        ),
        Words("服务器无法提供此功能。", "请稍后再试；仍不行请告知服务器管理员。"),
    ),
    "1.3": Entry(
        _DEVICE,
        Words("The server does not accept the protocol of the request.", "Update this program."),
        Words("服务器不接受请求所用的协议。", "请更新本程序。"),
    ),
    "1.6": Entry(
        _DEVICE,
        Words(
            "The server does not accept this call of its function.", "Update this program; check the code."
        ),
        Words("服务器不接受对该功能的此次调用。", "请更新本程序，并核对激活码。"),
    ),
    "8": Entry(
        _OPERATOR,
        Words(
            "The server refused in a way that no published table explains.",
            "Give the operator the two codes, the EID and the time.",
        ),
        Words("服务器拒绝了请求，公开资料中没有对应的说明。", "请把这两个代码、EID 和时间告知运营商。"),
    ),
    "8.1": Entry(
        _CHIP,
        Words("The server objects to the chip.", "Give the operator the codes and the EID."),
        Words("服务器对芯片有异议。", "请把代码和 EID 告知运营商。"),
    ),
    "8.1.1": Entry(
        _OPERATOR,
        Words(
            "The server objects to this chip's EID.",
            "Compare this device's EID with the one you gave to the operator.",
        ),
        Words("服务器对此芯片的 EID 有异议。", "请将本设备的 EID 与提供给运营商的 EID 核对。"),
    ),
    "8.1.2": Entry(
        _CHIP,
        Words("The server objects to the certificate of the chip's maker.", "Ask the seller of the chip."),
        Words("服务器对芯片厂商的证书有异议。", "请询问芯片销售方。"),
    ),
    "8.1.3": Entry(
        _CHIP,
        Words("The server objects to the chip's certificate.", "Ask the seller of the chip."),
        Words("服务器对芯片证书有异议。", "请询问芯片销售方。"),
    ),
    "8.2": Entry(
        _OPERATOR,
        Words("The server cannot give out the profile.", "Ask the operator about the order's state."),
        Words("服务器无法提供该配置文件。", "请向运营商查询订单状态。"),
    ),
    "8.2.1": Entry(
        _OPERATOR,
        Words("The server objects to the ICCID.", "Ask the operator about the order with this ICCID."),
        Words("服务器对 ICCID 有异议。", "请向运营商查询此 ICCID 的订单。"),
    ),
    "8.2.5": Entry(
        _OPERATOR,
        Words(
            "The server objects to the profile type.",
            "Ask the operator for a profile that suits this device.",
        ),
        Words("服务器对配置文件类型有异议。", "请向运营商索取适合本设备的配置文件。"),
    ),
    "8.2.6": Entry(
        _USER,
        Words(
            "The server does not take the matching id of the activation code.",
            "Check the code for typing mistakes; if it is right, ask the operator for a new one.",
        ),
        Words("服务器不接受激活码中的匹配标识。", "请检查激活码有无输错；若无误，请向运营商索取新的。"),
    ),
    "8.2.7": Entry(
        _USER,
        Words(
            "The server does not take the confirmation code.", "Start again with the right confirmation code."
        ),
        Words("服务器不接受确认码。", "请用正确的确认码重新开始。"),
    ),
    "8.8": Entry(
        _SERVER,
        Words(
            "The server has a problem of its own.",
            "Try again later, then tell the operator the codes and the time.",
        ),
        Words("服务器自身有问题。", "请稍后再试；仍不行请把代码和时间告知运营商。"),
    ),
    "8.8.1": Entry(
        _USER,
        Words(
            "The server does not take the address it was called by.",
            "Check the address in the activation code.",
        ),
        Words("服务器不接受被访问时使用的地址。", "请核对激活码中的地址。"),
    ),
    "8.8.2": Entry(
        _OPERATOR,
        Words(
            "Chip and server do not agree on security.",
            "Ask the operator whether this kind of chip is supported.",
        ),
        Words("芯片与服务器的安全配置不一致。", "请向运营商确认是否支持此类芯片。"),
    ),
    "8.8.3": Entry(
        _CHIP,
        Words(
            "Chip and server do not agree on the specification version.",
            "Update the chip if its maker offers it.",
        ),
        Words("芯片与服务器的规范版本不一致。", "如芯片厂商提供更新，请更新芯片。"),
    ),
    "8.8.4": Entry(
        _SERVER,
        Words(
            "The server's certificate is a problem.",
            "Tell the operator; its server needs another certificate.",
        ),
        Words("服务器的证书有问题。", "请告知运营商：其服务器需要另一张证书。"),
    ),
    "8.8.5": Entry(
        _OPERATOR,
        Words("The download order cannot be carried out any more.", "Ask the operator for a new code."),
        Words("下载订单已无法执行。", "请向运营商索取新的激活码。"),
    ),
    "8.9": Entry(
        _SERVER,
        Words(
            "The discovery server has a problem.",
            "Download with an activation code instead, or try again later.",
        ),
        Words("发现服务器有问题。", "请改用激活码下载，或稍后再试。"),
    ),
    "8.9.1": Entry(
        _USER,
        Words("The discovery server does not take the address it was called by.", "Check the SM-DS address."),
        Words("发现服务器不接受被访问时使用的地址。", "请核对 SM-DS 地址。"),
    ),
    "8.9.2": Entry(
        _OPERATOR,
        Words(
            "Chip and discovery server do not agree on security.", "Download with an activation code instead."
        ),
        Words("芯片与发现服务器的安全配置不一致。", "请改用激活码下载。"),
    ),
    "8.9.3": Entry(
        _CHIP,
        Words(
            "Chip and discovery server do not agree on the specification version.",
            "Download with an activation code instead.",
        ),
        Words("芯片与发现服务器的规范版本不一致。", "请改用激活码下载。"),
    ),
    "8.9.4": Entry(
        _SERVER,
        Words(
            "The discovery server's certificate is a problem.", "Download with an activation code instead."
        ),
        Words("发现服务器的证书有问题。", "请改用激活码下载。"),
    ),
    "8.9.5": Entry(
        _OPERATOR,
        Words("The discovery server objects to the event.", "Ask the operator to register the event again."),
        Words("发现服务器对该事件有异议。", "请运营商重新登记事件。"),
    ),
    "8.10": Entry(
        _NOBODY,
        Words("The server objects to the session.", "Start the download again."),
        Words("服务器对会话有异议。", "请重新开始下载。"),
    ),
    "8.10.1": Entry(
        _NOBODY,
        Words("The server objects to the session's identifier.", "Start the download again."),
        Words("服务器对会话标识有异议。", "请重新开始下载。"),
    ),
    "8.11": Entry(
        _OPERATOR,
        Words(
            "The server objects to the chip's root of trust.",
            "Ask the operator whether this chip is supported.",
        ),
        Words("服务器对芯片的信任根有异议。", "请向运营商确认是否支持此芯片。"),
    ),
    "8.11.1": Entry(
        _OPERATOR,
        Words(
            "The server objects to the chip's root key.", "Ask the operator whether this chip is supported."
        ),
        Words("服务器对芯片的根公钥有异议。", "请向运营商确认是否支持此芯片。"),
    ),
}
"""For pairs outside the table; a longer subject falls back to the shorter ones it begins with."""

REASONS: dict[str, tuple[str, str]] = {
    "1.1": ("unknown", "未知"),
    "1.2": ("not allowed", "不允许"),
    "2.1": ("invalid", "无效"),
    "2.2": ("mandatory element missing", "缺少必填项"),
    "2.3": ("conditional element missing", "缺少条件项"),
    "3.1": ("unsupported", "不支持"),
    "3.3": ("already in use", "已被占用"),
    "3.4": ("invalid destination", "目的地无效"),
    "3.5": ("invalid transition", "状态转换无效"),
    "3.6": ("related objects exist", "存在关联对象"),
    "3.7": ("unavailable", "不可用"),
    "3.8": ("refused", "被拒绝"),
    "3.9": ("unknown", "未知"),
    "3.10": ("invalid association", "关联无效"),
    "3.11": ("value has changed", "值已改变"),
    "3.12": ("invalid match", "匹配无效"),
    "4.1": ("unavailable", "无法执行"),
    "4.2": ("execution error", "执行出错"),
    "4.3": ("stopped on warning", "因警告而停止"),
    "4.8": ("insufficient memory", "存储空间不足"),
    "4.10": ("time to live expired", "有效期已过"),
    "5.1": ("inaccessible", "无法访问"),
    "5.2": ("timeout", "超时"),
    "5.3": ("time to live expired", "有效期已过"),
    "6.1": ("verification failed", "验证失败"),
    "6.2": ("decipherment failed", "解密失败"),
    "6.3": ("expired", "已过期"),
    "6.4": ("maximum number of retries exceeded", "重试次数超限"),
}

ANY = Entry(
    _OPERATOR,
    Words(
        "The server refused and gave a code that no published table explains.",
        "Give the operator the two codes, the EID and the time.",
    ),
    Words("服务器拒绝了请求，所给代码在公开资料中没有说明。", "请把这两个代码、EID 和时间告知运营商。"),
)
