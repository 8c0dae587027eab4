"""Applications for tests: a short checklist, files that are what they say, and hands on either side."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from openesim.conditions.licensing.checklist import Checklist, ChecklistShelf
from openesim.conditions.licensing.evidence import read_upload
from openesim.conditions.licensing.licence import By, Licence, Scope
from openesim.conditions.licensing.reading import parse_checklist
from openesim.conditions.licensing.states import Party
from openesim.conditions.rules.words import ServiceClass
from openesim.provisioning.smdp.operators import Operator
from openesim.services.conditions.licences.files import attach
from openesim.services.conditions.licences.licences import Licensing
from tests.support.rig import NOW

OPERATOR = "qinghe"
TEXT = """
[checklist]
id = "short"
version = "1"
from = 2020-01-01
services = ["phone", "watch"]
title = { en = "Short", zh = "简短" }
note = { en = "Not legal advice.", zh = "不构成法律意见。" }

[section.all]
title = { en = "All", zh = "全部" }

[item.who]
section = "all"
question = { en = "Who is verified, and how?", zh = "如何核验?" }

[item.keys]
section = "all"
question = { en = "Where are the keys?", zh = "密钥在何处?" }
evidence = { en = "A certificate.", zh = "证书。" }
files = "required"

[item.query]
section = "all"
answer = "yes-no"
question = { en = "Can people see their numbers?", zh = "能否查询?" }

[item.more]
section = "all"
mandatory = false
question = { en = "Anything else?", zh = "其他?" }
evidence = { en = "Whatever you like.", zh = "任意材料。" }
files = "welcome"
"""
SHORT: Checklist = parse_checklist(TEXT)
LICENSING = Licensing(ChecklistShelf([SHORT]))
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + bytes([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]) + b"\x3a\x7e\x9b\x55"
    b"\0\0\0\0IEND\xae\x42\x60\x82"
)
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(9) + b"\xff\xd9"
YEAR = Scope(begins=NOW, ends=NOW + timedelta(days=365))


def operator(now: datetime = NOW, name: str | None = OPERATOR) -> By:
    """Returns a hand of an operator."""
    return By(actor="account:op", party=Party.OPERATOR, now=now, operator=name)


def inspector(now: datetime = NOW) -> By:
    """Returns a hand of the regulator."""
    return By(actor="account:inspector", party=Party.INSPECTOR, now=now)


def add_operator(stores: Any, name: str = OPERATOR) -> None:
    """Keeps an operator."""
    stores.add_operator(Operator(name=name, display_name=name.title(), created_at=NOW))


def complete(stores: Any, licence: Licence, now: datetime = NOW) -> None:
    """Answers everything that is mandatory, and attaches what is asked for."""
    hand = operator(now, licence.operator)
    for item, text in (("who", "at the counter"), ("keys", "in a module"), ("query", "yes")):
        LICENSING.answer(stores, licence.licence_id, item, text, hand)
    attach(LICENSING, stores, licence.licence_id, "keys", read_upload("module.pdf", PDF), hand)


def applied(stores: Any, asked: Scope = YEAR, now: datetime = NOW, name: str = OPERATOR) -> Licence:
    """Returns a submitted application."""
    if stores.operator(name) is None:
        add_operator(stores, name)
    hand = operator(now, name)
    licence = LICENSING.apply(stores, name, ServiceClass.PHONE, asked, hand)
    complete(stores, licence, now)
    return LICENSING.submit(stores, licence.licence_id, hand)


def approve(stores: Any, licence: Licence, now: datetime = NOW, **approval: Any) -> Licence:
    """Takes up a submitted application and approves it."""
    from openesim.conditions.licensing.deeds import Approval

    LICENSING.take_up(stores, licence.licence_id, inspector(now))
    return LICENSING.approve(stores, licence.licence_id, Approval(**approval), inspector(now))


def approved(stores: Any, asked: Scope = YEAR, now: datetime = NOW, name: str = OPERATOR) -> Licence:
    """Returns an approved licence."""
    return approve(stores, applied(stores, asked, now, name), now)
