"""What a check foretells is what a chip does: it takes the package, or refuses it."""

from dataclasses import replace
from typing import Any

import pytest

from openesim.apps.cli.profile.checking import chip_of
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.check import check_package, has_errors
from openesim.messages.saip.description import FifthGeneration, SuciCalculator
from openesim.messages.saip.package import Package, decode_package
from openesim.messages.saip.suci_information import HomeNetworkKey, SchemeChoice, SuciInformation
from openesim.messages.sgp22.euicc_info import EuiccInfo2, UiccCapability
from openesim.provisioning.euicc.interpreter import interpret_package
from openesim.provisioning.euicc.refusal import InstallationRefused
from openesim.provisioning.euicc.state import Description
from tests.unit.provisioning.euicc import laboratory as lab

CONCEALING = SuciInformation((SchemeChoice(1, 1),), (HomeNetworkKey(1, bytes(range(32))),))
SUBSCRIPTIONS: dict[str, dict[str, Any]] = {
    "small": {},
    "5g": {"five_g": FifthGeneration(suci_by=SuciCalculator.USIM, suci=CONCEALING)},
    "no-isim": {"isim": False, "gsm_access": False},
}
INFO = EuiccInfo2.decode(lab.new_card(seed="check").execute(bytes.fromhex("BF2200")))
ALL = UiccCapability(INFO.uicc_capability)


def is_taken(package: Package, capability: UiccCapability) -> bool:
    chip = Description(uicc_capability=capability)
    try:
        interpret_package(package.octets, lab.metadata(package.iccid), chip)
    except InstallationRefused:
        return False
    return True


@pytest.mark.parametrize("lacking", ["nothing", *ALL.set_names])
@pytest.mark.parametrize("name", SUBSCRIPTIONS)
def test_a_chip_refuses_what_the_check_says_it_would(name: str, lacking: str) -> None:
    package = decode_package(build_package(lab.subscription(**SUBSCRIPTIONS[name])))
    capability = UiccCapability(ALL & ~getattr(UiccCapability, lacking, 0))
    findings = check_package(package, chip_of(replace(INFO, uicc_capability=capability)))
    assert has_errors(findings) != is_taken(package, capability)


def test_a_chip_takes_every_ts48_profile_as_the_check_says(shared: Any) -> None:
    for path in sorted((shared / "ts48").glob("*.der")):
        package = decode_package(path.read_bytes())
        assert not has_errors(check_package(package, chip_of(INFO)))
        assert is_taken(package, ALL)
