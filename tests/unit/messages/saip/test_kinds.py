"""The tags of elements follow from the order of the module's CHOICE."""

import re
from pathlib import Path

from openesim.messages.saip.files import tag_of_position
from openesim.messages.saip.kinds import TAGS


def test_tags_count_the_alternatives_of_the_module(shared: Path) -> None:
    text = (shared / "asn1" / "saip" / "PE_Definitions-3.3.1.asn").read_text(encoding="utf-8")
    text = re.sub(r"--.*", "", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))
    choice = re.search(r"ProfileElement ::= CHOICE \{(.*?)\.\.\.", text, re.DOTALL)
    assert choice is not None
    names = [one.split()[0] for one in choice[1].split(",") if one.strip()]
    assert {name: tag_of_position(number) for number, name in enumerate(names)} == {
        str(kind): tag for kind, tag in TAGS.items()
    }
