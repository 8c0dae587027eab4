"""After the story: the kept folder gets a world, and its desks are heard until Ctrl-C."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from openesim.apps.demo.operators import QINGHE
from openesim.apps.demo.playing import Ended, signals_raise
from openesim.apps.demo.ruling import rules_section
from openesim.apps.demo.telling import WIDEST
from openesim.apps.demo.texts import TEXTS, LanguageCode
from openesim.apps.demo.texts import speak as tell
from openesim.apps.demo.wrapping import wrap
from openesim.apps.logs import configure_log
from openesim.apps.serving import run_server
from openesim.apps.wiring import open_database
from openesim.apps.world.folder import WorldFolder, write_config
from openesim.apps.world.telling import all_accounts, make_world, tell_accounts
from openesim.apps.world.texts import speak
from openesim.kernel.errors import ConfigError

_PKI: Final = "../../pki"


def stay_open(folder: Path, language: LanguageCode, world: str) -> int:
    """Fill the database of the country's server with a world, serve its desks until Ctrl-C, and return an exit code.

    Args:
        folder: that the story has kept.
        language: English or Chinese.
        world: how large, a name in ``world.sizes.SIZES``; ``none``: only what the story left.

    Raises:
        ConfigError: the folder cannot be used.
    """
    console = Console(highlight=False, markup=False, emoji=False)
    data = folder / QINGHE.key / "data"
    try:
        place = write_config(data, QINGHE.fqdn, _PKI, rules_section(QINGHE.key))
    except OSError as error:
        raise ConfigError(f"{data} cannot be used: {error.strerror}") from None
    try:
        with signals_raise():
            if world != "none":
                configure_log("error")
                console.print()
                make_world(console, data, world, language)
            tell_who_may_come(console, place, language)
    except Ended as ended:
        console.print(Text(f"\n{tell(TEXTS, language, 'interrupted_kept', folder=folder)}"))
        return 128 + ended.number
    run_server(data, {})
    again = shlex.join((sys.argv[0], "serve", "--data", str(data)))
    console.print(Text(f"\n{tell(TEXTS, language, 'served', command=again)}"), soft_wrap=True)
    return 0


def tell_who_may_come(console: Console, place: WorldFolder, language: LanguageCode) -> None:
    """Tell where the desks will be heard, and all sample accounts."""
    work = open_database(place.data)
    try:
        accounts = work.run_now(all_accounts)
    finally:
        work.close()
    tell_accounts(console, accounts, language)
    console.print()
    for line in wrap(tell(TEXTS, language, "try_as"), min(console.width, WIDEST)):
        console.print(Text(line))
    console.print()
    console.print(Text(speak(language, "desks", address=place.address), style="bold"))
    console.print(Text(speak(language, "serving")))
