from __future__ import annotations

from sshtui.web.sessions import ABSOLUTE, IDLE, SESSIONS, Session, Sessions


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_token_opens_its_session_and_nothing_else_does() -> None:
    sessions = Sessions(clock=Clock())
    token, session = sessions.begin("owner", "10.0.0.1", "browser")
    assert sessions.find(token) is session
    assert [sessions.find(other) for other in ("", session.name, token[:-1], token + "A", "\ud800")] == [None] * 5
    assert len(token) >= 43, "256 bits"


def test_the_token_itself_is_not_kept() -> None:
    sessions = Sessions(clock=Clock())
    token, session = sessions.begin("owner", "10.0.0.1", "browser")
    assert token not in repr(vars(sessions))
    assert token not in repr(session)


def test_a_session_ends_after_idleness_and_after_its_longest_time() -> None:
    clock, ended = Clock(), list[str]()
    sessions = Sessions(lambda session: ended.append(session.ended), clock=clock)
    idle, _ = sessions.begin("owner", "", "")
    busy, session = sessions.begin("owner", "", "")
    clock.now += IDLE - 1
    sessions.touch(session)
    assert sessions.find(idle)
    clock.now += 1
    assert sessions.find(idle) is None
    for _ in range(int(ABSOLUTE / 600)):
        sessions.touch(session)
        clock.now += 600
    assert sessions.find(busy) is None
    assert ended == ["idle", "absolute limit"]


def test_what_looks_through_a_session_is_told_once_when_it_ends() -> None:
    sessions, told = Sessions(clock=Clock()), list[str]()
    _, session = sessions.begin("owner", "", "")
    session.viewers[told.append] = None
    assert sessions.end("signed out", session) == 1
    assert sessions.end("signed out", session) == 0
    assert told == ["signed out"]
    assert session.ended == "signed out"


def test_the_one_idle_longest_makes_room() -> None:
    clock = Clock()
    sessions = Sessions(clock=clock)
    tokens = []
    for _ in range(SESSIONS + 1):
        clock.now += 1
        tokens.append(sessions.begin("owner", "", "")[0])
    assert sessions.find(tokens[0]) is None
    assert all(sessions.find(token) for token in tokens[1:])


def test_all_end_together() -> None:
    sessions = Sessions(clock=Clock())
    live = [sessions.begin("owner", "", "")[1] for _ in range(3)]
    assert sessions.end("set up anew") == 3
    assert {session.ended for session in live} == {"set up anew"}
    assert sessions.listed() == ()


def test_a_session_of_this_kind_is_itself() -> None:
    """Two with the same facts are two: a set of them must not merge."""
    one = Session("a", "owner", "", "", 0, 0, 0)
    other = Session("a", "owner", "", "", 0, 0, 0)
    assert one != other
