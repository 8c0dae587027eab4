"""A description to start from: commented, complete, every number and key of it drawn.

What is drawn stands in the text, so the same description always makes the same package.
"""

from __future__ import annotations

from dataclasses import dataclass

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import is_decimal, luhn_check_digit

_ICCID_BODY = 18
_IMSI_DIGITS = 15

_TEXT = """\
# One subscription of one operator, drawn anew: every number and key in this file is its own.
#
#   openesim profile build {file} {package}
#   openesim profile check {package}
#
# The package is made from this file and nothing else. Keep it secret: it holds the keys.

operator_name = "{operator_name}"
# spn = "Example"                  # what the phone shows: 16 characters; left out, the operator's name
mcc = "{mcc}"
mnc = "{mnc}"                         # 2 or 3 digits; 001-01 is the ITU's test network
iccid = "{iccid}"    # of the profile; the last digit is a check digit
imsi = "{imsi}"         # of the subscription; begins with MCC and MNC
# msisdn = "491701234567"          # the number, in international form without the plus sign
# smsc = "491700000000"            # service centre of short messages

# --- Authentication: your HSS or authentication centre holds the same ----------------------------------

algorithm = "milenage"             # or tuak, usim_test_algorithm (protects nothing)
k = "{k}"
opc = "{opc}"
# op = "…"                         # instead of opc: OPc is derived from it (TUAK: TOP and TOPc, 32 octets)

# --- Codes ----------------------------------------------------------------------------------------------

pin1 = "0000"
pin1_enabled = false               # true: the user enters PIN1 at every start
puk1 = "{puk1}"
pin2 = "{pin2}"
puk2 = "{puk2}"
adm1 = "{adm1}"          # 8 octets: whoever has it may change every file

# --- Networks -------------------------------------------------------------------------------------------

preferred_plmns = []               # the operator's choice abroad, such as ["26201", "310410"]
# user_plmns = []                  # the user's own list, to begin with
# equivalent_home_plmns = ["{mcc}{mnc}"]  # networks that count as home, this one among them
# forbidden_plmns = []             # at most 4
# access_classes = [11]            # 11 to 15, for special users
# emergency_numbers = ["112", "911"]
# gid1 = "01"                      # group identifiers, octets in hexadecimal
# gid2 = "FF"

isim = true                        # identities for voice over LTE and 5G, derived from the IMSI
gsm_access = true                  # files that GSM and GPRS need

# --- 5G -------------------------------------------------------------------------------------------------

[five_g]
routing_indicator = "0"            # 1 to 4 digits
suci_by = "terminal"               # who conceals the IMSI: terminal or usim
allow_null_scheme = false          # true: the IMSI may travel in clear if no key will do

# Public keys of the home network, the preferred one first; without any, nothing is concealed.
# [[five_g.keys]]
# scheme = "a"                     # a: X25519, 32 octets; b: P-256, 33 octets compressed
# id = 1                           # the number by which the network knows the key
# public_key = "…"

# --- Remote management over the air (SCP80): keys of the operator's OTA platform ------------------------

[ota]
kic = "{kic}"
kid = "{kid}"
kik = "{kik}"
version = 1                        # key version number, 1 to 15
key_type = "aes"                   # or des
minimum_security_level = 0x16      # ciphering, cryptographic checksum, counter
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What is known before anything is drawn.

    Attributes:
        operator_name: 1 to 100 characters.
        mcc: 3 digits.
        mnc: 2 or 3 digits.
        file: name of the description, for its comments.
        package: name of the package that is to be made of it.
    """

    operator_name: str = "Example Mobile"
    mcc: str = "001"
    mnc: str = "01"
    file: str = "profile.toml"
    package: str = "profile.der"


def new_description(beginning: Beginning, entropy: Entropy) -> str:
    """Return the text of a new description.

    Args:
        beginning: operator and network.
        entropy: for numbers, codes and keys.

    Raises:
        DecodeError: MCC, MNC or name are none; the path names the field.
    """
    mcc, mnc = beginning.mcc, beginning.mnc
    if not (is_decimal(mcc) and len(mcc) == 3):
        raise DecodeError("must have 3 digits", ("mcc",))
    if not (is_decimal(mnc) and len(mnc) in (2, 3)):
        raise DecodeError("must have 2 or 3 digits", ("mnc",))
    if not 0 < len(beginning.operator_name) <= 100 or not beginning.operator_name.isprintable():
        raise DecodeError("must have 1 to 100 characters", ("operator_name",))
    # 89: telecommunications; 999: the country code that belongs to nobody
    body = f"89999{mnc}"
    body += _digits(entropy, _ICCID_BODY - len(body))
    return _TEXT.format(
        operator_name=beginning.operator_name.replace("\\", "\\\\").replace('"', '\\"'),
        mcc=mcc,
        mnc=mnc,
        file=beginning.file,
        package=beginning.package,
        iccid=body + luhn_check_digit(body),
        imsi=mcc + mnc + _digits(entropy, _IMSI_DIGITS - len(mcc + mnc)),
        pin2=_digits(entropy, 4),
        puk1=_digits(entropy, 8),
        puk2=_digits(entropy, 8),
        adm1=entropy(8).hex().upper(),
        **{name: entropy(16).hex().upper() for name in ("k", "opc", "kic", "kid", "kik")},
    )


def _digits(entropy: Entropy, count: int) -> str:
    """Return random decimal digits."""
    return str(int.from_bytes(entropy(16)) % 10**count).rjust(count, "0")
