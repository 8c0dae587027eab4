"""Compares our typed values with what asn1tools reads from the same octets, field by field."""

from dataclasses import fields, is_dataclass
from typing import Any

from openesim.kernel.ids import Oid
from openesim.messages.saip.files import DoNotCreate, Fcp, FileSystem

# Fields that carry another name than the module's, apart from case and hyphens.
_RENAMED = {
    "mandatory_services": "eUICC-Mandatory-services",
    "mandatory_gfste_list": "eUICC-Mandatory-GFSTEList",
    "mandatory_aids": "eUICC-Mandatory-AIDs",
    "iccid_octets": "iccid",
    "attempts": "maxNumOfAttemps-retryNumLeft",
    "application_specific_parameters": "applicationSpecificParametersC9",
    "toolkit": "uiccToolkitApplicationSpecificParametersField",
    "access": "uiccAccessApplicationSpecificParametersField",
    "administrative_access": "uiccAdministrativeAccessApplicationSpecificParametersField",
    "volatile_memory_quota": "volatileMemoryQuotaC7",
    "non_volatile_memory_quota": "nonVolatileMemoryQuotaC8",
    "sim_file_access_toolkit_parameter": "ts102226SIMFileAccessToolkitParameter",
    "additional_contactless_parameters": "ts102226AdditionalContactlessParameters",
    "non_volatile_code_limit": "nonVolatileCodeLimitC6",
    "volatile_data_limit": "volatileDataLimitC7",
    "non_volatile_data_limit": "nonVolatileDataLimitC8",
}


def _short(name: str) -> str:
    return name.replace("-", "").replace("_", "").lower()


def assert_same(ours: Any, theirs: Any, path: str = "") -> None:
    """Fail where a field differs, is missing on one side, or is not looked at by us."""
    if isinstance(ours, FileSystem):
        _same_files(ours, dict(theirs), path)
    elif isinstance(ours, DoNotCreate):
        assert theirs is None, path
    elif isinstance(ours, bool):
        assert ours, path
        assert theirs is None, path
    elif is_dataclass(ours):
        _same_fields(ours, dict(theirs), path)
    elif isinstance(ours, tuple):
        assert len(ours) == len(theirs), path
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            assert_same(one, _chosen(other), f"{path}[{number}]")
    elif isinstance(ours, Oid):
        assert str(ours) == theirs, path
    elif isinstance(ours, bytes):
        assert bytes(ours) == bytes(theirs), path
    else:
        assert ours == theirs, path


def _chosen(theirs: Any) -> Any:
    """The value of a CHOICE, which asn1tools gives as (name, value)."""
    is_choice = isinstance(theirs, tuple) and len(theirs) == 2 and isinstance(theirs[0], str)
    return theirs[1] if is_choice else theirs


def _same_fields(ours: Any, theirs: dict[str, Any], path: str) -> None:
    names = {_short(name): name for name in theirs}
    names |= dict.fromkeys(["header"], next((one for one in theirs if one.lower().endswith("-header")), ""))
    for field in fields(ours):
        value = getattr(ours, field.name)
        if field.name == "unknown":
            assert value == (), path
            continue
        name = names.get(_short(_RENAMED.get(field.name, field.name)))
        if not name:
            assert value == field.default, f"{path}.{field.name} is not seen by asn1tools"
            continue
        other = theirs.pop(name)
        if field.name == "sqn_init" and not isinstance(other, list):
            continue  # asn1tools cannot express the default of a list
        assert_same(value, _chosen(other), f"{path}.{field.name}")
    assert theirs == {}, f"{path}: not seen by us"


def _same_files(ours: FileSystem, theirs: dict[str, Any], path: str) -> None:
    header = next(theirs.pop(name) for name in list(theirs) if name.endswith("-header"))
    assert_same(ours.header, header, f"{path}.header")
    assert str(ours.template_id) == theirs.pop("templateID"), path
    assert [file.name for file in ours.files] == list(theirs), path
    kinds = {
        int: "fillFileOffset",
        bytes: "fillFileContent",
        Fcp: "fileDescriptor",
        DoNotCreate: "doNotCreate",
    }
    for file in ours.files:
        stated = theirs[file.name]
        assert [kinds[type(one)] for one in file.instructions] == [name for name, _ in stated], path
        assert_same(file.instructions, stated, f"{path}.{file.name}")
