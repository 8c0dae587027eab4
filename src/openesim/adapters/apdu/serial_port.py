"""A serial port, opened for nobody else: octets in, octets out, nothing changed on the way.

Ports of the kernel's WWAN subsystem (``/dev/wwan0at0``) are no terminals and need no setting.

Source: POSIX.1-2017 §11 (termios).
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import termios
import tty
from contextlib import suppress
from pathlib import Path
from typing import Final

from openesim.kernel.errors import CardError, ConfigError, OpenEsimError
from openesim.messages.sgp22.explained import LpaOutcome, with_outcome

DEFAULT_SPEED: Final = 115200

_DEVICES: Final = Path("/dev")
_KINDS: Final = ("ttyUSB*", "ttyACM*", "ttyAMA*", "wwan*at*")
_PIECE: Final = 4096
_WRITE_S: Final = 10.0
_OUTCOMES: Final = {
    errno.ENOENT: LpaOutcome.PORT_NOT_FOUND,
    errno.ENODEV: LpaOutcome.PORT_NOT_FOUND,
    errno.ENXIO: LpaOutcome.PORT_NOT_FOUND,
    errno.EACCES: LpaOutcome.PORT_NOT_ALLOWED,
    errno.EPERM: LpaOutcome.PORT_NOT_ALLOWED,
    errno.EBUSY: LpaOutcome.PORT_BUSY,
    errno.EWOULDBLOCK: LpaOutcome.PORT_BUSY,
}


class SerialPort:
    """An open serial port."""

    def __init__(self, device: str, speed: int = DEFAULT_SPEED) -> None:
        """Open and lock the port.

        Args:
            device: its path.
            speed: bits a second; of no account where the port is USB.

        Raises:
            ConfigError: there is no such port or speed, it may not be opened, or another program has it.
        """
        self.device = device
        code = getattr(termios, f"B{speed}", None)
        if code is None:
            raise with_outcome(
                ConfigError(f"{device}: no port has {speed} bits a second"), LpaOutcome.PORT_SETTING_WRONG
            )
        try:
            self._port = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError as error:
            raise _not_opened(device, error) from None
        try:
            fcntl.flock(self._port, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.isatty(self._port):
                self._set_up(code)
        except OSError as error:
            os.close(self._port)
            raise _not_opened(device, error) from None
        except termios.error as error:
            os.close(self._port)
            raise _not_opened(device, OSError(*error.args)) from None

    def read(self, patience_s: float) -> bytes:
        """Return what has come in, waiting for it; empty where nothing comes.

        Raises:
            CardError: the port is gone.
        """
        ready, _, _ = select.select((self._port,), (), (), max(0.0, patience_s))
        if not ready:
            return b""
        try:
            octets = os.read(self._port, _PIECE)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._gone(error.strerror or "") from None
        if not octets:
            raise self._gone("end of input")
        return octets

    def write(self, octets: bytes) -> None:
        """Write all octets.

        Raises:
            CardError: the port is gone, or takes nothing any more.
        """
        rest = memoryview(octets)
        while rest:
            _, ready, _ = select.select((), (self._port,), (), _WRITE_S)
            if not ready:
                raise self._gone("it takes nothing any more")
            try:
                rest = rest[os.write(self._port, rest) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise self._gone(error.strerror or "") from None

    def close(self) -> None:
        """Close the port; lock and exclusive use end with it."""
        with suppress(OSError):
            fcntl.ioctl(self._port, termios.TIOCNXCL)
        os.close(self._port)

    def _set_up(self, speed: int) -> None:
        """Take the port for us alone, and let every octet through as it is.

        Raises:
            OSError: another program has it for itself.
        """
        fcntl.ioctl(self._port, termios.TIOCEXCL)
        tty.setraw(self._port, termios.TCSANOW)
        settings = termios.tcgetattr(self._port)
        settings[2] |= termios.CREAD | termios.CLOCAL
        settings[2] &= ~(termios.HUPCL | termios.CRTSCTS)
        settings[4] = settings[5] = speed
        termios.tcsetattr(self._port, termios.TCSANOW, settings)
        termios.tcflush(self._port, termios.TCIOFLUSH)

    def _gone(self, why: str) -> CardError:
        """Return the error of a port that was pulled out."""
        return with_outcome(CardError(f"{self.device}: {why}"), LpaOutcome.CARD_GONE)


def list_ports(devices: Path = _DEVICES) -> dict[str, bool]:
    """Return the serial ports where modems are found, each with whether it may be used.

    Args:
        devices: folder of the devices.
    """
    found = sorted(path for kind in _KINDS for path in devices.glob(kind))
    return {str(path): os.access(path, os.R_OK | os.W_OK) for path in found}


def _not_opened(device: str, error: OSError) -> OpenEsimError:
    """Return the error for a port that was not opened."""
    outcome = _OUTCOMES.get(error.errno or 0, LpaOutcome.PORT_SETTING_WRONG)
    return with_outcome(ConfigError(f"{device}: {error.strerror}"), outcome)
