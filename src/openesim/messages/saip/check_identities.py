"""Rules on whom a package names: ICCID, IMSI, IMS identities, home network, SUCI.

Source: TCA eUICC Profile Package §8; 3GPP TS 31.102 §4.2, §4.4.11; TS 31.103 §4.2; TS 23.003 §2.2, §13.
"""

from __future__ import annotations

from collections.abc import Iterator

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid, Imsi, Plmn, is_decimal, is_luhn_valid, unswap_nibbles
from openesim.messages.saip.ef_readers import read_file
from openesim.messages.saip.ef_values import services_in
from openesim.messages.saip.file_tree import CardFile
from openesim.messages.saip.finding import Finding, Inspection, found
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.personalise import access_class
from openesim.messages.saip.suci_information import NULL_SCHEME, SuciInformation

_PRIVACY, _SUCI_BY_USIM = 124, 125
_HOME_LISTS = ("ef-hplmnwact", "ef-ehplmn")


def check_iccid(it: Inspection) -> Iterator[Finding]:
    """Header and EF.ICCID say the same; the check digit holds."""
    if it.package.elements[0].kind is not ElementKind.HEADER:
        return
    try:
        iccid = it.package.iccid
    except DecodeError as refused:
        yield found("iccid.digits", "header", refused.reason)
        return
    if len(iccid) > 18 and not is_luhn_valid(iccid):
        yield found("iccid.luhn", "header", "ICCID has a wrong check digit")
    file = it.tree.root.child("ef-iccid")
    if file is None:
        return
    try:
        same = Iccid.from_octets(file.content) == iccid
    except DecodeError:
        same = False
    if not same:
        element = file.element.label if file.element else ""
        yield found("iccid.equal", element, "EF.ICCID differs from the header")


def check_imsi(it: Inspection) -> Iterator[Finding]:
    """EF.IMSI is coded as it should be; EF.ACC is that of its last digit."""
    for adf in it.tree.adfs:
        file = adf.child("ef-imsi")
        if file is None or file.element is None:
            continue
        label = file.element.label
        imsi = _imsi(file.content)
        if imsi is None:
            yield found("imsi.coding", label, "EF.IMSI is not coded as an IMSI")
            continue
        access = adf.child("ef-acc")
        # Classes 11 to 15 are for special users and stand beside the one of the last digit.
        if access and not int.from_bytes(access.content) & int.from_bytes(access_class(imsi)):
            yield found("imsi.access-class", label, "EF.ACC lacks the class of the IMSI's last digit")


def _imsi(content: bytes) -> Imsi | None:
    """Return the IMSI of an EF.IMSI, or None where length, parity or a digit is wrong."""
    if len(content) != 9 or not 4 <= content[0] <= 8:
        return None
    try:
        imsi = Imsi.parse(unswap_nibbles(content[1 : 1 + content[0]])[1:])
    except DecodeError:
        return None
    return imsi if imsi.octets == content else None


def _label(file: CardFile) -> str:
    return file.element.label if file.element else ""


def check_home_network(it: Inspection) -> Iterator[Finding]:
    """EF.AD says how long the MNC is, and the lists of home networks hold the one of the IMSI."""
    for adf in it.tree.adfs:
        imsi, data = adf.child("ef-imsi"), adf.child("ef-ad")
        if imsi is None or data is None:
            continue
        length = data.content[3] & 0x0F if len(data.content) > 3 else 0
        if length not in (2, 3):
            yield found("ad.mnc", _label(data), f"EF.AD says that the MNC has {length} digits")
            continue
        digits = _imsi(imsi.content) or ""
        home = Plmn(digits[: 3 + length]).hyphenated
        for member in _HOME_LISTS:
            file = adf.child(member)
            networks = [_network(one) for one in _entries(file)]
            if file and networks and digits and home not in networks:
                yield found("plmn.home", _label(file), f"{file.name} lacks {home}, the network of the IMSI")


def _entries(file: CardFile | None) -> list[object]:
    read = read_file(file) if file else None
    return read if isinstance(read, list) else []


def _network(entry: object) -> object:
    return entry.get("plmn") if isinstance(entry, dict) else entry


def check_ims(it: Inspection) -> Iterator[Finding]:
    """An ISIM names its user, and if it names him by an IMSI, by that of the USIM."""
    imsis = {_imsi(file.content) for adf in it.tree.adfs if (file := adf.child("ef-imsi"))}
    for adf in it.tree.adfs:
        for member in ("ef-impi", "ef-domain", "ef-impu"):
            file = adf.child(member)
            if file and read_file(file) is None:
                yield found("ims.coding", _label(file), f"{file.name} holds no text under tag 80")
        private = adf.child("ef-impi")
        user = str(read_file(private)).partition("@")[0] if private else ""
        if private and is_decimal(user) and user not in imsis:
            yield found("ims.imsi", _label(private), "IMPI is made from another IMSI")


def check_suci(it: Inspection) -> Iterator[Finding]:
    """How SUCIs are calculated can be read and done; who calculates them is told by the service table."""
    for adf in it.tree.adfs:
        table = adf.child("ef-ust")
        if table is None:
            continue
        services = services_in(table.content)
        if _SUCI_BY_USIM in services and _PRIVACY not in services:
            yield found("suci.service", _label(table), "service 125 is on without service 124")
        for directory, member, service in (
            ("df-df-5gs", "ef-suci-calc-info", _PRIVACY),
            ("df-df-saip", "ef-suci-calc-info-usim", _SUCI_BY_USIM),
        ):
            file = _child(adf, directory, member)
            if file and service in services:
                yield from _suci_information(file)
        routing = _child(adf, "df-df-5gs", "ef-routing-indicator")
        if routing and _PRIVACY in services and not is_decimal(unswap_nibbles(routing.content[:2])):
            yield found("suci.routing", _label(routing), "routing indicator is no number of 1 to 4 digits")


def _child(adf: CardFile, directory: str, member: str) -> CardFile | None:
    parent = adf.child(directory)
    return parent.child(member) if parent else None


def _suci_information(file: CardFile) -> Iterator[Finding]:
    if not file.content.strip(b"\xff"):
        yield found("suci.empty", _label(file), f"{file.name} is blank, so identities travel in clear")
        return
    try:
        information = SuciInformation.decode(file.content)
    except DecodeError as refused:
        yield found("suci.usable", _label(file), f"{file.name}: {refused.reason}")
        return
    for problem in information.problems():
        yield found("suci.usable", _label(file), f"{file.name}: {problem}")
    if information == NULL_SCHEME:
        yield found("suci.null", _label(file), f"{file.name} lists the null scheme alone")
