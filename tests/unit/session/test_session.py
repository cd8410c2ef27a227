"""A session dials, pumps, replies, ends and comes back, and tells its subscribers."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from sshtui.errors import ConnectionLost, Declined, LoginRejected, Refused
from sshtui.model.connection import ChannelEnd
from sshtui.model.geometry import Size
from sshtui.model.hosts import Host
from sshtui.model.keystrokes import Keystroke
from sshtui.model.questions import Notice, PasswordChange
from sshtui.model.terminal_switches import TerminalSwitches
from sshtui.session import slices
from sshtui.session.changes import Change, Marked, Noticed, ScreenChanged, State
from sshtui.session.session import Session
from sshtui.session.surroundings import Surroundings
from sshtui.terminal.events import TitleChanged
from tests.fakes.prompting import ScriptedPrompter
from tests.fakes.wire import FACTS, MemoryChannel, MemoryDialer
from tests.waiting import eventually

SIZE = Size(40, 5)


class Bench:
    """A session on a memory wire."""

    def __init__(self) -> None:
        self.dialer = MemoryDialer()
        self.prompter = ScriptedPrompter()
        around = Surroundings(self.dialer, self.prompter, wall_clock=lambda: "14:02:11")
        self.session = Session(1, Host("web-1", "10.0.0.5"), "web-1", SIZE, around)
        self.changes: list[Change] = []
        self.session.subscribe(self.changes.append)

    @property
    def channel(self) -> MemoryChannel:
        return self.dialer.channels[-1]

    async def connected(self) -> MemoryChannel:
        self.session.start()
        await self.reaches(State.LIVE)
        return self.channel

    async def reaches(self, state: State) -> None:
        await eventually(lambda: self.session.state is state, f"the session is {state.value}")

    async def shows(self, text: str) -> None:
        await eventually(lambda: text in self.screen(), f"the screen shows {text!r}")

    def screen(self) -> str:
        return "\n".join(self.session.emulator.row(row).text for row in range(SIZE.rows))


@pytest.fixture
async def bench() -> Bench:
    return Bench()


async def test_a_started_session_is_live_and_knows_its_connection(bench: Bench) -> None:
    await bench.connected()
    assert bench.session.facts == FACTS


async def test_what_the_remote_prints_is_on_the_screen_and_told(bench: Bench) -> None:
    channel = await bench.connected()
    channel.say(b"hello")
    await bench.shows("hello")
    assert any(isinstance(change, ScreenChanged) for change in bench.changes)


async def test_the_emulators_replies_go_back_at_once(bench: Bench) -> None:
    channel = await bench.connected()
    channel.say(b"\x1b[2;3H\x1b[6n")  # DSR 6 (ECMA-48 8.3.35)
    await eventually(lambda: channel.written == b"\x1b[2;3R", "the cursor is reported")


async def test_a_tab_that_no_view_has_shown_calls_its_background_dark(bench: Bench) -> None:
    channel = await bench.connected()
    channel.say(b"\x1b[?996n")  # contour's colour scheme report: 1 dark, 2 light
    await eventually(lambda: channel.written == b"\x1b[?997;1n", "the scheme is reported")


async def test_keystrokes_and_pastes_reach_the_remote(bench: Bench) -> None:
    channel = await bench.connected()
    bench.session.press(Keystroke("ctrl+c", ""))
    bench.session.paste("ls\n")
    assert channel.written == b"\x03ls\r"


async def test_a_resize_fits_the_emulator_and_is_told_to_the_remote(bench: Bench) -> None:
    channel = await bench.connected()
    bench.session.resize(Size(100, 30))
    assert bench.session.emulator.size == Size(100, 30)
    assert channel.sizes[-1] == Size(100, 30)


async def test_a_size_that_a_program_chooses_is_told_to_the_remote_where_the_host_allows_it(bench: Bench) -> None:
    bench.session.host = replace(bench.session.host, terminal=TerminalSwitches(resize="allow"))
    channel = await bench.connected()
    channel.say(b"\x1b[8;3;20t")
    await eventually(lambda: channel.sizes[-1] == Size(20, 3), "the remote knows")


async def test_a_host_that_may_not_take_the_mouse_or_another_size_does_not(bench: Bench) -> None:
    bench.session.host = replace(bench.session.host, terminal=TerminalSwitches(mouse="deny"))
    channel = await bench.connected()
    channel.say(b"\x1b[?1000h\x1b[8;3;20tdone")
    await bench.shows("done")
    assert not bench.session.emulator.modes.mouse_tracking
    assert bench.session.emulator.size == SIZE
    assert channel.sizes[-1] == SIZE


async def test_a_failed_dial_keeps_the_reason(bench: Bench) -> None:
    bench.dialer.error = Refused("web-1 refused the connection.", hint="Is the port right?")
    bench.session.start()
    await bench.reaches(State.FAILED)
    assert bench.session.error is bench.dialer.error


async def test_giving_up_while_connecting_says_so_and_can_be_tried_again(bench: Bench) -> None:
    bench.dialer.hold()
    bench.session.start()
    await eventually(lambda: bench.dialer.hosts, "it dials")
    bench.session.cancel()
    await bench.reaches(State.FAILED)
    assert isinstance(bench.session.error, Declined)
    bench.dialer.release()
    bench.session.reconnect()
    await bench.reaches(State.LIVE)


async def test_an_exit_keeps_its_status_and_a_loss_is_never_an_exit(bench: Bench) -> None:
    (await bench.connected()).finish(ChannelEnd("exited", status=3))
    await bench.reaches(State.ENDED)
    assert bench.session.end == ChannelEnd("exited", status=3)
    bench.session.reconnect()
    await bench.reaches(State.LIVE)
    bench.channel.finish(ChannelEnd("lost", reason="Connection lost."))
    await bench.reaches(State.LOST)


async def test_a_reconnect_keeps_the_text_and_draws_a_rule(bench: Bench) -> None:
    channel = await bench.connected()
    channel.say(b"before")
    await bench.shows("before")
    channel.finish(ChannelEnd("lost", reason="gone"))
    await bench.reaches(State.LOST)
    bench.session.reconnect()
    await bench.reaches(State.LIVE)
    bench.channel.say(b"after")
    await bench.shows("after")
    assert "before" in bench.screen()
    assert "14:02:11" in bench.screen()


async def test_modes_of_the_program_end_with_the_connection(bench: Bench) -> None:
    channel = await bench.connected()
    channel.say(b"\x1b[?1049h\x1b[?1003h\x1b[?25lfull screen")
    await bench.shows("full screen")
    channel.finish(ChannelEnd("lost", reason="gone"))
    await bench.reaches(State.LOST)
    modes = bench.session.emulator.modes
    assert not modes.alternate_screen
    assert not modes.mouse_tracking
    assert bench.session.emulator.cursor.visible


async def test_background_output_and_bells_are_marked_until_looked_at(bench: Bench) -> None:
    channel = await bench.connected()
    bench.session.look_away()
    channel.say(b"news\x07")
    await eventually(lambda: bench.session.rang, "the bell is marked")
    assert (bench.session.unread, bench.session.rang) == (True, True)
    bench.session.look()
    assert (bench.session.unread, bench.session.rang) == (False, False)
    assert sum(isinstance(change, Marked) for change in bench.changes) >= 2


async def test_a_title_is_passed_on_as_an_event(bench: Bench) -> None:
    channel = await bench.connected()
    channel.say(b"\x1b]2;build\x07")
    await eventually(lambda: Noticed(TitleChanged("build")) in bench.changes, "the title is told")


async def test_closing_while_connecting_leaves_no_task(bench: Bench) -> None:
    bench.dialer.hold()
    bench.session.start()
    await eventually(lambda: bench.dialer.hosts, "it dials")
    await bench.session.close()
    assert bench.session.state is State.CLOSED
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("session")]


async def test_closing_a_live_session_closes_its_channel(bench: Bench) -> None:
    channel = await bench.connected()
    await bench.session.close()
    assert channel.closed


async def test_a_password_change_needs_a_connection_and_reports_the_server(bench: Bench) -> None:
    with pytest.raises(ConnectionLost):
        await bench.session.change_password(PasswordChange("old", "new"))
    channel = await bench.connected()
    assert "updated" in await bench.session.change_password(PasswordChange("old", "new"))
    channel.refuses_password = LoginRejected("passwd: Authentication token manipulation error")
    with pytest.raises(LoginRejected):
        await bench.session.change_password(PasswordChange("wrong", "new"))


async def test_a_flood_leaves_the_event_loop_free(bench: Bench) -> None:
    channel = await bench.connected()
    line = b"y" * 78 + b"\r\n"
    for _ in range(200):
        channel.say(line * 100)
    channel.say(b"done")
    turns = 0
    while "done" not in bench.screen():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100


async def test_a_flood_of_erasures_leaves_it_free_too(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few bytes can take as long as a page of text: a turn ends by its time, not only by what it was given."""
    monkeypatch.setattr(slices, "TURN", 0.0)
    channel = await bench.connected()
    channel.say(b"\x1b[2J" * 500 + b"done")
    turns = 0
    while "done" not in bench.screen():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 400


