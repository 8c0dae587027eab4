"""``openesim profile-type`` and ``openesim order metadata``: what users will see of a profile."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.printing import print_fields, print_json, print_table

if TYPE_CHECKING:
    from openesim.messages.sgp22.metadata import StoreMetadataRequest
    from openesim.provisioning.smdp.dressing import Dressing

app = typer.Typer(help="Profile types: list them, change what users see of them.", no_args_is_help=True)

Provider = Annotated[str | None, typer.Option("--service-provider-name", help="Up to 32 characters.")]
ProfileName = Annotated[str | None, typer.Option("--profile-name", help="Up to 64 characters.")]
Icon = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="PNG or JPEG, 64 by 64 pixels, up to 1024 octets; - for none."),
]
Rules = Annotated[
    str | None, typer.Option("--rules", help="Policy rules: ppr1, ppr2, both with a comma, or none.")
]
Owner = Annotated[
    str | None, typer.Option("--owner", metavar="MCCMNC", help="Owner of the profile, such as 00101.")
]


@app.command("list")
@json_errors
def list_types(data: Data, as_json: AsJson = False) -> None:
    """List profile types with what users see of them."""
    from openesim.services.dressing import metadata_of_type

    with opened(data, must_exist=True, holds="profile types") as work:
        found = work.run_now(
            lambda stores: [
                (name, metadata_of_type(stores, name, datetime.now(UTC))) for name in stores.package_names()
            ]
        )
    if as_json:
        print_json([{"name": name} | metadata_fields(metadata) for name, metadata in found])
    else:
        rows = [(name, each.service_provider_name, each.profile_name) for name, each in found]
        print_table([("profile type", "service provider name", "profile name"), *rows])


@app.command("metadata")
@json_errors
def metadata(
    name: Annotated[str, typer.Argument(help="Profile type.")],
    data: Data,
    service_provider_name: Provider = None,
    profile_name: ProfileName = None,
    icon: Icon = None,
    rules: Rules = None,
    owner: Owner = None,
    as_json: AsJson = False,
) -> None:
    """Show what users see of a profile type, or change it for every order that no chip was told of yet."""
    from openesim.services.dressing import dress_type, metadata_of_type

    wish = read_wish(service_provider_name, profile_name, icon, rules, owner)
    now = datetime.now(UTC)
    with opened(data, must_exist=True, holds="profile types") as work:
        after = work.run_now(
            lambda stores: (
                dress_type(stores, name, wish, now) if wish else metadata_of_type(stores, name, now)
            )
        )
    print_metadata(after, as_json=as_json)


def read_wish(
    service_provider_name: str | None,
    profile_name: str | None,
    icon: str | None,
    rules: str | None,
    owner: str | None,
) -> Dressing | None:
    """Return what the options wish to change; None: nothing.

    Raises:
        ConfigError: an option that cannot be read.
    """
    from openesim.kernel.errors import ConfigError, DecodeError
    from openesim.kernel.ids import Plmn
    from openesim.messages.sgp22.types import OperatorId
    from openesim.provisioning.smdp.dressing import Dressing

    if all(option is None for option in (service_provider_name, profile_name, icon, rules, owner)):
        return None
    try:
        picture = None if icon is None else b"" if icon == "-" else Path(icon).read_bytes()
        owned_by = None if owner is None else OperatorId(mcc_mnc=Plmn.parse(owner).octets)
    except OSError as error:
        raise ConfigError(f"--icon {icon}: {error.strerror}") from None
    except DecodeError as error:
        raise ConfigError(f"--owner {owner!r}: {error}") from None
    return Dressing(
        service_provider_name=service_provider_name,
        profile_name=profile_name,
        icon=picture,
        rules=None if rules is None else _rules(rules),
        owner=owned_by,
    )


def _rules(text: str) -> Any:
    """Return policy rules by their names.

    Raises:
        ConfigError: no such rule.
    """
    from openesim.kernel.errors import ConfigError
    from openesim.messages.sgp22.types import PprIds

    known = {"ppr1": PprIds.PPR1_DISABLE_NOT_ALLOWED, "ppr2": PprIds.PPR2_DELETE_NOT_ALLOWED, "none": 0}
    value = 0
    for name in text.lower().split(","):
        if name.strip() not in known:
            raise ConfigError(f"--rules {text!r}: say ppr1, ppr2, ppr1,ppr2 or none")
        value |= int(known[name.strip()])
    return PprIds(value)


def metadata_fields(metadata: StoreMetadataRequest) -> dict[str, Any]:
    """Return what a person or program may see of metadata."""
    from openesim.kernel.ids import plmn_text

    rules, owner = metadata.profile_policy_rules, metadata.profile_owner
    return {
        "service_provider_name": metadata.service_provider_name,
        "profile_name": metadata.profile_name,
        "icon": None if metadata.icon is None else f"{len(metadata.icon)} octets",
        "policy_rules": list(rules.set_names) if rules else [],
        "owner": None if owner is None else plmn_text(owner.mcc_mnc),
    }


def print_metadata(metadata: StoreMetadataRequest, *, as_json: bool) -> None:
    """Print metadata as JSON or one field a line."""
    fields = metadata_fields(metadata)
    if as_json:
        print_json(fields)
    else:
        print_fields(fields | {"policy_rules": ", ".join(fields["policy_rules"])})
