"""How an error of ours is told to a program: one JSON object on standard output."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from openesim.kernel.errors import Explanation, FunctionError, OpenEsimError


@contextmanager
def json_errors(*, as_json: bool) -> Iterator[None]:
    """Write the object of an error, where one is wanted, and let the error go on to whoever tells people."""
    try:
        yield
    except OpenEsimError as error:
        if as_json:
            print_object({"ok": False, "error": error_values(error, error.explanation)})
        raise


def error_values(error: BaseException, explanation: Explanation | None) -> dict[str, Any]:
    """Return what a program may know of an error; the same members whatever happened."""
    from openesim.messages.sgp22.explained import Explained

    return {
        "subject": error.subject if isinstance(error, FunctionError) else None,
        "reason": error.reason if isinstance(error, FunctionError) else None,
        "code": explanation.code if isinstance(explanation, Explained) else None,
        "message": str(error) or type(error).__name__,
        "cause": explanation.cause if explanation else None,
        "owner": explanation.owner if explanation else None,
        "next_step": explanation.next_step if explanation else None,
    }


def print_object(values: dict[str, Any]) -> None:
    """Print one JSON object in one line."""
    import msgspec

    print(msgspec.json.encode(values, enc_hook=str).decode())
