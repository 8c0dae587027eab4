"""Where order, chip, operator and network do not agree: what each case means, and what leads out of it.

Source: SGP.22 v2.5 §3.1.3.3, §3.5; what to do is ours.
"""

from __future__ import annotations

from enum import StrEnum

from openesim.messages.sgp22.explained.entries import Entry, Owner, Words

_USER, _OPERATOR, _SERVER = Owner.USER, Owner.OPERATOR, Owner.SERVER_ADMINISTRATOR
_NOBODY = Owner.NOBODY


class Disagreement(StrEnum):
    """What reconciliation finds."""

    NO_RESULT = "no-result"
    FAILED_AND_WAITS = "failed-and-waits"
    RESULT_NOT_TAKEN = "result-not-taken"
    ON_CHIP_NOT_INSTALLED = "on-chip-not-installed"
    ON_CHIP_WITHDRAWN = "on-chip-withdrawn"
    DELETED_NOT_NOTED = "deleted-not-noted"
    ON_ANOTHER_CHIP = "on-another-chip"
    SUBSCRIPTION_MISSING = "subscription-missing"
    SUBSCRIPTION_ON = "subscription-on"
    SUBSCRIPTION_OFF = "subscription-off"
    NETWORK_LETS_IN = "network-lets-in"
    NETWORK_KEEPS_OUT = "network-keeps-out"
    OPERATOR_SAYS_OTHERWISE = "operator-says-otherwise"
    OPERATOR_SAYS_OTHER_CHIP = "operator-says-other-chip"
    OPERATOR_KNOWS_MORE = "operator-knows-more"
    OPERATOR_KNOWS_LESS = "operator-knows-less"
    EVENT_MISSING = "event-missing"
    EVENT_LEFT = "event-left"
    MESSAGE_STUCK = "message-stuck"


_D = Disagreement

