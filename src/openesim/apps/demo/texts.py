"""What narrated runs say, in English and in Chinese; what the demo alone says is in ``country_texts`` and ``phone_texts``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

LanguageCode = Literal["en", "zh"]

Texts = Mapping[str, tuple[str, str]]
"""By key: English, Chinese."""

TEXTS: Final[Texts] = {
    # --- Beginning and end -----------------------------------------------------------------------------
    "title": (
        "OpenESIM: a country with rules, an operator, a person, a phone",
        "OpenESIM：有规则的国家，一家运营商，一个人，一部手机",
    ),
    "title_why": (
        "An eSIM is a SIM whose subscription travels over the air. The operator's server (SM-DP+) protects a profile for exactly one chip (eUICC); the phone's assistant (LPA) fetches it; only that chip can open it. Where a country asks for it, a licensed operator, an approved phone and a real person stand behind every profile. You will now see the whole way, on this machine alone: real servers, real TLS, a chip in software; people, papers and companies are made up. Every step is checked; one that fails ends the demo with exit code 1.",
        "eSIM 是通过空中下载签约数据的 SIM。运营商的服务器（SM-DP+）把配置文件加密给唯一的一颗芯片（eUICC），手机上的助手（LPA）负责取回，只有那颗芯片能够打开。在有规定的国家，每个配置文件背后都要有获批的运营商、获准的终端和经实名核验的人。下面在本机上完整走一遍空中写号的全过程：服务器和 TLS 是真实的，芯片由软件模拟，人物、证件和企业均为虚构。每一步都会核对，任何一步不符，演示即以退出码 1 结束。",
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
        "README.md shows how to make your own. To see it as its people do, in the browser, with a world around it:",
        "如何制作自己的 eSIM，见 README.zh.md。想在浏览器中查看各方的工作台和一个样例世界：",
    ),
    "try_as": (
        "The story goes on: linyue is the woman with the phone, clerk stands at the counter, qinghe runs the operator, chief and inspector are the regulator, vendor made the phone.",
        "故事由此继续：linyue 是手机的机主，clerk 在营业厅受理，qinghe 管理运营商，chief 和 inspector 是主管部门，vendor 是手机厂商。",
    ),
    "served": ("The desks have ended. Served again with: {command}", "工作台已停止。再次启动：{command}"),
    "kept": (
        "Everything is kept in {folder}. Go on like this:",
        "全部文件保留在 {folder}。可以这样继续：",
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
    "failure_fact": ("{name}: {value}", "{name}：{value}"),
    "log_tail": ("Last lines of the log of {name}:", "{name} 的日志末尾："),
    "log_empty": ("(nothing was logged)", "（没有日志）"),
    # --- Words in tables -------------------------------------------------------------------------------
    "operator": ("Operator", "运营商"),
    "server": ("Server", "服务器"),
    "address": ("Address", "地址"),
    "process": ("Process", "进程"),
    "order": ("Order at the SM-DP+", "SM-DP+ 上的订单"),
    "before": ("Order before", "此前的订单"),
    "after": ("Order after", "现在的订单"),
    "chip": ("On the chip", "芯片上"),
    "agree": ("Agree", "一致"),
    "yes": ("yes", "是"),
    "no": ("NO", "否"),
    "asks_code": ("Confirmation code", "确认码"),
    "state": ("State", "状态"),
    "provider": ("Provider", "运营商"),
    "name": ("Name", "名称"),
    "memory": ("Free memory", "可用存储"),
    "memory_value": ("{count:,} octets", "{count:,} 字节"),
    "none": ("–", "–"),
    "comma": (", ", "、"),
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
    # --- servers ------------------------------------------------------------------------------------
    "servers": ("Each operator starts its server", "运营商各自启动服务器"),
    "setting_up": ("Each operator sets up its database …", "两家运营商正在建立数据库……"),
    "starting": ("The servers start …", "服务器正在启动……"),
    "servers_why": (
        "Processes of `openesim serve`, each with a database, a name and ports of its own. The names are not in DNS: the phone is told where to connect, and insists on the name in the certificate all the same.",
        "每台服务器是一个 `openesim serve` 进程，各有自己的数据库、域名和端口。域名不在 DNS 中：我们告诉手机连接到哪里，但手机仍要求证书上的域名相符。",
    ),
    "check_tls": (
        "{fqdn} answers over TLS, with a certificate of our CI for this name",
        "{fqdn} 以 TLS 应答，证书由我们的 CI 为该域名签发",
    ),
    "check_impostor": (
        "{address} is refused when it stands in for {other}",
        "若由 {address} 冒充 {other}，则被拒绝",
    ),
    # --- downloads --------------------------------------------------------------------------------------
    "offer": (
        "{address} offers “{name}” of {provider}. Install? yes",
        "{address} 提供{provider}的“{name}”。是否安装？是",
    ),
    "enter_code": ("Confirmation code? {code}", "确认码？{code}"),
    "code_wrong": ("The server says: wrong.", "服务器答复：错误。"),
    "installed_octets": ("Installed: {count:,} octets", "已安装：{count:,} 字节"),
    "confirm_delete": ("Delete {iccid} for good? yes", "确定永久删除 {iccid} 吗？是"),
    "cause": ("Cause", "原因"),
    "owner": ("Whose move", "由谁处理"),
    "next_step": ("Next step", "下一步"),
}
"""By key: English, Chinese."""


def speak(texts: Texts, language: LanguageCode, key: str, **values: object) -> str:
    """Return a text in a language."""
    english, chinese = texts[key]
    return (chinese if language == "zh" else english).format(**values)
