"""AuthenticateClient: what is announced.

What it looks at stands in the tests of ``handshake``, ``order_checks`` and ``eligibility``.
"""

from __future__ import annotations

from openesim.kernel.ids import Iccid
from tests.support.chip import node
from tests.support.rig import FQDN, ICCID, Rig, package_octets
from tests.unit.provisioning.smdp.es9plus.admitted import announced


def test_the_announcement_shows_the_profile_and_where_to_report(rig: Rig) -> None:
    metadata = node(announced(rig).admitted.octets("profileMetadata"))  # type: ignore[union-attr]
    assert metadata.tag == 0xBF25
    assert metadata[0x91].value == b"Testland Telecom"
    assert metadata[0x92].value == b"Testland 1"
    configuration = metadata[0xB6][0x30]
    assert configuration[0x80].value == b"\x04\x70", "enable, disable and delete are reported"
    assert configuration[0x81].value.decode() == FQDN


def test_reports_go_to_the_address_that_was_called_port_included(rig: Rig) -> None:
    """lpac takes the port from the activation code: without it, notifications would go nowhere."""
    rig.add_order()
    lpa = rig.lpa()
    lpa.address = f"{FQDN}:8443"
    assert lpa.download("TEST-1").http_status == 204
    assert lpa.chip.profiles[ICCID].address == f"{FQDN}:8443"


def test_the_chip_gets_the_profile_of_the_order_and_what_was_announced(rig: Rig) -> None:
    lpa = announced(rig)
    assert lpa.admitted is not None
    assert lpa.get_package().pair is None
    lpa.install()
    installed = lpa.chip.profiles[ICCID]
    assert installed.metadata == lpa.admitted.octets("profileMetadata")
    assert installed.package == package_octets()


def test_one_package_becomes_many_profiles(rig: Rig) -> None:
    other = "8988211000000000025"
    rig.add_order(iccid=Iccid(other))
    lpa = rig.lpa()
    assert lpa.download("TEST-1").http_status == 204
    installed = lpa.chip.profiles[other]
    assert len(installed.package) == len(package_octets())
    assert bytes.fromhex(other + "F") in installed.package, "in the header, not swapped"
    assert bytes.fromhex(ICCID + "F") not in installed.package
    swapped = node(installed.metadata)[0x5A].value
    assert swapped in installed.package, "in EF.ICCID, swapped"