DISAGREEMENTS: dict[Disagreement, Entry] = {
    _D.NO_RESULT: Entry(
        _USER,
        Words(
            "The profile was handed out and its chip has not told how the installation went: the download broke, or the phone has had no network since.",
            "The user can start again with the same code, or send waiting notifications from the phone. If he has no way on, issue the order again (openesim order reissue).",
        ),
        Words(
            "配置文件已下发，但芯片一直未上报安装结果：下载中断，或手机此后没有联网。",
            "用户可用同一激活码重新开始，或从手机发送待发通知；若无法继续，请重新签发订单（openesim order reissue）。",
        ),
    ),
    _D.FAILED_AND_WAITS: Entry(
        _USER,
        Words(
            "The chip told that the installation failed for a reason that the user can overcome; the order still waits.",
            "The user does what the timeline says of the failure (openesim order timeline) and starts again with the same code.",
        ),
        Words(
            "芯片上报安装失败，但原因可由用户排除；订单仍在等待。",
            "用户按时间线中对失败的说明处理（openesim order timeline），然后用同一激活码重新开始。",
        ),
    ),
    _D.RESULT_NOT_TAKEN: Entry(
        _SERVER,
        Words(
            "The result of the installation is kept beside the download, and the order does not show it.",
            "Repair it with --apply: the order takes the chip's result.",
        ),
        Words("安装结果已随下载记录保存，但订单未体现。", "请用 --apply 修复：订单将采用芯片的结果。"),
    ),
    _D.ON_CHIP_NOT_INSTALLED: Entry(
        _SERVER,
        Words(
            "The chip told that it has the profile, and the order says otherwise.",
            "Repair it with --apply: the chip has the last word, and the order becomes Installed.",
        ),
        Words(
            "芯片上报已有该配置文件，而订单状态不符。",
            "请用 --apply 修复：以芯片为准，订单变为 Installed。",
        ),
    ),
    _D.ON_CHIP_WITHDRAWN: Entry(
        _OPERATOR,
        Words(
            "The order was taken back for good, and a chip has the profile all the same.",
            "Keep its subscription out of the network, or let the user keep what he has: the profile can only be deleted on the chip.",
        ),
        Words(
            "订单已被彻底撤回，但某芯片上仍有该配置文件。",
            "请在网络侧停用其签约，或允许用户继续使用：配置文件只能在芯片上删除。",
        ),
    ),
    _D.DELETED_NOT_NOTED: Entry(
        _SERVER,
        Words(
            "The chip told that the profile was deleted, and the order still counts as installed.",
            "Repair it with --apply: the order becomes Deleted and its subscription is kept out.",
        ),
        Words(
            "芯片上报配置文件已删除，而订单仍为已安装。",
            "请用 --apply 修复：订单变为 Deleted，其签约停用。",
        ),
    ),
    _D.ON_ANOTHER_CHIP: Entry(
        _OPERATOR,
        Words(
            "A chip that the order is not for any more told that it has the profile: two chips may use one subscription.",
            "Have the profile deleted on the chip that is named, or give the user another profile.",
        ),
        Words(
            "另一枚芯片（订单已不再属于它）上报有该配置文件：两枚芯片可能共用一个签约。",
            "请在所示芯片上删除该配置文件，或为用户更换其他配置文件。",
        ),
    ),
    _D.SUBSCRIPTION_MISSING: Entry(
        _SERVER,
        Words(
            "The profile is made for a subscription, and there is none with its ICCID.",
            "Restore the batch that it came with from a backup; until then the profile cannot be handed out.",
        ),
        Words(
            "该配置文件需要签约数据，但没有此 ICCID 的签约。",
            "请从备份恢复其批次；在此之前无法下发该配置文件。",
        ),
    ),
    _D.SUBSCRIPTION_ON: Entry(
        _SERVER,
        Words(
            "The subscription is let in, though no chip has its profile.",
            "Where the profile was deleted --apply keeps it out; otherwise find out who uses it.",
        ),
        Words(
            "没有芯片持有该配置文件，但其签约仍处于启用状态。",
            "若配置文件已删除，--apply 会停用签约；否则请查明使用者。",
        ),
    ),
    _D.SUBSCRIPTION_OFF: Entry(
        _SERVER,
        Words(
            "The profile is installed, and its subscription is kept out of the network: the user has no service.",
            "Repair it with --apply: the subscription is let in.",
        ),
        Words("配置文件已安装，但其签约未启用：用户无法使用网络。", "请用 --apply 修复：启用该签约。"),
    ),
    _D.NETWORK_LETS_IN: Entry(
        _OPERATOR,
        Words(
            "The network lets a subscription in that should be kept out.",
            "With --apply the network is told again (openesim auc serve --osmo-hlr carries it there); a network of another kind has to be mended by hand.",
        ),
        Words(
            "网络仍放行本应停用的签约。",
            "使用 --apply 会再次通知网络（由 openesim auc serve --osmo-hlr 执行）；其他网络请手动修正。",
        ),
    ),
    _D.NETWORK_KEEPS_OUT: Entry(
        _OPERATOR,
        Words(
            "The network keeps a subscription out, or does not know it, that should be let in: the user has no service.",
            "With --apply the network is told again (openesim auc serve --osmo-hlr carries it there); a network of another kind has to be mended by hand.",
        ),
        Words(
            "网络未放行或不认识本应启用的签约：用户无法使用网络。",
            "使用 --apply 会再次通知网络（由 openesim auc serve --osmo-hlr 执行）；其他网络请手动修正。",
        ),
    ),
    _D.OPERATOR_SAYS_OTHERWISE: Entry(
        _OPERATOR,
        Words(
            "The operator's list has another state for this profile than the order.",
            "What the chip told is right: look at the timeline of the order and correct the list, or issue the order again.",
        ),
        Words(
            "运营商清单中该配置文件的状态与订单不一致。",
            "以芯片上报为准：请查看订单时间线并更正清单，或重新签发订单。",
        ),
    ),
    _D.OPERATOR_SAYS_OTHER_CHIP: Entry(
        _OPERATOR,
        Words(
            "The operator's list names another EID for this profile than the order.",
            "Compare both with the EID of the user's device; correct the list, or issue the order again for the right chip.",
        ),
        Words(
            "运营商清单中该配置文件的 EID 与订单不一致。",
            "请与用户设备的 EID 核对；更正清单，或为正确的芯片重新签发订单。",
        ),
    ),
    _D.OPERATOR_KNOWS_MORE: Entry(
        _OPERATOR,
        Words(
            "The operator's list has a profile that is not on this server, or belongs to somebody else.",
            "Check the ICCID and which server the profile was loaded on.",
        ),
        Words(
            "运营商清单中的配置文件不在本服务器上，或属于他人。", "请核对 ICCID 以及该配置文件所在的服务器。"
        ),
    ),
    _D.OPERATOR_KNOWS_LESS: Entry(
        _OPERATOR,
        Words(
            "An order of the operator is missing in his list.",
            "Add it to the list, or take the order back if nobody wants it.",
        ),
        Words("运营商清单中缺少其一个订单。", "请补入清单；若无人需要，请撤回订单。"),
    ),
    _D.EVENT_MISSING: Entry(
        _OPERATOR,
        Words(
            "The order waits, and the discovery server does not announce it: the phone will not find it by itself.",
            "Release the order again (ReleaseProfile), or give the user the activation code.",
        ),
        Words(
            "订单在等待，但发现服务器未公布：手机无法自行找到它。",
            "请重新发布订单（ReleaseProfile），或把激活码交给用户。",
        ),
    ),
    _D.EVENT_LEFT: Entry(
        _NOBODY,
        Words(
            "The discovery server still announces an order that is over; phones ask for it in vain.",
            "The deletion is tried again by the outbox (openesim outbox list); an event that stays is removed at the discovery server.",
        ),
        Words(
            "发现服务器仍在公布已结束的订单；手机会徒劳地请求它。",
            "发件箱会重试删除（openesim outbox list）；若事件仍在，请在发现服务器上删除。",
        ),
    ),
    _D.MESSAGE_STUCK: Entry(
        _OPERATOR,
        Words(
            "A message about this profile could not be delivered for so long that nobody tries any more.",
            "See where it was to go and what was answered (openesim outbox list), mend that, and have it sent again (openesim outbox retry).",
        ),
        Words(
            "有关该配置文件的一条消息长期无法送达，已停止重试。",
            "请查看其目的地和应答（openesim outbox list），排除故障后重新发送（openesim outbox retry）。",
        ),
    ),
}
