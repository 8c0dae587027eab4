"""The commands of ``openesim lpa`` about chip and profiles. Options for card and network stand before the command.

Exit codes: 0 done; 1 refused or failed, with an explanation; 2 usage or configuration.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.lpa import discovery, notifications, readers
from openesim.apps.cli.lpa.options import LanguageCode, PhoneOptions
from openesim.apps.cli.lpa.running import (
    Json,
    Profile,
    Yes,
    device_of,
    not_confirmed,
    run,
    tell_change,
    tell_download,
)

if TYPE_CHECKING:
    from openesim.apps.cli.lpa.screen import Screen
    from openesim.apps.cli.lpa.terminal import TerminalUser
    from openesim.services.lpa import Lpa

app = typer.Typer(
    help="LPA: download, enable, disable and delete profiles of a chip; deliver its notifications.",
    no_args_is_help=True,
)
app.add_typer(notifications.app, name="notifications")
app.command("readers")(readers.readers)
app.command("discover")(discovery.discover)


@app.callback()
def options(
    context: typer.Context,
    card: Annotated[
        str | None,
        typer.Option(
            metavar="CARD",
            help="File of a software card; pcsc:NAME, a card reader with that in its name (pcsc: the only one); "
            "at:DEVICE[,SPEED], a modem.",
            show_default=False,
        ),
    ] = None,
    resolve: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=HOST:PORT", help="Connect there for NAME; verify NAME all the same."),
    ] = None,
    trust: Annotated[
        list[Path] | None,
        typer.Option(metavar="CERT", help="Believe TLS servers under this certificate (PEM, DER or folder)."),
    ] = None,
    insecure: Annotated[bool, typer.Option("--insecure", help="Verify no TLS server (laboratory).")] = False,
    plain_http: Annotated[bool, typer.Option("--plain-http", help="HTTP without TLS (laboratory).")] = False,
    asn1: Annotated[bool, typer.Option("--asn1", help="Speak the ASN.1 binding instead of JSON.")] = False,
    aid: Annotated[
        list[str] | None, typer.Option(metavar="HEX", help="AID of the ISD-R, where it has its own.")
    ] = None,
    block_size: Annotated[int, typer.Option(min=1, max=255, help="Octets in one command to the card.")] = 255,
    imei: Annotated[str | None, typer.Option(metavar="IMEI", help="Device to tell the server about.")] = None,
    lang: Annotated[LanguageCode, typer.Option(help="Language of texts and explanations.")] = "en",
    as_json: Json = False,
) -> None:
    """Download, enable, disable and delete profiles of a chip; deliver its notifications."""
    context.obj = PhoneOptions(
        card=card,
        resolve=tuple(resolve or ()),
        trust=tuple(trust or ()),
        is_insecure=insecure,
        is_plain_http=plain_http,
        speaks_asn1=asn1,
        aids=tuple(aid or ()),
        block_size=block_size,
        imei=imei,
        language=lang,
        is_json=as_json,
    )


@app.command("info")
def info(context: typer.Context, as_json: Json = False) -> None:
    """Show the chip: EID, addresses, versions, memory, roots of trust."""

    def act(lpa: Lpa, screen: Screen, _user: TerminalUser) -> dict[str, Any]:
        from openesim.apps.cli.lpa.values import info_values

        values = info_values(lpa.info())
        none = screen.text("none")
        memory = values["free_non_volatile_memory"]
        screen.facts(
            (
                ("EID", values["eid"]),
                (screen.text("default_smdp"), values["default_smdp_address"] or none),
                (screen.text("root_smds"), values["root_smds_address"] or none),
                (screen.text("svn"), values["svn"]),
                (screen.text("profile_version"), values["profile_version"]),
                (screen.text("firmware"), values["firmware_version"]),
                (screen.text("free_memory"), none if memory is None else screen.text("octets", count=memory)),
                (screen.text("ci_keys"), ", ".join(values["ci_pkids_for_verification"]) or none),
                (screen.text("capabilities"), ", ".join(values["uicc_capability"]) or none),
                (screen.text("waiting"), str(values["waiting_notifications"])),
            )
        )
        return values

    run(context, act, as_json=as_json)


@app.command("download")
def download(
    context: typer.Context,
    code: Annotated[
        str | None,
        typer.Argument(
            metavar="'LPA:1$NAME$MATCHING-ID'",
            help="Activation code in single quotes; without one the chip's default server is asked.",
            show_default=False,
        ),
    ] = None,
    is_default: Annotated[
        bool,
        typer.Option("--default", help="Ask the chip's default server: the same as no code, said aloud."),
    ] = False,
    confirmation_code: Annotated[
        str | None, typer.Option(metavar="CODE", help="Confirmation code; asked for if needed and left out.")
    ] = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Download and install a profile; one that broke off is taken up again by the same command."""
    if is_default and code is not None:
        raise typer.BadParameter("either an activation code or --default", param_hint="--default")

    def act(lpa: Lpa, screen: Screen, _user: TerminalUser) -> dict[str, Any]:
        from openesim.messages.sgp22.activation_code import ActivationCode

        parsed = ActivationCode.parse(code) if code is not None else None
        return tell_download(screen, lpa.download(parsed, device_of(context.obj.imei)))

    run(context, act, as_json=as_json, yes=yes, confirmation_code=confirmation_code)


