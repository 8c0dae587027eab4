"""Rules on what stands in a package: identities, keys, codes, files, access rules.

Source: TCA eUICC Profile Package §8, §9; 3GPP TS 31.102; ETSI TS 102 221 §9, §13.1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from openesim.encoding.tlv import walk
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid, Imsi, is_luhn_valid, unswap_nibbles
from openesim.messages.saip.access_rules import key_references
from openesim.messages.saip.aka import LARGEST_SQN, AkaParameter, AlgoParameter, Algorithm
from openesim.messages.saip.applications import SecurityDomain
from openesim.messages.saip.codes import PinCodes
from openesim.messages.saip.ef_values import services_in
from openesim.messages.saip.file_tree import CardFile
from openesim.messages.saip.finding import Finding, Inspection, error, warning
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.personalise import access_class
from openesim.messages.saip.templates import Template, template

_KEY_SIZES: dict[int, tuple[tuple[int, ...], int | None]] = {
    Algorithm.MILENAGE: ((16,), 16),
    Algorithm.TUAK: ((16, 32), 32),
    Algorithm.USIM_TEST_ALGORITHM: ((16,), None),
}
_LOCAL = 0x80
_OTA_KEY_SIZES = {0x80: (16, 24), 0x88: (16, 24, 32)}
_AID_TAG = 0x4F
_APPLICATION_TAG = 0x61
_USIM_TEMPLATES = (
    "2.23.143.1.2.4.2",
    "2.23.143.1.2.5.3",
    "2.23.143.1.2.7",
    "2.23.143.1.2.13.4",
    "2.23.143.1.2.14",
)


def check_iccid(it: Inspection) -> Iterator[Finding]:
    """Header and EF.ICCID say the same; the check digit holds."""
    if it.package.elements[0].kind is not ElementKind.HEADER:
        return
    try:
        iccid = it.package.iccid
    except DecodeError as refused:
        yield error("iccid.digits", "header", refused.reason)
        return
    if len(iccid) > 18 and not is_luhn_valid(iccid):
        yield warning("iccid.luhn", "header", "ICCID has a wrong check digit")
    file = it.tree.root.child("ef-iccid")
    if file is None:
        return
    try:
        same = Iccid.from_octets(file.content) == iccid
    except DecodeError:
        same = False
    if not same:
        element = file.element.label if file.element else ""
        yield error("iccid.equal", element, "EF.ICCID differs from the header")


def check_imsi(it: Inspection) -> Iterator[Finding]:
    """EF.IMSI is coded as it should be; EF.ACC is that of its last digit."""
    for adf in it.tree.adfs:
        file = adf.child("ef-imsi")
        if file is None or file.element is None:
            continue
        label = file.element.label
        imsi = _imsi(file.content)
        if imsi is None:
            yield error("imsi.coding", label, "EF.IMSI is not coded as an IMSI")
            continue
        access = adf.child("ef-acc")
        # Classes 11 to 15 are for special users and stand beside the one of the last digit.
        if access and not int.from_bytes(access.content) & int.from_bytes(access_class(imsi)):
            yield warning("imsi.access-class", label, "EF.ACC lacks the class of the IMSI's last digit")


def _imsi(content: bytes) -> Imsi | None:
    """Return the IMSI of an EF.IMSI, or None where length, parity or a digit is wrong."""
    if len(content) != 9 or not 4 <= content[0] <= 8:
        return None
    try:
        imsi = Imsi.parse(unswap_nibbles(content[1 : 1 + content[0]])[1:])
    except DecodeError:
        return None
    return imsi if imsi.octets == content else None


def check_keys(it: Inspection) -> Iterator[Finding]:
    """Keys have the size of their algorithm and are not ones that everybody knows."""
    for element in it.package.elements:
        if isinstance(element.value, AkaParameter):
            yield from _check_aka(element.label, element.value)
        elif isinstance(element.value, SecurityDomain):
            yield from _check_domain(element.label, element.value)


def _check_aka(label: str, value: AkaParameter) -> Iterator[Finding]:
    if any(
        int.from_bytes(sqn) > LARGEST_SQN for sqn in (*value.sqn_init, value.sqn_delta, value.sqn_age_limit)
    ):
        yield error("aka.sqn", label, f"a sequence number is larger than {LARGEST_SQN:X}")
    algorithm = value.algo_configuration
    if not isinstance(algorithm, AlgoParameter):
        return
    if algorithm.algorithm_id not in _KEY_SIZES:
        yield error("aka.algorithm", label, f"algorithm {int(algorithm.algorithm_id)} is not known")
        return
    key_sizes, opc_size = _KEY_SIZES[algorithm.algorithm_id]
    if len(algorithm.key) not in key_sizes:
        yield error("aka.key-size", label, f"K has {len(algorithm.key)} octets")
    if opc_size is not None and len(algorithm.opc) != opc_size:
        yield error("aka.opc-size", label, f"OPc or TOPc has {len(algorithm.opc)} octets")
    if algorithm.algorithm_id == Algorithm.USIM_TEST_ALGORITHM:
        yield warning("aka.test-algorithm", label, "the test algorithm protects nothing")
    elif is_well_known(algorithm.key):
        yield warning("aka.well-known-key", label, "K is a pattern that everybody tries first")


def _check_domain(label: str, value: SecurityDomain) -> Iterator[Finding]:
    for key in value.key_list or ():
        number = f"{key.key_version_number.hex()}/{key.key_identifier.hex()}"
        for component in key.key_components:
            sizes = _OTA_KEY_SIZES.get(int.from_bytes(component.key_type))
            if sizes and len(component.key_data) not in sizes:
                yield error("ota.key-size", label, f"key {number} has {len(component.key_data)} octets")
            if is_well_known(component.key_data):
                yield warning(
                    "ota.well-known-key", label, f"key {number} is a pattern that everybody tries first"
                )


def is_well_known(key: bytes) -> bool:
    """Tell whether a key is one octet repeated or counts up in even steps."""
    steps = {(later - earlier) & 0xFF for earlier, later in pairwise(key)}
    return len(steps) < 2


def check_pins(it: Inspection) -> Iterator[Finding]:
    """PINs are stated once a directory, global ones behind the MF, and all that access rules name exist."""
    stated: set[int] = set()
    for element, context in it.package.with_contexts():
        if not isinstance(element.value, PinCodes):
            continue
        numbers = [int(one.key_reference) for one in element.value.configurations]
        stated |= set(numbers)
        yield from (
            error("pin.unique", element.label, f"PIN {number:02X} is stated more than once")
            for number, count in Counter(numbers).items()
            if count > 1
        )
        for number in numbers:
            is_local = _LOCAL < number <= _LOCAL + 8
            if is_local == (context is not None and context.kind is ElementKind.MF):
                reason = f"PIN {number:02X} is stated behind {context.kind if context else 'nothing'}"
                yield error("pin.place", element.label, reason)
    for number, file in sorted(_pins_named(it).items()):
        if number not in stated:
            label = file.element.label if file.element else ""
            yield error(
                "pin.missing", label, f"{file.label} depends on PIN {number:02X}, which nothing states"
            )


def _pins_named(it: Inspection) -> dict[int, CardFile]:
    """Return the PINs that access rules name, each with the first file."""
    named: dict[int, CardFile] = {}
    for file in it.tree.files():
        try:
            references = key_references(it.rules(it.tree.rule_of(file) or b""))
        except DecodeError:
            continue
        for one in references:
            named.setdefault(one, file)
    return named


def check_files(it: Inspection) -> Iterator[Finding]:
    """Every file can be made, and has the content it must have."""
    for fault in it.tree.faults:
        yield error(
            "file.refused", fault.element, f"{fault.file}: {fault.reason}" if fault.file else fault.reason
        )
    for file in it.tree.files():
        needs = file.row is not None and file.row.needs_content
        if needs and file.element and not file.file_type.is_directory and not file.has_content:
            yield warning("file.content", file.element.label, f"{file.label} has no content of its own")


def check_access_rules(it: Inspection) -> Iterator[Finding]:
    """Every file points to an access rule that exists and can be read."""
    for file in it.tree.files():
        if file.element is None:
            continue
        label, reference = file.element.label, file.access_rule
        if reference is None:
            yield error("rule.stated", label, f"{file.label} has no access rule")
            continue
        where = f"record {reference.record} of {reference.arr_id.hex().upper()}"
        record = it.tree.rule_of(file)
        if record is None:
            yield error("rule.exists", label, f"{file.label} points to {where}, which does not exist")
            continue
        try:
            if not it.rules(record):
                yield warning("rule.empty", label, f"{file.label} points to {where}, which allows nothing")
        except DecodeError as refused:
            yield error("rule.readable", label, f"{where}: {refused.reason}")


def check_directory(it: Inspection) -> Iterator[Finding]:
    """EF.DIR lists every application, and nothing else; each has an AID of its own."""
    aids = Counter(adf.aid for adf in it.tree.adfs)
    for adf in it.tree.adfs:
        label = adf.element.label if adf.element else ""
        if adf.aid is None:
            yield error("adf.aid", label, "application has no AID")
        elif aids[adf.aid] > 1:
            yield error("adf.unique", label, "another application has the same AID")
    file = it.tree.root.child("ef-dir")
    if file is None or file.element is None:
        return
    listed = set()
    for record in file.records:
        try:
            listed |= {inner.value for item in walk(record.rstrip(b"\xff")) if item.tag == _APPLICATION_TAG
                       for inner in item.children() if inner.tag == _AID_TAG}  # fmt: skip
        except DecodeError as refused:
            yield error("dir.readable", file.element.label, refused.reason)
    for aid in aids:
        if aid is not None and aid not in listed:
            yield error("dir.lists", file.element.label, f"EF.DIR does not list {aid.hex().upper()}")
    for aid in sorted(one for one in listed if one not in aids):
        yield warning(
            "dir.extra", file.element.label, f"EF.DIR lists {aid.hex().upper()}, which is not there"
        )


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
                yield warning("ust.files", table.element.label, f"service {service} is on without {names}")


def _gather(known: Template, members: dict[int, set[str]]) -> None:
    """Note the files of a template under the services they belong to, by name and identifier."""
    for row in known.rows.values():
        for service in row.services:
            members.setdefault(service, set()).update((row.name, row.fid.hex() if row.fid else ""))
