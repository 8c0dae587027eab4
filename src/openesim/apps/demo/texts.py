"""What the demo says, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

LanguageCode = Literal["en", "zh"]

Texts = Mapping[str, tuple[str, str]]
"""By key: English, Chinese."""

TEXTS: Final[Texts] = {
    # --- Beginning and end -----------------------------------------------------------------------------
    "title": (
        "OpenESIM: two operators, one phone, two profiles",
        "OpenESIM：两家运营商，一部手机，两个配置文件",
    ),
    "title_why": (
        "An eSIM is a SIM whose subscription travels over the air. The operator's server (SM-DP+) protects a profile for exactly one chip (eUICC); the phone's assistant (LPA) fetches it; only that chip can open it. You will now see the whole way, on this machine alone: two servers, real TLS, a chip in software. Every step is checked; one that fails ends the demo with exit code 1.",
        "eSIM 是通过空中下载签约数据的 SIM。运营商的服务器（SM-DP+）把配置文件加密给唯一的一颗芯片（eUICC），手机上的助手（LPA）负责取回，只有那颗芯片能够打开。下面在本机上完整走一遍：两台服务器、真实的 TLS、一颗软件芯片。每一步都会核对，任何一步不符，演示即以退出码 1 结束。",
    ),
    "folder": ("Files: {folder} (removed at the end)", "文件目录：{folder}（结束时删除）"),
    "folder_kept": ("Files: {folder} (kept)", "文件目录：{folder}（保留）"),
    "press_enter": ("Enter goes on … ", "按回车键继续…… "),
    "all_held": (
        "All {checks} checks in {steps} steps held, in {seconds:.1f} s.",
        "{steps} 个步骤、{checks} 项核对全部通过，用时 {seconds:.1f} 秒。",
    ),
    "cleaned": (
        "Both servers have ended and the files are removed.",
        "两台服务器已停止，文件已删除。",
    ),
    "next_time": (
        "Keep everything and go on by hand: openesim demo --keep DIR. README.md shows how to make your own.",
        "想保留全部文件并继续手动操作：openesim demo --keep 目录。如何制作自己的 eSIM，见 README.zh.md。",
    ),
    "kept": (
        "Everything is kept in {folder}. Go on like this; each server wants a terminal of its own:",
        "全部文件保留在 {folder}。可以这样继续，每台服务器各用一个终端：",
    ),
    "interrupted": (
        "Interrupted. No server is left running, the files are removed.",
        "已中断。没有服务器仍在运行，文件已删除。",
    ),
    "interrupted_kept": (
        "Interrupted. No server is left running, the files stay in {folder}.",
        "已中断。没有服务器仍在运行，文件保留在 {folder}。",
    ),
    "check_failed": (
        "FAILED in step {number} ({title}): {claim}",
        "第 {number} 步（{title}）核对不符：{claim}",
    ),
    "broke_off": (
        "BROKE OFF in step {number} ({title}): {problem}",
        "第 {number} 步（{title}）中断：{problem}",
    ),
    "log_tail": ("Last lines of the log of {name}:", "{name} 的日志末尾："),
    "log_empty": ("(nothing was logged)", "（没有日志）"),
    # --- Words in tables -------------------------------------------------------------------------------
    "operator": ("Operator", "运营商"),
    "server": ("Server", "服务器"),
    "address": ("Address", "地址"),
    "process": ("Process", "进程"),
    "octets": ("Octets", "字节数"),
    "elements": ("Elements", "元素数"),
    "order": ("Order at the SM-DP+", "SM-DP+ 上的订单"),
    "before": ("Order before", "此前的订单"),
    "after": ("Order after", "现在的订单"),
    "chip": ("On the chip", "芯片上"),
    "agree": ("Agree", "一致"),
    "yes": ("yes", "是"),
    "no": ("NO", "否"),
    "matching_id": ("Matching id", "匹配标识"),
    "asks_code": ("Confirmation code", "确认码"),
    "asked": ("is asked for", "需要"),
    "state": ("State", "状态"),
    "provider": ("Provider", "运营商"),
    "name": ("Name", "名称"),
    "memory": ("Free memory", "可用存储"),
    "memory_value": ("{count:,} octets", "{count:,} 字节"),
    "trusts": ("Believes", "信任"),
    "none": ("–", "–"),
    "state_on_chip": ("{state}, {on_chip}", "{state}，{on_chip}"),
    "Released": ("Released", "已发布 Released"),
    "Downloaded": ("Downloaded", "已下载 Downloaded"),
    "Installed": ("Installed", "已安装 Installed"),
    "Deleted": ("Deleted", "已删除 Deleted"),
    "disabled": ("disabled", "已停用"),
    "enabled": ("enabled", "已启用"),
    "absent": ("not there", "不存在"),
    # --- 1: trust --------------------------------------------------------------------------------------
    "trust": ("A root of trust", "信任根"),
    "trust_why": (
        "Chip and server believe each other because one certificate issuer (CI) stands above both. We make a test CI, and under it the chip maker (EUM), who vouches for chips, and the certificates of the servers: to prove who they are, to sign profiles, and for TLS. Real phones believe the CI of the GSMA instead; that is why profiles made here go to test chips only.",
        "芯片与服务器之所以互信，是因为双方之上有同一个证书颁发机构（CI）。这里制作一个测试 CI，其下有为芯片担保的芯片制造商（EUM）的证书，以及服务器的各种证书：证明身份、签署配置文件、用于 TLS。真实的手机信任的是 GSMA 的 CI，因此这里制作的配置文件只能装入测试芯片。",
    ),
    "check_chains": (
        "on {curves}: every server certificate leads to its CI",
        "{curves}：每张服务器证书都能追溯到其 CI",
    ),
    "check_modes": (
        "all {count} private keys are readable by you alone",
        "全部 {count} 个私钥只有您本人可读",
    ),
    # --- 2: profiles -----------------------------------------------------------------------------------
    "profiles": ("Each operator builds a profile", "两家运营商各自制作配置文件"),
    "profiles_why": (
        "A profile is what a plastic SIM would hold: the user's number in the network (IMSI), the secret key that proves it, names, PINs, all as files for the chip. Every secret is drawn at random, here and now.",
        "配置文件就是一张实体 SIM 卡中的内容：用户在网络中的号码（IMSI）、用于证明身份的密钥、名称、PIN 码，以芯片文件的形式存放。所有密钥此刻随机产生。",
    ),
    "check_packages": (
        "both packages follow the standard: the checker finds nothing",
        "两个配置文件包均符合标准：检查没有发现问题",
    ),
    "check_different": (
        "the two share no ICCID, no IMSI and no key",
        "两者的 ICCID、IMSI 与密钥均不相同",
    ),
    # --- 3: orders -------------------------------------------------------------------------------------
    "orders": ("Each operator orders it for a user", "两家运营商各自为用户下单"),
    "orders_why": (
        "The order says how the profile is found and by whom: the matching id will stand in the activation code. {second} asks for a confirmation code besides, which reaches the user by another way. Released means: the first chip that shows the matching id gets the profile, and no other ever.",
        "订单说明如何找到配置文件、由谁取用：匹配标识会写入激活码。{second}还要求确认码，通过另一途径告知用户。“已发布”表示：第一颗出示匹配标识的芯片得到该配置文件，此后任何芯片都不能再取。",
    ),
    "check_released": (
        "both orders are Released, and bound to no chip yet",
        "两个订单均为“已发布”，尚未绑定任何芯片",
    ),
    "check_code_kept": (
        "{second} keeps of the confirmation code only a hash; {first} asks for none",
        "{second}只保存确认码的散列值；{first}不要求确认码",
    ),
    # --- 4: servers ------------------------------------------------------------------------------------
    "servers": ("Each operator starts its server", "两家运营商各自启动服务器"),
    "servers_why": (
        "Two processes of `openesim serve`, each with a database, a name and a port of its own. The names are not in DNS: the phone is told where to connect, and insists on the name in the certificate all the same.",
        "两个 `openesim serve` 进程，各有自己的数据库、域名和端口。域名不在 DNS 中：我们告诉手机连接到哪里，但手机仍要求证书上的域名相符。",
    ),
    "check_tls": (
        "{fqdn} answers over TLS, with a certificate of our CI for this name",
        "{fqdn} 以 TLS 应答，证书由我们的 CI 为该域名签发",
    ),
    "check_impostor": (
        "{address} is refused when it stands in for {other}",
        "若由 {address} 冒充 {other}，则被拒绝",
    ),
    # --- 5: phone --------------------------------------------------------------------------------------
    "phone": ("A phone with an empty chip", "一部装有空白芯片的手机"),
    "phone_why": (
        "The chip is a file that answers APDUs as a soldered one would. Its maker gave it a number (EID), a certificate, and the CIs to believe.",
        "芯片是一个文件，像焊接在手机中的芯片一样应答 APDU。制造商为它写入了编号（EID）、证书，以及它所信任的 CI。",
    ),
    "check_empty": (
        "no profile is on the chip, no notification waits on it",
        "芯片上没有配置文件，也没有等待发送的通知",
    ),
    "check_trusted": (
        "the chip believes the same CIs as both servers",
        "芯片与两台服务器信任相同的 CI",
    ),
    # --- 6: codes --------------------------------------------------------------------------------------
    "codes": ("The activation codes", "激活码"),
    "codes_why": (
        "This is all the user gets: which server to ask, and for what. A phone's camera reads it as well.",
        "用户得到的全部信息就是这些：向哪台服务器、索取什么。手机摄像头也能扫描。",
    ),
    "code_beside": ("{code} (reaches the user by another way)", "{code}（另行告知用户）"),
    "check_codes": (
        "both codes read back as server and matching id of their orders",
        "两个激活码读回后，与订单的服务器和匹配标识相符",
    ),
    # --- 7, 8: download --------------------------------------------------------------------------------
    "download_first": ("Download {first}", "下载{first}"),
    "download_first_why": (
        "Chip and server prove themselves to each other, the phone shows what is offered, the server binds the profile to this chip with keys made for this one download, the chip verifies, decrypts and installs it, and signs a result that the server gets.",
        "芯片与服务器相互证明身份，手机显示所提供的内容；服务器用专为本次下载生成的密钥把配置文件绑定到这颗芯片；芯片验证、解密、安装，并签署结果交给服务器。",
    ),
    "download_second": ("Download {second}, with a confirmation code", "下载{second}，需要确认码"),
    "download_second_why": (
        "Somebody who only photographed the QR code does not know the confirmation code. The phone first enters a wrong one: the server refuses, and counts. Then the right one.",
        "仅仅拍下二维码的人并不知道确认码。手机先输入一个错误的确认码：服务器拒绝并计数。然后输入正确的。",
    ),
    "offer": (
        "{address} offers “{name}” of {provider}. Install? yes",
        "{address} 提供{provider}的“{name}”。是否安装？是",
    ),
    "enter_code": ("Confirmation code? {code}", "确认码？{code}"),
    "code_wrong": ("The server says: wrong.", "服务器答复：错误。"),
    "installed_octets": ("Installed: {count:,} octets", "已安装：{count:,} 字节"),
    "check_handed_out": (
        "when it was handed out the order was Downloaded, and this chip's",
        "交付之时订单为“已下载”，并已绑定这颗芯片",
    ),
    "check_reported": (
        "the server has acknowledged the chip's signed result",
        "服务器已确认收到芯片签署的结果",
    ),
    "check_wrong_code": (
        "the wrong code was refused and counted: 1 of {limit} tries",
        "错误的确认码被拒绝并计数：{limit} 次机会已用 1 次",
    ),
    # --- 9: list ---------------------------------------------------------------------------------------
    "list": ("What is on the chip", "芯片上有什么"),
    "list_why": (
        "Two operators on one chip, neither of them in use. The user decides, not the phone and not an operator.",
        "一颗芯片上有两家运营商，均未启用。由用户决定，而不是由手机或某家运营商决定。",
    ),
    "check_two": (
        "the chip lists both profiles under the names and ICCIDs that were ordered",
        "芯片列出两个配置文件，名称与 ICCID 与订单一致",
    ),
    # --- 10–12: enable, switch, delete -----------------------------------------------------------------
    "enable": ("Enable {first}", "启用{first}"),
    "enable_why": (
        "The phone is {first}'s now. The chip signs a notification, and the phone carries it to the server at once, so that the operator knows what the user knows.",
        "手机现在使用{first}的号码。芯片签署通知，手机立即送达服务器，运营商因此与用户所知一致。",
    ),
    "switch": ("Switch to {second}", "切换到{second}"),
    "switch_why": (
        "One step: enabling the one disables the other. Each server hears of its own profile and of nothing else.",
        "一步完成：启用其一，另一个随之停用。每台服务器只得知自己的配置文件的变化。",
    ),
    "delete": ("Delete {first}", "删除{first}"),
    "delete_why": (
        "A server that never hears of a deletion would think for ever that the profile is in use. So the phone first finds out whether it can be reached, and keeps the notification until it has been acknowledged.",
        "服务器若始终不知道删除，就会永远认为配置文件仍在使用。因此手机先确认能连接服务器，并保留通知直到对方确认。",
    ),
    "confirm_delete": ("Delete {iccid} for good? yes", "确定永久删除 {iccid} 吗？是"),
    "delivered": ("{address} knows: {event} {iccid}", "{address} 已知晓：{event} {iccid}"),
    "check_routes": (
        "each server has heard of its own profile, and of nothing else",
        "每台服务器得知的只有自己的配置文件",
    ),
    "check_freed": (
        "{count:,} octets of the chip are free again",
        "芯片上 {count:,} 字节重新可用",
    ),
    "check_nothing_waits": (
        "no notification waits on the chip",
        "芯片上没有等待发送的通知",
    ),
    # --- 13: again -------------------------------------------------------------------------------------
    "again": ("Try the first code again", "再次使用第一个激活码"),
    "again_why": (
        "An activation code is for one download. Whoever is refused should learn why, whose move it is, and what to do:",
        "一个激活码只能下载一次。被拒绝的人应当知道原因、由谁处理、下一步怎么做：",
    ),
    "refusal": ("{fqdn} says no: {subject}/{reason}", "{fqdn} 拒绝：{subject}/{reason}"),
    "cause": ("Cause", "原因"),
    "owner": ("Whose move", "由谁处理"),
    "next_step": ("Next step", "下一步"),
    "check_refused": (
        "the server refused, with code, cause and next step",
        "服务器拒绝，并给出代码、原因与下一步",
    ),
    # --- 14: agreement ---------------------------------------------------------------------------------
    "agreement": ("The books, before and after", "前后对账"),
    "agreement_why": (
        "What counts in the end: the operators' orders say exactly what the chip says.",
        "最重要的是：运营商的订单与芯片上的事实完全一致。",
    ),
    "check_agree": (
        "orders and chip agree, and are as they should be",
        "订单与芯片一致，且与预期相符",
    ),
    "check_ended": (
        "both servers ended when told to, without an error in their logs",
        "两台服务器均按要求正常结束，日志中没有错误",
    ),
}
"""What the demo says."""


def speak(texts: Texts, language: LanguageCode, key: str, **values: object) -> str:
    """Return a text in a language."""
    english, chinese = texts[key]
    return (chinese if language == "zh" else english).format(**values)
