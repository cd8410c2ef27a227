"""Several hosts at once: marking, and what is done to all that are marked; undo of every change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from sshtui.model.folders import FolderSettings
from sshtui.model.hosts import Host
from sshtui.model.questions import Confirm
from sshtui.store.hosts import HostStore
from sshtui.store.paths import Paths
from sshtui.ui.host_rows import FolderRow, HostRow
from sshtui.ui.marks import Marks
from sshtui.ui.widgets.card import Card, FieldEditor
from sshtui.ui.widgets.host_list import HostList
from sshtui.wiring.app import build_app
from tests.disks import full_disk
from tests.ui.shell_stage import DB, HOSTS, LONELY, PI, WEB, Stage
from tests.waiting import eventually

Build = Callable[..., Stage]

FROM_CONFIG = Host("bastion", "bastion.example.org", origin="~/.ssh/config:12")
TEAM = Host("wiki", "wiki.example.org", user="ops", folder="office", origin="~/team.toml")
MANY = tuple(Host(f"n-{number:02}", f"10.0.0.{number}") for number in range(12))


def _marked(shell: Stage) -> list[str]:
    """Names of the rows that bear the mark, as painted."""
    rows = shell.main.query_one(HostList)
    painted = [
        (row, "".join(segment.text for segment in rows.render_line(place))) for place, row in enumerate(rows.rows)
    ]
    return [row.host.name for row, line in painted if isinstance(row, HostRow) and line.startswith("▌")]


def _by_name(hosts: Sequence[Host]) -> dict[str, Host]:
    return {host.name: host for host in hosts}


def _folders(shell: Stage) -> dict[str, str]:
    return {host.name: host.folder for host in shell.store.hosts()}


async def _into(pilot: Pilot[int], shell: Stage, field: str, text: str) -> None:
    editor = shell.main.query_one(f"#field-{field}", FieldEditor)
    editor.input.focus()
    editor.input.value = ""
    await pilot.pause()
    await pilot.press(*text)


async def test_space_marks_one_after_the_other_and_the_last_line_counts_them(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "up", "space", "space")
        picture = await shell.shows(pilot, "2 marked")
        assert "Enter connect" in picture.splitlines()[-1]
        assert _marked(shell) == ["web-1", "lonely"]
        await pilot.press("space")
        await shell.shows(pilot, "1 marked")
        assert _marked(shell) == ["web-1"]
        await pilot.press("escape")
        await shell.until(pilot, "no marks", lambda: "marked" not in shell.picture())


@pytest.mark.parametrize("keys", [("v", "up", "up", "v"), ("shift+up", "shift+up"), ("v", "home", "end", "up", "up")])
async def test_a_range_reaches_from_where_it_began_to_the_cursor(stage: Build, keys: Sequence[str]) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", *keys)
        await shell.shows(pilot, "3 marked")
        assert _marked(shell) == ["db", "web-1", "lonely"]


async def test_after_a_range_the_cursor_moves_freely(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "shift+up", "up", "up", "up")
        await shell.shows(pilot, "2 marked")
        assert _marked(shell) == ["web-1", "lonely"]


async def test_space_on_a_folder_marks_what_is_in_it_folded_or_not(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("home", "left", "space")
        await shell.shows(pilot, "1 marked")
        await pilot.press("end", "up", "up", "up", "space")
        await shell.shows(pilot, "3 marked")
        assert _marked(shell) == ["db", "web-1"]


async def test_the_star_marks_what_the_filter_leaves_and_marks_stay_without_it(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("slash", *"produ", "down", "escape", "slash", *"produ")
        shell.main.sidebar.take_focus()
        await pilot.press("*")
        await shell.shows(pilot, "2 marked")
        await pilot.press("escape")
        await shell.shows(pilot, "○ lonely")
        assert _marked(shell) == ["db", "web-1"]


async def test_a_mark_goes_with_its_host(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "space", "up", "space")
        await shell.shows(pilot, "2 marked")
        shell.store.remove("lonely")
        await shell.shows(pilot, "1 marked")


async def test_enter_opens_a_tab_on_each_marked_host(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await pilot.press("end", "v", "up", "up", "enter")
        await shell.until(pilot, "three tabs", lambda: len(shell.main.roster.sessions) == 3)
        await shell.until(pilot, "no marks", lambda: not _marked(shell))
    assert [host.name for host in shell.dialer.hosts] == ["web-1", "db", "lonely"]


async def test_enter_in_the_filter_opens_the_match_whatever_is_marked(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await pilot.press("end", "space", "up", "space", "slash", *"pi", "enter")
        await shell.until(pilot, "a tab", lambda: shell.dialer.hosts)
        await shell.shows(pilot, "12 ms")
    assert [host.name for host in shell.dialer.hosts] == ["pi"]


@pytest.mark.parametrize(("answer", "tabs"), [(True, 12), (None, 0)])
async def test_many_are_opened_after_a_question(stage: Build, answer: bool | None, tabs: int) -> None:
    shell = stage(hosts=MANY, answers=[answer])
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await pilot.press("*", "enter")
        await shell.until(pilot, "a question", lambda: shell.prompter.asked(Confirm))
        await shell.until(pilot, "the tabs", lambda: len(shell.main.roster.sessions) == tabs)
    assert "12 hosts" in shell.prompter.asked(Confirm)[0].text


async def test_a_field_is_edited_on_all_and_those_that_differ_stay_as_they_are(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(80, 40)) as pilot:
        await pilot.press("end", "v", "up", "up", "e")
        picture = await shell.shows(pilot, "edit 3 hosts")
        assert "address    mixed; - empties" in picture
        assert not shell.main.query("#field-name")
        await _into(pilot, shell, "user", "deploy")
        await _into(pilot, shell, "tags", "+x")
        await pilot.press("enter")
        await shell.until(pilot, "the change", lambda: shell.store.get("db") != DB)
        assert shell.store.get("db") == Host("db", "10.0.0.6", 2222, "deploy", "production", tags=("eu", "x"))
        assert shell.store.get("web-1") == Host("web-1", "10.0.0.5", user="deploy", folder="production", tags=("x",))
        assert shell.store.get("lonely") == Host("lonely", "192.0.2.7", user="deploy", tags=("x",))
        assert shell.store.get("pi") == PI
        await pilot.press("u")
        await shell.until(pilot, "undo", lambda: shell.store.hosts() == HOSTS)
        assert shell.prompter.notices[-1].text == "Undone: 3 hosts edited."


async def test_a_dash_empties_a_field_of_all(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(80, 40)) as pilot:
        await pilot.press("end", "v", "up", "up", "e")
        await _into(pilot, shell, "folder", "-")
        await _into(pilot, shell, "address", "-")
        await pilot.press("enter")
        await shell.shows(pilot, "An address is needed.")
        await _into(pilot, shell, "address", "")
        await pilot.press("enter")
        await shell.until(pilot, "the change", lambda: set(_folders(shell).values()) == {"", "lab/home"})


async def test_marked_hosts_are_deleted_in_one_step_and_come_back_in_one(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "v", "up", "up", "d")
        await shell.until(pilot, "deletion", lambda: shell.store.hosts() == (PI,))
        assert "3 hosts deleted" in shell.prompter.notices[-1].text
        await pilot.press("u")
        await shell.until(pilot, "undo", lambda: _by_name(shell.store.hosts()) == _by_name(HOSTS))


@pytest.mark.parametrize("answer", [True, None])
async def test_many_are_deleted_after_a_question(stage: Build, answer: bool | None) -> None:
    shell = stage(hosts=MANY, answers=[answer])
    async with shell.app.run_test() as pilot:
        await pilot.press("*", "d")
        await shell.until(pilot, "a question", lambda: shell.prompter.asked(Confirm))
        await shell.until(pilot, "the answer", lambda: len(shell.store.hosts()) == (0 if answer else 12))


async def test_m_moves_to_a_folder_that_tab_completes(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "space", "up", "up", "space", "m")
        await shell.shows(pilot, "move 2 hosts to")
        await pilot.press(*"lab/h", "tab", "enter")
        await shell.until(pilot, "the move", lambda: _folders(shell)["lonely"] == "lab/home")
        assert _folders(shell) == {"web-1": "production", "lonely": "lab/home", "db": "lab/home", "pi": "lab/home"}
        await pilot.press("u")
        await shell.until(pilot, "undo", lambda: _folders(shell)["lonely"] == "")
        assert shell.store.get("db") == DB
        assert "2 hosts moved to lab/home" in shell.prompter.notices[-1].text


async def test_a_folder_that_cannot_be_is_said_and_stays_typed(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "m", *"a//b", "enter")
        await shell.shows(pilot, "single slashes")
        await pilot.press("escape", "down")
        assert shell.main.focused is shell.main.query_one(HostList)
    assert shell.store.hosts() == HOSTS


async def test_a_folder_moves_with_its_hosts_and_settings(stage: Build) -> None:
    shell = stage()
    shell.store.put_folder("lab", {"user": "ada"})
    async with shell.app.run_test() as pilot:
        await pilot.press("home", "m", *("backspace",) * 3, *"site/lab", "enter")
        await shell.until(pilot, "the move", lambda: _folders(shell)["pi"] == "site/lab/home")
        assert shell.store.folders == (FolderSettings("site/lab", "ada"),)
        await pilot.press("u")
        await shell.until(pilot, "undo", lambda: _folders(shell)["pi"] == "lab/home")
    assert shell.store.folders == (FolderSettings("lab", "ada"),)


async def test_a_folder_cannot_go_inside_itself(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("home", "m", *"/x", "enter")
        await shell.until(pilot, "an answer", lambda: shell.prompter.notices)
        assert "inside itself" in shell.prompter.notices[-1].text
    assert shell.store.hosts() == HOSTS


async def test_dragging_onto_a_folder_moves_a_host_there(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        rows = shell.main.query_one(HostList)
        await shell.shows(pilot, "○ lonely")
        await pilot.mouse_down(rows, offset=(4, 6))
        await pilot.hover(rows, offset=(4, 0))
        await pilot.mouse_up(rows, offset=(4, 0))
        await shell.until(pilot, "the move", lambda: _folders(shell)["lonely"] == "lab")
        assert not any(isinstance(row, FolderRow) and row.folded for row in rows.rows)


async def test_what_is_marked_is_dragged_along(stage: Build) -> None:
    shell = stage(config_hosts=lambda: (FROM_CONFIG,))
    async with shell.app.run_test() as pilot:
        rows = shell.main.query_one(HostList)
        await shell.shows(pilot, "○ bastion")
        await pilot.press("end", "up", "up", "space", "up", "up", "space")
        await pilot.mouse_down(rows, offset=(4, 6))
        await pilot.hover(rows, offset=(4, 1))
        await pilot.mouse_up(rows, offset=(4, 1))
        await shell.until(pilot, "the move", lambda: _folders(shell)["lonely"] == "lab/home")
        assert _folders(shell)["web-1"] == "lab/home"
        await pilot.mouse_down(rows, offset=(4, 3))
        await pilot.hover(rows, offset=(4, 7))
        await pilot.mouse_up(rows, offset=(4, 7))
        await shell.until(pilot, "a word", lambda: "no folder of yours" in shell.prompter.notices[-1].text)


async def test_f_puts_a_host_to_the_top_and_back(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "up", "f")
        picture = await shell.shows(pilot, "★ favourites 1")
        assert picture.splitlines()[2][:32].split() == ["○", "web-1", "production"]
        assert shell.main.sidebar.host == shell.store.get("web-1")
        await pilot.press("slash", "w")
        await shell.shows(pilot, "○ web-1 ★")
        await pilot.press("escape", "f")
        await shell.until(pilot, "back", lambda: "favourites" not in shell.picture())
    assert shell.store.get("web-1") == WEB


def _sorted_by(shell: Stage, setting: str) -> bool:
    return shell.settings.get("sort") == setting


async def test_s_goes_from_the_name_to_the_last_use_to_the_number_of_uses(stage: Build) -> None:
    shell = stage(hosts=(DB, WEB))
    for name in ("db", "db", "web-1"):
        shell.recent.touch(name)
    async with shell.app.run_test() as pilot:
        for setting, first in (("recent", "web-1"), ("used", "db"), ("name", "db")):
            await pilot.press("s")
            await shell.until(pilot, setting, partial(_sorted_by, shell, setting))
            rows = [row.host.name for row in shell.main.query_one(HostList).rows if isinstance(row, HostRow)]
            assert rows[0] == first


async def test_the_filter_finds_tags_and_nothing_else_by_them(stage: Build) -> None:
    shell = stage(hosts=(*HOSTS, Host("eu-name", "eu.example.org")))
    async with shell.app.run_test() as pilot:
        await pilot.press("#", *"e")
        await shell.until(pilot, "one match", lambda: "eu-name" not in shell.picture())
        await shell.shows(pilot, "○ db")
        await pilot.press("escape", "slash", *"tag:eu")
        await shell.until(pilot, "one match", lambda: "eu-name" not in shell.picture())
        await shell.shows(pilot, "○ db")


async def test_a_read_only_host_becomes_one_of_our_own_under_its_name(stage: Build) -> None:
    shell = stage(config_hosts=lambda: (TEAM, FROM_CONFIG))
    async with shell.app.run_test() as pilot:
        await shell.shows(pilot, "○ wiki")
        await pilot.press("end", "space", "up", "up", "space", "O")
        await shell.until(pilot, "the copies", lambda: shell.store.get("wiki") and shell.store.get("bastion"))
        picture = await shell.shows(pilot, "office")
        assert picture.count("○ wiki") == 1
        assert shell.store.get("wiki") == Host("wiki", "wiki.example.org", user="ops", folder="office")
        await pilot.press("u")
        await shell.until(pilot, "undo", lambda: shell.store.hosts() == HOSTS)
        await shell.shows(pilot, "~/team.toml")


async def test_a_read_only_host_says_which_file_it_comes_from(stage: Build) -> None:
    shell = stage(config_hosts=lambda: (TEAM,))
    async with shell.app.run_test() as pilot:
        await shell.shows(pilot, "○ wiki")
        await pilot.press("end")
        picture = await shell.shows(pilot, "from       ~/team.toml")
        assert "read-only; O saves" in picture


async def test_the_settings_of_a_folder_are_edited_on_the_card_and_undone(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(80, 40)) as pilot:
        await pilot.press("home", "e")
        await shell.shows(pilot, "edit the folder lab")
        await _into(pilot, shell, "port", "99999")
        await shell.shows(pilot, "A number from")
        await _into(pilot, shell, "port", "2222")
        await _into(pilot, shell, "danger", "yes")
        await pilot.press("enter")
        wanted = (FolderSettings("lab", port=2222, danger=True),)
        await shell.until(pilot, "the settings", lambda: shell.store.folders == wanted)
        await shell.shows(pilot, "danger     yes")
        await pilot.press("u")
        await shell.until(pilot, "undo", lambda: shell.store.folders == (FolderSettings("lab"),))
        assert shell.prompter.notices[-1].text == "Undone: the settings of lab."


async def test_a_host_is_marked_as_dangerous_on_its_card_and_undo_takes_that_back(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(80, 40)) as pilot:
        await pilot.press("end", "e")
        await _into(pilot, shell, "danger", "yes")
        await pilot.press("enter")
        await shell.shows(pilot, "danger     PROD")
        await pilot.press("u")
        await shell.until(pilot, "undo", lambda: shell.store.get("lonely") == LONELY)


async def test_undo_goes_back_step_by_step(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "f", "d", "end", "m", *("backspace",) * 10, *"x", "enter")
        await shell.until(pilot, "the changes", lambda: _folders(shell).get("web-1") == "x")
        await pilot.press("u", "u", "u", "u")
        await shell.until(pilot, "all undone", lambda: "nothing to undo" in shell.prompter.notices[-1].text)
    assert _by_name(shell.store.hosts()) == _by_name(HOSTS)


async def test_a_step_that_another_instance_made_impossible_does_not_bar_those_before_it(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "m", *"x", "enter")
        await shell.until(pilot, "the move", lambda: _folders(shell)["lonely"] == "x")
        await pilot.press("home", "a", *"new", "tab", *"h", "enter")
        await shell.until(pilot, "the new host", lambda: shell.store.get("new"))
        shell.store.remove("new")
        await pilot.press("u", "u")
        await shell.until(pilot, "the move back", lambda: _folders(shell)["lonely"] == "")


async def test_what_cannot_be_saved_changes_nothing_and_is_said(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        with full_disk():
            await pilot.press("end", "v", "up", "d", "f")
            await shell.until(pilot, "a word", lambda: len(shell.prompter.notices) == 2)
        assert {notice.level for notice in shell.prompter.notices} == {"error"}
        await pilot.press("u")
        await shell.until(pilot, "an answer", lambda: "nothing to undo" in shell.prompter.notices[-1].text)
    assert shell.store.hosts() == HOSTS


async def test_letters_of_marking_are_text_while_a_card_is_edited(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "e", *("backspace",) * 10, *"vmft*#")
        focused = shell.app.focused
        assert isinstance(focused, Input)
        assert focused.value == "vmft*#"
        assert shell.main.query_one(Card).editing


def test_marks_keep_a_range_whose_beginning_is_not_listed_any_more() -> None:
    rows = [HostRow(host, 0) for host in MANY]
    marks = Marks()
    marks.begin_range(rows[2], holds=True)
    marks.follow(rows, 5)
    marks.follow(rows[6:], 3)
    assert marks.names == {"n-02", "n-03", "n-04", "n-05"}


async def test_the_real_app_undoes_what_a_dialog_kept_in_a_host(tmp_path: Path) -> None:
    HostStore(tmp_path / "hosts.toml").put(LONELY)
    app = build_app(Paths(tmp_path, tmp_path / "state", tmp_path / "ssh"))
    async with app.run_test() as pilot:
        history = app.parts.history
        assert history is not None
        history.save([(LONELY, replace(LONELY, key_pair="~/.ssh/id_work"))])
        await pilot.press("u")
        await eventually(lambda: HostStore(tmp_path / "hosts.toml").get("lonely") == LONELY, "undo")
