"""The card: hosts are added, edited, cloned, deleted and brought back where they stand, without a modal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from sshtui.model.host_keys import PublicKey
from sshtui.model.hosts import Forward, Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import ChooseKeyPair, ChosenKeyPair
from sshtui.model.terminal_switches import TerminalSwitches
from sshtui.store.hosts import HostStore
from sshtui.ui.card_fields import CARD_FIELDS, Surrounding, read, written
from sshtui.ui.widgets.card import Card, Editing, FieldEditor
from tests.ui.shell_stage import LONELY, WEB, Stage, parse

Build = Callable[..., Stage]

FULL = Host(
    "full", "2001:db8::1", 2222, "ada", "a/b", "~/.ssh/id_ed25519", "bastion,ada@192.0.2.1", ("eu", "test"),
    "first line\nsecond", "tmux attach", 0, "midnight", "#d04040", (Forward("local", "8080", "localhost:80"),),
    TerminalSwitches(backspace="bs", clipboard="deny"),
)  # fmt: skip


def _around(*names: str) -> Surrounding:
    return Surrounding(names, ("midnight",), parse)


def test_a_host_written_as_texts_reads_back_the_same() -> None:
    assert read(written(FULL), FULL) == FULL


def test_forwards_are_written_on_one_line_of_the_card() -> None:
    assert written(FULL)["forwards"] == "L 8080:localhost:80"
    changed = read(written(FULL) | {"forwards": "R 9000:localhost:22, D 1080"}, FULL)
    assert changed.forwards == (Forward("remote", "9000", "localhost:22"), Forward("dynamic", "1080"))
    assert read(written(FULL) | {"forwards": ""}, FULL).forwards == ()


@pytest.mark.parametrize(("before", "text", "after"), [
    ({}, "yes", {"reconnect": True}), ({}, "", {}), ({}, "no", {}),
    ({"reconnect": True, "other": 1}, "yes", {"reconnect": True, "other": 1}),
    ({"reconnect": True, "other": 1}, "", {"reconnect": False, "other": 1}),
])  # fmt: skip
def test_reconnecting_by_itself_is_a_yes_on_the_card(
    before: dict[str, object], text: str, after: dict[str, object]
) -> None:
    host = Host("n", "h", extra=before)
    assert written(host)["reconnect"] == ("yes" if before else "")
    assert read(written(host) | {"reconnect": text}, host).extra == after


@pytest.mark.parametrize(("before", "text", "after"), [
    ({}, "yes", {"danger": True}), ({}, "no", {"danger": False}), ({}, "", {}),
    ({"danger": True}, "no", {"danger": False}), ({"danger": True}, "", {"danger": None}),
])  # fmt: skip
def test_the_danger_mark_is_yes_no_or_as_the_folder_has_it(
    before: dict[str, object], text: str, after: dict[str, object]
) -> None:
    host = Host("n", "h", extra=before)
    assert written(host)["danger"] == ("yes" if before else "")
    assert read(written(host) | {"danger": text}, host).extra == after


def test_fields_left_empty_mean_the_defaults() -> None:
    texts = {field.id: "" for field in CARD_FIELDS} | {"name": " n ", "address": "h "}
    assert read(texts, Host("", "")) == Host("n", "h")


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        ({}, "tmux", {"resume": "tmux"}),
        ({}, "", {}),
        ({"resume": "tmux", "other": 1}, "", {"resume": None, "other": 1}),
    ],
)
def test_a_program_to_come_back_to_is_a_choice_on_the_card(
    before: dict[str, object], text: str, after: dict[str, object]
) -> None:
    host = Host("a", "a", extra=before)
    assert written(host)["resume"] == before.get("resume", "")
    assert read(written(host) | {"resume": text}, host).extra == after


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("name", "", "A name is needed."), ("name", "web-1", "Another host has this name."),
        ("reconnect", "maybe", "yes or no"),
        ("resume", "emacs", "Write tmux, or nothing."),
        ("address", "", "An address is needed."), ("address", "-x", "cannot start with a dash"),
        ("port", "0", "1 to 65535"), ("port", "65536", "1 to 65535"), ("port", "ssh", "1 to 65535"),
        ("user", "a b", "No blanks"), ("folder", "a//b", "single slashes"),
        ("key_pair", "/no/such/file", "no such file"),
        ("jump", "bastion, a b@", "An address is needed"), ("keep_alive", "-1", "Seconds"),
        ("theme", "nope", "No theme"), ("terminal", "backspace=x", "del, bs"),
        ("forwards", "D 1080, L 8080", "where it leads"),
        ("colour", "reddish", "A colour such as"),
    ],
)  # fmt: skip
def test_each_field_says_what_is_wrong(field: str, text: str, sentence: str) -> None:
    editing = Editing(CARD_FIELDS, {}, _around("web-1", "bastion"), lambda _texts: None)
    found = editing.problems(written(Host("ok", "h")) | {field: text})
    assert sentence in found[field]
    assert list(found) == [field]


def _problem(shell: Stage, field: str) -> str:
    line = shell.main.query_one(f"#field-{field} .problem")
    return str(line.render()) if line.display else ""


async def _type(pilot: Pilot[int], shell: Stage, field: str, text: str) -> None:
    editor = shell.main.query_one(f"#field-{field}", FieldEditor)
    editor.input.focus()
    editor.input.value = ""
    await pilot.pause()
    await pilot.press(*text)


async def test_a_host_is_edited_where_it_stands(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "e", "tab", *("backspace",) * 20, *"10.1.1.1", "down", *"2222", "enter")
        await shell.shows(pilot, "10.1.1.1")
    assert HostStore(shell.path).get("lonely") == Host("lonely", "10.1.1.1", 2222)


async def test_nothing_else_moves_while_a_host_is_edited(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end")
        await pilot.pause()
        before = [widget.region for widget in shell.main.query("#host-list, #workspace, #status, #filter, #card")]
        await pilot.press("e", *"xxx", "tab", *"  ")
        await shell.until(pilot, "fields", lambda: shell.main.query_one(Card).editing)
        assert [w.region for w in shell.main.query("#host-list, #workspace, #status, #filter, #card")] == before


async def test_a_problem_stands_under_its_field_while_typing(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await pilot.press("end", "e")
        await _type(pilot, shell, "port", "70000")
        await shell.shows(pilot, "A number from 1 to 65535.")
        await pilot.press("backspace")
        await shell.until(pilot, "no problem", lambda: not _problem(shell, "port"))


async def test_a_wrong_field_is_not_saved_and_gets_the_focus(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "e")
        await _type(pilot, shell, "address", "-bad")
        await pilot.press("tab", "enter")
        await shell.shows(pilot, "An address cannot start")
        focused = shell.app.focused
        assert isinstance(focused, Input)
        assert focused.value == "-bad"
    assert shell.store.get("lonely") == LONELY


async def test_escape_gives_up_and_changes_nothing(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "e", *"zzz", "escape")
        await shell.until(pilot, "the card closed", lambda: not shell.main.query_one(Card).editing)
        await pilot.press("up")
    assert shell.store.get("lonely") == LONELY


async def test_a_host_is_added_into_the_folder_under_the_cursor(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "up", "a", *"web-2", "tab", *"10.0.0.7", "enter")
        await shell.shows(pilot, "○ web-2")
        assert shell.main.sidebar.host == Host("web-2", "10.0.0.7", folder="production")
    assert shell.store.get("web-2") == Host("web-2", "10.0.0.7", folder="production")


async def test_a_name_that_is_taken_is_refused(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await pilot.press("a", *"web-1")
        await shell.shows(pilot, "Another host has this name.")


async def test_f2_renames_and_the_cursor_stays_on_the_host(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "f2", *("backspace",) * 10, *"alone", "enter")
        await shell.shows(pilot, "○ alone")
        assert shell.main.sidebar.host == Host("alone", "192.0.2.7")
    assert shell.store.get("lonely") is None


async def test_a_clone_gets_a_free_name_and_leaves_the_original(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "up", "c", "enter")
        await shell.shows(pilot, "web-1-2")
    assert shell.store.get("web-1-2") == Host("web-1-2", "10.0.0.5", user="root", folder="production")
    assert shell.store.get("web-1") == WEB


async def test_a_deleted_host_comes_back_with_undo(stage: Build) -> None:
    shell = stage(hosts=(FULL, LONELY))
    async with shell.app.run_test() as pilot:
        await pilot.press("slash", *"full", "escape", "home", "down", "down", "d")
        await shell.until(pilot, "deletion", lambda: shell.store.get("full") is None)
        assert "u brings it back" in shell.prompter.notices[-1].text
        await pilot.press("u")
        await shell.until(pilot, "undo", lambda: shell.store.get("full") == FULL)
        await pilot.press("u")
        await shell.until(pilot, "an answer", lambda: "nothing to undo" in shell.prompter.notices[-1].text)


async def test_after_a_deletion_the_cursor_is_on_the_neighbour(stage: Build) -> None:
    hosts = [Host(name, "h", folder=folder) for name, folder in (("a", "x"), ("b", "x"), ("c", "x"), ("d", "y"))]
    shell = stage(hosts=hosts)
    async with shell.app.run_test() as pilot:
        sidebar = shell.main.sidebar
        await pilot.press("down", "down", "d")
        await shell.until(pilot, "the next", lambda: sidebar.host and sidebar.host.name == "c")
        await pilot.press("d")
        await shell.until(pilot, "the one before", lambda: sidebar.host and sidebar.host.name == "a")


async def test_undo_takes_back_an_edit_and_a_rename(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "f2", *"X", "enter")
        await shell.until(pilot, "the new name", lambda: shell.store.get("lonelyX"))
        await pilot.press("u")
        await shell.until(pilot, "the old name", lambda: shell.store.get("lonely") == LONELY)
    assert shell.store.get("lonelyX") is None


async def test_a_host_of_ssh_config_is_read_only_but_can_be_cloned(stage: Build) -> None:
    foreign = Host("bastion", "b.example.org", origin="~/.ssh/config:12")
    shell = stage(config_hosts=lambda: (foreign,))
    async with shell.app.run_test() as pilot:
        await shell.shows(pilot, "○ bastion")
        await pilot.press("end", "e", "d")
        await pilot.pause()
        assert not shell.main.query_one(Card).editing
        assert "read-only" in shell.prompter.notices[-1].text
        await pilot.press("c", "enter")
        await shell.until(pilot, "a copy", lambda: shell.store.get("bastion-2"))
    assert shell.store.get("bastion-2") == Host("bastion-2", "b.example.org")


async def test_what_could_not_be_saved_is_said_and_stays_typed(stage: Build, tmp_path: Path) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "e", "tab", *"9")
        shell.path.write_text("[[host]\n")
        await pilot.press("enter")
        await shell.shows(pilot, "Not saved")
        focused = shell.app.focused
        assert isinstance(focused, Input)
        assert focused.value == "192.0.2.79"


async def test_what_another_instance_set_while_the_card_was_open_stays(stage: Build) -> None:
    shell = stage()
    other = HostStore(shell.path)
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "e", "tab", *"9")
        other.put(Host("lonely", "192.0.2.7", port=2222, extra={"danger": True}))
        shell.store.refresh()
        await pilot.press("enter")
        await shell.until(pilot, "the address", lambda: (h := shell.store.get("lonely")) and h.address == "192.0.2.79")
    assert HostStore(shell.path).get("lonely") == Host("lonely", "192.0.2.79", 2222, extra={"danger": True})


async def test_what_another_instance_set_while_the_card_of_several_was_open_stays(stage: Build) -> None:
    shell = stage()
    other = HostStore(shell.path)
    async with shell.app.run_test(size=(120, 50)) as pilot:
        await pilot.press("end", "space", "up", "space", "e")
        await _type(pilot, shell, "notes", "ours")
        other.put(replace(LONELY, port=2222))
        shell.store.refresh()
        await pilot.press("enter")
        await shell.until(pilot, "the notes", lambda: (h := shell.store.get("lonely")) and h.notes == "ours")
    assert HostStore(shell.path).get("lonely") == replace(LONELY, notes="ours", port=2222)


async def test_a_copy_goes_without_a_field_that_is_emptied_on_its_card(stage: Build) -> None:
    shell = stage(hosts=(Host("a", "h", extra={"resume": "tmux"}),))
    async with shell.app.run_test(size=(120, 50)) as pilot:
        await pilot.press("end", "c")
        await _type(pilot, shell, "resume", "")
        await pilot.press("enter")
        await shell.until(pilot, "the copy", lambda: shell.store.get("a-2"))
    assert HostStore(shell.path).get("a-2") == Host("a-2", "h")


async def test_a_chosen_key_pair_is_kept_in_the_host(stage: Build) -> None:
    pair = KeyPair("file", "~/.ssh/id_work", PublicKey(b"\0\0\0\x03abc"), "work")
    shell = stage(key_pairs=(pair,), answers=(ChosenKeyPair(pair, remember=True),))
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "i")
        await shell.until(
            pilot, "the key pair", lambda: (h := shell.store.get("lonely")) and h.key_pair == "~/.ssh/id_work"
        )
    assert shell.prompter.questions == [ChooseKeyPair("lonely", (pair,), "")]


async def test_what_is_typed_before_the_fields_are_open_is_not_taken_for_commands(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        for name in ("end", "a", *"dud"):
            shell.app.post_message(events.Key(name, name if len(name) == 1 else None))
        await shell.until(pilot, "the text", lambda: isinstance(f := shell.app.focused, Input) and f.value == "dud")
    assert len(shell.store.hosts()) == 4


async def test_what_is_typed_takes_the_place_of_a_guessed_folder(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "up", "a", *"new", "tab", *"192.0.2.9", "tab", "tab", "tab")
        await pilot.press(*"office", "enter")
        await shell.until(pilot, "the host", lambda: shell.store.get("new"))
        host = shell.store.get("new")
        assert host is not None
        assert host.folder == "office"


async def test_a_guessed_folder_that_is_passed_over_stays(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "up", "a", *"new", "tab", *"192.0.2.9", "tab", "tab", "tab", "tab", "enter")
        await shell.until(pilot, "the host", lambda: shell.store.get("new"))
        host = shell.store.get("new")
        assert host is not None
        assert host.folder == WEB.folder
