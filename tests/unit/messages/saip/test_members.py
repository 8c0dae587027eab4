"""Names and order of the files in elements are those of the module; the order makes the tags."""

import re
from pathlib import Path

import pytest

from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.members import MANDATORY_MEMBERS, MEMBERS


@pytest.fixture(scope="session")
def module_text(shared: Path) -> str:
    text = (shared / "asn1" / "saip" / "PE_Definitions-3.3.1.asn").read_text(encoding="utf-8")
    return re.sub(r"--.*", "", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))


@pytest.mark.parametrize("kind", MEMBERS)
def test_files_stand_where_the_module_has_them(module_text: str, kind: ElementKind) -> None:
    choice = re.search(rf"^\s*{kind} (PE-\S+),", module_text, re.MULTILINE)
    assert choice is not None
    body = re.search(rf"^{choice[1]} ::= SEQUENCE \{{(.*?)^\}}", module_text, re.MULTILINE | re.DOTALL)
    assert body is not None
    components = [one.split() for one in body[1].split(",")]
    assert tuple(one[0] for one in components[2:]) == MEMBERS[kind]
    assert tuple(one[0] for one in components[2:] if "OPTIONAL" not in one) == MANDATORY_MEMBERS[kind]
