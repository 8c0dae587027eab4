"""``openesim profile``: profile packages, looked at, compared, checked and built."""

from openesim.apps.cli.profile.commands import app

__all__ = ["app"]
