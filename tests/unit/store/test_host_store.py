from __future__ import annotations

import os
import stat
import tomllib
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from sshtui.errors import NotFound, NotSaved, UsageError
from sshtui.model.hosts import Forward, Host
from sshtui.store.hosts import HostStore

FULL = Host(
    name="web-1",
    address="10.0.0.5",
    port=2222,
    user="root",
    folder="prod/web",
    key_pair="~/.ssh/id_ed25519",
    jump="bastion",
    tags=("eu", "blue"),
    notes='two\nlines, "quotes" and \\ and ü',
    command="htop",
    keep_alive=0,
    theme="nord",
    colour="red",
    favourite=True,
    forwards=(Forward("local", "8080", "localhost:80"), Forward("dynamic", "1080")),
    extra=MappingProxyType({"owner": "ops", "rank": 3}),
)

BY_HAND = """\
# My hosts
version = 1
unheard_of = "stays"

[team]
name = "blue"

# the front door
[[hosts]]   # number one
name = 'web-1'          # quoted so
address = "10.0.0.5"
sla = { hours = 4 }
tags = [
  "eu",   # where it stands
]

[hosts.monitoring]
url = "https://example.org/[[hosts]]"

[[hosts]]
name = "db"
address = "db.example.org"
notes = '''
[[hosts]]
name = "not a host"
'''

# the end
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "hosts.toml"


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def names(store: HostStore) -> list[str]:
    return [host.name for host in store.hosts()]


def test_no_file_is_no_hosts_and_reading_creates_nothing(path: Path) -> None:
    store = HostStore(path)
    assert store.hosts() == ()
    assert store.problem is None
    assert not path.parent.exists()


def test_every_field_comes_back_as_it_was_put(path: Path) -> None:
    HostStore(path).put(FULL)
    assert HostStore(path).hosts() == (FULL,)


def test_the_file_and_its_directory_are_private(path: Path) -> None:
    HostStore(path).put(FULL)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_defaults_are_left_out_of_the_file(path: Path) -> None:
    HostStore(path).put(Host("web-1", "10.0.0.5"))
    assert path.read_text() == 'version = 1\n\n[[hosts]]\nname = "web-1"\naddress = "10.0.0.5"\n'


def test_an_edit_changes_its_line_and_no_other_byte(path: Path) -> None:
    store = HostStore(written(path, BY_HAND))
    assert names(store) == ["web-1", "db"]
    host = store.get("web-1")
    assert host is not None
    store.put(replace(host, address="10.0.0.6"))
    assert path.read_text() == BY_HAND.replace('"10.0.0.5"', '"10.0.0.6"')


def test_a_new_field_joins_its_block_and_a_cleared_one_leaves_it(path: Path) -> None:
    store = HostStore(written(path, BY_HAND))
    host = store.get("web-1")
    assert host is not None
    store.put(replace(host, user="root", tags=()))
    tags = 'tags = [\n  "eu",   # where it stands\n]\n'
    assert path.read_text() == BY_HAND.replace(tags, 'user = "root"\n')


def test_unknown_fields_and_tables_survive_a_rename(path: Path) -> None:
    store = HostStore(written(path, BY_HAND))
    store.put(Host("front", "10.0.0.7"), was="web-1")
    values = tomllib.loads(path.read_text())
    assert values["unheard_of"] == "stays"
    assert values["team"] == {"name": "blue"}
    front = next(table for table in values["hosts"] if table["name"] == "front")
    assert front["sla"] == {"hours": 4}
    assert front["monitoring"] == {"url": "https://example.org/[[hosts]]"}


def test_removing_a_host_leaves_every_other_byte_and_comment(path: Path) -> None:
    store = HostStore(written(path, BY_HAND))
    removed = store.remove("db")
    start, end = BY_HAND.index('[[hosts]]\nname = "db"'), BY_HAND.index("\n# the end")
    assert path.read_text() == BY_HAND[:start] + BY_HAND[end:]
    store.put(removed)
    assert store.get("db") == removed


def test_many_are_removed_and_put_back_in_one_write_each_with_one_word_to_subscribers(path: Path) -> None:
    store = HostStore(written(path, BY_HAND))
    told: list[tuple[Host, ...]] = []
    store.subscribe(lambda: told.append(store.hosts()))
    before = store.hosts()
    removed = store.remove_many(["db", "web-1", "db"])
    assert [host.name for host in removed] == ["db", "web-1"]
    assert "# the end" in path.read_text()
    assert "# the front door" in path.read_text()
    store.put_many([(host, None) for host in removed])
    assert store.hosts() == before[::-1]
    assert told == [(), store.hosts()]


def test_many_are_changed_all_or_none(path: Path) -> None:
    store = HostStore(path)
    a, b = Host("a", "h"), Host("b", "i")
    store.put_all([a, b])
    store.put_many([(replace(a, name="c", folder="lab"), "a"), (replace(b, favourite=True), "b")])
    assert HostStore(path).hosts() == (Host("c", "h", folder="lab"), Host("b", "i", favourite=True))
    before = path.read_bytes()
    for bad in (replace(b, user="-x"), replace(b, name="c")):
        with pytest.raises(UsageError):
            store.put_many([(Host("c", "elsewhere"), "c"), (bad, "b")])
    with pytest.raises(NotFound):
        store.remove_many(["b", "nobody"])
    assert path.read_bytes() == before
    assert names(store) == ["c", "b"]


def test_tables_after_the_last_host_survive_its_removal(path: Path) -> None:
    text = 'version = 1\n\n[[hosts]]\nname = "a"\naddress = "h"\n\n# theirs\n[other]\nkey = 1\n'
    store = HostStore(written(path, text))
    store.remove("a")
    assert tomllib.loads(path.read_text()) == {"version": 1, "other": {"key": 1}}
    assert HostStore(path).problem is None


def test_hosts_as_an_inline_list_are_read_and_saved_in_blocks(path: Path) -> None:
    store = HostStore(written(path, 'hosts = [{name = "a", address = "h", odd = 1}]\nversion = 1\n'))
    store.put(Host("b", "i"))
    assert [table["name"] for table in tomllib.loads(path.read_text())["hosts"]] == ["a", "b"]
    assert HostStore(path).get("a") == Host("a", "h", extra={"odd": 1})


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_byte_order_mark_stay(path: Path, newline: str, mark: str) -> None:
    text = mark + 'version = 1\n\n[[hosts]]\nname = "a"\naddress = "h"\n'.replace("\n", newline)
    store = HostStore(written(path, text))
    store.put(Host("a", "i"))
    store.put(Host("b", "j"))
    expected = 'version = 1\n\n[[hosts]]\nname = "a"\naddress = "i"\n\n[[hosts]]\nname = "b"\naddress = "j"\n'
    assert path.read_bytes().decode() == mark + expected.replace("\n", newline)


def test_a_file_without_a_last_line_end_takes_another_host(path: Path) -> None:
    store = HostStore(written(path, '[[hosts]]\nname = "a"\naddress = "h"'))
    store.put(replace(store.hosts()[0], user="root"))
    store.put(Host("b", "i"))
    assert [host.user for host in HostStore(path).hosts()] == ["root", ""]


def test_a_symlinked_file_stays_a_symlink(path: Path, tmp_path: Path) -> None:
    target = written(tmp_path / "dotfiles" / "hosts.toml", "")
    path.parent.mkdir()
    path.symlink_to(target)
    HostStore(path).put(Host("a", "h"))
    assert path.is_symlink()
    assert 'name = "a"' in target.read_text()


def test_one_bad_host_is_named_kept_and_hides_no_other(path: Path) -> None:
    text = (
        '[[hosts]]\nname = "a"\naddress = "h"\n\n[[hosts]]\nname = "bad"\naddress = "h"\nport = "x"\n'
        '\n[[hosts]]\nname = "c"\naddress = "i"\n'
    )
    store = HostStore(written(path, text))
    assert names(store) == ["a", "c"]
    assert [(bad.line, bad.reason) for bad in store.bad_entries] == [(5, "port must be a number.")]
    store.put(Host("d", "j"))
    assert text in path.read_text()


@pytest.mark.parametrize(
    "fields",
    [
        'address = "h"',
        'name = "a"',
        'name = "a"\naddress = "-oProxyCommand=id"',
        'name = "a"\naddress = "h;id"',
        'name = "a"\naddress = "h"\nuser = "-x"',
        'name = "a"\naddress = "h"\nport = 0',
        'name = "a"\naddress = "h"\nport = 65536',
        'name = "a"\naddress = "h"\nport = true',
        'name = "a"\naddress = "h"\ntags = "eu"',
        'name = "a"\naddress = "h"\njump = "ok,-oX"',
        'name = "a"\naddress = "h"\nkeep_alive = -1',
        'name = "a"\naddress = "h"\nforwards = [1]',
        'name = "a"\naddress = "h"\ncommand = "a\\u001bb"',
        'name = "a"\naddress = "h"\ntheme = "\\u009b"',
        'name = "a\\u202eb"\naddress = "h"\nfolder = "/"',
        "name = 1\naddress = 2",
    ],
)
def test_what_is_no_host_is_reported_and_never_listed(path: Path, fields: str) -> None:
    store = HostStore(written(path, f"[[hosts]]\n{fields}\n"))
    assert store.hosts() == ()
    assert len(store.bad_entries) == 1
    assert store.problem is None


def test_the_second_of_two_hosts_of_one_name_is_reported(path: Path) -> None:
    store = HostStore(written(path, '[[hosts]]\nname="a"\naddress="h"\n[[hosts]]\nname="a"\naddress="i"\n'))
    assert [host.address for host in store.hosts()] == ["h"]
    assert "taken" in store.bad_entries[0].reason


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b'version = 1\n[[hosts]]\nname = "a\n', 3, "Illegal character"),
        (b"version = 1\nversion = 2\n", 2, "overwrite"),
        (b"[[hosts]\n", 1, "Expected"),
        (b'[[hosts]]\nname = "a"\nname = "b"\n', 3, "overwrite"),
        (b"a = 1\nb = 2\n\xff\xfe\n", 3, "UTF-8"),
        (b"a = \x00\n", 1, "Invalid"),
        (b"a = " + b"[" * 100_000, 0, "nested too deeply"),
        (b"port = " + b"9" * 5000, 0, "too many digits"),
        (b"hosts = 3\n", 0, "hosts must be tables"),
        (b"version = 'x'\n", 0, "version must be a number"),
        (b"x = '''\n\n", 3, "end of the file"),
    ],
)
def test_a_broken_file_is_named_with_its_line_and_never_written(
    path: Path, data: bytes, line: int, reason: str
) -> None:
    path.parent.mkdir()
    path.write_bytes(data)
    store = HostStore(path)
    assert store.hosts() == ()
    assert store.problem is not None
    assert store.problem.line == line
    assert reason.lower() in store.problem.reason.lower()
    with pytest.raises(NotSaved):
        store.put(Host("a", "h"))
    assert path.read_bytes() == data


def test_a_file_of_50_megabytes_is_named_and_not_read(path: Path) -> None:
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(50_000_000)
    store = HostStore(path)
    assert "too large" in str(store.problem)
    assert path.stat().st_size == 50_000_000


def test_a_file_broken_while_we_run_keeps_the_hosts_in_view_and_comes_back_when_mended(path: Path) -> None:
    store = HostStore(written(path, '[[hosts]]\nname = "a"\naddress = "h"\n'))
    path.write_text('[[hosts]]\nname = "a\n')
    assert store.refresh()
    assert names(store) == ["a"]
    assert store.problem is not None
    with pytest.raises(NotSaved):
        store.remove("a")
    path.write_text('[[hosts]]\nname = "b"\naddress = "h"\n')
    assert store.refresh()
    assert names(store) == ["b"]
    assert store.problem is None


def test_a_file_of_a_newer_version_is_read_and_not_written(path: Path) -> None:
    text = 'version = 2\n[[hosts]]\nname = "a"\naddress = "h"\n'
    store = HostStore(written(path, text))
    assert names(store) == ["a"]
    with pytest.raises(NotSaved, match="newer"):
        store.put(Host("b", "i"))
    assert path.read_text() == text


def test_a_fifo_in_place_of_the_file_is_a_sentence(path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path)
    store = HostStore(path)
    assert store.problem is not None
    assert "not a regular file" in store.problem.reason


def test_two_instances_see_each_others_changes_and_lose_none(path: Path) -> None:
    one, two = HostStore(path), HostStore(path)
    one.put(Host("a", "h"))
    two.put(Host("b", "i"))
    assert names(two) == ["a", "b"]
    assert one.refresh()
    assert names(one) == ["a", "b"]
    assert not one.refresh()


def test_two_instances_that_edit_one_host_keep_both_fields(path: Path) -> None:
    one = HostStore(path)
    one.put(Host("a", "h"))
    two = HostStore(path)
    one.put(Host("a", "h", user="root"))
    two.put(Host("a", "h", port=2222))
    assert one.refresh()
    assert one.hosts() == (Host("a", "h", user="root", port=2222),)


def test_a_further_field_of_one_instance_and_any_field_of_another_are_both_kept(path: Path) -> None:
    one = HostStore(path)
    one.put(Host("a", "h", extra={"reconnect": True, "resume": "tmux"}))
    two = HostStore(path)
    one.put(Host("a", "h", port=2222, extra={"reconnect": True, "resume": "screen"}))
    two.put(Host("a", "h", extra={"reconnect": None, "resume": "tmux", "danger": True}))
    assert HostStore(path).hosts() == (Host("a", "h", port=2222, extra={"resume": "screen", "danger": True}),)


def test_a_further_field_that_a_new_host_is_to_go_without_is_not_written(path: Path) -> None:
    store = HostStore(path)
    store.put(Host("a", "h", extra={"resume": None, "danger": True}))
    assert store.hosts() == (Host("a", "h", extra={"danger": True}),)


def test_a_name_that_another_instance_took_is_refused(path: Path) -> None:
    one, two = HostStore(path), HostStore(path)
    one.put(Host("a", "h"))
    with pytest.raises(UsageError, match="already"):
        two.put(Host("a", "other"))
    assert two.get("a") == Host("a", "h")


def test_a_rename_never_replaces_another_host(path: Path) -> None:
    store = HostStore(path)
    store.put_all([Host("a", "h"), Host("b", "i")])
    with pytest.raises(UsageError, match="already"):
        store.put(Host("b", "h"), was="a")
    store.put(Host("c", "h"), was="a")
    assert names(store) == ["c", "b"]


def test_a_value_that_cannot_stand_is_refused_before_writing(path: Path) -> None:
    store = HostStore(path)
    for bad in (Host("", "h"), Host("a", "-x"), Host("a", "h", port=0), Host("a", "h", notes="\udcff")):
        with pytest.raises(UsageError):
            store.put(bad)
    assert not path.exists()


def test_removing_what_is_not_there_is_not_found(path: Path) -> None:
    with pytest.raises(NotFound):
        HostStore(path).remove("a")


def test_subscribers_are_told_after_the_change_until_they_leave(path: Path) -> None:
    store = HostStore(path)
    seen: list[list[str]] = []
    leave = store.subscribe(lambda: seen.append(names(store)))
    store.put(Host("a", "h"))
    HostStore(path).put(Host("b", "i"))
    store.refresh()
    leave()
    store.remove("a")
    assert seen == [["a"], ["a", "b"]]


def test_a_write_that_fails_changes_nothing_in_memory(path: Path) -> None:
    store = HostStore(path)
    store.put(Host("a", "h"))
    path.unlink()
    path.mkdir()
    with pytest.raises(NotSaved):
        store.put(Host("b", "i"))
    assert names(store) == ["a"]


def test_a_killed_writers_leftovers_are_gone_after_the_next_start(path: Path) -> None:
    written(path, "")
    stray = path.with_name(".hosts.toml.0123456789ab.sshtui-new")
    stray.write_text("half")
    HostStore(path)
    assert not stray.exists()


def test_many_hosts_are_saved_with_one_write(path: Path) -> None:
    store = HostStore(path)
    many = [Host(f"web-{number}", f"10.0.{number // 256}.{number % 256}") for number in range(3000)]
    store.put_all(many)
    assert HostStore(path).hosts() == tuple(many)
