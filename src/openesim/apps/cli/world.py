"""``openesim world``: fills a data folder with a made-up world, to look at the desks with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.options import AsJson

Size = Annotated[
    Literal["small", "full"], typer.Option("--size", help="A quick one, or 40 000 orders of 1 800 models.")
]


@json_errors
def world(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="Data folder, made if missing.")],
    size: Size = "full",
    lang: Annotated[Literal["en", "zh"], typer.Option(help="In which names and texts are told.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Make up a world: operators, vendors, people, thirty days of orders; and sample accounts for every desk.

    Nothing in it is real. Servers of such a folder say so on every page.
    """
    import shlex
    import sys

    from rich.console import Console

    from openesim.apps.cli.folder import opened
    from openesim.apps.cli.printing import print_json
    from openesim.apps.logs import configure_log
    from openesim.apps.world.folder import begin_folder
    from openesim.apps.world.people import PASSWORD
    from openesim.apps.world.telling import all_accounts, make_world, tell_accounts
    from openesim.apps.world.texts import speak

    folder = begin_folder(data)
    configure_log("error")
    console = Console(file=sys.stderr if as_json else sys.stdout, highlight=False, markup=False, emoji=False)
    made = make_world(console, data, size, lang)
    with opened(data) as work:
        accounts = work.run_now(all_accounts)
    if as_json:
        found = [each.account for each in accounts]
        logins = [{"login": each.login, "role": each.role.value, "tenant": each.tenant} for each in found]
        told = {"visits": made.visits, "desks": folder.address, "password": PASSWORD, "accounts": logins}
        print_json(told)
        return
    tell_accounts(console, accounts, lang)
    serve = shlex.join((sys.argv[0], "serve", "--data", str(data)))
    console.print(f"\n{speak(lang, 'serve_with', command=serve)}", soft_wrap=True)
    if folder.address:
        console.print(speak(lang, "desks", address=folder.address), soft_wrap=True)
