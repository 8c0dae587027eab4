"""A description, the package it makes, and the GSMA test profiles with the module they follow."""

from pathlib import Path
from typing import Any

import pytest

from openesim.kernel.ids import Iccid, Imsi, Msisdn
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.description import Description, OtaKeys
from openesim.messages.saip.package import Package, decode_package

TS48 = (
    "TS48 V7.0 eSIM_GTP_SAIP2.3_BERTLV_SUCI",
    "TS48 V7.0 eSIM_GTP_SAIP2.3_BERTLV_SUCI_NoRAMRFM",
    "TS48 V7.0 eSIM_GTP_SAIP2.3_NoBERTLV",
    "TS48 V7.0 eSIM_GTP_SAIP2.3_NoBERTLV_NoRAMRFM",
)


@pytest.fixture(scope="session")
def description() -> Description:
    return Description(
        operator_name="Example Mobile",
        mcc="001",
        mnc="01",
        iccid=Iccid.parse("8900100000000000002"),
        imsi=Imsi.parse("001010123456789"),
        k=bytes.fromhex("7a1c5ce8b1d94b3e6f20a8c713955d04"),
        opc=bytes.fromhex("c2f8901be5644a7d3e9b06d71f25ac83"),
        puk1="73829164",
        pin2="8462",
        puk2="94618273",
        adm1=b"\x1f\x52\x74\x06\x98\xbd\x0c\xfe",
        msisdn=Msisdn.parse("491701234567"),
        smsc=Msisdn.parse("491700000000"),
        gid1=b"\xab\xcd",
        preferred_plmns=("00102", "310410"),
        ota=OtaKeys(
            kic=bytes.fromhex("0f1c2d3e4b5a69788796a5b4c3d2e1f0"),
            kid=bytes.fromhex("1f0c2d3e4b5a69788796a5b4c3d2e1f0"),
            kik=bytes.fromhex("2f0c1d3e4b5a69788796a5b4c3d2e1f0"),
        ),
    )


@pytest.fixture(scope="session")
def package_octets(description: Description) -> bytes:
    return build_package(description)


@pytest.fixture(scope="session")
def package(package_octets: bytes) -> Package:
    return decode_package(package_octets)


@pytest.fixture(scope="session", params=TS48)
def ts48_octets(request: pytest.FixtureRequest, shared: Path) -> bytes:
    return (shared / "ts48" / f"{request.param}.der").read_bytes()


@pytest.fixture(scope="session")
def ts48(ts48_octets: bytes) -> Package:
    return decode_package(ts48_octets)


@pytest.fixture(scope="session")
def largest_ts48(shared: Path) -> Package:
    return decode_package((shared / "ts48" / f"{TS48[0]}.der").read_bytes())


@pytest.fixture(scope="session")
def module(shared: Path) -> Any:
    """The standard's module, compiled by an ASN.1 tool that is not ours."""
    import asn1tools

    return asn1tools.compile_files([str(shared / "asn1" / "saip" / "PE_Definitions-3.3.1.asn")], "der")
