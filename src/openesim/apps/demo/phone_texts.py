"""What the demo says of her phone, in English and in Chinese."""

from __future__ import annotations

from typing import Final

from openesim.apps.demo.texts import Texts

TEXTS: Final[Texts] = {
    # --- downloads -------------------------------------------------------------------------------------
    "download_home": ("She downloads it", "她下载配置文件"),
    "download_home_why": (
        "Chip and server prove themselves to each other, the phone shows what is offered, and asks for the confirmation code: a wrong one is refused and counted. The server asks the gate once more, binds the profile to this chip with keys made for this one download; the chip verifies, decrypts and installs it, and signs a result that the server gets.",
        "芯片与服务器相互证明身份，手机显示所提供的内容，并询问确认码：错误的确认码被拒绝并计数。服务器再做一次准入检查，用专为本次下载生成的密钥把配置文件绑定到这颗芯片；芯片验证、解密、安装，并签署结果交给服务器。",
    ),
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
    "abroad": ("A profile for the journey, under no rules", "一个没有规则约束的出行配置文件"),
    "abroad_why": (
        "{abroad} works in a country that asks nothing: nobody is verified, no code is entered, not a single click more. The same chip holds both profiles; the user decides which one is in use, not the phone and not an operator. The chip signs a notification of the change, and the phone carries it to the server at once.",
        "{abroad}所在的国家没有要求：无需核验，无需确认码，一步也不多。同一颗芯片上有两个配置文件；启用哪一个由用户决定，而不是由手机或某家运营商决定。芯片为变更签署通知，手机立即送达服务器。",
    ),
    "check_two": (
        "the chip lists both profiles under the names and ICCIDs that were ordered",
        "芯片列出两个配置文件，名称与 ICCID 与订单一致",
    ),
    "delivered": ("{address} knows: {event} {iccid}", "{address} 已知晓：{event} {iccid}"),
    "check_routes": (
        "each server has heard of its own profile, and of nothing else",
        "每台服务器得知的只有自己的配置文件",
    ),
    # --- online ----------------------------------------------------------------------------------------
    "online": ("Online with {home}", "通过{home}上网"),
    "online_why": (
        "One step: enabling the one profile disables the other. The subscription was switched on when the chip reported its profile as installed. Now the network of {home} sends a challenge (RAND) with a proof that it comes from this network (AUTN), and the USIM in the profile answers it: each proves to the other that it knows the key, which never travels.",
        "一步完成：启用其一，另一个随之停用。芯片报告安装成功时，签约已经开通。现在{home}的网络发出质询（RAND），并附上网络的证明（AUTN），由配置文件中的 USIM 应答：双方各自证明知道密钥，而密钥从不传输。",
    ),
    "check_let_in": (
        "{home} lets its subscriber in since the chip's report",
        "收到芯片报告后，{home}已为其用户开通签约",
    ),
    "check_online": (
        "she is online: the response is right, and both ends have the same session keys",
        "已上网：应答正确，双方得到相同的会话密钥",
    ),
    "check_false": (
        "a false network that does not know her key is not believed",
        "不知道她密钥的假冒网络不被信任",
    ),
    # --- delete ----------------------------------------------------------------------------------------
    "delete": ("After the journey: delete {abroad}", "旅行结束：删除{abroad}"),
    "delete_why": (
        "A server that never hears of a deletion would think for ever that the profile is in use. So the phone first finds out whether it can be reached, and keeps the notification until it has been acknowledged. And a code is for one download:",
        "服务器若始终不知道删除，就会永远认为配置文件仍在使用。因此手机先确认能连接服务器，并保留通知直到对方确认。此外，一个激活码只能下载一次：",
    ),
    "check_freed": (
        "{count:,} octets of the chip are free again, and no notification waits on it",
        "芯片上 {count:,} 字节重新可用，也没有等待发送的通知",
    ),
    "refusal": ("{fqdn} says no: {subject}/{reason}", "{fqdn} 拒绝：{subject}/{reason}"),
    "check_refused": (
        "the used-up code is refused, with code, cause and next step",
        "用过的激活码被拒绝，并给出代码、原因与下一步",
    ),
    # --- agreement -------------------------------------------------------------------------------------
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
"""By key: English, Chinese; they stand beside ``texts.TEXTS``."""
