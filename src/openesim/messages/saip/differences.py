"""What differs between two packages, by element and file, in the words of their outlines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from openesim.messages.saip.outline import OutlinedElement, OutlinedFile, outline_package
from openesim.messages.saip.package import Package


class Absent:
    """Stands for what one of two packages does not have."""

    def __repr__(self) -> str:
        """Say what it is."""
        return "absent"


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not the same.

    Attributes:
        element: kind of the element; a second one of a kind is ``pinCodes 2``.
        place: file and field in it, such as ``ADF.USIM/EF.UST: 122``; empty where the element as a whole is meant.
        before: value of the first package, or ``ABSENT``; secrets stay ``SecretOctets``.
        after: value of the second.
    """

    element: str
    place: str
    before: Any
    after: Any


def find_differences(first: Package, second: Package) -> tuple[Difference, ...]:
    """Return what differs, elements in order, files behind the fields of their element."""
    return tuple(_find(outline_package(first), outline_package(second)))


def _find(first: Iterable[OutlinedElement], second: Iterable[OutlinedElement]) -> Iterator[Difference]:
    before, after = _by_name(first), _by_name(second)
    ours, theirs = _files(before.values()), _files(after.values())
    for name in (*before, *(name for name in after if name not in before)):
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            yield Difference(
                name, "", ABSENT if old is None else old.kind, ABSENT if new is None else new.kind
            )
        else:
            yield from _compare(name, "", old.fields, new.fields)
        # A file may have moved to another element: it is compared where the first package has it.
        for file in old.files if old else ():
            yield from _compare_files(name, file.path, file, theirs.get(file.path))
        for file in new.files if new else ():
            if file.path not in ours:
                yield from _compare_files(name, file.path, None, file)
    kept = [[name for name in one if name in before and name in after] for one in (before, after)]
    if kept[0] != kept[1]:
        yield Difference("", "order of elements", kept[0], kept[1])


def _by_name(elements: Iterable[OutlinedElement]) -> dict[str, OutlinedElement]:
    """Return the elements by kind; a second one of a kind is numbered."""
    named: dict[str, OutlinedElement] = {}
    counts: Counter[str] = Counter()
    for element in elements:
        counts[element.kind] += 1
        count = counts[element.kind]
        named[element.kind if count == 1 else f"{element.kind} {count}"] = element
    return named


def _files(elements: Iterable[OutlinedElement]) -> dict[str, OutlinedFile]:
    return {file.path: file for element in elements for file in element.files}


def _compare_files(
    element: str, path: str, old: OutlinedFile | None, new: OutlinedFile | None
) -> Iterator[Difference]:
    if old is None or new is None:
        yield Difference(
            element, path, ABSENT if old is None else _brief(old), ABSENT if new is None else _brief(new)
        )
        return
    yield from _compare(element, path, old.values, new.values)
    if old.octets != new.octets:
        told = list(_compare(element, path, old.content, new.content))
        # What a reader leaves out (padding, reserved octets) may be all that differs.
        yield from told or (Difference(element, path, old.octets, new.octets),)


def _brief(file: OutlinedFile) -> Any:
    return file.values["type"] if file.content is None else file.content


def _compare(element: str, place: str, old: Any, new: Any) -> Iterator[Difference]:
    """Yield the leaves that differ."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in (*old, *(key for key in new if key not in old)):
            within = (
                f"{place}: {key}" if place and ": " not in place else f"{place}.{key}" if place else str(key)
            )
            yield from _compare(element, within, old.get(key, ABSENT), new.get(key, ABSENT))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True), 1):
            yield from _compare(element, f"{place}[{number}]", one, other)
    elif isinstance(old, list) and isinstance(new, list):
        gone, come = [one for one in old if one not in new], [one for one in new if one not in old]
        yield Difference(element, place, gone or old, come or new)
    elif old != new:
        yield Difference(element, place, old, new)
