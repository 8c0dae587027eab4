"""What the words of a case mean to people, in English and Chinese: states, events, doubts, fields, documents, demands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from openesim.conditions.identity.case import Field
from openesim.conditions.identity.cases import CaseEvent, CaseState, CaseStateError
from openesim.conditions.identity.findings import Doubt
from openesim.conditions.rules.words import Assurance, Channel, DocumentKind, Group, ServiceClass, Trigger
from openesim.kernel.errors import Explanation

Text = Mapping[str, str]
"""A text by language."""


def _text(en: str, zh: str) -> Text:
    return {"en": en, "zh": zh}


STATE_TEXTS: Final[dict[CaseState, Text]] = {
    CaseState.APPLIED: _text("applied for; documents are to be shown", "已申请，待出示证件"),
    CaseState.DOCUMENTS: _text("documents shown; to be verified", "已出示证件，待核验"),
    CaseState.STEP_UP: _text("more is to be shown", "须补充材料"),
    CaseState.FOUR_EYES: _text("waits for a second clerk", "待第二名营业员复核"),
    CaseState.VERIFIED: _text("verified", "已核验"),
    CaseState.RE_VERIFY: _text("to be verified again", "须重新核验"),
    CaseState.EXPIRED: _text("lapsed", "已过期"),
    CaseState.REFUSED: _text("refused", "未通过"),
    CaseState.REVOKED: _text("revoked", "已撤销"),
    CaseState.WITHDRAWN: _text("given up by the person", "本人已放弃"),
}
"""Where a case stands."""

NEXT_TEXTS: Final[dict[CaseState, Text]] = {
    CaseState.APPLIED: _text("show a document that the rules accept", "请出示规则认可的证件"),
    CaseState.DOCUMENTS: _text("the verifier's turn", "等待核验"),
    CaseState.STEP_UP: _text("show what is missing", "请补充所缺材料"),
    CaseState.FOUR_EYES: _text("another clerk looks and agrees", "由另一名营业员复核"),
    CaseState.VERIFIED: _text("lines may be ordered", "可办理号码"),
    CaseState.RE_VERIFY: _text(
        "verify again in time, or lines are suspended", "请在期限内重新核验，逾期号码将被停用"
    ),
    CaseState.EXPIRED: _text("begin again with the document", "请重新出示证件"),
    CaseState.REFUSED: _text("ask the operator why; begin a new case", "请向运营商咨询，可重新申请"),
    CaseState.REVOKED: _text("ask the operator why; begin a new case", "请向运营商咨询，可重新申请"),
    CaseState.WITHDRAWN: _text("begin a new case when you like", "可随时重新申请"),
}
"""What comes next."""

EVENT_TEXTS: Final[dict[CaseEvent, Text]] = {
    CaseEvent.PRESENT: _text("documents are shown", "出示证件"),
    CaseEvent.ASK_MORE: _text("more is asked for", "要求补充材料"),
    CaseEvent.ASK_SECOND: _text("a second clerk is asked for", "要求第二人复核"),
    CaseEvent.VERIFY: _text("verified", "核验通过"),
    CaseEvent.REFUSE: _text("refused", "核验不通过"),
    CaseEvent.TRIGGER: _text("to be verified again", "要求重新核验"),
    CaseEvent.LAPSE: _text("its time is over", "到期"),
    CaseEvent.REVOKE: _text("revoked", "撤销"),
    CaseEvent.WITHDRAW: _text("given up", "放弃"),
}
"""What happened to a case."""

DOUBT_TEXTS: Final[dict[Doubt, Text]] = {
    Doubt.NO_SUCH_DOCUMENT: _text("no such document is known", "查无此证件"),
    Doubt.DOES_NOT_MATCH: _text(
        "name, number or person do not belong together", "姓名、号码或本人信息不一致"
    ),
    Doubt.FACE_DIFFERS: _text("the face is not the one of the document", "人证不符"),
    Doubt.DOCUMENT_INVALID: _text("the document is not valid", "证件无效"),
    Doubt.DOCUMENT_EXPIRED: _text("the document has expired", "证件已过期"),
    Doubt.LISTED: _text("whoever verifies has a note that speaks against it", "核验方有限制记录"),
    Doubt.GIVEN_UP: _text("the person gave it up half-way", "本人中途放弃"),
    Doubt.CLAIMS_MISSING: _text("the provider did not tell what is needed", "身份提供方未给出所需信息"),
}
"""Why a verifier was not sure."""

REFUSAL_TEXTS: Final[dict[str, Text]] = {
    **{doubt.value: text for doubt, text in DOUBT_TEXTS.items()},
    "group-not-served": _text(
        "the rules name no document for this group of persons here",
        "现行规则未规定该类人员在此渠道可用的证件",
    ),
    "no-agents": _text("the rules let nobody act for another", "现行规则不允许代办"),
    "not-agreed": _text("the second clerk did not agree", "复核未通过"),
    "clerk-refused": _text("the clerk was sure that it is not so", "营业员确认核验不通过"),
    "wrongly-verified": _text("the verification turned out wrong", "核验有误"),
    "disputed": _text("the person says that it was not him", "本人否认办理"),
    "authority-ordered": _text("an authority ordered it", "依主管机关要求"),
    "withdrawn": _text("the person gave it up", "本人已放弃"),
}
"""Why a case ended."""

MISSING_TEXTS: Final[dict[str, Text]] = {
    **{doubt.value: text for doubt, text in DOUBT_TEXTS.items()},
    "document-kind": _text("another kind of document", "须更换证件种类"),
    "age-unknown": _text("the day of birth", "出生日期"),
    "both-documents": _text(
        "the document of whoever acts for the person, beside the person's own", "本人和代办人双方证件"
    ),
    "written-authority": _text("a written authority", "书面委托书"),
    "guardian": _text("the guardian, with a document", "监护人及其证件"),
    "notices": _text(
        "what the rules have to say to the person has to be shown to him", "须向本人出示规则要求的告知内容"
    ),
    "gate": _text("the rules ask for more for this order", "该业务需补充核验"),
    Assurance.DOCUMENT.value: _text("the document itself has to be seen", "查验证件原件"),
    Assurance.DOCUMENT_CHIP_OR_SCAN.value: _text(
        "the document's chip is to be read, or the document scanned", "读取证件芯片或扫描证件"
    ),
    Assurance.FACE_MATCH.value: _text("the face is to be compared with the document", "人证比对"),
    Assurance.LIVENESS.value: _text("proof that a living person is there", "活体检测"),
    Assurance.BIOMETRICS.value: _text("a finger or an eye is to be compared", "生物特征比对"),
    Assurance.IN_PERSON.value: _text("the person has to come himself", "本人到场"),
    Assurance.VIDEO_IDENT.value: _text("identification by video", "视频核验"),
    Assurance.ELECTRONIC_ID.value: _text("the electronic function of the identity card", "电子身份认证"),
}
"""What is still to be shown or done."""

FIELD_TEXTS: Final[dict[Field, Text]] = {
    Field.NAME: _text("name", "姓名"),
    Field.NUMBER: _text("number of the document", "证件号码"),
    Field.BORN: _text("day of birth", "出生日期"),
    Field.ADDRESS: _text("address", "住址"),
    Field.CONTACT: _text("telephone or e-mail", "联系方式"),
    Field.AGENT_NAME: _text("name of the agent", "代办人姓名"),
    Field.AGENT_NUMBER: _text("number of the agent's document", "代办人证件号码"),
    Field.GUARDIAN_NAME: _text("name of the guardian", "监护人姓名"),
    Field.GUARDIAN_NUMBER: _text("number of the guardian's document", "监护人证件号码"),
    Field.CONFIRMATION_CODE: _text("confirmation code", "确认码"),
    Field.IMAGE: _text("picture of the document", "证件影像"),
    Field.FLOW: _text("a verification under way at an identity provider", "正在身份提供方进行的核验"),
}
"""Personal values."""

DOCUMENT_TEXTS: Final[dict[DocumentKind, Text]] = {
    DocumentKind.RESIDENT_ID: _text("resident identity card", "居民身份证"),
    DocumentKind.TEMPORARY_ID: _text("temporary resident identity card", "临时居民身份证"),
    DocumentKind.HOUSEHOLD_BOOK: _text("household register", "户口簿"),
    DocumentKind.MILITARY_ID: _text("military identity card", "军人身份证件"),
    DocumentKind.POLICE_ID: _text("identity card of the armed police", "武装警察身份证件"),
    DocumentKind.MAINLAND_TRAVEL_PERMIT: _text("mainland travel permit", "来往内地（大陆）通行证"),
    DocumentKind.RESIDENCE_PERMIT: _text("residence permit", "居住证"),
    DocumentKind.PASSPORT: _text("passport", "护照"),
    DocumentKind.PERMANENT_RESIDENCE: _text("permanent residence card", "永久居留身份证"),
    DocumentKind.NATIONAL_ID: _text("national identity card", "国民身份证"),
    DocumentKind.VISA: _text("visa", "签证"),
    DocumentKind.BUSINESS_LICENCE: _text("business licence", "营业执照"),
}
"""Kinds of documents."""

GROUP_TEXTS: Final[dict[Group, Text]] = {
    Group.NATIONAL: _text("national", "本国公民"),
    Group.HK_MACAU_TAIWAN: _text("resident of Hong Kong, Macau or Taiwan", "港澳台居民"),
    Group.FOREIGN: _text("foreigner", "外国人"),
    Group.ORGANISATION: _text("organisation", "单位"),
}
"""Which documents somebody has to choose from."""

CHANNEL_TEXTS: Final[dict[Channel, Text]] = {
    Channel.COUNTER: _text("counter", "营业厅"),
    Channel.AGENT: _text("agent's shop", "代理网点"),
    Channel.ONLINE: _text("online", "线上"),
    Channel.ENTERPRISE: _text("enterprise", "单位客户"),
}
"""Where the person is."""

SERVICE_TEXTS: Final[dict[ServiceClass, Text]] = {
    ServiceClass.PHONE: _text("phone", "手机"),
    ServiceClass.TABLET: _text("tablet", "平板电脑"),
    ServiceClass.LAPTOP: _text("laptop", "笔记本电脑"),
    ServiceClass.WATCH: _text("watch", "手表"),
    ServiceClass.IOT: _text("internet of things", "物联网"),
    ServiceClass.VEHICLE: _text("vehicle", "车辆"),
}
"""For what kind of device."""

TRIGGER_TEXTS: Final[dict[Trigger, Text]] = {
    Trigger.FRAUD_FLAG: _text("a sign of fraud", "涉诈风险"),
    Trigger.MANY_LINES: _text("many lines under one document", "一证多卡"),
    Trigger.SLEEPING: _text("a line that was asleep for long", "睡眠卡"),
    Trigger.HOT_REGION: _text("a region with much fraud", "涉诈高风险地区"),
    Trigger.REPEATED_MODEL_ALERT: _text("repeated alerts", "多次预警"),
    Trigger.DEVICE_CHANGED: _text("another device", "更换终端"),
}
"""What asks to verify again."""


def explain(error: CaseStateError, language: str) -> Explanation:
    """Return why something cannot happen to a case, in words for people."""
    state, event = STATE_TEXTS[error.state], EVENT_TEXTS[error.event]
    step = NEXT_TEXTS[error.state]
    if language == "zh":
        cause = f"当前状态为“{state['zh']}”，不能执行“{event['zh']}”"
        return Explanation(cause, "经办人", step["zh"])
    cause = f"the case is: {state['en']}; this cannot be done now: {event['en']}"
    return Explanation(cause, "whoever works on the case", step["en"])


def said(texts: Mapping[Any, Text], word: str, language: str) -> str:
    """Return a word in words for people; what a pack of one's own calls by another word stays as it is."""
    text = texts.get(word)
    return word if text is None else text.get(language, text["en"])
