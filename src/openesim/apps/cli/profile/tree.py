"""A package as a tree in the terminal: elements, what they state, the files they make and what those say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.markup import escape
from rich.text import Text
from rich.tree import Tree

from openesim.messages.saip.header import ProfileHeader
from openesim.messages.saip.outline import MASK, OutlinedElement, OutlinedFile, outline_package, plain
from openesim.messages.saip.package import Package

_LONGEST = 96
"""Octets in hex are cut behind so many characters, unless all of them are asked for."""


class PackageTree:
    """Draws a package."""

    def __init__(self, *, keys: bool, files: bool) -> None:
        """Choose whether keys are shown, and whether access rules and octets of files are."""
        self._keys = keys
        self._files = files

    def draw(self, name: str, package: Package) -> Tree:
        """Return the tree of a package."""
        root = Tree(_title(name, package), guide_style="dim")
        for element in outline_package(package):
            self._element(root, element)
        return root

    def _element(self, root: Tree, element: OutlinedElement) -> None:
        title = Text.assemble(
            (element.label, "bold cyan"), (f"  {element.size} octets at {element.offset}", "dim")
        )
        branch = root.add(title)
        for name, value in plain(element.fields, keys=self._keys).items():
            self._add(branch, _label(name), value)
        above = [branch]
        for file in element.files:
            del above[file.level + 1 :]
            above.append(self._file(above[-1], file, is_nested=file.level > 0))

    def _add(self, branch: Tree, title: Text, value: Any) -> Tree:
        """Add a value, in one line if that can be read, else with a line for each of its parts."""
        parts = _parts(value)
        text = "" if parts else spoken(value)
        if not self._files and len(text) > _LONGEST and _is_hex(text):
            text = f"{text[:_LONGEST]}…  {len(text) // 2} octets"
        node = branch.add(title.append(text, style="yellow" if text == MASK else ""))
        for name, part in parts.items():
            self._add(node, _label(name), part)
        return node

    def _file(self, branch: Tree, file: OutlinedFile, *, is_nested: bool) -> Tree:
        values = file.values
        name = file.name if is_nested or not file.path.endswith(f"/{file.name}") else file.path
        title = Text.assemble((name, "bold" if file.content is None else "green"))
        if file.name != values["fid"]:
            title.append(f"  {values['fid']}", "dim")
        if file.content is None:
            node = branch.add(title.append(f"  {plain(values.get('aid', b''))}".rstrip(), "dim"))
        else:
            node = self._content(branch, title, file)
        if "link" in values:
            node.add(Text.assemble(("content is that of  ", "dim"), values["link"]))
        if self._files:
            self._details(node, file)
        return node

    def _content(self, branch: Tree, title: Text, file: OutlinedFile) -> Tree:
        values = file.values
        size = f"{values.get('size', 0)}"
        if "records" in values:
            size = f"{values['records']} × {values['record_length']}"
        title.append(f"  {size} octets  ", "dim")
        if file.name == "EF.ARR" and isinstance(file.content, Mapping) and not self._files:
            return branch.add(title.append(f"{len(file.content)} access rules"))
        return self._add(branch, title, plain(file.content, keys=self._keys))

    def _details(self, node: Tree, file: OutlinedFile) -> None:
        for name in ("type", "sfi", "access", "pins"):
            if name in file.values:
                self._add(node, _label(name), plain(file.values[name]))
        if file.octets:
            self._add(node, _label("octets"), plain(file.octets, keys=self._keys))


def _label(name: str) -> Text:
    return Text.assemble((f"{name.replace('_', ' ')}  ", "dim"))


def _parts(value: Any) -> Mapping[str, Any]:
    """Return the parts of a value that is shown on several lines."""
    if isinstance(value, Mapping) and any(isinstance(one, Mapping) for one in value.values()):
        return value
    is_list = isinstance(value, list) and len(value) > 1 and any(isinstance(one, Mapping) for one in value)
    return {str(number): one for number, one in enumerate(value, 1)} if is_list else {}


def spoken(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, Mapping):
        return (
            ", ".join(f"{name.replace('_', ' ')}: {_inner(one)}" for name, one in value.items()) or "nothing"
        )
    if isinstance(value, list):
        return ", ".join(map(_inner, value)) or "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value != "" else "empty"


def _inner(value: Any) -> str:
    return f"({spoken(value)})" if isinstance(value, Mapping) else spoken(value)


def _is_hex(text: str) -> bool:
    return all(character in "0123456789ABCDEF" for character in text)


def _title(name: str, package: Package) -> Text:
    line = Text(escape(name), style="bold")
    line.append(f"  {len(package.octets)} octets, {len(package.elements)} elements", "dim")
    header = package.elements[0].value
    if isinstance(header, ProfileHeader):
        line.append(f"  SAIP {header.major_version}.{header.minor_version}", "dim")
    return line
