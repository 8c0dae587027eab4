"""What ``openesim lpa`` says, in English and in Chinese."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # --- Errors ----------------------------------------------------------------------------------------
    "cause": ("Cause", "原因"),
    "owner": ("Whose move", "由谁处理"),
    "next_step": ("Next step", "下一步"),
    # --- Download --------------------------------------------------------------------------------------
    "offer": ("{address} offers this profile:", "{address} 提供以下配置文件："),
    "provider": ("Provider", "运营商"),
    "name": ("Name", "名称"),
    "nickname": ("Nickname", "昵称"),
    "class": ("Class", "类别"),
    "state": ("State", "状态"),
    "rule_ppr1": (
        "Once it is installed and enabled, you cannot disable it: the operator does not allow it.",
        "安装并启用后您将无法停用它：运营商不允许。",
    ),
    "rule_ppr2": (
        "Once it is installed, you cannot delete it: the operator does not allow it.",
        "安装后您将无法删除它：运营商不允许。",
    ),
    "ask_install": (
        "Install it? yes, no (gives up the code), later [later]",
        "是否安装？yes 是，no 否（激活码将作废），later 稍后 [later]",
    ),
    "ask_install_strong": (
        "You would be bound by this. Type yes in full to agree, no (gives up the code), or later [later]",
        "您将受此约束。如同意请完整输入 yes；no 否（激活码将作废）；later 稍后 [later]",
    ),
    "ask_code": ("Confirmation code", "确认码"),
    "wrong_code": ("The confirmation code is wrong.", "确认码错误。"),
    "installed": (
        "Profile {iccid} is installed, disabled as yet. Enable it with: enable {iccid}",
        "配置文件 {iccid} 已安装，尚未启用。启用命令：enable {iccid}",
    ),
    "resumed": (
        "An earlier download that broke off was taken up again.",
        "已接续此前中断的下载。",
    ),
    "contacting server": ("Contacting the server", "正在连接服务器"),
    "authenticating": ("Chip and server prove themselves to each other", "芯片与服务器正在相互认证"),
    "preparing": ("The chip prepares", "芯片正在准备"),
    "fetching": ("Fetching the profile", "正在获取配置文件"),
    "installing": ("Installing", "正在安装"),
    "notifying": ("Telling the servers", "正在通知服务器"),
    # --- Discovery -------------------------------------------------------------------------------------
    "no_events": ("{address} has nothing for this chip.", "{address} 没有该芯片的事件。"),
    "found_events": ("{address} tells of {count} event(s).", "{address} 告知了 {count} 个事件。"),
    "through": ("Found through", "经由"),
    "problem": ("Problem", "问题"),
    "event_later": (
        "Left for later: {address}. The profile stays where it is.",
        "留待以后：{address}。配置文件仍保留在服务器上。",
    ),
    "event_refused": ("Refused: {address} has been told.", "已拒绝：已告知 {address}。"),
    # --- Profiles --------------------------------------------------------------------------------------
    "no_profiles": ("No profile is on the chip.", "芯片上没有配置文件。"),
    "enabled": ("enabled", "已启用"),
    "disabled": ("disabled", "已停用"),
    "test": ("test", "测试"),
    "provisioning": ("provisioning", "引导"),
    "operational": ("operational", "正式"),
    "done_enable": ("Profile {iccid} is enabled.", "配置文件 {iccid} 已启用。"),
    "done_disable": ("Profile {iccid} is disabled.", "配置文件 {iccid} 已停用。"),
    "done_delete": ("Profile {iccid} is deleted.", "配置文件 {iccid} 已删除。"),
    "done_nickname": ("Profile {iccid} is called “{nickname}”.", "配置文件 {iccid} 的昵称为“{nickname}”。"),
    "done_no_nickname": ("Profile {iccid} has no nickname now.", "配置文件 {iccid} 的昵称已清除。"),
    "ask_delete": (
        "Delete profile {iccid} ({title}) for good? [y/N]",
        "确定永久删除配置文件 {iccid}（{title}）吗？[y/N]",
    ),
    "delete_unreachable": (
        "WARNING: {addresses} cannot be reached now. Until it hears of the deletion it believes the profile is installed and will not give it out again. The notification would wait on the chip.",
        "警告：现在无法连接 {addresses}。在得知删除之前，服务器会认为配置文件仍已安装，不会再次下发。通知将保留在芯片上等待发送。",
    ),
    # --- Notifications ---------------------------------------------------------------------------------
    "no_notifications": ("No notification is waiting.", "没有等待发送的通知。"),
    "install": ("install", "安装"),
    "enable": ("enable", "启用"),
    "disable": ("disable", "停用"),
    "delete": ("delete", "删除"),
    "number": ("Number", "编号"),
    "event": ("Event", "事件"),
    "address": ("Server", "服务器"),
    "delivered": ("{address} knows: {event} {iccid}", "{address} 已知晓：{event} {iccid}"),
    "undelivered": (
        "NOT DELIVERED to {address}: {event} {iccid} ({problem})",
        "未能送达 {address}：{event} {iccid}（{problem}）",
    ),
    "others_waiting": (
        "{count} other notification(s) wait on the chip; deliver them with: notifications process",
        "芯片上另有 {count} 条通知等待发送；发送命令：notifications process",
    ),
    "ask_remove": (
        "WARNING: the server will never hear of notification {number}. If it tells of a deletion, the profile can then not be downloaded again, and only the operator can mend that. Remove it all the same? [y/N]",
        "警告：服务器将永远得不到通知 {number}。如果它是删除通知，该配置文件将无法再次下载，只有运营商才能修复。仍要移除吗？[y/N]",
    ),
    "done_remove": ("Notification {number} is removed, undelivered.", "通知 {number} 已移除，未送达。"),
    # --- Chip ------------------------------------------------------------------------------------------
    "default_smdp": ("Default server (SM-DP+)", "默认服务器（SM-DP+）"),
    "root_smds": ("Discovery server (SM-DS)", "发现服务器（SM-DS）"),
    "none": ("none", "无"),
    "svn": ("Specification version", "规范版本"),
    "profile_version": ("Profile package version", "配置文件包版本"),
    "firmware": ("Firmware", "固件版本"),
    "free_memory": ("Free memory", "可用存储"),
    "octets": ("{count} octets", "{count} 字节"),
    "ci_keys": ("Roots of trust", "信任根"),
    "capabilities": ("Capabilities", "能力"),
    "waiting": ("Waiting notifications", "等待发送的通知"),
    "done_default": ("The default server is {address} now.", "默认服务器现为 {address}。"),
    "done_no_default": ("The chip has no default server now.", "芯片现在没有默认服务器。"),
    "ask_reset": (
        "This deletes {what} for good. Type RESET to go on",
        "此操作将永久删除 {what}。如继续请输入 RESET",
    ),
    "reset_profiles": ("all operational profiles", "所有正式配置文件"),
    "reset_test_profiles": ("all loaded test profiles", "所有已装入的测试配置文件"),
    "reset_default_smdp": ("the default server", "默认服务器设置"),
    "done_reset": ("The chip's memory is reset.", "芯片存储已重置。"),
    "nothing_to_reset": ("There was nothing to delete.", "没有可删除的内容。"),
    # --- Readers ---------------------------------------------------------------------------------------
    "door_kind": ("Kind", "类型"),
    "door_state": ("State", "状态"),
    "door_reader": ("card reader", "读卡器"),
    "door_modem": ("serial port", "串口"),
    "door_euicc": ("eUICC inside", "内有 eUICC"),
    "door_other_card": ("another card inside", "内有其他卡"),
    "door_empty": ("empty", "无卡"),
    "door_allowed": ("may be used", "可使用"),
    "door_not_allowed": ("no rights", "无权限"),
    "no_doors": ("No card reader and no modem is here.", "本机没有读卡器，也没有调制解调器。"),
}
"""By key: English, Chinese."""
