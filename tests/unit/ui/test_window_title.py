"""The title of the terminal around us follows the tab in front."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sshtui.model.hosts import Host
from sshtui.session.changes import State
from sshtui.session.roster import Roster
from sshtui.session.session import Session
from sshtui.session.surroundings import Surroundings
from sshtui.ui.window_title import WindowTitle
from tests.fakes.prompting import ScriptedPrompter
from tests.fakes.wire import MemoryDialer
from tests.waiting import eventually


class Stage:
    """A roster on a memory wire, a title that is only written down, and a clock that a test turns on."""

    def __init__(self) -> None:
        self.dialer = MemoryDialer()
        self.roster = Roster(Surroundings(self.dialer, ScriptedPrompter()))
        self.titles: list[str] = []
        self._due: list[Callable[[], None]] = []
        WindowTitle(self.roster, self.titles.append, lambda _seconds, call: self._due.append(call))

    def later(self) -> str:
        """The title after a while."""
        while self._due:
            self._due.pop()()
        return self.titles[-1]

    async def open(self, host: Host) -> Session:
        session = self.roster.open(host)
        await eventually(lambda: session.state is State.LIVE, "it is live")
        return session

    async def says(self, session: Session, data: bytes) -> None:
        self.dialer.channels[-1].say(data + b"\x1b[?5h")
        await eventually(lambda: session.emulator.modes.reverse_video, "it was heard")


@pytest.fixture
async def stage() -> Stage:
    return Stage()


async def test_without_a_tab_it_is_our_own_name(stage: Stage) -> None:
    assert stage.later() == "sshtui"


async def test_it_names_the_tab_and_what_its_program_calls_itself(stage: Stage) -> None:
    session = await stage.open(Host("web-1", "10.0.0.5"))
    assert stage.later() == "web-1"
    await stage.says(session, b"\x1b]2;vim notes\x07")
    assert stage.later() == "web-1: vim notes"
    session.label = "notes"
    assert stage.later() == "notes: vim notes"
    stage.roster.show(None)
    assert stage.later() == "sshtui"


async def test_a_marked_host_is_told_by_a_word_that_no_program_can_push_out(stage: Stage) -> None:
    session = await stage.open(Host("db", "10.0.0.6", extra={"danger": True}))
    await stage.says(session, b"\x1b]2;" + b"x" * 250 + b"\x07")
    title = stage.later()
    assert title.startswith("PROD db: xxx")
    assert len(title) <= 205


async def test_nothing_in_it_steers_a_terminal(stage: Stage) -> None:
    session = await stage.open(Host("web-1", "10.0.0.5"))
    await stage.says(session, "\x1b]2;a\x9bb\u202ec\n\x07".encode())
    assert stage.later().isprintable()


async def test_many_changes_are_one(stage: Stage) -> None:
    session = await stage.open(Host("web-1", "10.0.0.5"))
    stage.later()
    before = len(stage.titles)
    await stage.says(session, b"".join(b"\x1b]2;%d\x07" % number for number in range(100)))
    assert stage.later() == "web-1: 99"
    assert len(stage.titles) == before + 1


async def test_a_lost_tab_says_so_instead(stage: Stage) -> None:
    session = await stage.open(Host("web-1", "10.0.0.5"))
    await stage.says(session, b"\x1b]2;vim\x07")
    await session.close()
    stage.later()
    assert stage.later() == "web-1: closed"
