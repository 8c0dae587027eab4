"""Quick construction of frozen, slotted dataclasses.

``__init__`` of a frozen dataclass sets every field through ``object.__setattr__``, and ``dataclasses.replace`` goes
through that ``__init__`` with a dictionary: for an order of twenty fields some 8 and 15 microseconds, which a server
pays several times a download (docs/performance.md). Setting the slots themselves takes half and a quarter of that.
Nothing else changes: the values stay frozen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["changed", "maker_of", "with_quick_init"]

T = TypeVar("T")


def with_quick_init(cls: type[T]) -> type[T]:
    """Give a frozen, slotted dataclass an ``__init__`` that sets its slots directly.

    To be written above ``@dataclass(frozen=True, slots=True, …)``.

    Raises:
        TypeError: more has to happen at its construction than setting fields.
    """
    _verify_plain(cls)
    declared = fields(cls)  # type: ignore[arg-type]
    if not declared:
        return cls
    namespace = _setters(cls) | {f"_default_{field.name}": field.default for field in declared}
    parameters = ["self"]
    for field in declared:
        if field.kw_only and "*" not in parameters:
            parameters.append("*")
        parameters.append(field.name if field.default is MISSING else f"{field.name}=_default_{field.name}")
    body = [f"_set_{field.name}(self, {field.name})" for field in declared]
    made = _function("__init__", ", ".join(parameters), body, namespace)
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__annotations__ = cls.__init__.__annotations__
    cls.__init__ = made  # type: ignore[method-assign]
    return cls


def maker_of(cls: type[T]) -> Callable[..., T]:
    """Return a function that makes a value out of all its fields, given in their order.

    Raises:
        TypeError: more has to happen at its construction than setting fields.
    """
    _verify_plain(cls)
    names = [field.name for field in fields(cls)]  # type: ignore[arg-type]
    body = ["made = _new(_cls)", *(f"_set_{name}(made, {name})" for name in names), "return made"]
    namespace = _setters(cls) | {"_new": object.__new__, "_cls": cls}
    maker: Callable[..., T] = _function("make", ", ".join(names), body, namespace)
    return maker


if TYPE_CHECKING:
    # mypy knows which fields replace() takes.
    from dataclasses import replace as changed
else:

    def changed(value: T, /, **changes: Any) -> T:
        """Return a copy of a frozen, slotted dataclass with other values in some fields.

        Raises:
            TypeError: no such field, or a class whose construction does more than setting fields.
        """
        copy_of, setters = _copier(type(value))
        copy = copy_of(value)
        try:
            for name, new in changes.items():
                setters[name](copy, new)
        except KeyError as error:
            raise TypeError(f"{type(value).__name__} has no field {error}") from None
        return copy


@cache
def _copier(cls: type[Any]) -> tuple[Callable[[Any], Any], dict[str, Callable[..., None]]]:
    """Return what copies a value of a class, and what sets each of its fields."""
    _verify_plain(cls)
    names = [field.name for field in fields(cls)]
    body = ["copy = _new(_cls)", *(f"_set_{name}(copy, value.{name})" for name in names), "return copy"]
    namespace = _setters(cls) | {"_new": object.__new__, "_cls": cls}
    return _function("copy_of", "value", body, namespace), {name: namespace[f"_set_{name}"] for name in names}


def _verify_plain(cls: type[Any]) -> None:
    """Refuse a class whose construction does more than setting fields.

    Raises:
        TypeError: it has ``__post_init__``, or a default factory.
    """
    if hasattr(cls, "__post_init__") or any(each.default_factory is not MISSING for each in fields(cls)):
        raise TypeError(f"{cls.__name__} does more at its construction than setting fields")


def _setters(cls: type[Any]) -> dict[str, Any]:
    """Return what sets the slots of a class, under the names by which generated code calls it."""
    return {f"_set_{field.name}": getattr(cls, field.name).__set__ for field in fields(cls)}


def _function(name: str, parameters: str, body: list[str], namespace: dict[str, Any]) -> Any:
    """Return a function out of its source, as ``dataclasses`` makes its own.

    Only names of fields, which are identifiers, become source; values come in through the namespace.
    """
    lines = "".join(f"    {line}\n" for line in body or ["pass"])
    exec(f"def {name}({parameters}):\n{lines}", namespace)  # noqa: S102
    return namespace[name]
