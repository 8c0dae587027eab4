"""Files have the names of their specification, whoever makes them."""

from openesim.messages.saip.file_names import member_of, name_of, path_of
from openesim.messages.saip.filesystem import build_file_system
from openesim.messages.saip.package import Package


def test_files_that_templates_make_have_their_names(package: Package) -> None:
    tree = build_file_system(package)
    file = tree.find(bytes.fromhex("7FD06F07"))
    assert file is not None
    assert (name_of(file), member_of(file), path_of(file)) == ("EF.IMSI", "ef-imsi", "ADF.USIM/EF.IMSI")
    assert path_of(tree.root) == "MF"


def test_files_of_file_management_are_named_by_where_they_stand(largest_ts48: Package) -> None:
    tree = build_file_system(largest_ts48)
    paths = {
        path: path_of(file)
        for path in ("7FD05FC04F0B", "7FD05F504F81", "7F106F3A", "7FB06FFE", "7F265FFF", "7F266FAB")
        if (file := tree.find(bytes.fromhex(path)))
    }
    assert paths == {
        "7FD05FC04F0B": "ADF.USIM/DF.5GS/EF.URSP",
        "7FD05F504F81": "ADF.USIM/DF.HNB/EF.ACSGL",
        "7F106F3A": "DF.TELECOM/EF.ADN",
        "7FB06FFE": "ADF.ISIM/EF.MudMidCfgData",
        "7F266FAB": "7F26/6FAB",
    }
