"""Rules that a package is checked by: identifiers that stay, how much each matters, what it asks for.

Source: TCA eUICC Profile Package §8, §9; the order of GSMA TS.48 where the former is silent.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters.

    An error is refused by chips or networks; a warning works, but hardly as meant, or not safely; a note is good
    to know.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        severity: how much a finding matters.
        text: what a package has to be like, as a sentence.
    """

    severity: Severity
    text: str


_TABLE = """
order.header-first      error    The first element is the header.
order.mf-second         error    The second element is the MF; an IoT minimal profile brings its own.
order.end-last          error    The last element is the end.
order.once              error    There is one header, one MF and one end.
order.base-first        error    An element stands behind the one it needs: files behind their application, authentication behind its USIM or ISIM, RFM and applications behind a security domain.
element.unknown         warning  Every element is one that we know.
element.files           error    An element holds the files that it must hold.
identification.unique   error    Every element has a number of its own.
header.version          warning  The major version is 2 or 3.
template.listed         error    The header lists every template that is used.
template.used           warning  Every template that the header lists is used.
template.kind           error    A template belongs to the kind of its element.
template.known          warning  Every template is one that we know.
services.declared       error    The header asks for every service that the content needs.
services.used           note     Every service that the header asks for is used.
aka.present             error    Every USIM and ISIM has authentication parameters.
aka.mapping             error    Parameters that are mapped come from an application that is there.
aka.algorithm           error    The algorithm is Milenage, TUAK or the test algorithm.
aka.test-algorithm      warning  Nobody is protected by the test algorithm.
aka.key-size            error    K has the size of its algorithm.
aka.opc-size            error    OPc has 16 octets, TOPc 32.
aka.sqn                 error    Sequence numbers have at most 43 bits.
aka.well-known-key      warning  K is neither a pattern nor one that a standard prints.
ota.key-size            error    OTA keys have the size of their algorithm.
ota.well-known-key      warning  OTA keys are no patterns.
ota.repeated-key        warning  Every OTA key is another one.
ota.checksum            warning  Remote file management asks for a cryptographic checksum or a signature.
ota.replay              note     Remote file management asks for a counter, so that a message works once.
ota.applets             note     It is known that a holder of the OTA keys may load applets.
application.code        note     It is known that the package brings code.
iccid.digits            error    The ICCID consists of digits.
iccid.luhn              warning  The check digit of the ICCID holds.
iccid.equal             error    EF.ICCID and the header say the same.
imsi.coding             error    EF.IMSI has the length, parity and digits of an IMSI.
imsi.access-class       warning  EF.ACC has the class of the IMSI's last digit.
ad.mnc                  error    EF.AD says that the MNC has 2 or 3 digits.
plmn.home               warning  The lists of home networks hold the network of the IMSI.
ims.coding              error    IMPI, IMPU and domain are texts under tag 80.
ims.imsi                warning  An IMPI made from an IMSI is made from that of the USIM.
suci.service            error    The USIM calculates SUCIs only where identities are concealed (service 125 needs 124).
suci.usable             error    Protection schemes and home network keys can be read and fit one another.
suci.empty              warning  Where identities are to be concealed, it is said how.
suci.null               note     Identities are concealed by another scheme than the null scheme.
suci.routing            error    The routing indicator has 1 to 4 digits.
pin.unique              error    A PIN is stated once in a directory.
pin.place               error    Global PINs stand behind the MF, local ones behind their application.
pin.missing             error    Every PIN that an access rule names is stated.
pin.puk                 error    A PUK is stated before the PIN that it unblocks.
puk.unused              note     Every PUK unblocks a PIN.
code.digits             error    PINs have 4 to 8 digits, PUKs 8.
code.attempts           error    No more attempts are left than there are.
code.blocked            warning  No PIN or PUK is blocked from the beginning.
code.guessed            warning  PUKs and ADM codes are not ones that everybody tries first.
file.refused            error    Every file can be made: identifiers are free, contents fit, links lead to a file.
file.content            warning  Files without content in their template are given one.
rule.stated             error    Every file has an access rule.
rule.exists             error    The record of the EF.ARR that a file points to is there.
rule.readable           error    Access rules can be read.
rule.empty              warning  An access rule allows something.
adf.aid                 error    Every application has an AID.
adf.unique              error    Every application has an AID of its own.
dir.lists               error    EF.DIR lists every application.
dir.extra               warning  EF.DIR lists no application that is not there.
dir.readable            error    EF.DIR can be read.
ust.files               warning  A service that is on in EF.UST has one of its files at least.
chip.service            error    The chip has every service that the package needs.
chip.undeclared         warning  The chip says of a service whether it has it.
chip.template           error    The chip knows every template.
chip.memory             error    The chip has room for the files.
chip.version            error    The chip reads packages of this major version.
"""

RULES: dict[str, Rule] = {
    rule_id: Rule(Severity(severity), text)
    for rule_id, severity, text in (line.split(maxsplit=2) for line in _TABLE.strip().splitlines())
}
"""All rules by identifier; those of ``chip`` are asked where a chip is named."""
