"""How an error of ours is told to a program: one JSON object on standard output."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from openesim.apps.cli.printing import print_json
from openesim.kernel.errors import (
    ConfigError,
    Explanation,
    FunctionError,
    NotFoundError,
    OpenEsimError,
    PeerError,
)

P = ParamSpec("P")


def json_errors(command: Callable[P, None]) -> Callable[P, None]:
    """Make a command with the option ``as_json`` print its errors, too; they go on to whoever tells people."""

    @wraps(command)
    def telling(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except OpenEsimError as error:
            if kwargs.get("as_json"):
                print_json(failure(error, explanation_of(error)))
            raise

    return telling


def explanation_of(error: OpenEsimError) -> Explanation:
    """Return the explanation of an error: its own, else what its kind tells; its message is the cause then."""
    if error.explanation is not None:
        return error.explanation
    owner, next_step = "you", "see what the message names, and try again"
    match error:
        case ConfigError():
            next_step = "correct what the message names; --help shows what is expected"
        case NotFoundError():
            next_step = "look for the right name or number: most commands have a list"
        case PeerError():
            owner, next_step = "nobody: retry", "try again; if it stays away, ask who runs it"
    return Explanation(str(error) or type(error).__name__, owner, next_step)


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
