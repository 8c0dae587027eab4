"""Floors 0-5 do no I/O, read no clock and draw no randomness, not even through a name that needs no import.

The import contracts keep whole modules out; this watches the calls that come with modules the floors may use.
"""

import ast
from pathlib import Path

import pytest

SOURCES = Path(__file__).resolve().parents[2] / "src" / "openesim"
PURE_FLOORS = ["kernel", "encoding", "security", "messages", "provisioning", "network", "conditions"]

# The clock, randomness, I/O. A dotted name matches the end of what is called: `datetime.datetime.now` as well.
FORBIDDEN_CALLS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("os", "urandom"),
    ("x509", "random_serial_number"),
    ("ec", "generate_private_key"),
    ("print",),
    ("open",),
    ("input",),
    ("breakpoint",),
    ("exec",),
    ("eval",),
    ("__import__",),
}

# One module makes functions out of the names of fields, as `dataclasses` does (ADR 0005).
MAKES_FUNCTIONS = "kernel/records.py"


def find_impure_calls(source: str) -> list[str]:
    """Returns the calls of a module that reach the world outside, each with its line."""
    findings = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = _dotted(node.func)
            if any(name[-len(call) :] == call for call in FORBIDDEN_CALLS if len(call) > 1 or name == call):
                findings.append(f"line {node.lineno}: {'.'.join(name)}()")
    return findings


def _dotted(node: ast.expr) -> tuple[str, ...]:
    match node:
        case ast.Name(id=name):
            return (name,)
        case ast.Attribute(value=value, attr=attribute):
            return (*_dotted(value), attribute)
        case _:
            return ("",)


@pytest.mark.parametrize("floor", PURE_FLOORS)
def test_a_pure_floor_reaches_nothing_outside(floor: str) -> None:
    modules = sorted((SOURCES / floor).rglob("*.py"))
    findings = [
        f"{module.relative_to(SOURCES)}, {finding}"
        for module in modules
        for finding in find_impure_calls(module.read_text(encoding="utf-8"))
        if not (module == SOURCES / MAKES_FUNCTIONS and finding.endswith(": exec()"))
    ]
    assert modules
    assert not findings, "\n".join(findings)


@pytest.mark.parametrize(
    "code",
    [
        "datetime.now(UTC)",
        "datetime.datetime.now()",
        "print('x')",
        "with open('x') as f: ...",
        "os.urandom(8)",
    ],
)
def test_an_impure_call_is_seen(code: str) -> None:
    assert len(find_impure_calls(code)) == 1


@pytest.mark.parametrize(
    "code",
    ["session.open()", "now.isoformat()", "entropy(16)", "order.print_label()", "der.read_text(octets)"],
)
def test_a_method_of_our_own_is_left_alone(code: str) -> None:
    assert find_impure_calls(code) == []
