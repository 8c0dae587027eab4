"""Names of files, also of those that file management makes, which no template names.

Source: TCA eUICC Profile Package, Annex A; ETSI TS 102 221 §13; 3GPP TS 31.102 §4.2, §4.4, §4.5, §4.6.
"""

from __future__ import annotations

from functools import cache

from openesim.messages.saip.file_tree import CardFile
from openesim.messages.saip.templates import KNOWN_TEMPLATES, FileType, template

_OTHERS = """
DF.TELECOM 6F3A EF.ADN
DF.TELECOM 6F3B EF.FDN
DF.TELECOM 6F3C EF.SMS
DF.TELECOM 6F40 EF.MSISDN
DF.TELECOM 6F42 EF.SMSP
DF.TELECOM 6F43 EF.SMSS
DF.TELECOM 6F44 EF.LND
DF.TELECOM 6F47 EF.SMSR
DF.TELECOM 6F49 EF.SDN
DF.TELECOM 6F4A EF.EXT1
DF.TELECOM 6F4B EF.EXT2
DF.TELECOM 6F4C EF.EXT3
DF.TELECOM 6F4D EF.BDN
DF.TELECOM 6F4E EF.EXT4
ADF.USIM 5F40 DF.WLAN
ADF.USIM 5F50 DF.HNB
ADF.USIM 5F70 DF.SoLSA
ADF.USIM 5F90 DF.ProSe
ADF.USIM 5FA0 DF.ACDC
ADF.USIM 5FB0 DF.TV
DF.HNB 4F81 EF.ACSGL
DF.HNB 4F82 EF.CSGT
DF.HNB 4F83 EF.HNBN
DF.HNB 4F84 EF.OCSGL
DF.HNB 4F85 EF.OCSGT
DF.HNB 4F86 EF.OHNBN
MF 7F20 DF.GSM
MF 7F25 DF.CDMA
"""


@cache
def _known() -> dict[tuple[str, bytes], tuple[str, str]]:
    """Return name and member by name of the directory and identifier."""
    known: dict[tuple[str, bytes], tuple[str, str]] = {}
    for oid in sorted(KNOWN_TEMPLATES):
        found = template(oid)
        rows = found.rows.values() if found else ()
        directory = "ADF.ISIM" if oid.startswith("2.23.143.1.2.9") else "ADF.USIM"
        for row in rows:
            if row.file_type in (FileType.DF, FileType.ADF, FileType.MF):
                directory = row.name
            elif row.fid and row.fid == row.last_fid:
                known.setdefault((directory, row.fid), (row.name, row.member))
    for directory, fid, name in (line.split() for line in _OTHERS.strip().splitlines()):
        member = name.lower().replace("_", "-").replace(".", "-", 1)
        known.setdefault((directory, bytes.fromhex(fid)), (name, member))
    return known


def name_of(file: CardFile) -> str:
    """Return the name of a file, or its identifier in hex where nobody has named it."""
    return file.name or _found(file)[0] or file.fid.hex().upper()


def member_of(file: CardFile) -> str:
    """Return the module's name of a file or of its likes, such as ``ef-msisdn``; empty where there is none."""
    return file.member or _found(file)[1]


def _found(file: CardFile) -> tuple[str, str]:
    directory = name_of(file.parent) if file.parent else ""
    return _known().get((directory, file.fid), ("", ""))


def path_of(file: CardFile) -> str:
    """Return the names from the MF down, which do not change with temporary identifiers: ``ADF.USIM/EF.IMSI``."""
    names = []
    at: CardFile | None = file
    while at and at.parent:
        names.append(name_of(at))
        at = at.parent
    return "/".join(reversed(names)) or "MF"
