"""What a clerk fills in for ``openesim case verify``: a file, since a command line is seen by everybody on the machine."""

from __future__ import annotations

import sys
import tomllib
from typing import Any, Final

import msgspec

from openesim.conditions.identity.counter import Companion, CounterForm, Papers
from openesim.conditions.rules.words import DocumentKind, Group
from openesim.kernel.errors import ConfigError

SHAPE: Final = """\
group = "national"              # or hk-macau-taiwan, foreign, organisation
document = "resident-id"        # or passport (number: both lines of its machine-readable zone), …
number = ""
name = ""
# born = "1990-12-31"           # where the number does not tell it
# address = ""
# contact = ""                  # telephone or e-mail
# issuer = "DE"                 # country that issued it, where the number does not tell it
seen = ["document", "chip-or-scan", "face", "in-person"]
# brought = ["written-authority"]

# [agent]                       # who acts for the person
# document = "resident-id"
# number = ""
# name = ""

# [guardian]                    # who stands by a minor
# document = "resident-id"
# number = ""
# name = ""
"""
"""An empty form, as ``openesim case form`` prints it."""

MOST_CHARACTERS: Final = 20_000

_SEEN: Final = {
    "document": "document_seen",
    "chip-or-scan": "chip_or_scan",
    "face": "face_matched",
    "biometrics": "biometrics",
    "in-person": "in_person",
}


class _Companion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    document: str
    number: str
    name: str

    def __repr__(self) -> str:
        """Leave out who it is."""
        return "_Companion()"


class _Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    group: str
    document: str
    number: str
    name: str
    born: str = ""
    address: str = ""
    contact: str = ""
    issuer: str = ""
    seen: tuple[str, ...] = ()
    brought: tuple[str, ...] = ()
    by_agent: bool = False
    agent: _Companion | None = None
    guardian: _Companion | None = None

    def __repr__(self) -> str:
        """Leave out who it is."""
        return "_Form()"


def read_form(name: str) -> CounterForm:
    """Return the form in a file; ``-`` is standard input.

    Raises:
        ConfigError: it cannot be read, or is no form; nothing of it is repeated.
    """
    from pathlib import Path

    try:
        octets = sys.stdin.buffer.read(MOST_CHARACTERS * 4) if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise ConfigError(f"--form {name}: {error.strerror}") from None
    if len(octets) >= MOST_CHARACTERS * 4:
        raise ConfigError(f"--form {name}: too long for a form")
    try:
        return parse_form(octets.decode())
    except UnicodeDecodeError:
        raise ConfigError(f"--form {name}: this is not text in UTF-8") from None


def parse_form(text: str) -> CounterForm:
    """Return a form.

    Args:
        text: TOML, as ``SHAPE`` has it.

    Raises:
        ConfigError: it is none; nothing of it is repeated.
    """
    try:
        form = msgspec.convert(tomllib.loads(text), _Form)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"the form is not TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise ConfigError(f"the form: {error} (openesim case form prints an empty one)") from None
    unknown = [each for each in form.seen if each not in _SEEN]
    if unknown:
        raise ConfigError(f"the form: seen may name {', '.join(_SEEN)}")
    papers = Papers(
        group=_word("group", form.group, Group),
        document=_word("document", form.document, DocumentKind),
        number=form.number,
        name=form.name,
        born=form.born,
        address=form.address,
        contact=form.contact,
        issuer=form.issuer,
        agent=_companion("agent", form.agent),
        guardian=_companion("guardian", form.guardian),
        brought=frozenset(form.brought),
        by_agent=form.by_agent,
    )
    return CounterForm(papers=papers, **{_SEEN[each]: True for each in form.seen})


def _companion(name: str, companion: _Companion | None) -> Companion | None:
    if companion is None:
        return None
    kind = _word(f"{name}.document", companion.document, DocumentKind)
    return Companion(document=kind, number=companion.number, name=companion.name)


def _word(name: str, text: str, kind: Any) -> Any:
    """Return a word as the rules know it.

    Raises:
        ConfigError: it is none of them; it is not repeated, since somebody may have mistaken the field.
    """
    try:
        return kind(text)
    except ValueError:
        raise ConfigError(f"the form: {name} may be {', '.join(kind)}") from None
