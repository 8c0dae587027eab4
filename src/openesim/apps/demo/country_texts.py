"""What the demo says of the country, its operator and the person, in English and in Chinese."""

from __future__ import annotations

from typing import Final

from openesim.apps.demo.texts import Texts

TEXTS: Final[Texts] = {
    # --- words in tables -------------------------------------------------------------------------------
    "subscription": ("Subscription", "签约"),
    "off": ("off", "未开通"),
    "pack": ("Rules", "规则包"),
    "pack_value": ("{pack}: {title}", "{pack}：{title}"),
    "note": ("Note", "说明"),
    "channels": ("Channels", "办理渠道"),
    "device": ("Device", "终端"),
    "person": ("Person", "用户核验"),
    "limits": ("Limits", "数量限制"),
    "limits_value": ("{count} lines a person at an operator", "每人在一家运营商最多 {count} 个号码"),
    "model_required": ("approved model", "型号获批"),
    "chip_registered": ("chip of a registered maker", "芯片制造商已登记"),
    "two-way": ("chip and device held to each other", "机卡绑定"),
    "document-chip-or-scan": ("document read by its chip or scanned", "读取或扫描证件"),
    "face-match": ("face compared", "人脸比对"),
    "in-person": ("in person", "当面办理"),
    "checklist": ("Checklist", "评估清单"),
    "answers": ("Answers", "填报"),
    "answers_value": ("{count}, with {files} files of evidence", "{count} 项，附证明文件 {files} 份"),
    "asked_back": ("Asked back", "要求补正"),
    "answered": ("Answered", "补充说明"),
    "condition_name": ("Condition", "附加条件"),
    "model": ("Model", "终端型号"),
    "vendor": ("Vendor", "终端厂商"),
    "maker": ("Chip maker", "芯片制造商"),
    "case": ("Case", "核验单"),
    "person_name": ("Name", "姓名"),
    "document": ("Document", "证件"),
    "evidence": ("Evidence", "证据摘要"),
    "line": ("Line", "号码状态"),
    "line_active": ("active", "使用中"),
    "line_reserved": ("on its way", "办理中"),
    "line_ended": ("ended", "已注销"),
    "operator_here": ("{home}", "{home}"),
    "would_hit": ("Would hit", "涉及型号"),
    "orders": ("Orders", "订单"),
    "lines": ("Lines", "号码"),
    "persons": ("Persons", "人数"),
    "decisions": ("Decisions", "判定"),
    "looks": ("Looks", "查看个人信息"),
    "deeds": ("Deeds", "操作"),
    "head": ("Head of the chain", "链首"),
    "who_self": ("she herself", "本人"),
    "who_operator": ("the operator", "运营商"),
    "who_regulator": ("the regulator", "主管部门"),
    "who_verifier": ("a verifier", "核验机构"),
    "who_server": ("the server", "服务器"),
    # --- profiles --------------------------------------------------------------------------------------
    "profiles": ("Two operators make profiles", "两家运营商制作配置文件"),
    "profiles_why": (
        "A profile is what a plastic SIM would hold: a serial number (ICCID), the user's number in the network (IMSI), the secret key that proves it, names, PINs, all as files for the chip. {home} describes its profile once and draws numbers and keys for three subscribers; a key stands at two places, in the profile and sealed with the operator, and a subscriber is switched off until a chip has his profile. {abroad}, in another country, builds a single profile.",
        "配置文件就是一张实体 SIM 卡中的内容：序列号（ICCID）、用户在网络中的号码（IMSI）、用于证明身份的密钥、名称、PIN 码，以芯片文件的形式存放。{home}只需描述一次配置文件类型，再为三名用户生成号码和密钥；密钥存于两处：配置文件中，以及运营商处（加密保存）；芯片装好配置文件之前，签约保持未开通。{abroad}在另一个国家，只制作一个配置文件。",
    ),
    "check_packages": (
        "both packages follow the standard: the checker finds no error",
        "两个配置文件包均符合标准：检查没有发现错误",
    ),
    "check_different": (
        "no two subscribers share a key, and no key stands in another's profile",
        "任何两名用户的密钥都不相同，也不出现在他人的配置文件中",
    ),
    "check_sealed": (
        "all subscribers of {home} are off, and no key can be found in its database",
        "{home}的用户均未开通，在其数据库中找不到任何密钥原文",
    ),
    # --- rules -----------------------------------------------------------------------------------------
    "country": ("A country with rules", "一个有规则的国家"),
    "country_why": (
        "What a country asks before a profile may be written is data, not code: a rule pack, with a source behind every demand. {home} works under one, by a line of its server's configuration; the server holds every order and every download against it, at what we call the gate. {abroad} works where nothing is asked.",
        "写号之前要满足哪些条件，是数据而不是代码：规则包中的每项要求都注明出处。{home}的服务器在配置中写明适用的规则包，对每份订单、每次下载都按规则包核对，即“准入检查”；{abroad}所在的国家没有任何要求。",
    ),
    "check_in_force": (
        "the rules are in force today, and {home} is under them",
        "规则包今日有效，适用于{home}",
    ),
    "check_sources": (
        "every demand names who says so: {count} sources",
        "每项要求都注明出处：共 {count} 个来源",
    ),
    "check_open": (
        "nothing is asked of {abroad}: for its orders the gate is a single look-up",
        "对{abroad}没有任何要求：处理其订单时，准入检查只在内存中查一次",
    ),
    "check_desks": (
        "the desks answer in English and in Chinese, and every page says that nothing here is real",
        "各工作台以中英文应答，每个页面都注明并非真实数据",
    ),
    # --- licence ---------------------------------------------------------------------------------------
    "licence": ("The operator applies, and is approved", "运营商申请并获批"),
    "licence_why": (
        "An operator may only do what it was approved for. {home} applies for eSIM on phones in two regions, answers a checklist and attaches evidence; an inspector asks back; the authority approves, for one region and under a condition. Its server knows within two seconds, without being restarted.",
        "运营商只能开展获批的业务。{home}申请在两个地区开展手机 eSIM 业务，逐项填报评估清单并附上证明文件；审核人员要求补正；主管部门批准其中一个地区，并附加条件。服务器无需重启，两秒内即知。",
    ),
    "question": ("When was the emergency stop last rehearsed?", "最近一次应急停止演练在什么时候？"),
    "reply": ("Last month, at night, with all counters.", "上月夜间，全部营业厅参加。"),
    "condition": ("A report every month.", "每月提交一份报告。"),
    "answer": ("As the attached document describes it.", "见所附文件。"),
    "evidence_text": (
        "Sample evidence for {item}. Nothing here is real.\n",
        "{item} 的示例证明文件，并非真实数据。\n",
    ),
    "check_incomplete": (
        "submitted empty, it is refused, and {count} missing things are named",
        "空白提交被拒绝，并逐项列出缺少的 {count} 处内容",
    ),
    "check_approved": (
        "approved for {place} ({region}) alone, under one condition: less than was asked, and never more",
        "仅批准{place}（{region}），附一项条件：可以少于申请范围，绝不会多",
    ),
    # --- phone -----------------------------------------------------------------------------------------
    "phone": ("A phone with an empty chip, and who answers for it", "一部装有空白芯片的手机，以及由谁负责"),
    "phone_why": (
        "The chip is a file that answers commands (APDUs) as a soldered one would. Its maker gave it a number (EID), a certificate, and the CIs to believe. The phone around it has an IMEI, whose first eight digits (TAC) say which model it is. The vendor submits the model, an inspector approves it; the chip maker is registered with his certificates and the digits that his EIDs begin with.",
        "芯片是一个文件，像焊接在手机中的芯片一样应答指令（APDU）。制造商为它写入了编号（EID）、证书，以及它所信任的 CI。手机有 IMEI，前八位（TAC）表明型号。厂商提交型号，审核人员批准；芯片制造商登记其证书和 EID 号段。",
    ),
    "vendor_name": ("Lanting Terminals", "兰亭终端"),
    "place": ("Shanghai", "上海"),
    "model_name": ("Lanting One", "兰亭一号"),
    "maker_name": ("Xingchen Chips", "星辰芯片"),
    "check_empty": (
        "no profile is on the chip, no notification waits on it",
        "芯片上没有配置文件，也没有等待发送的通知",
    ),
    "check_trusted": (
        "the chip believes the same CIs as both servers",
        "芯片与两台服务器信任相同的 CI",
    ),
    "check_registered": (
        "IMEI and EID lead to model and chip maker: waiting before, approved now",
        "由 IMEI 和 EID 可查到型号和芯片制造商：此前待审，现已批准",
    ),
    # --- unverified ------------------------------------------------------------------------------------
    "unverified": ("An order with nobody behind it", "未经实名核验的订单"),
    "unverified_why": (
        "The woman whose phone it is comes to a counter of {home}. A case is opened for her, and a profile for her chip is ordered at once, as the operator's programs do it: by the REST API of the server. Licence, model and chip are in order; but nobody has looked at her document yet. Whoever is refused should learn why, whose move it is, and what to do:",
        "这部手机的机主来到{home}的营业厅。刚为她建立核验单，运营商的程序就通过服务器的 REST 接口为她的芯片下了单。运营商已获批，型号和芯片均符合要求，但还没有人核验她的证件。被拒绝的人应当知道原因、由谁处理、下一步怎么做：",
    ),
    "http_refusal": ("The server says no: HTTP {status}", "服务器拒绝：HTTP {status}"),
    "check_unverified": (
        "refused, for this reason alone: the running server knows of licence and phone",
        "被拒绝，且只因这一个原因：运行中的服务器已知道批准和终端登记",
    ),
    "check_nothing_kept": (
        "nothing of the order is kept: all profiles are in stock as before",
        "订单没有留下任何内容：全部配置文件仍在库存中",
    ),
    # --- verify ----------------------------------------------------------------------------------------
    "verify": ("She shows who she is, at the counter", "她到营业厅出示证件"),
    "verify_why": (
        "A clerk types what her document says, reads its chip, compares her face. The form finds a mistyped digit before anybody is asked. This operator wants four eyes: a second clerk has to agree. What was typed is sealed, field by field, and deleted when its time is over; what stays is a digest of the evidence.",
        "营业员录入证件内容，读取证件芯片，比对人脸。表单会先发现录错的数字。这家运营商要求双人复核：须由第二名营业员同意。录入的内容逐项加密保存，到期删除；长期保留的只有证据的摘要。",
    ),
    "check_mistyped": (
        "a wrong digit is named at its field, and nothing is stored: {fault}",
        "录错一位即在该项提示，且不保存任何内容：{fault}",
    ),
    "check_four_eyes": (
        "the clerk who saw her cannot agree to it himself",
        "经办营业员不能自己复核",
    ),
    "check_verified": (
        "the second clerk agrees: she is verified, on evidence that has a digest",
        "第二名营业员同意：核验通过，证据已有摘要",
    ),
    "check_not_in_clear": (
        "neither her name nor her number can be found in the database",
        "在数据库中找不到她的姓名和证件号码",
    ),
    # --- order -----------------------------------------------------------------------------------------
    "order_made": ("The same order, with her behind it", "同一份订单，这次已经实名"),
    "order_made_why": (
        "Now it is released, for her chip alone, and the server makes a confirmation code that only she is shown: whoever has the QR code alone has nothing. That code (activation code) names the server and, by a matching id, the order. {abroad} takes an order from somebody who travels, and asks nobody anything.",
        "现在订单已发布，只给她的这颗芯片；服务器生成确认码，只有她本人能看到：仅有二维码的人什么也得不到。二维码即激活码，写明服务器，并以匹配标识指明订单。{abroad}接受一份出行订单，不问任何问题。",
    ),
    "code_beside": ("{code} (shown to her alone)", "{code}（仅向本人显示）"),
    "check_bound": (
        "her order is Released, and bound to her chip",
        "她的订单为“已发布”，并绑定到她的芯片",
    ),
    "check_code_kept": (
        "{home} was not told her code, its database holds it sealed, and her look at it is on record",
        "{home}并不知道她的确认码，数据库中只有密文；她查看确认码已留下记录",
    ),
    "check_codes": (
        "both activation codes read back as server and matching id of their orders",
        "两个激活码读回后，与订单的服务器和匹配标识相符",
    ),
    "check_free": (
        "the order of {abroad} is Released at once, and left no decision behind",
        "{abroad}的订单立即发布，没有留下任何判定",
    ),
    # --- recall ----------------------------------------------------------------------------------------
    "recall": ("A recall, in the middle of a download", "下载途中的召回"),
    "recall_why": (
        "She orders a second line. While she reads what her phone offers, the regulator looks whom a recall of her model would hit, and recalls it. No server hands out a package to such a phone any more two seconds later, whatever was approved before. The phone hears the nearest thing the standard has a code for; the cause stands with the operator.",
        "她再办一个号码。就在她阅读手机上的提示时，主管部门先查看召回该型号会涉及哪些人，然后召回。两秒之后，无论此前如何批准，任何服务器都不再向这种手机发放配置文件。手机得到的是标准中最接近的代码，真正的原因记录在运营商处。",
    ),
    "check_second": ("the second order is released like the first", "第二份订单与第一份一样获准发布"),
    "check_preview": (
        "the preview names her model: a profile that is installed, one that waits, both of one person",
        "预览列出该型号：一个已安装、一个待下载的配置文件，同属一人",
    ),
    "recalled_because": ("The battery may overheat.", "电池可能过热。"),
    "recalled": ("Meanwhile the regulator recalls the model: {reason}", "此时主管部门召回该型号：{reason}"),
    "spreads": ("Every server hears of it …", "各服务器陆续得知……"),
    "check_stopped": (
        "{seconds:.0f} s later the package is refused, with the code of the standard",
        "{seconds:.0f} 秒后，配置文件被拒绝发放，并给出标准规定的代码",
    ),
    "check_nothing_came": (
        "nothing of it is on the chip, and the order waits as it was",
        "芯片上没有任何新内容，订单保持原状",
    ),
    "check_timeline": (
        "the operator reads the cause in the order's timeline: {cause}",
        "运营商在订单时间线中看到原因：{cause}",
    ),
    "lifted_because": ("The vendor's update is out.", "厂商已发布更新。"),
    "check_lifted": (
        "she takes the order back; the recall is lifted, stays on record, and such phones are served again",
        "她撤回订单；召回解除后记录仍在，该型号恢复服务",
    ),
    # --- lines -----------------------------------------------------------------------------------------
    "lines_seen": ("What stands in her name", "她名下有什么"),
    "lines_seen_why": (
        "She sees every line in her name, at every operator, and who looked at her data. She freezes new ones: nobody opens a line in her name any more until she ends it.",
        "她能看到自己名下在各家运营商的全部号码，以及谁查看过她的信息。她冻结新办号码：在她解除之前，谁也不能以她的名义再办号码。",
    ),
    "look": ("{at} {who}: {fields}", "{at} {who}：{fields}"),
    "check_lines": (
        "one line is active; the one whose order was taken back has ended",
        "一个号码使用中；撤回订单的那个已注销",
    ),
    "check_looks": (
        "{count} looks at her data are on record: her own, at her codes",
        "她的信息共有 {count} 次查看记录：都是她本人查看确认码",
    ),
    "check_frozen": (
        "another order in her name is refused: she has frozen new lines",
        "以她的名义再下单被拒绝：她已冻结新办号码",
    ),
    # --- ledger ----------------------------------------------------------------------------------------
    "ledger": ("The record of all that was decided", "全部判定的记录"),
    "ledger_why": (
        "Every decision, every look at personal data and every deed is an entry of a chain: whoever changes, removes or moves one breaks it. What was handed out is bound to chip, profile and evidence. Nothing in it is personal.",
        "每次判定、每次查看个人信息、每个操作都是链上的一条记录：改动、删除或移动任何一条都会使链断裂。发放的配置文件与芯片和证据绑定。记录中没有任何个人信息。",
    ),
    "check_chain": ("all {count} entries are in their places", "全部 {count} 条记录均在其位"),
    "check_tampering": (
        "a copy in which one refusal was made an admission does not hold",
        "把其中一条拒绝改成准许的副本无法通过校验",
    ),
    "check_refusals": (
        "the three refusals of this story are on record with their causes",
        "本次演示中的三次拒绝及其原因均已记录",
    ),
    "check_bound_entry": (
        "the delivery of her profile is on record, with her EID, its ICCID and the digest of the evidence",
        "她的配置文件的发放已记录在案，含 EID、ICCID 和证据摘要",
    ),
    "check_nothing_personal": (
        "her name, number, login and code stand in no entry, in no file of the database and in no log",
        "她的姓名、证件号码、登录名和确认码不出现在任何记录、数据库文件或日志中",
    ),
}
"""By key: English, Chinese; they stand beside ``texts.TEXTS``."""
