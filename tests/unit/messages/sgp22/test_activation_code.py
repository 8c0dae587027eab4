"""Activation codes as people bring them (PAIN 20–22), and the one form in which we write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Oid
from openesim.messages.sgp22.activation_code import ActivationCode, host_of, parse_address
from openesim.messages.sgp22.explained import LpaOutcome, outcome_of

PLAIN = ActivationCode(address="smdp.example.com", matching_id="04386-AGYFT-A74Y8-3F815")
OID = Oid("2.999.10")

VECTORS = [
    ("LPA:1$smdp.example.com$04386-AGYFT-A74Y8-3F815", PLAIN),
    # LPA: absent, in another case, with white space around and inside
    ("1$smdp.example.com$04386-AGYFT-A74Y8-3F815", PLAIN),
    ("lpa:1$smdp.example.com$04386-AGYFT-A74Y8-3F815", PLAIN),
    ("  Lpa: 1$smdp.example.com$\r\n04386-AGYFT-A74Y8-3F815\n", PLAIN),
    # lower and upper case host
    ("LPA:1$SMDP.EXAMPLE.COM$04386-AGYFT-A74Y8-3F815", PLAIN),
    ("LPA:1$smdp.example.com.$04386-AGYFT-A74Y8-3F815", PLAIN),
    # what copying does to it
    ("'LPA:1$smdp.example.com$04386-AGYFT-A74Y8-3F815'", PLAIN),
    ("LPA：1＄smdp.example.com＄04386-AGYFT-A74Y8-3F815", PLAIN),
    ("LPA:1%24smdp.example.com%2404386-AGYFT-A74Y8-3F815", PLAIN),
    ("LPA:1$https://smdp.example.com/$04386-AGYFT-A74Y8-3F815", PLAIN),
    # empty OID with and without the confirmation code flag
    ("LPA:1$a.example$B$", ActivationCode(address="a.example", matching_id="B")),
    (
        "LPA:1$a.example$B$$1",
        ActivationCode(address="a.example", matching_id="B", confirmation_code_required=True),
    ),
    ("LPA:1$a.example$B$$", ActivationCode(address="a.example", matching_id="B")),
    ("LPA:1$a.example$B$$0", ActivationCode(address="a.example", matching_id="B")),
    # OID present
    ("1$a.example$B$2.999.10", ActivationCode(address="a.example", matching_id="B", smdp_oid=OID)),
    (
        "1$a.example$B$2.999.10$1",
        ActivationCode(address="a.example", matching_id="B", smdp_oid=OID, confirmation_code_required=True),
    ),
    # fields of later versions
    (
        "1$a.example$B$2.999.10$1$1$x",
        ActivationCode(address="a.example", matching_id="B", smdp_oid=OID, confirmation_code_required=True),
    ),
    # empty matching id; matching ids of the field keep their case
    ("LPA:1$a.example$", ActivationCode(address="a.example")),
    ("LPA:1$a.example$TEST_id-1", ActivationCode(address="a.example", matching_id="TEST_id-1")),
    # laboratories
    ("LPA:1$127.0.0.1:8443$X", ActivationCode(address="127.0.0.1:8443", matching_id="X")),
    ("LPA:1$localhost:08443$X", ActivationCode(address="localhost:8443", matching_id="X")),
]


@pytest.mark.parametrize(("text", "code"), VECTORS)
def test_a_code_is_read_however_it_comes(text: str, code: ActivationCode) -> None:
    """PAIN 20: an object identifier, an empty one before the flag, and whatever copying did."""
    assert ActivationCode.parse(text) == code


@pytest.mark.parametrize(
    ("code", "canonical"),
    [
        (PLAIN, "1$smdp.example.com$04386-AGYFT-A74Y8-3F815"),
        (ActivationCode(address="a.example"), "1$a.example$"),
        (ActivationCode(address="a.example", smdp_oid=OID), "1$a.example$$2.999.10"),
        (ActivationCode(address="a.example", confirmation_code_required=True), "1$a.example$$$1"),
        (
            ActivationCode(address="a.example", smdp_oid=OID, confirmation_code_required=True),
            "1$a.example$$2.999.10$1",
        ),
    ],
)
def test_a_code_is_written_in_one_form(code: ActivationCode, canonical: str) -> None:
    assert code.format(qr=False) == canonical
    assert code.format(qr=True) == code.format() == f"LPA:{canonical}"


@given(
    address=st.from_regex(r"[a-z0-9]{1,20}(\.[a-z0-9]{1,20}){0,3}(:[1-9][0-9]{0,3})?", fullmatch=True),
    matching_id=st.from_regex(r"[0-9A-Z-]{0,30}", fullmatch=True),
    oid=st.sampled_from([None, OID, Oid("1.3.6.1.4.1.31746")]),
    flag=st.booleans(),
    qr=st.booleans(),
)
def test_what_is_written_is_read_back(
    address: str, matching_id: str, oid: Oid | None, flag: bool, qr: bool
) -> None:
    code = ActivationCode(
        address=address, matching_id=matching_id, smdp_oid=oid, confirmation_code_required=flag
    )
    assert ActivationCode.parse(code.format(qr=qr)) == code


@given(st.text(max_size=60) | st.from_regex(r"(LPA:)?1(\$[a-z.:0-9]{0,9}){1,5}", fullmatch=True))
def test_no_text_does_anything_but_parse_or_raise_with_an_explanation(text: str) -> None:
    refusal = None
    try:
        code = ActivationCode.parse(text)
    except DecodeError as error:
        refusal = error
    if refusal is None:
        assert ActivationCode.parse(code.format()) == code
    else:
        assert refusal.explanation is not None


@pytest.mark.parametrize(
    "text",
    [
        "LPA:1",
        "LPA:1.example.com-AGYFT",  # "LPA:1$smdp.example.com$04386-AGYFT" in double quotes
        "LPA:1-5F815",
        "1.example.com",
        "LPA:1$smdp.example.com",
    ],
)
def test_a_code_whose_dollars_the_shell_has_eaten_says_to_use_single_quotes(text: str) -> None:
    """PAIN 22."""
    with pytest.raises(DecodeError) as caught:
        ActivationCode.parse(text)
    assert outcome_of(caught.value) is LpaOutcome.ACTIVATION_CODE_EATEN_BY_SHELL
    assert caught.value.explanation is not None
    assert "single quotes" in caught.value.explanation.next_step


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "2$a.example$B",
        "LPA:$a.example$B",
        "1$$B",
        "1$a@b$B",
        "1$a..b$B",
        "1$-a.example$B",
        "1$a.example:0$B",
        "1$a.example:65536$B",
        "1$a.example:x$B",
        "1$" + "a" * 300 + "$B",
        "1$a.example$Ünicode",
        "1$a.example$" + "B" * 256,
        "1$a.example$B$no-oid",
        "1$ftp://a.example$B",
    ],
)
def test_what_is_no_code_is_refused_with_an_explanation(text: str) -> None:
    with pytest.raises(DecodeError) as caught:
        ActivationCode.parse(text)
    assert outcome_of(caught.value) is LpaOutcome.ACTIVATION_CODE_INVALID
    assert caught.value.path[0] == "activation code"


@pytest.mark.parametrize(
    ("address", "host"),
    [("a.example", "a.example"), ("A.Example.:443", "a.example"), ("127.0.0.1:8443", "127.0.0.1")],
)
def test_servers_are_compared_by_host(address: str, host: str) -> None:
    assert host_of(address) == host
    assert host_of(parse_address(address)) == host


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("A.example", "a.example"),
        ("a.example.:443", "a.example"),
        ("a.example:x", "a.example:x"),
        # ASCII folding only: the sign for Kelvin becomes a k in Unicode's.
        ("\N{KELVIN SIGN}.example", "\N{KELVIN SIGN}.example"),
    ],
)
def test_hosts_are_compared_without_case_port_and_last_dot(address: str, host: str) -> None:
    assert host_of(address) == host
