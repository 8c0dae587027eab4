"""``openesim lpa``: what a phone's settings do with eSIMs, on the command line."""

from openesim.apps.cli.lpa.commands import app

__all__ = ["app"]