@app.command("list")
def list_(context: typer.Context, as_json: Json = False) -> None:
    """List the profiles on the chip."""

    def act(lpa: Lpa, screen: Screen, _user: TerminalUser) -> dict[str, Any]:
        from openesim.apps.cli.lpa.values import profile_values

        profiles = [profile_values(profile) for profile in lpa.profiles()]
        if not profiles:
            screen.say("no_profiles")
            return {"profiles": []}
        headings = (
            "ICCID",
            *(screen.text(key) for key in ("state", "nickname", "name", "provider", "class")),
        )
        screen.table(
            headings,
            (
                (
                    each["iccid"] or each["isdp_aid"] or "–",
                    screen.text(each["state"]),
                    each["nickname"] or "–",
                    each["profile_name"] or "–",
                    each["service_provider_name"] or "–",
                    each["class"],
                )
                for each in profiles
            ),
        )
        return {"profiles": profiles}

    run(context, act, as_json=as_json)


@app.command("enable")
def enable(context: typer.Context, profile: Profile, as_json: Json = False) -> None:
    """Enable a profile; the one that is enabled now is disabled by it."""
    run(
        context,
        lambda lpa, screen, _: tell_change(screen, "done_enable", lpa.enable(profile)),
        as_json=as_json,
    )


@app.command("disable")
def disable(context: typer.Context, profile: Profile, as_json: Json = False) -> None:
    """Disable a profile."""
    run(
        context,
        lambda lpa, screen, _: tell_change(screen, "done_disable", lpa.disable(profile)),
        as_json=as_json,
    )


@app.command("delete")
def delete(context: typer.Context, profile: Profile, yes: Yes = False, as_json: Json = False) -> None:
    """Delete a disabled profile, and tell its server."""
    run(
        context,
        lambda lpa, screen, _: tell_change(screen, "done_delete", lpa.delete(profile)),
        as_json=as_json,
        yes=yes,
    )


@app.command("nickname")
def nickname(
    context: typer.Context,
    profile: Profile,
    name: Annotated[str, typer.Argument(help="At most 64 characters; empty ('') removes it.")],
    as_json: Json = False,
) -> None:
    """Give a profile a nickname."""
    if len(name.encode()) > 64:
        raise typer.BadParameter("a nickname has at most 64 octets", param_hint="NAME")

    def act(lpa: Lpa, screen: Screen, _user: TerminalUser) -> dict[str, Any]:
        found = lpa.set_nickname(profile, name)
        screen.say("done_nickname" if name else "done_no_nickname", iccid=found.iccid, nickname=name)
        return {"iccid": found.iccid, "nickname": name or None}

    run(context, act, as_json=as_json)


@app.command("default-smdp")
def default_smdp(
    context: typer.Context,
    address: Annotated[
        str | None, typer.Argument(metavar="FQDN", help="New address; left out, the present one is shown.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Have no default server.")] = False,
    as_json: Json = False,
) -> None:
    """Show, set or clear the server that is asked when there is no activation code."""
    if clear and address:
        raise typer.BadParameter("either an address or --clear", param_hint="FQDN")

    def act(lpa: Lpa, screen: Screen, _user: TerminalUser) -> dict[str, Any]:
        if address is None and not clear:
            present = lpa.default_smdp()
            screen.facts([(screen.text("default_smdp"), present or screen.text("none"))])
        else:
            present = lpa.set_default_smdp(address or "")
            screen.say("done_default" if present else "done_no_default", address=present)
        return {"default_smdp_address": present or None}

    run(context, act, as_json=as_json)


@app.command("reset")
def reset(
    context: typer.Context,
    profiles: Annotated[bool, typer.Option("--profiles", help="Delete all operational profiles.")] = False,
    test_profiles: Annotated[
        bool, typer.Option("--test-profiles", help="Delete loaded test profiles.")
    ] = False,
    default_server: Annotated[bool, typer.Option("--default-smdp", help="Reset the default server.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Reset the chip's memory: all three without an option, else those that are named."""
    from openesim.messages.sgp22.es10c import ResetOptions

    chosen = {
        "reset_profiles": (profiles, ResetOptions.DELETE_OPERATIONAL_PROFILES),
        "reset_test_profiles": (test_profiles, ResetOptions.DELETE_FIELD_LOADED_TEST_PROFILES),
        "reset_default_smdp": (default_server, ResetOptions.RESET_DEFAULT_SMDP_ADDRESS),
    }
    if not any(is_named for is_named, _ in chosen.values()):
        chosen = {key: (True, bit) for key, (_, bit) in chosen.items()}

    def act(lpa: Lpa, screen: Screen, user: TerminalUser) -> dict[str, Any]:
        from openesim.apps.cli.lpa.values import report_values

        named = [(key, bit) for key, (is_named, bit) in chosen.items() if is_named]
        what = ", ".join(screen.text(key) for key, _ in named)
        if not user.confirm_by_word("ask_reset", "RESET", what=what):
            raise not_confirmed("the reset was not confirmed")
        done = lpa.reset(ResetOptions(sum(bit for _, bit in named)))
        screen.say("done_reset" if done.was_needed else "nothing_to_reset")
        screen.deliveries(done.notifications)
        return {"was_needed": done.was_needed, "notifications": report_values(done.notifications)}

    run(context, act, as_json=as_json, yes=yes)
