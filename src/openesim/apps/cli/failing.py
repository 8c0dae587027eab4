"""How an error of ours is told to a program: one JSON object on standard output."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from openesim.apps.cli.printing import print_json
from openesim.kernel.errors import Explanation, FunctionError, OpenEsimError

P = ParamSpec("P")


def json_errors(command: Callable[P, None]) -> Callable[P, None]:
    """Make a command with the option ``as_json`` print its errors, too; they go on to whoever tells people."""

    @wraps(command)
    def telling(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except OpenEsimError as error:
            if kwargs.get("as_json"):
                print_json(failure(error, error.explanation))
            raise

    return telling


def failure(error: BaseException, explanation: Explanation | None) -> dict[str, Any]:
    """Return the object of an error."""
    return {"ok": False, "error": error_values(error, explanation)}


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
