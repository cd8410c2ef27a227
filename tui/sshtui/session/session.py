"""One tab: a channel, an emulator and a state."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from sshtui.errors import ConnectionLost, Declined, SshtuiError
from sshtui.model.connection import ChannelEnd, ConnectionFacts, Traffic
from sshtui.model.forwards import ForwardState
from sshtui.model.geometry import Size
from sshtui.model.hosts import Host
from sshtui.model.keystrokes import Keystroke
from sshtui.model.questions import Notice, PasswordChange
from sshtui.model.text import plain, plain_lines
from sshtui.session.attention import Attention
from sshtui.session.changes import Change, Marked, Noticed, ScreenChanged, State, StateChanged
from sshtui.session.comeback import STEADY, Comeback, worth_another_try
from sshtui.session.habits import Habits
from sshtui.session.listening import ListeningPrompter
from sshtui.session.outbox import Outbox, Paste
from sshtui.session.own_words import quoted, rule
from sshtui.session.protocols import Channel, Files
from sshtui.session.slices import Slicer
from sshtui.session.surroundings import Surroundings
from sshtui.session.tasks import crash_loudly
from sshtui.session.waking import still_there
from sshtui.terminal.colours import LIGHT_ON_DARK
from sshtui.terminal.emulator import Emulator, Update
from sshtui.terminal.events import Bell
from sshtui.terminal.paste import as_typed, brackets

READ_LIMIT = 65_536
"""Bytes asked of the channel at once: its whole receive window."""

CLOSE_LIMIT = 3.0
"""Seconds a channel may take to close before we stop waiting for it."""

STOPS_PASTE = frozenset({"escape", "ctrl+c"})
"""Keystrokes that end a large paste on its way."""

Listener = Callable[[Change], None]


class Session:
    """A tab without a face. One owner of its emulator and state; faces subscribe."""

    def __init__(self, number: int, host: Host, label: str, size: Size, surroundings: Surroundings) -> None:
        self.id = number
        self.host = host
        self.size = size
        self._habits = Habits(lambda: self.host.terminal)
        self.emulator = Emulator(size, scrollback=surroundings.scrollback)
        self.emulator.set_theme(LIGHT_ON_DARK)
        self._told_size = size
        self.state = State.CONNECTING
        self.stage = ""
        self.banner: tuple[str, ...] = ()
        self.error: SshtuiError | None = None
        self.end: ChannelEnd | None = None
        self.facts: ConnectionFacts | None = None
        self.since = time.monotonic()
        self._label = label
        self._transfer = ""
        self._attention = Attention()
        self._cancelled = False
        self._ended_at: float | None = None
        self._gone: ChannelEnd | None = None
        self._comeback = Comeback(surroundings.first_pause)
        self._checking: asyncio.Task[None] | None = None
        self._around = surroundings
        self._prompter = ListeningPrompter(surroundings.prompter, self._take_banner)
        self._channel: Channel | None = None
        self._outbox: Outbox | None = None
        self._task: asyncio.Task[None] | None = None
        self._listeners: list[Listener] = []

    # What a tab bar shows

    @property
    def label(self) -> str:
        """The tab's name."""
        return self._label

    @label.setter
    def label(self, text: str) -> None:
        self._label = plain(text, 64) or self.host.name
        self._tell(Marked())

    @property
    def unread(self) -> bool:
        """Whether something was printed while the tab was in the background."""
        return self._attention.unread

    @property
    def rang(self) -> bool:
        """Whether the bell rang while the tab was in the background."""
        return self._attention.rang

    def look(self) -> None:
        """It is in front from here on: nothing is unread."""
        if self._attention.look():
            self._tell(Marked())

    def look_away(self) -> None:
        """It is in the background from here on."""
        self._attention.look_away()

    # Its life

    def start(self) -> None:
        """Dial in the background; does nothing while connecting or live."""
        if self._task is None or self._task.done():
            self._cancelled = False
            self._task = asyncio.get_running_loop().create_task(self._live(), name=f"session {self.id}")
            self._task.add_done_callback(crash_loudly)

    def reconnect(self) -> None:
        """Dial again after the end, keeping scrollback and screen; does nothing while connecting or live."""
        self._comeback.begin_anew()
        self._dial_again()

    def _dial_again(self) -> None:
        if self.state.over and self.state is not State.CLOSED:
            self._comeback.cancel()
            if self._ended_at is None and self.end is not None:
                self._ended_at = self.since
            self._become(State.CONNECTING)
            self.start()

    def cancel(self) -> None:
        """Give up connecting, or dialing again by itself; the session stays. Does nothing in any other state."""
        if self.state is State.CONNECTING and self._task is not None:
            self._cancelled = True
            self._task.cancel()
        elif self._comeback.at is not None:
            self._comeback.cancel()
            self._tell(StateChanged())

    @property
    def next_try(self) -> float | None:
        """Monotonic time at which it dials again by itself; None when it does not."""
        return self._comeback.at

    def wake(self) -> None:
        """The computer slept: look at once whether the connection still stands, or try at once to get it back."""
        if self._comeback.at is not None:
            self.reconnect()
        elif self.state is State.LIVE and self._channel is not None and self._checking is None:
            self._checking = asyncio.get_running_loop().create_task(self._check(self._channel))
            self._checking.add_done_callback(crash_loudly)

    async def _check(self, channel: Channel) -> None:
        """End `channel` as lost when its server no longer answers."""
        try:
            if not await still_there(channel) and channel is self._channel:
                self._gone = ChannelEnd("lost", reason=f"{self.host.name} did not answer after the computer slept.")
                await self._drop_channel()
        finally:
            self._checking = None

    async def close(self) -> None:
        """End the channel and every task; the session stays readable but never dials again."""
        self._comeback.cancel()
        for task in (self._task, self._checking):
            if task is not None and not task.done():
                task.cancel()
                await asyncio.wait([task])
        await self._drop_channel()
        if self.state is not State.CLOSED:
            self._become(State.CLOSED)
        self._listeners.clear()

    async def change_password(self, change: PasswordChange) -> str:
        """Drive `passwd` on the server; what the server said. Raises SshtuiError when it refused."""
        if self._channel is None or self.state is not State.LIVE:
            raise ConnectionLost(f"{self.host.name} is not connected.", hint="Connect first, then change the password.")
        return await self._channel.change_password(change)

    def files(self) -> AbstractAsyncContextManager[Files]:
        """The account's files, over the tab's connection. Raises SshtuiError."""
        if self._channel is None or self.state is not State.LIVE:
            raise ConnectionLost(f"{self.host.name} is not connected.", hint="Connect first, then send or fetch files.")
        return self._channel.files()

    @property
    def transfer(self) -> str:
        """How far a file is that is sent or fetched, in a few words; "" when there is none."""
        return self._transfer

    @transfer.setter
    def transfer(self, words: str) -> None:
        self._transfer = words
        self._tell(StateChanged())

    @property
    def silence(self) -> float:
        """Seconds the server owes an answer while the session is live; 0 while all is well."""
        return self._channel.silence if self._channel is not None and self.state is State.LIVE else 0.0

    @property
    def traffic(self) -> Traffic | None:
        """What went over the connection so far, other tabs on it included; None when it is not connected."""
        return self._channel.traffic if self._channel is not None and self.state is State.LIVE else None

    @property
    def forwards(self) -> tuple[ForwardState, ...]:
        """The port forwards of its connection; none when it is not connected."""
        return self._channel.forwards if self._channel is not None and self.state is State.LIVE else ()

    async def ping(self) -> float | None:
        """Seconds to the server and back; None when it is not connected or did not answer in time."""
        if self._channel is None or self.state is not State.LIVE:
            return None
        return await self._channel.ping()

    # What the person does

    def press(self, keystroke: Keystroke) -> None:
        """Send a keystroke as xterm would in the emulator's modes.

        While a paste is on its way Esc stops it instead; Ctrl+C does both.
        """
        if keystroke.name in STOPS_PASTE and self.pasting is not None:
            self.stop_pasting()
            if keystroke.name == "escape":
                return
        self.send(self._habits.keystroke(keystroke, self.emulator.modes))

    def paste(self, text: str) -> None:
        """Send pasted text, stripped of controls and bracketed when the program asked for that.

        A large one goes at the pace at which the remote takes it; what is sent meanwhile goes behind it.
        """
        if self._outbox is not None and text and self.state is State.LIVE:
            start, end = brackets(self.emulator.modes)
            self._outbox.paste(Paste(text, lambda piece: self._habits.typed(as_typed(piece)), start, end))

    @property
    def pasting(self) -> Paste | None:
        """The large paste that is on its way to the remote."""
        return self._outbox.pasting if self._outbox is not None else None

    def stop_pasting(self) -> None:
        """Send no more of what is being pasted, and say how much went."""
        if self._outbox is not None and (stopped := self._outbox.stop()) is not None:
            self._prompter.tell(
                Notice(f"The paste was stopped: {stopped.sent} of {stopped.total} characters are sent.")
            )

    def send(self, data: bytes) -> None:
        """Send bytes; dropped unless the session is live."""
        if self._outbox is not None and data and self.state is State.LIVE:
            self._outbox.write(data)

    def resize(self, size: Size) -> None:
        """Fit the emulator to `size` and tell the remote (RFC 4254 section 6.7)."""
        size = size.clamped()
        if size == self.size:
            return
        self.size = size
        self._apply(self.emulator.resize(size))

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have `listener` told of every change; call the result to stop."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    # Inside

    async def _live(self) -> None:
        """Dial, then pump until the end; leaves a state that tells how it went."""
        self.emulator.allow(self._habits.permissions())
        try:
            self._channel = channel = await self._around.dialer.dial(
                self.host, self.size, self._prompter, progress=self._progress
            )
        except asyncio.CancelledError:
            if not self._cancelled:
                raise
            self._fail(Declined("Connecting was cancelled."))
            return
        except SshtuiError as error:
            self._fail(error)
            return
        self._outbox = outbox = Outbox(channel, lambda: self._tell(StateChanged()))
        if channel.facts is not None:
            self.facts = channel.facts
        if self._ended_at is not None:
            away = int(time.monotonic() - self._ended_at)
            text = f"reconnected {self._around.wall_clock()}, {away} s lost"
            mid_line = self.emulator.cursor.point.column > 0
            self._apply(self.emulator.feed(rule(text, self.size.columns, mid_line=mid_line)))
            self._ended_at = None
        if self.banner:
            self._apply(self.emulator.feed(quoted(self.banner)))
        self._become(State.LIVE)
        self._told_size = self.emulator.size
        channel.resize(self._told_size)
        try:
            await self._pump(channel, outbox)
        finally:
            end, self._gone = self._gone or channel.end, None
            await self._drop_channel()
        self.end = end or ChannelEnd("lost", reason="The connection was lost.")
        self._apply(self.emulator.reset_modes())
        if time.monotonic() - self.since > STEADY:
            self._comeback.begin_anew()
        if self.end.how == "lost" and worth_another_try(self.host, None):
            self._comeback.plan(self._dial_again)
        self._become(State.LOST if self.end.how == "lost" else State.ENDED)

    async def _pump(self, channel: Channel, outbox: Outbox) -> None:
        """Read, feed, reply, tell; yields to the event loop between slices of a few milliseconds."""
        slicer = Slicer()
        while data := await channel.read(READ_LIMIT):
            for piece in slicer.cut(data):
                slicer.begin()
                update = self.emulator.feed(self._habits.printed(piece), slicer.over)
                self._answer(update, outbox)
                slicer.fed(len(piece))
                await asyncio.sleep(0)
                while self.emulator.behind:
                    slicer.begin()
                    self._answer(self.emulator.feed(b"", slicer.over), outbox)
                    await asyncio.sleep(0)

    def _answer(self, update: Update, outbox: Outbox) -> None:
        if update.reply:
            outbox.answer(update.reply)
        self._apply(update)

    def _progress(self, stage: str) -> None:
        self.stage = plain(stage, 80)
        self._tell(StateChanged())

    def _take_banner(self, text: str) -> bool:
        """Keep what the server says before the shell (RFC 4252 section 5.4)."""
        if self.state is not State.CONNECTING:
            return False
        self.banner += tuple(plain_lines(text))
        self._tell(StateChanged())
        return True

    def _apply(self, update: Update) -> None:
        if self.emulator.size != self._told_size and self._channel is not None and self.state is State.LIVE:
            self._told_size = self.emulator.size
            self._channel.resize(self._told_size)
        # Without a row the cursor may still be elsewhere, or a held frame complete.
        self._tell(ScreenChanged(update.rows))
        if update.rows is None or update.rows:
            self._note(unread=True)
        for event in filter(self._habits.allows, update.events):
            if isinstance(event, Bell):
                self._note(rang=True)
            self._tell(Noticed(event))

    def _note(self, *, unread: bool = False, rang: bool = False) -> None:
        """Note output or a bell, telling only of news; what a tab prints itself as it begins or ends is none."""
        if self.state is State.LIVE and self._attention.note(unread=unread, rang=rang):
            self._tell(Marked())

    def _fail(self, error: SshtuiError) -> None:
        self.error = error
        # A tab that never was up dials when a person says so: its address may be wrong.
        if self._ended_at is not None and worth_another_try(self.host, error):
            self._comeback.plan(self._dial_again)
        self._become(State.FAILED)

    def _become(self, state: State) -> None:
        self.state = state
        self.since = time.monotonic()
        if state is State.CONNECTING:
            self.error = None
            self.end = None
            self.banner = ()
        self.stage = ""
        self._tell(StateChanged())

    async def _drop_channel(self) -> None:
        channel, self._channel = self._channel, None
        outbox, self._outbox = self._outbox, None
        if outbox is not None:
            outbox.close()
        if channel is not None:
            try:
                await asyncio.wait_for(channel.close(), CLOSE_LIMIT)
            except TimeoutError:
                # The other side is gone and keeps the socket open; the operating system ends it with us.
                return

    def _tell(self, change: Change) -> None:
        for listener in tuple(self._listeners):
            listener(change)