async def test_a_banner_stands_in_the_tab_before_what_the_shell_prints(bench: Bench) -> None:
    bench.dialer.notices = [Notice("Authorised use only.\n\x1b]0;owned\x07", title="Message", server=True)]
    channel = await bench.connected()
    channel.say(b"$ ")
    await bench.shows("$ ")
    lines = [bench.session.emulator.row(row).text.rstrip() for row in range(3)]
    assert lines == ["| Authorised use only.", "| \ufffd]0;owned\ufffd", "$"]
    assert bench.prompter.notices == []
    assert bench.session.emulator.title == ""


async def test_a_banner_can_be_read_after_a_rejected_login(bench: Bench) -> None:
    bench.dialer.notices = [Notice("Locked: call the help desk.", server=True)]
    bench.dialer.error = LoginRejected("No.")
    bench.session.start()
    await bench.reaches(State.FAILED)
    assert bench.session.banner == ("Locked: call the help desk.",)


async def test_our_own_notices_go_to_the_person(bench: Bench) -> None:
    bench.dialer.notices = [Notice("A key file cannot be read.")]
    await bench.connected()
    assert bench.prompter.notices == bench.dialer.notices


LARGE = "0123456789" * 100_000


async def test_esc_stops_a_large_paste_to_a_remote_that_does_not_read_and_is_no_keystroke_then(bench: Bench) -> None:
    channel = await bench.connected()
    channel.say(b"\x1b[?2004h$ ")
    await bench.shows("$ ")
    channel.stall()
    bench.session.paste(LARGE)
    await eventually(lambda: channel.written and bench.session.pasting, "the paste has begun")
    bench.session.press(Keystroke("escape"))
    assert bench.session.pasting is None
    assert channel.written == b"\x1b[200~\x1b[201~"
    assert "0 of 1000000 characters" in bench.prompter.notices[-1].text
    bench.session.press(Keystroke("escape"))
    assert channel.written.endswith(b"\x1b[201~\x1b")


async def test_ctrl_c_stops_a_paste_and_goes_to_the_program_too(bench: Bench) -> None:
    channel = await bench.connected()
    channel.stall()
    bench.session.paste(LARGE)
    bench.session.press(Keystroke("x", "x"))
    bench.session.press(Keystroke("ctrl+c"))
    assert bench.session.pasting is None
    assert channel.written == b"x\x03"


async def test_a_paste_ends_with_its_connection(bench: Bench) -> None:
    channel = await bench.connected()
    channel.stall()
    bench.session.paste(LARGE)
    channel.finish(ChannelEnd("lost", reason="gone"))
    await bench.reaches(State.LOST)
    assert bench.session.pasting is None
    channel.take_again()
    bench.session.reconnect()
    await bench.reaches(State.LIVE)
    assert bench.channel.written == b""
