"""The roster opens, orders, shows and closes tabs."""

from __future__ import annotations

import pytest

from sshtui.model.hosts import Host
from sshtui.session.changes import State
from sshtui.session.roster import Roster
from sshtui.session.surroundings import Surroundings
from tests.fakes.prompting import ScriptedPrompter
from tests.fakes.wire import MemoryDialer
from tests.waiting import eventually

WEB, DATABASE = Host("web", "10.0.0.5"), Host("db", "10.0.0.6")


@pytest.fixture
async def dialer() -> MemoryDialer:
    return MemoryDialer()


@pytest.fixture
async def roster(dialer: MemoryDialer) -> Roster:
    return Roster(Surroundings(dialer, ScriptedPrompter()))


async def test_the_same_host_twice_gets_two_names(roster: Roster) -> None:
    assert [roster.open(WEB).label, roster.open(WEB).label] == ["web", "web (2)"]
    assert len(roster.for_host("web")) == 2


async def test_a_new_tab_is_in_front_and_connects(roster: Roster) -> None:
    session = roster.open(WEB)
    assert roster.front is session
    await eventually(lambda: session.state is State.LIVE, "it is live")
    assert roster.live == 1


async def test_stepping_goes_around_the_ends(roster: Roster) -> None:
    first, second = roster.open(WEB), roster.open(DATABASE)
    roster.step(1)
    assert roster.front is first
    roster.step(-1)
    assert roster.front is second


async def test_stepping_from_the_hosts_enters_at_the_near_end(roster: Roster) -> None:
    first, second = roster.open(WEB), roster.open(DATABASE)
    roster.show(None)
    roster.step(1)
    assert roster.front is first
    roster.show(None)
    roster.step(-1)
    assert roster.front is second


async def test_moving_stops_at_the_ends(roster: Roster) -> None:
    first, second = roster.open(WEB), roster.open(DATABASE)
    roster.move(second, -1)
    roster.move(second, -1)
    assert roster.sessions == (second, first)


async def test_closing_shows_the_neighbour_and_ends_the_channel(roster: Roster, dialer: MemoryDialer) -> None:
    first, second = roster.open(WEB), roster.open(DATABASE)
    await eventually(lambda: roster.live == 2 and len(dialer.channels) == 2, "both are live")
    await eventually(lambda: {first.state, second.state} == {State.LIVE}, "they are")
    await roster.close(second)
    assert roster.front is first
    assert dialer.channels[1].closed
    assert not dialer.channels[0].closed


async def test_closing_all_leaves_nothing_live(roster: Roster, dialer: MemoryDialer) -> None:
    opened = [roster.open(WEB), roster.open(DATABASE)]
    await eventually(lambda: all(session.state is State.LIVE for session in opened), "both are live")
    await roster.close_all()
    assert roster.sessions == ()
    assert all(channel.closed for channel in dialer.channels)


async def test_subscribers_hear_of_opening_and_closing_until_they_stop(roster: Roster) -> None:
    heard: list[int] = []
    stop = roster.subscribe(lambda: heard.append(len(roster.sessions)))
    session = roster.open(WEB)
    assert heard[-1] == 1
    await roster.close(session)
    assert heard[-1] == 0
    stop()
    roster.open(WEB)
    assert heard[-1] == 0
