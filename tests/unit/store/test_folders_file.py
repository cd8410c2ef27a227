from __future__ import annotations

from pathlib import Path

import pytest

from sshtui.errors import UsageError
from sshtui.model.folders import FolderSettings
from sshtui.model.hosts import Host
from sshtui.store.hosts import HostStore

TEXT = """# ours
version = 1

[[folders]]  # careful
path = "prod"
user = "deploy"   # everybody
colour = "red"

[[hosts]]
name = "web"
address = "10.0.0.1"
folder = "prod"
notes = '''
[[folders]]
path = "not one"
'''
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "hosts.toml"
    file.write_text(TEXT)
    return file


def test_hosts_are_used_with_what_their_folder_says_and_saved_without(path: Path) -> None:
    store = HostStore(path)
    assert store.folders == (FolderSettings("prod", user="deploy"),)
    assert store.effective(store.hosts()[0]).user == "deploy"
    store.put(Host("db", "10.0.0.2", folder="prod"))
    assert path.read_text().startswith(TEXT)
    assert "deploy" not in path.read_text().removeprefix(TEXT)


def test_a_change_leaves_every_other_byte_alone(path: Path) -> None:
    store = HostStore(path)
    store.put_folder("prod", {"user": "root", "danger": True})
    assert path.read_text() == TEXT.replace('user = "deploy"   # everybody\n', 'user = "root"\n').replace(
        'colour = "red"\n', 'colour = "red"\ndanger = true\n'
    )
    store.put_folder("prod", {"user": None})
    assert store.folders == (FolderSettings("prod", danger=True),)
    assert HostStore(path).folders == store.folders


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_new_folder_stands_before_the_hosts(tmp_path: Path, newline: str) -> None:
    path = tmp_path / "hosts.toml"
    path.write_bytes(
        f'version = 1{newline}{newline}[[hosts]]{newline}name = "a"{newline}address = "a"{newline}'.encode()
    )
    store = HostStore(path)
    store.put_folder("a/b", {"port": 2222})
    again = HostStore(path)
    assert again.folders == (FolderSettings("a/b", port=2222),)
    assert again.hosts() == (Host("a", "a"),)
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(newline.encode())


def test_a_folder_in_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    store = HostStore(tmp_path / "hosts.toml")
    store.put_folder("prod", {"user": "me"})
    assert HostStore(tmp_path / "hosts.toml").folders == (FolderSettings("prod", user="me"),)


def test_another_instance_sees_the_change(path: Path) -> None:
    one, other = HostStore(path), HostStore(path)
    told: list[int] = []
    other.subscribe(lambda: told.append(1))
    one.put_folder("prod", {"user": "root"})
    assert other.refresh()
    assert (told, other.folders) == ([1], (FolderSettings("prod", user="root"),))


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ('user = "a"', "needs a path"),
        ('path = "a//b"', "needs a path"),
        ('path = "a"\nport = 0', "port must be"),
        ('path = "a"\nport = true', "port must be"),
        ('path = "a"\nuser = "-x y"', "user: "),
        ('path = "a"\njump = "-oX"', "cannot start with a dash"),
        ('path = "a"\ndanger = 1', "true or false"),
        ('path = "a"\ntheme = 3', "theme must be text"),
        ('path = "prod"', "settings above already"),
    ],
)
def test_a_table_that_cannot_stand_is_named_and_the_others_count(path: Path, table: str, reason: str) -> None:
    path.write_text(TEXT.replace("[[hosts]]", f"[[folders]]\n{table}\n\n[[hosts]]", 1))
    store = HostStore(path)
    assert [folder.path for folder in store.folders] == ["prod"]
    assert [reason in problem.sentence for problem in store.bad_entries] == [True]
    assert len(store.hosts()) == 1


def test_a_value_that_cannot_stand_is_not_saved(path: Path) -> None:
    with pytest.raises(UsageError, match="cannot start with a dash"):
        HostStore(path).put_folder("prod", {"jump": "-oX"})
    assert path.read_text() == TEXT
