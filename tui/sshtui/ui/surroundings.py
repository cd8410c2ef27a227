"""How the app stands in its terminal: started only on one, gone cleanly whatever ends it.

`run` is for the command line; importing this module loads no Textual.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from types import FrameType
from typing import TYPE_CHECKING, Any

from sshtui.attach.own_terminal import give_back, patient, screen_descriptor
from sshtui.errors import ConfigError
from sshtui.session.tasks import ENDED

if TYPE_CHECKING:
    from sshtui.attach.reception import Reception
    from sshtui.ui.steady import SteadyApp

Receiving = Callable[[], "AbstractAsyncContextManager[Reception]"]
"""Opens the reception of an app."""

PATIENCE = 2.5
"""Seconds the app has to close after a signal; then the process ends by force."""

_ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)


def run(app: SteadyApp[Any], receiving: Receiving | None = None) -> int:
    """Run `app` on this terminal, or for its audience, and return the exit code: 0 after quitting, 1 after a mistake.

    A signal closes the app, restores the terminal and gives 128 + its number, as a shell reports it. What does not
    close within PATIENCE is ended by force, the terminal restored all the same. `receiving` takes callers in, from the
    first frame on.
    """
    if app.audience is not None:
        from sshtui.model.outer import EVERYTHING
        from sshtui.ui.audience_driver import AudienceDriver

        app.driver_class = AudienceDriver
        # Each viewer gets what its own terminal draws.
        app.outer = EVERYTHING
    else:
        from sshtui.ui.driver import SteadyDriver

        app.driver_class = SteadyDriver
    # asyncio warns of every write to a connection that just ended; standard error is the screen.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    watchdog = _Watchdog()

    def failed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if isinstance(error := context.get("exception"), Exception):
            app.mistake(error, ended_task=ENDED in context)
        else:
            loop.default_exception_handler(context)

    async def main() -> int:
        asyncio.get_running_loop().set_exception_handler(failed)
        with _closing_signals(app, watchdog):
            ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            callers = asyncio.ensure_future(_take_callers(app, receiving, ended)) if receiving else None
            await app.run_async()
            code = watchdog.code or app.return_code or 0
            # A name lookup that hangs in a thread would otherwise hold the process.
            watchdog.arm(code)
            ended.set_result(code)
            if callers is not None and app.started.is_set():
                await callers
            elif callers is not None:
                callers.cancel()
            return code

    try:
        return asyncio.run(main())
    finally:
        watchdog.disarm()
        for report in app.reports:
            print(report, file=sys.stderr)


async def _take_callers(app: SteadyApp[Any], receiving: Receiving, ended: asyncio.Future[int]) -> None:
    """Take callers in until the app has ended, and tell them how."""
    await app.started.wait()
    try:
        async with receiving() as here:
            code = await ended
            await here.see_off("ended" if code else "quit", code)
    except ConfigError:
        # Where no socket can be, links open in an app of their own; this one works all the same.
        return


class _Watchdog:
    """Ends the process with `code` when it has not ended by itself within PATIENCE."""

    def __init__(self) -> None:
        self.code = 0
        self._timer: threading.Timer | None = None
        self._attributes = None
        with contextlib.suppress(termios.error, ValueError, OSError, AttributeError):
            self._attributes = termios.tcgetattr(sys.__stdin__)  # type: ignore[arg-type]  # None raises, as suppressed

    def arm(self, code: int) -> None:
        """Start counting; a second call changes nothing."""
        if self._timer is None:
            self.code = code
            self._timer = threading.Timer(PATIENCE, self._bite)
            self._timer.daemon = True
            self._timer.start()

    def disarm(self) -> None:
        """Everything ended by itself."""
        if self._timer is not None:
            self._timer.cancel()

    def _bite(self) -> None:
        give_back(patient(screen_descriptor()), self._attributes)
        os._exit(self.code)


@contextlib.contextmanager
def _closing_signals(app: SteadyApp[Any], watchdog: _Watchdog) -> Iterator[None]:
    """While inside, an ending signal closes `app`. Signals that were ignored (nohup) stay ignored.

    Plain handlers and not the loop's: they start the watchdog even while the loop is busy.
    """
    loop = asyncio.get_running_loop()

    def close(number: int, _frame: FrameType | None) -> None:
        code = 128 + number
        watchdog.arm(code)
        loop.call_soon_threadsafe(lambda: app.exit(return_code=code))

    before = {number: signal.getsignal(number) for number in _ENDING_SIGNALS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, close)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
