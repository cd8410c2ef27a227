"""The registry and the keymap: what each keystroke means, and what a person may and may not choose."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sshtui.ui.actions import ACTIONS, Scope
from sshtui.ui.keymap import Keymap, canonical, shown
from tests.ui.shell_stage import Stage


def test_the_defaults_have_no_conflicts() -> None:
    keymap = Keymap()
    assert keymap.problems == []
    assert all(len(keymap.keystrokes(action.id)) == len(action.keystrokes) for action in ACTIONS)


@pytest.mark.parametrize(
    ("after", "action"),
    [
        ("1", "tab.show_1"), ("9", "tab.show_9"), ("n", "tab.next"), ("p", "tab.previous"), ("h", "hosts.show"),
        ("0", "hosts.show"), ("c", "app.quick_connect"), ("x", "tab.close"), ("r", "tab.reconnect"),
        ("b", "app.sidebar"), ("left_square_bracket", "terminal.copy"), ("slash", "terminal.search"),
        ("right_square_bracket", "terminal.paste"), ("m", "terminal.mouse"), ("l", "terminal.lock"),
        ("colon", "app.palette"), ("question_mark", "app.help"), ("comma", "tab.rename"),
    ],
)  # fmt: skip
def test_the_leader_is_followed_by_what_the_design_says(after: str, action: str) -> None:
    assert Keymap().after_leader(after) == action


def test_a_terminal_gives_up_only_the_listed_keystrokes() -> None:
    keymap = Keymap()
    taken = {name for action in ACTIONS for name in keymap.keystrokes(action.id) if keymap.taken(name)}
    assert taken == {
        "ctrl+backslash", *(f"alt+{digit}" for digit in "0123456789"), "shift+pageup", "shift+pagedown",
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["up", "Enter", "Esc", "tab", "ctrl+c", "Ctrl+[", "ctrl+m", "ctrl+i", "left", "space", "a", "?"]
)
def test_no_setting_can_make_a_trap_of_the_leader(name: str) -> None:
    keymap = Keymap({"leader": (name,)})
    assert keymap.leader == "ctrl+backslash"
    assert len(keymap.problems) == 1


def test_the_leader_stays_when_nothing_else_leads_out_of_a_terminal() -> None:
    assert Keymap({"leader": ()}).leader == ""
    stuck = Keymap({"leader": (), "hosts.show": ("leader h",)})
    assert stuck.leader == "ctrl+backslash"
    assert "stays" in stuck.problems[0]


def test_a_choice_replaces_the_default_and_may_be_written_as_people_write() -> None:
    keymap = Keymap({"leader": ("Ctrl+]",), "hosts.add": ("+",), "tab.next": ("leader N", "F12"), "tab.show_1": ()})
    assert keymap.leader == "ctrl+right_square_bracket"
    assert keymap.find(Scope.HOSTS, "plus") == "hosts.add"
    assert keymap.find(Scope.HOSTS, "a") is None
    assert keymap.after_leader("N") == "tab.next"
    assert keymap.find(Scope.TERMINAL, "f12") == "tab.next"
    assert not keymap.taken("alt+1")
    assert keymap.problems == []


def test_a_conflict_is_reported_and_a_choice_comes_before_a_default() -> None:
    keymap = Keymap({"hosts.sort": ("d",), "hosts.undo": ("d",)})
    assert keymap.find(Scope.HOSTS, "d") in ("hosts.sort", "hosts.undo")
    assert [problem for problem in keymap.problems if "already means" in problem]
    assert keymap.find(Scope.HOSTS, "delete") == "hosts.delete"


def test_an_unknown_action_is_reported() -> None:
    assert "no.such" in Keymap({"no.such": ("x",)}).problems[0]


@pytest.mark.parametrize(
    ("written", "name", "seen"),
    [
        ("Ctrl+\\", "ctrl+backslash", "Ctrl+\\"), ("?", "question_mark", "?"), ("pgup", "pageup", "PgUp"),
        ("shift+PageUp", "shift+pageup", "Shift+PgUp"), ("alt+ctrl+X", "ctrl+alt+x", "Ctrl+Alt+X"), ("F5", "f5", "F5"),
        ("leader ,", "leader comma", None), ("ctrl++", "ctrl+plus", "Ctrl++"), ("G", "G", "G"),
        ("Space", "space", "Space"),
    ],
)  # fmt: skip
def test_names_are_read_and_shown(written: str, name: str, seen: str | None) -> None:
    assert canonical(written) == name
    if seen is not None:
        assert shown(name) == seen


async def test_every_action_is_carried_out_by_somebody(stage: Callable[..., Stage]) -> None:
    shell = stage()
    async with shell.app.run_test():
        assert {action.id for action in ACTIONS} - shell.main._commands.keys() == {"leader"}


async def test_problems_of_the_keymap_are_told_at_the_start(stage: Callable[..., Stage]) -> None:
    shell = stage(keymap={"leader": ("enter",)})
    async with shell.app.run_test() as pilot:
        await pilot.pause()
    assert "always belongs to the remote" in shell.prompter.notices[0].text
