"""A lost tab comes back by itself where its host says so, and gives up where trying again cannot help."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sshtui.errors import Declined, HostKeyChanged, LoginRejected, Refused, SshtuiError
from sshtui.model.connection import ChannelEnd
from sshtui.model.geometry import Size
from sshtui.model.hosts import Host
from sshtui.session.changes import State
from sshtui.session.clock_jumps import ClockJumps
from sshtui.session.comeback import LONGEST_PAUSE, Comeback
from sshtui.session.roster import Roster
from sshtui.session.session import Session
from sshtui.session.surroundings import Surroundings
from tests.fakes.prompting import ScriptedPrompter
from tests.fakes.wire import MemoryDialer
from tests.waiting import eventually

FAITHFUL = Host("web-1", "10.0.0.5", extra={"reconnect": True})
LOST = ChannelEnd("lost", reason="gone")


class Bench:
    """A session on a memory wire whose first pause is short."""

    def __init__(self, host: Host = FAITHFUL, first_pause: float = 0.001) -> None:
        self.dialer = MemoryDialer()
        around = Surroundings(self.dialer, ScriptedPrompter(), first_pause=first_pause)
        self.session = Session(1, host, host.name, Size(80, 5), around)

    async def lost(self) -> None:
        self.session.start()
        await self.reaches(State.LIVE)
        self.dialer.channels[-1].finish(LOST)

    def planned(self) -> bool:
        """Whether it will dial by itself."""
        return self.session.next_try is not None

    async def reaches(self, state: State) -> None:
        await eventually(lambda: self.session.state is state, f"the session is {state.value}")


async def test_a_lost_tab_dials_again_by_itself_until_the_network_is_back() -> None:
    bench = Bench()
    bench.session.start()
    await bench.reaches(State.LIVE)
    bench.dialer.error = Refused("web-1 refused the connection.")
    bench.dialer.channels[-1].finish(LOST)
    await eventually(lambda: len(bench.dialer.hosts) >= 4, "several tries")
    bench.dialer.error = None
    await bench.reaches(State.LIVE)
    assert "reconnected" in bench.session.emulator.row(0).text
    await bench.session.close()


@pytest.mark.parametrize("error", [LoginRejected("No."), HostKeyChanged("Changed."), Declined("No password.")])
async def test_what_trying_again_cannot_mend_ends_the_tries(error: SshtuiError) -> None:
    bench = Bench()
    bench.session.start()
    await bench.reaches(State.LIVE)
    bench.dialer.error = error
    bench.dialer.channels[-1].finish(LOST)
    await bench.reaches(State.FAILED)
    assert bench.session.error is error
    assert bench.session.next_try is None


@pytest.mark.parametrize("extra", [{}, {"reconnect": False}, {"reconnect": "yes"}])
async def test_a_host_that_does_not_say_so_waits_for_its_person(extra: dict[str, object]) -> None:
    bench = Bench(Host("web-1", "10.0.0.5", extra=extra))
    await bench.lost()
    await bench.reaches(State.LOST)
    assert bench.session.next_try is None


async def test_a_program_that_ended_is_not_started_again() -> None:
    bench = Bench()
    bench.session.start()
    await bench.reaches(State.LIVE)
    bench.dialer.channels[-1].finish(ChannelEnd("exited", status=0))
    await bench.reaches(State.ENDED)
    assert bench.session.next_try is None


async def test_a_tab_that_never_was_up_does_not_dial_by_itself() -> None:
    bench = Bench()
    bench.dialer.error = Refused("web-1 refused the connection.")
    bench.session.start()
    await bench.reaches(State.FAILED)
    assert bench.session.next_try is None


async def test_a_person_can_stop_the_tries_and_close_the_tab() -> None:
    bench = Bench(first_pause=3600)
    await bench.lost()
    await bench.reaches(State.LOST)
    assert bench.planned()
    bench.session.cancel()
    assert not bench.planned()
    assert bench.session.state is State.LOST
    bench.session.reconnect()
    await bench.reaches(State.LIVE)
    bench.dialer.channels[-1].finish(LOST)
    await bench.reaches(State.LOST)
    await bench.session.close()
    assert not bench.planned()


async def test_pauses_double_up_to_a_minute_and_begin_anew() -> None:
    comeback = Comeback(chance=lambda: 0.5)

    def planned() -> int:
        comeback.plan(lambda: None)
        return round((comeback.at or 0) - time.monotonic())

    pauses = [planned() for _ in range(8)]
    comeback.begin_anew()
    pauses.append(planned())
    comeback.cancel()
    assert pauses == [1, 2, 4, 8, 16, 32, LONGEST_PAUSE, LONGEST_PAUSE, 1]


class Clocks:
    """Two clocks that a test moves; the monotonic one stands while the computer sleeps."""

    def __init__(self) -> None:
        self.wall = self.monotonic = 1000.0

    def pass_(self, seconds: float, *, asleep: bool = False) -> None:
        self.wall += seconds
        self.monotonic += 0 if asleep else seconds


def test_sleep_is_when_only_the_wall_clock_went_on() -> None:
    clocks = Clocks()
    jumps = ClockJumps(lambda: clocks.wall, lambda: clocks.monotonic)
    clocks.pass_(3600)
    assert jumps.slept() == 0
    clocks.pass_(600, asleep=True)
    assert jumps.slept() == 600
    assert jumps.slept() == 0


@contextmanager
def sleeping_roster(first_pause: float) -> Iterator[tuple[Roster, MemoryDialer, Clocks]]:
    """A roster whose computer sleeps when the test says so."""
    clocks, dialer = Clocks(), MemoryDialer()
    around = Surroundings(dialer, ScriptedPrompter(), first_pause=first_pause)
    yield Roster(around, clocks=ClockJumps(lambda: clocks.wall, lambda: clocks.monotonic)), dialer, clocks


async def test_after_sleep_a_waiting_tab_tries_at_once() -> None:
    with sleeping_roster(3600) as (roster, dialer, clocks):
        session = roster.open(FAITHFUL)
        await eventually(lambda: session.state is State.LIVE, "live")
        dialer.channels[-1].finish(LOST)
        await eventually(lambda: session.state is State.LOST, "lost")
        roster.look_at_clocks()
        assert session.state is State.LOST
        clocks.pass_(600, asleep=True)
        roster.look_at_clocks()
        await eventually(lambda: session.state is State.LIVE, "live again")
        await roster.close_all()


async def test_after_sleep_a_connection_that_does_not_answer_is_lost_and_one_that_does_stays() -> None:
    with sleeping_roster(3600) as (roster, dialer, clocks):
        gone, there = roster.open(FAITHFUL), roster.open(Host("db", "10.0.0.6"))
        await eventually(lambda: len(dialer.channels) == 2 and there.state is State.LIVE, "both live")
        dialer.channels[0].answers = False
        clocks.pass_(600, asleep=True)
        roster.look_at_clocks()
        await eventually(lambda: gone.state is State.LOST, "lost")
        assert gone.end == ChannelEnd("lost", reason="web-1 did not answer after the computer slept.")
        assert gone.next_try is not None
        assert there.state is State.LIVE
        await roster.close_all()
