"""What ``openesim online`` says beside what the demo says, in English and in Chinese."""

from __future__ import annotations

from typing import Final

from openesim.apps.demo.texts import Texts

TEXTS: Final[Texts] = {
    # --- Beginning and end -----------------------------------------------------------------------------
    "title": (
        "OpenESIM: online, with two operators",
        "OpenESIM：通过两家运营商上网",
    ),
    "title_why": (
        "A profile is worth what a network gives for it. Here the chip sits in a reader, and programs that nobody of us wrote use it as they would use a plastic SIM: Debian's eapol_test logs in with EAP-AKA and EAP-AKA', through PC/SC, at Debian's hostapd, which asks our authentication centre. Every step is checked; one that fails ends the run with exit code 1.",
        "配置文件的价值在于网络是否接受它。这里芯片放在读卡器中，由并非我们编写的程序像使用实体 SIM 卡一样使用它：Debian 的 eapol_test 通过 PC/SC 以 EAP-AKA 和 EAP-AKA' 登录 Debian 的 hostapd，后者向我们的鉴权中心查询。每一步都会核对，任何一步不符即以退出码 1 结束。",
    ),
    "cleaned": (
        "All programs have ended and the files are removed.",
        "所有程序已停止，文件已删除。",
    ),
    "next_time": (
        "docs/guide/own-operator.md shows how to open a network of your own. To see how a profile comes to its chip:",
        "如何搭建您自己的网络，见 docs/guide/own-operator.md。想看配置文件如何到达芯片：",
    ),
    "kept": ("Everything is kept in {folder}.", "全部文件保留在 {folder}。"),
    "interrupted": (
        "Interrupted. No program is left running, the files are removed.",
        "已中断。没有程序仍在运行，文件已删除。",
    ),
    "interrupted_kept": (
        "Interrupted. No program is left running, the files stay in {folder}.",
        "已中断。没有程序仍在运行，文件保留在 {folder}。",
    ),
    # --- Words in tables -------------------------------------------------------------------------------
    "subscription": ("Subscription", "签约"),
    "program": ("Program", "程序"),
    "on": ("on", "开通"),
    "off": ("off", "未开通"),
    # --- How a login went ------------------------------------------------------------------------------
    "login_in": (
        "{method} at {network}: in, as {identity}",
        "{method} 登录{network}：成功，身份 {identity}",
    ),
    "login_resynchronised": (
        "{method} at {network}: the card knew a later sequence number; in after resynchronising, as {identity}",
        "{method} 登录{network}：卡中的序列号更新；重新同步后成功，身份 {identity}",
    ),
    "login_refused": (
        "{method} at {network}: the network does not let {identity} in",
        "{method} 登录{network}：网络拒绝 {identity}",
    ),
    "login_card_refused": (
        "{method} at {network}: the card does not believe the network; nothing came of it for {identity}",
        "{method} 登录{network}：卡不信任该网络，{identity} 未登录",
    ),
    "login_no_card": (
        "{method} at {network}: no USIM in the reader{identity}",
        "{method} 登录{network}：读卡器中没有 USIM{identity}",
    ),
    # --- 2: subscribers --------------------------------------------------------------------------------
    "subscribers": ("Each operator makes a subscription", "两家运营商各自建立签约"),
    "subscribers_why": (
        "A profile type is described and built once (`openesim profile build`); `openesim stock add` draws numbers and keys for each subscriber. The key will stand at two places: in the profile, which goes to the chip, and with the operator, sealed, for the authentication centre. Until a chip reports the profile as installed the subscription stays off.",
        "配置文件类型只需描述和构建一次（`openesim profile build`），`openesim stock add` 再为每个用户生成号码和密钥。密钥将存在于两处：一处在配置文件中，随之进入芯片；另一处由运营商加密保存，供鉴权中心使用。在芯片报告配置文件安装成功之前，签约保持未开通。",
    ),
    "check_packages": (
        "both packages follow the standard: the checker finds no error",
        "两个配置文件包均符合标准：检查没有发现错误",
    ),
    "check_off": (
        "both subscriptions are off",
        "两个签约均未开通",
    ),
    "check_sealed": (
        "neither key can be found in either operator's database: they are sealed there",
        "在两家运营商的数据库中都找不到密钥原文：密钥已加密保存",
    ),
    # --- 4: networks -----------------------------------------------------------------------------------
    "networks": ("Each operator opens its network", "两家运营商各自开通网络"),
    "networks_why": (
        "`openesim auc serve` hands out authentication vectors to hostapd over a socket; the sequence number is on disk before a vector leaves. pcscd has the virtual reader for the chip. hostapd, pcscd and eapol_test run in a network of their own that nobody else can reach.",
        "`openesim auc serve` 通过套接字向 hostapd 发放鉴权向量；向量发出之前，序列号已写入磁盘。pcscd 提供放置芯片的虚拟读卡器。hostapd、pcscd 和 eapol_test 运行在外界无法访问的独立网络中。",
    ),
    "check_room": (
        "the only interface of that network is its loopback",
        "该网络只有环回接口",
    ),
    # --- 5: empty --------------------------------------------------------------------------------------
    "empty": ("A chip without a profile", "没有配置文件的芯片"),
    "empty_why": (
        "The chip is moved from the phone into the reader. There is a chip, but there is no subscriber in it.",
        "芯片从手机移到读卡器中。芯片在，但其中没有用户。",
    ),
    "check_no_usim": (
        "eapol_test finds no USIM, and gets into neither network",
        "eapol_test 找不到 USIM，两个网络均无法登录",
    ),
    # --- 6: download -----------------------------------------------------------------------------------
    "download_both": ("Download both profiles", "下载两个配置文件"),
    "download_both_why": (
        "Each SM-DP+ gets the chip's signed report that its profile is installed; that switches the subscription on. Yet the profiles are still disabled, and a disabled profile is no card.",
        "每台 SM-DP+ 收到芯片签署的安装成功报告后，随即开通签约。但配置文件仍处于停用状态，停用的配置文件不能当作卡使用。",
    ),
    "check_on": (
        "{name}: off before, on after the chip's report",
        "{name}：之前未开通，收到芯片报告后已开通",
    ),
    "check_both_disabled": (
        "both profiles are on the chip, disabled",
        "两个配置文件均在芯片上，处于停用状态",
    ),
    "check_disabled_is_out": (
        "with them disabled eapol_test finds no USIM",
        "停用时 eapol_test 找不到 USIM",
    ),
    # --- 7: first online -------------------------------------------------------------------------------
    "first_online": ("Online with {first}", "通过{first}上网"),
    "first_online_why": (
        "The profile of {first} is enabled. eapol_test selects the USIM, reads the IMSI, and has the card answer the challenge of the network; the network answers to the card in turn. Both ends have the same session keys, or it does not count.",
        "启用{first}的配置文件。eapol_test 选择 USIM、读取 IMSI，由卡应答网络的质询；网络也要向卡证明自己。只有双方得到相同的会话密钥才算成功。",
    ),
    "check_online": (
        "{network} lets its subscriber in by {method}, and both ends have the same keys",
        "{network}允许其用户以 {method} 登录，双方密钥一致",
    ),
    "check_stranger": (
        "{network} does not let the other's subscriber in",
        "{network}拒绝对方的用户",
    ),
    # --- 8: false network ------------------------------------------------------------------------------
    "false_network": ("A network with the wrong key", "密钥错误的网络"),
    "false_network_why": (
        "A third network knows the IMSI of {first}'s subscriber and claims to be {first}. It has made up a key. The card finds out before it answers anything.",
        "第三个网络知道{first}用户的 IMSI，冒充{first}，密钥则是编造的。卡在作出任何应答之前就会识破。",
    ),
    "false_name": ("the false network", "假冒网络"),
    "check_false": (
        "the card refuses: the MAC of the challenge does not hold",
        "卡拒绝：质询的 MAC 不成立",
    ),
    "check_false_left_nothing": (
        "the true network is believed as before",
        "真实网络照常受信任",
    ),
    # --- 9: behind -------------------------------------------------------------------------------------
    "behind": ("A network that has fallen behind", "序列号落后的网络"),
    "behind_why": (
        "{first} has lost its place, as if an old copy of its database had been brought back: its sequence numbers begin again. The card has seen them all, refuses, and tells under a MAC which one it knows.",
        "{first}的进度丢失，如同恢复了旧的数据库备份：序列号从头开始。卡已见过这些序列号，于是拒绝，并以 MAC 保护的形式告知它所知的序列号。",
    ),
    "check_resynchronised": (
        "the card's report is believed, and the next vector lets the user in",
        "卡的报告被接受，下一个向量使用户登录成功",
    ),
    "check_caught_up": (
        "the network's counter is past the card's again: {before} before, {after} now",
        "网络的计数器重新跟上卡：之前 {before}，现在 {after}",
    ),
    "check_in_step": (
        "the login after that needs no resynchronisation",
        "此后的登录不再需要重新同步",
    ),
    # --- 10: second online -----------------------------------------------------------------------------
    "second_online": ("Online with {second}", "通过{second}上网"),
    "second_online_why": (
        "One tap in the phone: the other profile is enabled, and the same chip is another card with another subscriber.",
        "在手机上轻点一下：启用另一个配置文件，同一颗芯片就成了另一张卡、另一个用户。",
    ),
    # --- 11: delete ------------------------------------------------------------------------------------
    "delete_both": ("Delete both profiles", "删除两个配置文件"),
    "delete_both_why": (
        "The chip's reports of the deletions switch both subscriptions off. And to see that the networks really do: before the deletion we take a copy of the chip, keys and all, which no real chip would allow.",
        "芯片的删除报告使两个签约关闭。为了证明网络确实如此，删除之前我们复制了整颗芯片，包括密钥，这在真实的芯片上是不可能的。",
    ),
    "check_both_off": (
        "both subscriptions are off again",
        "两个签约均已关闭",
    ),
    "check_copy": (
        "the copy still is {network}'s card and knows the key, and {network} does not let it in",
        "复制品仍是{network}的卡，也知道密钥，但{network}拒绝其登录",
    ),
    # --- 12: closing -----------------------------------------------------------------------------------
    "closing": ("Everything ends", "全部结束"),
    "closing_why": (
        "Networks, authentication centres and servers are told to end.",
        "通知网络、鉴权中心和服务器停止运行。",
    ),
    "check_all_ended": (
        "all of them ended when told to, without an error in the servers' logs",
        "全部按要求正常结束，服务器日志中没有错误",
    ),
}
"""By key: English, Chinese; they stand beside or in the place of the demo's."""
