"""A server as several processes: a parent that binds the sockets once, and workers that inherit them.

The parent serves nothing. It starts a worker again that dies, with growing patience; on SIGHUP it replaces one worker
after the other, each by a new one that has read code, configuration and certificates afresh and is ready before the old
one is told to leave. The sockets stay open meanwhile, so nobody is turned away. On SIGTERM or SIGINT all workers finish
what they have begun, and end.

An address that the configuration adds is bound when the workers are replaced, one that it no longer names is closed
after that. Where the new configuration is not as it has to be, or the first new worker does not come up, the old ones go
on and the log tells why.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog

from openesim.adapters.http_server.listener import FINISH_S
from openesim.apps.listeners import Planned, listeners_of
from openesim.apps.settings import ServeSettings, serve_settings, workers_of
from openesim.apps.sockets import Bound, announce, bind_one, close_all, kept_files
from openesim.apps.systemd import notify, notify_reloading
from openesim.apps.worker import ALL_END, REPLACED, REPLACED_REST_S
from openesim.kernel.errors import ConfigError, Explanation, OpenEsimError

_READY_S: Final = 60.0
_END_S: Final = FINISH_S + REPLACED_REST_S + 15.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 30.0
_SETTLED_S: Final = 30.0

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Worker:
    """A worker process, and the stream to it."""

    number: int
    process: asyncio.subprocess.Process
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    is_leaving: bool = False

    def tell(self, word: bytes) -> None:
        """Send a word; one who is dead does not hear it."""
        self.is_leaving = True
        with suppress(OSError, RuntimeError):
            self.writer.write(word)

    async def ended(self, patience_s: float | None = None) -> None:
        """Wait until it has ended, and end it where it takes too long."""
        try:
            await asyncio.wait_for(self.process.wait(), patience_s)
        except TimeoutError:
            _log.error("worker does not end; killed", worker=self.number, pid=self.process.pid)
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()
        self.writer.close()


class Workers:
    """The parent."""

    def __init__(self, data: Path, flags: dict[str, Any], settings: ServeSettings) -> None:
        """Take what the server is told; nothing is bound yet.

        Args:
            data: data folder, or the configuration file.
            flags: what was said on the command line; it goes before the file when that is read again, too.
            settings: what both say now.
        """
        self._data, self._flags, self._settings = data, flags, settings
        self._planned: list[Planned] = []
        self._bound: Bound = {}
        self._workers: dict[int, _Worker] = {}
        self._keepers: dict[int, asyncio.Task[None]] = {}
        self._stop = asyncio.Event()
        self._renewing: asyncio.Task[None] | None = None
        self._is_asked_again = False
        self._shared = ""

    async def run(self) -> None:
        """Serve until told to stop.

        Raises:
            ConfigError: an address cannot be had, or the workers cannot begin their work.
        """
        loop = asyncio.get_running_loop()
        with tempfile.TemporaryDirectory(prefix="openesim-") as shared:
            self._shared = shared
            self._take_addresses(self._settings)
            with kept_files(self._planned):
                for number in (signal.SIGTERM, signal.SIGINT):
                    loop.add_signal_handler(number, self._end)
                loop.add_signal_handler(signal.SIGHUP, self._renew)
                try:
                    await self._start_all()
                    announce(self._planned, self._settings.fqdn, self._bound)
                    notify("READY=1")
                    await self._stop.wait()
                finally:
                    notify("STOPPING=1")
                    await self._end_all()

    # --- Begin and end ----------------------------------------------------------------------------------------

    async def _start_all(self) -> None:
        """Start the workers and wait until all are ready, or we are told to stop."""
        numbers = range(1, workers_of(self._settings) + 1)
        starting = asyncio.ensure_future(asyncio.gather(*(self._start(number) for number in numbers)))
        stopped = asyncio.create_task(self._stop.wait())
        waiting: list[asyncio.Future[Any]] = [starting, stopped]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if starting.done():
            for worker in starting.result():
                self._keep(worker)
        else:
            starting.cancel()
            with suppress(asyncio.CancelledError):
                await starting

    async def _start(self, number: int) -> _Worker:
        """Start a worker and wait until it is ready.

        Raises:
            ConfigError: it says why it cannot begin.
        """
        ours, theirs = socket.socketpair()
        descriptors = {name: [each.fileno() for each in sockets] for name, sockets in self._bound.items()}
        with theirs:
            try:
                process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "openesim.apps.worker",
                    str(theirs.fileno()),
                    pass_fds=(theirs.fileno(), *(each for row in descriptors.values() for each in row)),
                    stdin=asyncio.subprocess.DEVNULL,
                )
            except OSError as error:
                ours.close()
                raise ConfigError(
                    f"worker {number}: {sys.executable} cannot be run: {error.strerror}"
                ) from None
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        worker = _Worker(number, process, reader, writer)
        told = {
            "data": str(self._data),
            "flags": self._flags,
            "number": number,
            "shared": self._shared,
            "sockets": descriptors,
        }
        try:
            writer.write(json.dumps(told).encode() + b"\n")
            answer = await asyncio.wait_for(reader.readline(), _READY_S)
        except BaseException as error:
            process.kill()
            await worker.ended()
            if isinstance(error, TimeoutError | OSError):
                raise ConfigError(f"worker {number} is not ready after {_READY_S:.0f} seconds") from None
            raise
        if not answer or not (said := json.loads(answer))["ready"]:
            await worker.ended(_END_S)
            raise _failure(number, said if answer else {})
        _log.info("worker ready", worker=number, pid=process.pid)
        return worker

    def _keep(self, worker: _Worker) -> None:
        """Have a worker of this number running from now on."""
        self._workers[worker.number] = worker
        self._keepers[worker.number] = asyncio.create_task(self._start_again(worker))

    async def _start_again(self, worker: _Worker) -> None:
        """Start a worker again whenever it ends without being told to."""
        loop = asyncio.get_running_loop()
        pause_s = _FIRST_PAUSE_S
        while True:
            begun = loop.time()
            await worker.ended()
            if self._stop.is_set() or worker.is_leaving:
                return
            _log.error(
                "worker died", worker=worker.number, pid=worker.process.pid, code=worker.process.returncode
            )
            pause_s = _FIRST_PAUSE_S if loop.time() - begun > _SETTLED_S else pause_s
            while True:
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
                try:
                    worker = self._workers[worker.number] = await self._start(worker.number)
                    break
                except ConfigError as error:
                    _log.error(
                        "worker not started", worker=worker.number, fault=str(error), again_in_s=pause_s
                    )

    def _end(self) -> None:
        """Begin to end; said twice, workers are told to hurry."""
        if self._stop.is_set():
            for worker in self._workers.values():
                worker.tell(ALL_END)
        self._stop.set()

    async def _end_all(self) -> None:
        """End the workers, and wait for them."""
        self._stop.set()
        close_all(self._bound)
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)
        patience_s = _END_S + self._settings.config.serve.drain_s
        for worker in self._workers.values():
            worker.tell(ALL_END)
        await asyncio.gather(*(worker.ended(patience_s) for worker in self._workers.values()))
        for keeper in self._keepers.values():
            keeper.cancel()
        await asyncio.gather(*self._keepers.values(), return_exceptions=True)

    # --- Renewal ----------------------------------------------------------------------------------------------

    def _renew(self) -> None:
        """Replace all workers; if that is under way already, once more after it."""
        if self._renewing is not None and not self._renewing.done():
            self._is_asked_again = True
        elif not self._stop.is_set():
            self._renewing = asyncio.create_task(self._renew_all())

    async def _renew_all(self) -> None:
        """Replace one worker after the other, as the configuration is now."""
        while True:
            self._is_asked_again = False
            notify_reloading()
            try:
                await self._renew_once()
                _log.info("workers renewed", workers=len(self._workers))
            except OpenEsimError as error:
                _log.error("workers not renewed", fault=str(error))
            notify("READY=1")
            if not self._is_asked_again:
                return

    async def _renew_once(self) -> None:
        """Replace all workers.

        Raises:
            ConfigError: something is not as it has to be; the workers that are not replaced yet go on.
        """
        settings = serve_settings(self._data, self._flags)
        wanted = workers_of(settings)
        before = dict(self._bound)
        self._take_addresses(settings)
        for number in range(1, wanted + 1):
            worker = await self._start(number)
            old = self._workers.get(number)
            if old is not None:
                await self._dismiss(old)
            self._keep(worker)
        for number in [each for each in self._workers if each > wanted]:
            await self._dismiss(self._workers.pop(number))
        self._settings = settings
        close_all({name: sockets for name, sockets in before.items() if self._bound.get(name) is not sockets})

    async def _dismiss(self, worker: _Worker) -> None:
        """Tell a worker that others go on, and wait until it has ended."""
        worker.tell(REPLACED)
        keeper = self._keepers.pop(worker.number)
        await worker.ended(_END_S)
        # It may be starting the worker again, which has died just now.
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)

    def _take_addresses(self, settings: ServeSettings) -> None:
        """Bind the addresses that are not ours yet.

        Raises:
            ConfigError: one cannot be had; nothing has changed then.
        """
        planned = listeners_of(settings)
        have = {each.name: each.address for each in self._planned}
        bound: Bound = {}
        fresh: Bound = {}
        try:
            for each in planned:
                if each.address is None:
                    continue
                if have.get(each.name) == each.address:
                    bound[each.name] = self._bound[each.name]
                else:
                    bound[each.name] = fresh[each.name] = bind_one(each.address)
        except ConfigError:
            close_all(fresh)
            raise
        self._planned, self._bound = planned, bound


def _failure(number: int, said: dict[str, Any]) -> ConfigError:
    """Return the error of a worker that did not begin."""
    error = ConfigError(said.get("error") or f"worker {number} ended before it was ready; its log tells why")
    if words := said.get("explanation"):
        error.explained(Explanation(*words))
    return error
