"""Rules on how a package is put together: order, numbers, templates, services.

Source: TCA eUICC Profile Package §8.1, §8.2; the order of GSMA TS.48 where the former is silent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from openesim.messages.saip.aka import AkaParameter, MappingParameter
from openesim.messages.saip.applications import Application
from openesim.messages.saip.capabilities import services_used
from openesim.messages.saip.codes import PinCodes, PukCodes
from openesim.messages.saip.files import FileSystem
from openesim.messages.saip.finding import Finding, Inspection, found
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.members import MANDATORY_MEMBERS
from openesim.messages.saip.templates import template, template_kind

_BASES = {
    ElementKind.OPT_USIM: (ElementKind.USIM,),
    ElementKind.OPT_ISIM: (ElementKind.ISIM,),
    ElementKind.OPT_CSIM: (ElementKind.CSIM,),
    ElementKind.OPT_IOT: (ElementKind.IOT,),
    ElementKind.PHONEBOOK: (ElementKind.USIM, ElementKind.IOT),
    ElementKind.GSM_ACCESS: (ElementKind.USIM, ElementKind.IOT),
    ElementKind.DF_5GS: (ElementKind.USIM, ElementKind.IOT),
    ElementKind.DF_SAIP: (ElementKind.USIM, ElementKind.IOT),
    ElementKind.DF_SNPN: (ElementKind.USIM, ElementKind.IOT),
    ElementKind.DF_5GPROSE: (ElementKind.USIM, ElementKind.IOT),
    ElementKind.AKA_PARAMETER: (ElementKind.USIM, ElementKind.ISIM, ElementKind.IOT),
    ElementKind.CDMA_PARAMETER: (ElementKind.CSIM,),
    ElementKind.RFM: (ElementKind.SECURITY_DOMAIN,),
    ElementKind.APPLICATION: (ElementKind.SECURITY_DOMAIN,),
}
"""Elements that need one of some others before them."""

_NAAS = (ElementKind.USIM, ElementKind.ISIM, ElementKind.IOT)
_VERSIONS = (2, 3)


def check_order(it: Inspection) -> Iterator[Finding]:
    """Header first, MF second, end last, each once; every element behind what it stands on."""
    kinds = [element.kind for element in it.package.elements]
    if kinds[0] is not ElementKind.HEADER:
        yield found("order.header-first", "", "the first element is no header")
    if kinds[1:2] != [ElementKind.MF] and ElementKind.IOT not in kinds:
        yield found("order.mf-second", "", "the second element is no MF")
    if kinds[-1] is not ElementKind.END:
        yield found("order.end-last", "", "the last element is no end")
    for kind in (ElementKind.HEADER, ElementKind.MF, ElementKind.END):
        if kinds.count(kind) > 1:
            yield found("order.once", str(kind), f"{kinds.count(kind)} elements of this kind")
    for at, element in enumerate(it.package.elements):
        bases = _BASES.get(element.kind)
        if bases and not any(kind in bases for kind in kinds[:at]):
            yield found("order.base-first", element.label, f"no {' or '.join(bases)} before it")
        if element.kind is ElementKind.UNKNOWN:
            reason = f"element with tag {element.tag:X} is not known"
            yield found("element.unknown", element.label, reason)


def check_codes_order(it: Inspection) -> Iterator[Finding]:
    """A PUK is stated before the PIN that it unblocks."""
    known: set[int] = set()
    for element in it.package.elements:
        if isinstance(element.value, PukCodes):
            known |= {int(one.key_reference) for one in element.value.puk_codes}
        if isinstance(element.value, PinCodes):
            for one in element.value.configurations:
                puk = one.unblocking_pin_reference
                if puk is not None and puk not in known:
                    reason = f"PIN {one.key_reference:02X} names PUK {puk}, which no element before it states"
                    yield found("pin.puk", element.label, reason)


def check_identifications(it: Inspection) -> Iterator[Finding]:
    """Every element has a number of its own."""
    numbers = Counter(
        element.identification for element in it.package.elements if element.identification is not None
    )
    for element in it.package.elements:
        if element.identification is not None and numbers[element.identification] > 1:
            yield found("identification.unique", element.label, "another element has the same number")


def check_version(it: Inspection) -> Iterator[Finding]:
    """The version is one we know."""
    if it.package.elements[0].kind is ElementKind.HEADER and it.package.header.major_version not in _VERSIONS:
        yield found(
            "header.version", "header", f"major version {it.package.header.major_version} is not known"
        )


def check_templates(it: Inspection) -> Iterator[Finding]:
    """The templates that are used are listed, of the right kind, and known; all listed ones are used."""
    listed = set()
    if it.package.elements[0].kind is ElementKind.HEADER:
        listed = set(it.package.header.mandatory_gfste_list)
    used = set()
    for element in it.package.elements:
        if not isinstance(element.value, FileSystem):
            continue
        oid = element.value.template_id
        used.add(oid)
        if oid not in listed:
            yield found("template.listed", element.label, f"template {oid} is not in the header's list")
        if template_kind(oid) not in (None, element.kind):
            yield found("template.kind", element.label, f"template {oid} is one of {template_kind(oid)}")
        elif template(oid) is None:
            yield found("template.known", element.label, f"template {oid} is not known here")
    for oid in sorted(listed - used):
        yield found("template.used", "header", f"template {oid} is listed, but no element uses it")


def check_members(it: Inspection) -> Iterator[Finding]:
    """Every element holds the files it must hold."""
    for element in it.package.elements:
        if isinstance(element.value, FileSystem):
            stated = {file.name for file in element.value.files}
            for name in MANDATORY_MEMBERS[element.kind]:
                if name not in stated:
                    yield found("element.files", element.label, f"has no {name}")


def check_services(it: Inspection) -> Iterator[Finding]:
    """The header asks for what the content needs, and for nothing else."""
    if it.package.elements[0].kind is not ElementKind.HEADER:
        return
    declared = it.package.header.mandatory_services.names
    used = services_used(it.package, it.tree)
    for name in sorted(used - declared):
        yield found("services.declared", "header", f"content needs {name}, the header does not ask for it")
    for name in sorted(declared - used):
        yield found("services.used", "header", f"header asks for {name}, nothing in the package shows why")


def check_authentication(it: Inspection) -> Iterator[Finding]:
    """Every USIM and ISIM can authenticate, by parameters of its own or of another application."""
    served = set()
    aids = {adf.aid for adf in it.tree.adfs}
    for element, context in it.package.with_contexts():
        if not isinstance(element.value, AkaParameter):
            continue
        if context:
            served.add(context.offset)
        configuration = element.value.algo_configuration
        if isinstance(configuration, MappingParameter) and configuration.mapping_source not in aids:
            yield found("aka.mapping", element.label, "maps to an application that the package does not have")
    for element in it.package.of_kind(*_NAAS):
        if element.offset not in served:
            yield found("aka.present", element.label, "no akaParameter behind it")


def check_code(it: Inspection) -> Iterator[Finding]:
    """Code that a package brings is told."""
    for element in it.package.elements:
        if isinstance(element.value, Application) and element.value.load_block:
            block = element.value.load_block
            reason = (
                f"loads {block.load_package_aid.hex().upper()}, {len(block.load_block_object)} octets of code"
            )
            yield found("application.code", element.label, reason)
