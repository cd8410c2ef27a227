"""Import and export by the keyboard: what is pressed, and what then stands in hosts.toml or in the file."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input, OptionList

from sshtui.model.hosts import Host
from sshtui.model.questions import Confirm
from sshtui.store.hosts import HostStore
from sshtui.store.importers.guess import guess_format
from sshtui.store.ssh_config import read_hosts
from sshtui.ui.completion import paths_like
from sshtui.ui.screens.exporting import ExportScreen
from sshtui.ui.screens.importing import ImportScreen
from tests.ui.shell_stage import DB, HOSTS, LONELY, WEB, Stage

Build = Callable[..., Stage]

TABLE = """name,address,port,user,folder,password
new-1,10.1.0.1,22,ada,,hunter2
web-1,10.0.0.5,22,root,production,
db,10.0.0.6,2222,postgres,production,
lonely,10.9.9.9,22,,,
bad,a b,22,,,
"""


def _read(path: Path) -> str:
    return path.read_text()


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in the directory where the app runs."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "sessions.csv"
    path.write_text(TABLE)
    return path


async def test_the_plan_is_shown_and_nothing_is_written_before_yes(stage: Build, table: Path) -> None:
    shell = stage(answers=[None])
    before = shell.path.read_bytes()
    async with shell.app.run_test() as pilot:
        await pilot.press("I", *"sess", "tab", "enter")
        picture = await shell.shows(pilot, "i saves 2; 1 new, 1 same, 1 changed, 1 conflict, 1 skipped")
        for line in ("new      new-1", "same     web-1", "changed  db", "conflict lonely", "skipped  bad"):
            assert line in picture
        await pilot.press("end")
        await shell.shows(pilot, "It is left out:")
        await pilot.press("up")
        await shell.shows(pilot, "x takes")
        await pilot.press("i")
        await shell.until(pilot, "the question", lambda: shell.prompter.asked(Confirm))
        await pilot.press("escape")
        await shell.until(pilot, "the hosts", lambda: shell.app.screen is shell.main)
    assert shell.path.read_bytes() == before


async def test_the_last_line_names_letters_only_where_they_are_no_text(stage: Build, table: Path) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("I")
        await shell.until(pilot, "the field", lambda: "F1 help" in shell.picture())
        assert "i import" not in shell.picture()
        await pilot.press(*"sessions.csv", "enter")
        await shell.shows(pilot, "i import")


async def test_after_yes_the_hosts_are_saved_once_and_u_takes_them_back(stage: Build, table: Path) -> None:
    shell = stage(answers=[True])
    async with shell.app.run_test() as pilot:
        await pilot.press("I", *"sessions.csv", "enter")
        await shell.shows(pilot, "i saves 2")
        await pilot.press("i")
        await shell.shows(pilot, "2 hosts saved, from")
        assert shell.store.get("new-1") == Host("new-1", "10.1.0.1", user="ada")
        assert (db := shell.store.get("db")) is not None
        assert db.user == "postgres"
        assert shell.store.get("lonely") == LONELY
        assert b"hunter2" not in shell.path.read_bytes()
        await pilot.press("i")
        await shell.until(pilot, "a word", lambda: "nothing to save" in shell.prompter.notices[-1].text)
        await pilot.press("escape", "u")
        await shell.until(pilot, "undo", lambda: shell.store.hosts() == HOSTS)
        assert "2 hosts imported from sessions.csv" in shell.prompter.notices[-1].text


async def test_what_another_instance_saves_while_the_plan_is_read_stays(stage: Build, table: Path) -> None:
    shell = stage(answers=[True, True])
    table.with_name("late.csv").write_text("name,address\nlate,10.1.0.2\n")
    other = HostStore(shell.path)
    async with shell.app.run_test() as pilot:
        await pilot.press("I", *"sessions.csv", "enter")
        await shell.shows(pilot, "i saves 2")
        other.put(replace(DB, notes="theirs"))
        shell.store.refresh()
        await pilot.press("i")
        await shell.shows(pilot, "2 hosts saved, from")
        assert shell.store.get("db") == replace(DB, user="postgres", notes="theirs")
        await pilot.press("f", "home", *("delete",) * 12, *"late.csv", "enter")
        await shell.shows(pilot, "i saves 1")
        other.put(Host("late", "10.9.9.9"))
        shell.store.refresh()
        await pilot.press("i")
        await shell.until(pilot, "a word", lambda: shell.prompter.notices)
    assert shell.prompter.notices[0].text.startswith("There is already a host named late.")
    assert shell.store.get("late") == Host("late", "10.9.9.9")


async def test_what_a_connection_runs_here_is_said_before_yes(stage: Build, table: Path) -> None:
    shell = stage(answers=[None])
    table.with_name("x.conf").write_text("Host a\n  HostName h\n  ProxyCommand nc -X 5 %h %p\n")
    async with shell.app.run_test() as pilot:
        await pilot.press("I", *"x.conf", "enter")
        await shell.shows(pilot, "Connecting runs on")
        await pilot.press("i")
        await shell.until(pilot, "the question", lambda: shell.prompter.asked(Confirm))
    question = shell.prompter.asked(Confirm)[0]
    assert isinstance(question, Confirm)
    assert "a: nc -X 5 %h %p" in question.text


async def test_a_say_in_which_host_keys_are_trusted_is_shown_before_yes(stage: Build, table: Path) -> None:
    shell = stage(answers=[None])
    fields = {"host_key_alias": "*", "known_hosts_files": ["~/.ssh/authorized_keys"], "verify_host_key_dns": None}
    table.with_name("x.json").write_text(json.dumps([{"name": "a", "address": "h", **fields}]))
    said = "host_key_alias *, known_hosts_files ~/.ssh/authorized_keys"
    async with shell.app.run_test(size=(160, 40)) as pilot:
        await pilot.press("I", *"x.json", "enter")
        await shell.shows(pilot, "Its host key is judged by")
        assert said in " ".join(shell.picture().replace("│", " ").split())
        await pilot.press("i")
        await shell.until(pilot, "the question", lambda: shell.prompter.asked(Confirm))
    question = shell.prompter.asked(Confirm)[0]
    assert isinstance(question, Confirm)
    assert f"a: {said}" in question.text


async def test_conflicts_are_taken_on_request_and_a_folder_goes_before(stage: Build, table: Path) -> None:
    shell = stage(answers=[True])
    async with shell.app.run_test() as pilot:
        await pilot.press("I", *"sessions.csv", "enter")
        await shell.shows(pilot, "i saves 2")
        await pilot.press("x")
        await shell.shows(pilot, "i saves 3, conflicts too;")
        await pilot.press("f")
        shell.app.screen.query_one("#folder", Input).focus()
        await pilot.press(*"office", "enter")
        await shell.shows(pilot, "i saves 4")
        await pilot.press("i")
        await shell.until(pilot, "the import", lambda: shell.store.get("new-1"))
    saved = {host.name: (host.address, host.folder) for host in shell.store.hosts()}
    assert saved["lonely"] == ("10.9.9.9", "office")
    assert saved["new-1"] == ("10.1.0.1", "office")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("nowhere.csv", "There is no file"),
        ("broken.json", "broken.json"),
        ("", "Type the file first"),
        ("pipe", "pipe"),
        (".", "No hosts were found"),
    ],
)
async def test_what_cannot_be_read_is_said_and_saves_nothing(stage: Build, table: Path, typed: str, said: str) -> None:
    shell = stage()
    table.with_name("broken.json").write_text("[{")
    os.mkfifo(table.with_name("pipe"))
    async with shell.app.run_test() as pilot:
        await pilot.press("I", *typed, "enter")
        await shell.until(
            pilot, said, lambda: said in shell.picture() or any(said in each.text for each in shell.prompter.notices)
        )
    assert shell.store.hosts() == HOSTS


async def test_another_format_reads_the_file_again(stage: Build, table: Path) -> None:
    shell = stage()
    table.with_name("hosts.txt").write_text("ada@10.3.0.1:2200\n")
    async with shell.app.run_test() as pilot:
        await pilot.press("I", *"hosts.txt", "enter")
        await shell.shows(pilot, "Import list: i saves 1; 1 new")
        shell.app.screen.query_one("#format").focus()
        await pilot.press("j")
        await shell.until(pilot, "json", lambda: "list" not in shell.picture().splitlines()[0])


@pytest.fixture
def long_table(table: Path) -> Path:
    """The same file with thousands of lines."""
    table.write_text("name,address\n" + "".join(f"n{number},10.0.0.1\n" for number in range(3000)))
    return table


@pytest.mark.usefixtures("long_table")
async def test_a_plan_of_thousands_is_cut_and_counted(stage: Build) -> None:
    shell = stage(hosts=(), answers=[True])
    async with shell.app.run_test() as pilot:
        await pilot.press("I", *"sessions.csv", "enter")
        await shell.shows(pilot, "i saves 3000; 3000 new, 1000 shown")
        await pilot.press("i")
        await shell.shows(pilot, "3000 hosts saved")
    assert len(shell.store.hosts()) == 3000


async def test_all_hosts_are_exported_and_ssh_finds_them(stage: Build, table: Path) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("E")
        assert "Export all 4 hosts" in await shell.shows(pilot, "HostName 10.0.0.5")
        await pilot.press(*"out.conf", "enter")
        picture = await shell.shows(pilot, "4 hosts written")
        assert "Include" in picture
    written = {host.name: host.destination for host in read_hosts(table.with_name("out.conf")).hosts}
    assert written == {host.name: host.destination for host in HOSTS}
    assert table.with_name("out.conf").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("format", "names"),
    [
        ("csv", lambda text: [row["name"] for row in csv.DictReader(text.splitlines())]),
        ("json", lambda text: [table["name"] for table in json.loads(text)]),
        ("putty", lambda text: [line.rpartition("\\")[2][:-1] for line in text.splitlines() if line.startswith("[")]),
    ],
)
async def test_the_marked_hosts_are_exported_in_any_format(
    stage: Build, table: Path, format: str, names: Callable[[str], list[str]]
) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "space", "up", "space", "E")
        await shell.shows(pilot, "Export the marked 2 hosts")
        shell.app.screen.query_one("#format").focus()
        await pilot.press(format[0])
        shell.app.screen.query_one("#file").focus()
        await pilot.press(*"out", "enter")
        await shell.shows(pilot, "2 hosts written")
    assert names(table.with_name("out").read_text()) == [WEB.name, LONELY.name]


@pytest.mark.parametrize("answer", [True, None])
async def test_a_file_that_stands_there_is_replaced_after_a_question(
    stage: Build, table: Path, answer: bool | None
) -> None:
    shell = stage(answers=[answer])
    async with shell.app.run_test() as pilot:
        await pilot.press("E", *"sessions.csv", "enter")
        await shell.until(pilot, "the question", lambda: shell.prompter.asked(Confirm))
        if answer:
            await shell.shows(pilot, "4 hosts written")
        await pilot.press("escape")
    assert (_read(table) == TABLE) is (answer is None)


async def test_a_directory_that_is_not_there_is_said(stage: Build, table: Path) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("E", *"no/such/out", "enter")
        await shell.until(pilot, "a word", lambda: shell.prompter.notices)
        assert shell.prompter.notices[-1].level == "error"
        assert isinstance(shell.app.screen, ExportScreen)


async def test_without_hosts_the_export_says_so(stage: Build, table: Path) -> None:
    shell = stage(hosts=())
    async with shell.app.run_test() as pilot:
        await pilot.press("E")
        await shell.shows(pilot, "There are no saved hosts to export.")
        await pilot.press(*"x", "enter")
        await shell.until(pilot, "a word", lambda: shell.prompter.notices)


async def test_tab_completes_as_far_as_files_are_alike_and_names_them(stage: Build, table: Path) -> None:
    table.with_name("sessions.reg").write_text("")
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("I", *"se", "tab")
        await shell.shows(pilot, "sessions.csv  sessions.reg")
        assert shell.app.screen.query_one("#file", Input).value == "sessions."
        await pilot.press("tab")
        assert isinstance(shell.app.screen, ImportScreen)
        assert shell.app.focused is not shell.app.screen.query_one(OptionList)


def test_paths_go_on_from_what_is_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "directory").mkdir()
    for name in (".hidden", "a.csv"):
        (tmp_path / name).write_text("")
    assert paths_like("~/") == ["~/a.csv", "~/directory/"]
    assert paths_like("~/.") == ["~/.hidden"]
    assert paths_like(f"{tmp_path}/d") == [f"{tmp_path}/directory/"]
    assert paths_like("~/nowhere/x") == paths_like("\0") == []


@pytest.mark.parametrize(
    ("name", "text", "format"),
    [
        ("x.reg", "", "putty"), ("x.mxtsessions", "", "mobaxterm"), ("x.csv", "", "csv"), ("x.json", "", "json"),
        ("x.yml", "", "ansible"), ("inventory", "[web]\nweb-1 ansible_host=10.0.0.1\n", "ansible"),
        ("hosts.ini", "[web]\nweb-1\n", "ansible"), ("WinSCP.ini", "[Sessions\\a]\nHostName=h\n", "winscp"),
        ("x.xml", '<mrng:Connections Name="Connections">', "mremoteng"), ("x.xml", "<VanDyke>", "securecrt"),
        ("config", "", "ssh_config"), ("x.conf", "Host a\n", "ssh_config"), ("x.txt", "ada@10.0.0.1\n", "list"),
    ],
)  # fmt: skip
def test_a_format_is_guessed_by_name_and_first_bytes(tmp_path: Path, name: str, text: str, format: str) -> None:
    path = tmp_path / name
    path.write_bytes(text.encode("utf-16") if name == "WinSCP.ini" else text.encode())
    assert guess_format(path) == format
