"""``openesim euicc``: a software chip in a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.options import AsJson
from openesim.apps.cli.printing import print_json

if TYPE_CHECKING:
    from openesim.adapters.keystore.files import EuiccMaterial, PkiFolder
    from openesim.kernel.ids import Eid
    from openesim.provisioning.euicc.state import Nvm, Profile

app = typer.Typer(help="Software eUICC: make one, look into it, talk to it.", no_args_is_help=True)

Card = Annotated[Path, typer.Argument(metavar="CARD", help="File of the chip.", show_default=False)]

LEAST_MEMORY = 4096

_PROFILE_COLUMNS = {
    "iccid": "ICCID",
    "state": "State",
    "class": "Class",
    "service_provider_name": "Provider",
    "profile_name": "Name",
    "nickname": "Nickname",
    "octets": "Octets",
}
_WIDTH_IN_FILES = 120
_PIN1 = 0x01
_UNBROKEN = {"iccid", "state", "class", "octets", "seq_number", "event"}
_NOTIFICATION_COLUMNS = {"seq_number": "No.", "event": "Event", "address": "To", "iccid": "ICCID"}
_ISSUER_COLUMNS = {"subject": "Name", "curve": "Curve", "key_id": "Key", "signing": "Signs"}


@app.command("new")
def new(
    card: Card,
    pki: Annotated[
        Path, typer.Option(metavar="DIR", help="PKI folder: made by openesim pki init or import.")
    ],
    eid: Annotated[
        str | None, typer.Option(metavar="EID", help="32 digits; left out, one is made up.")
    ] = None,
    memory: Annotated[
        int | None, typer.Option(metavar="N", help="Octets of memory for profiles.", min=LEAST_MEMORY)
    ] = None,
    smds: Annotated[str | None, typer.Option(metavar="FQDN", help="Root SM-DS.")] = None,
    default_smdp: Annotated[str, typer.Option(metavar="FQDN", help="Default SM-DP+.")] = "",
    allow_policy_rules: Annotated[
        bool, typer.Option("--allow-policy-rules", help="Let every operator set PPRs, once the user agrees.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Throw a chip that is there away.")] = False,
) -> None:
    """Make a chip with certificates below every CI of the PKI folder."""
    from datetime import UTC, datetime

    from openesim.adapters.apdu.software import SoftwareCard
    from openesim.adapters.keystore.files import PkiFolder
    from openesim.provisioning.euicc.personalise import EVERY_OPERATOR_AFTER_CONSENT, build_identity
    from openesim.provisioning.euicc.state import DEFAULT_CAPACITY, DEFAULT_ROOT_SMDS, Nvm

    folder = PkiFolder(pki, datetime.now(UTC))
    material = _material(folder, _parse_eid(eid))
    identity = build_identity(((each.euicc, each.eum) for each in material), folder.trust.anchors)
    dp_address = _parse_address("--default-smdp", default_smdp)
    nvm = Nvm(
        identity=identity,
        capacity=memory or DEFAULT_CAPACITY,
        rat=EVERY_OPERATOR_AFTER_CONSENT if allow_policy_rules else (),
        factory_dp_address=dp_address,
        default_dp_address=dp_address,
        root_ds_address=_parse_address("--smds", smds) or DEFAULT_ROOT_SMDS,
    )
    SoftwareCard.create(card, nvm, force=force)
    curves = ", ".join(sorted({credential.curve.label for credential in identity.credentials}))
    print(f"{card}: eUICC {identity.eid} ({curves})")


def _parse_address(option: str, text: str | None) -> str:
    """Return the address of an option, empty where it was left out.

    Raises:
        ConfigError: no host name.
    """
    from openesim.kernel.errors import ConfigError, DecodeError
    from openesim.messages.sgp22.activation_code import parse_address

    try:
        return parse_address(text) if text else ""
    except DecodeError as error:
        raise ConfigError(f"{option}: {error}") from None


def _parse_eid(text: str | None) -> Eid | None:
    """Return the EID of an option.

    Raises:
        ConfigError: not an EID.
    """
    from openesim.kernel.errors import ConfigError, DecodeError
    from openesim.kernel.ids import Eid

    if text is None:
        return None
    try:
        return Eid.parse(text)
    except DecodeError as error:
        raise ConfigError(f"--eid: {error}") from None


def _material(folder: PkiFolder, eid: Eid | None) -> tuple[EuiccMaterial, ...]:
    """Return fresh certificates where the manufacturer's key is there, else the chip that stands in the folder.

    Raises:
        ConfigError: neither, or an EID is asked for that the folder cannot give.
    """
    import secrets
    from datetime import UTC, datetime

    from openesim.kernel.errors import ConfigError
    from openesim.provisioning.euicc.personalise import find_ein, generate_eid

    makers = [each.issued["eum"] for each in folder.sets if "eum" in each.issued]
    if makers:
        wanted = eid or generate_eid(find_ein(makers[0].certificate), secrets.token_bytes)
        return folder.issue_euicc(wanted, secrets.token_bytes, datetime.now(UTC))
    if not folder.euiccs:
        raise ConfigError(
            f"{folder.path} has neither eum.key to issue a chip's certificate with, nor euicc.pem with its key"
        )
    present = folder.euiccs[0].euicc.certificate.eid
    if eid is not None and eid != present:
        raise ConfigError(f"{folder.path} has no eum.key: the only chip in it is {present}")
    return tuple(each for each in folder.euiccs if each.euicc.certificate.eid == present)


@app.command("show")
@json_errors
def show(card: Card, as_json: AsJson = False) -> None:
    """Show what is on a chip: identity, memory, profiles, waiting notifications. Keys are never shown."""
    from openesim.adapters.apdu.software import read_card

    facts = describe(read_card(card))
    if as_json:
        print_json(facts)
    else:
        _print_tables(facts)


def describe(nvm: Nvm) -> dict[str, Any]:
    """Return what a person may know of a chip, as plain values."""
    from openesim.messages.sgp22.types import format_version
    from openesim.provisioning.euicc.memory import profile_octets, used_octets

    return {
        "eid": nvm.identity.eid,
        "svn": format_version(nvm.description.svn),
        "memory": {"capacity": nvm.capacity, "used": used_octets(nvm)},
        "default_smdp_address": nvm.default_dp_address or None,
        "root_smds_address": nvm.root_ds_address,
        "certificate_issuers": _issuers(nvm),
        "profiles": [
            {
                "iccid": profile.iccid,
                "isdp_aid": profile.aid.hex().upper(),
                "state": profile.state.name.lower(),
                "class": _class_name(profile.metadata.profile_class),
                "nickname": profile.nickname or None,
                "service_provider_name": profile.metadata.service_provider_name,
                "profile_name": profile.metadata.profile_name,
                "policy_rules": profile.policy_rules.set_names,
                "octets": profile_octets(profile),
                "elements": len(profile.package.elements),
                "card": _card(profile) if profile.is_enabled else None,
            }
            for profile in nvm.profiles
        ],
        "notifications": [
            {
                "seq_number": one.seq_number,
                "event": "+".join(one.event.set_names),
                "address": one.address,
                "iccid": one.iccid,
            }
            for one in nvm.notifications
        ],
        "unused_one_time_keys": len(nvm.one_time_keys),
        "revocation_lists": len(nvm.crls),
    }


def _card(profile: Profile) -> dict[str, Any]:
    """Return the state of the card that a profile makes: PIN1, and how many files were written to."""
    from openesim.provisioning.uicc.access import pin_state
    from openesim.provisioning.uicc.build import build_image
    from openesim.provisioning.uicc.card import new_card

    card = new_card(build_image(profile.package), profile.card_memory)
    pin1 = card.image.root.pins.get(_PIN1)
    state = pin1 and pin_state(card, pin1)
    return {
        "pin1_enabled": state.is_enabled if state else None,
        "pin1_attempts_left": state.attempts_left if state else None,
        "files_written": len(profile.card_memory.contents),
    }


def _class_name(profile_class: int) -> str:
    """Return the class of a profile in a word."""
    from openesim.messages.sgp22.metadata import ProfileClass

    return profile_class.name.lower() if isinstance(profile_class, ProfileClass) else str(profile_class)


def _issuers(nvm: Nvm) -> list[dict[str, Any]]:
    """Return the CIs of a chip: name, key identifier, curve, and whether the chip has a certificate below it."""
    from openesim.provisioning.euicc.ambient import build_trust_store

    trust = build_trust_store(nvm.identity.ci_certificates)
    signing = {credential.ci_key_id for credential in nvm.identity.credentials}
    return [
        {
            "key_id": key_id.hex(),
            "subject": str(trust.vintages_of(key_id)[0].subject),
            "curve": trust.vintages_of(key_id)[0].public_key.curve.label,
            "signing": key_id in signing,
        }
        for key_id in trust.key_ids
    ]


def _print_tables(facts: dict[str, Any]) -> None:
    """Print what ``describe`` found for people."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH_IN_FILES)
    capacity, used = facts["memory"]["capacity"], facts["memory"]["used"]
    head = Table.grid(padding=(0, 2))
    for label, value in (
        ("EID", facts["eid"]),
        ("SGP.22", facts["svn"]),
        ("Default SM-DP+", facts["default_smdp_address"] or "none"),
        ("Root SM-DS", facts["root_smds_address"]),
        ("Memory", f"{used:,} of {capacity:,} octets used, {max(0, capacity - used):,} free"),
    ):
        head.add_row(label, value)
    for card in filter(None, (profile["card"] for profile in facts["profiles"])):
        head.add_row("Card", _card_in_words(card))
    console.print(head)
    _print_rows(console, "Profiles", facts["profiles"], _PROFILE_COLUMNS)
    _print_rows(console, "Notifications to deliver", facts["notifications"], _NOTIFICATION_COLUMNS)
    _print_rows(console, "Certificate issuers", facts["certificate_issuers"], _ISSUER_COLUMNS)


