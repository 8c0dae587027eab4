"""Rules on files: contents, access rules, EF.DIR, the service table.

Source: TCA eUICC Profile Package §8, §9; 3GPP TS 31.102 §4.2.8; ETSI TS 102 221 §9, §13.1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from openesim.encoding.tlv import walk
from openesim.kernel.errors import DecodeError
from openesim.messages.saip.ef_values import services_in
from openesim.messages.saip.finding import Finding, Inspection, found
from openesim.messages.saip.templates import Template, template

_AID_TAG = 0x4F
_APPLICATION_TAG = 0x61
_USIM_TEMPLATES = (
    "2.23.143.1.2.4.2",
    "2.23.143.1.2.5.3",
    "2.23.143.1.2.7",
    "2.23.143.1.2.13.4",
    "2.23.143.1.2.14",
)


def check_files(it: Inspection) -> Iterator[Finding]:
    """Every file can be made, and has the content it must have."""
    unknown = it.unknown_templates()
    for fault in it.tree.faults:
        if fault.element not in unknown:
            reason = f"{fault.file}: {fault.reason}" if fault.file else fault.reason
            yield found("file.refused", fault.element, reason)
    for file in it.tree.files():
        needs = file.row is not None and file.row.needs_content
        if needs and file.element and not file.file_type.is_directory and not file.has_content:
            yield found("file.content", file.element.label, f"{file.label} has no content of its own")


def check_access_rules(it: Inspection) -> Iterator[Finding]:
    """Every file points to an access rule that exists and can be read."""
    unknown = it.unknown_templates()
    for file in it.tree.files():
        if file.element is None or file.element.label in unknown:
            continue
        label, reference = file.element.label, file.access_rule
        if reference is None:
            yield found("rule.stated", label, f"{file.label} has no access rule")
            continue
        where = f"record {reference.record} of {reference.arr_id.hex().upper()}"
        record = it.tree.rule_of(file)
        if record is None:
            yield found("rule.exists", label, f"{file.label} points to {where}, which does not exist")
            continue
        try:
            if not it.rules(record):
                yield found("rule.empty", label, f"{file.label} points to {where}, which allows nothing")
        except DecodeError as refused:
            yield found("rule.readable", label, f"{where}: {refused.reason}")


def check_directory(it: Inspection) -> Iterator[Finding]:
    """EF.DIR lists every application, and nothing else; each has an AID of its own."""
    aids = Counter(adf.aid for adf in it.tree.adfs)
    for adf in it.tree.adfs:
        label = adf.element.label if adf.element else ""
        if adf.aid is None:
            yield found("adf.aid", label, "application has no AID")
        elif aids[adf.aid] > 1:
            yield found("adf.unique", label, "another application has the same AID")
    file = it.tree.root.child("ef-dir")
    if file is None or file.element is None:
        return
    listed = set()
    for record in file.records:
        try:
            listed |= {inner.value for item in walk(record.rstrip(b"\xff")) if item.tag == _APPLICATION_TAG
                       for inner in item.children() if inner.tag == _AID_TAG}  # fmt: skip
        except DecodeError as refused:
            yield found("dir.readable", file.element.label, refused.reason)
    for aid in aids:
        if aid is not None and aid not in listed:
            yield found("dir.lists", file.element.label, f"EF.DIR does not list {aid.hex().upper()}")
    for aid in sorted(one for one in listed if one not in aids):
        yield found("dir.extra", file.element.label, f"EF.DIR lists {aid.hex().upper()}, which is not there")


def check_service_table(it: Inspection) -> Iterator[Finding]:
    """A service that is on in EF.UST has one of its files at least."""
    members: dict[int, set[str]] = {}
    for known in filter(None, map(template, _USIM_TEMPLATES)):
        _gather(known, members)
    for adf in it.tree.adfs:
        table = adf.child("ef-ust")
        if table is None or table.element is None:
            continue
        present = {file.name for file in adf.walk()} | {file.fid.hex() for file in adf.walk()}
        for service in sorted(services_in(table.content)):
            wanted = members.get(service)
            if wanted and not wanted & present:
                names = ", ".join(sorted(one for one in wanted if "." in one))
                yield found("ust.files", table.element.label, f"service {service} is on without {names}")


def _gather(known: Template, members: dict[int, set[str]]) -> None:
    """Note the files of a template under the services they belong to, by name and identifier."""
    for row in known.rows.values():
        for service in row.services:
            members.setdefault(service, set()).update((row.name, row.fid.hex() if row.fid else ""))
