"""``openesim serve``: as one process, or as a parent with workers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import uvloop

from openesim.apps.logs import configure_log
from openesim.apps.server import run_alone
from openesim.apps.settings import log_level, serve_settings
from openesim.apps.workers import Workers


def run_server(data: Path, flags: dict[str, Any]) -> None:
    """Serve until told to stop.

    Args:
        data: data folder, or the configuration file.
        flags: what was said on the command line, by the name of the field in ``[serve]``.

    Raises:
        ConfigError: something has to be mended before work can begin.
    """
    settings = serve_settings(data, flags)
    configure_log(log_level(settings.config.log.level))
    if settings.config.serve.workers is None:
        run_alone(settings)
    else:
        uvloop.run(Workers(data, flags, settings).run())