def _print_rows(console: Any, title: str, rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    """Print a list as a table without the columns in which no row has anything, or that it is empty."""
    from rich.table import Table

    console.print()
    if not rows:
        console.print(f"{title}: none")
        return
    shown = [key for key in columns if any(_in_words(row[key]) for row in rows)]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for key in shown:
        table.add_column(columns[key], overflow="fold", no_wrap=key in _UNBROKEN)
    for row in rows:
        table.add_row(*(_in_words(row[key]) for key in shown))
    console.print(title, style="bold")
    console.print(table)


def _card_in_words(card: dict[str, Any]) -> str:
    """Return the state of the card of the enabled profile."""
    written = f"{card['files_written']} files written to"
    if card["pin1_enabled"] is None:
        return f"no PIN1, {written}"
    state = "enabled" if card["pin1_enabled"] else "disabled"
    return f"PIN1 {state}, {card['pin1_attempts_left']} attempts left, {written}"


def _in_words(value: object) -> str:
    """Return a value for a table."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


@app.command("apdu")
def apdu(
    card: Card,
    commands: Annotated[
        list[str] | None,
        typer.Argument(metavar="HEX…", help="Command APDUs; left out, one a line from standard input."),
    ] = None,
) -> None:
    """Send APDUs to a chip and print what it answers. The chip is switched on first and off afterwards."""
    import sys

    from openesim.adapters.apdu.software import SoftwareCard
    from openesim.kernel.errors import ConfigError
    from openesim.provisioning.uicc.status_words import describe as describe_status_word

    with SoftwareCard(card) as chip:
        for line in commands or sys.stdin:
            text = "".join(line.partition("#")[0].split())
            if not text:
                continue
            try:
                octets = bytes.fromhex(text)
            except ValueError:
                raise ConfigError(f"not hexadecimal: {text[:40]}") from None
            answer = chip.transmit(octets)
            status_word = int.from_bytes(answer[-2:], "big")
            data = answer[:-2].hex().upper()
            print(
                f"{data + ' ' if data else ''}{status_word:04X}  {describe_status_word(status_word)}",
                flush=True,
            )


@app.command("stdio")
def stdio(card: Card) -> None:
    """Be the card of lpac: answer its stdio driver on standard input and output."""
    import sys

    from openesim.adapters.apdu.software import SoftwareCard
    from openesim.adapters.apdu.stdio import StdioBridge

    with SoftwareCard(card) as chip:
        bridge = StdioBridge(chip, lambda text: print(text, file=sys.stderr, flush=True))
        bridge.serve(sys.stdin.buffer, sys.stdout.buffer)


@app.command("vpcd")
def vpcd(
    card: Card,
    host: Annotated[str, typer.Option(metavar="HOST", help="Where vpcd listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="PORT", help="And at which port.", min=1, max=0xFFFF)] = 35963,
) -> None:
    """Put a chip into the virtual PC/SC reader of vsmartcard (Debian: pcscd, vsmartcard-vpcd)."""
    import signal
    import sys

    from openesim.adapters.apdu.software import SoftwareCard
    from openesim.adapters.apdu.vpcd import VpcdReader

    with SoftwareCard(card) as chip:
        reader = VpcdReader(chip, host, port, lambda text: print(text, file=sys.stderr, flush=True))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: reader.stop())
        reader.serve()
