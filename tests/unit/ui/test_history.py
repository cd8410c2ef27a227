"""Changes of a session are undone whole: in one write, or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sshtui.errors import NotFound
from sshtui.model.hosts import Host
from sshtui.store.hosts import HostStore
from sshtui.ui.history import History

OLD, NEW = Host("old", "10.0.0.1", folder="lab"), Host("new", "10.0.0.2", folder="lab")


@pytest.fixture
def store(tmp_path: Path) -> HostStore:
    store = HostStore(tmp_path / "hosts.toml")
    store.put(OLD)
    return store


def writes(store: HostStore) -> list[tuple[str, ...]]:
    """What stood in the file after each write from here on."""
    seen: list[tuple[str, ...]] = []
    store.subscribe(lambda: seen.append(tuple(f"{host.name} {host.address} {host.folder}" for host in store.hosts())))
    return seen


def test_an_import_of_new_and_changed_hosts_is_undone_in_one_write(store: HostStore) -> None:
    history = History(store)
    history.save([(OLD, replace(OLD, address="10.9.9.9")), (None, NEW)], "2 hosts imported.")
    seen = writes(store)
    assert history.undo() is not None
    assert seen == [("old 10.0.0.1 lab",)]


def test_a_folder_is_renamed_and_named_back_in_one_write(store: HostStore) -> None:
    store.put_folder("lab", {"user": "ada"})
    store.put_folder("lab/deep", {"port": 2222})
    before, history = store.hosts(), History(store)
    seen = writes(store)
    history.move_folder("lab", "field", store.hosts(), "renamed")
    assert [each.path for each in store.folders] == ["field", "field/deep"]
    history.undo()
    assert seen == [("old 10.0.0.1 field",), ("old 10.0.0.1 lab",)]
    assert store.hosts() == before
    folders = [(each.path, each.user, each.port) for each in store.folders]
    assert folders == [("lab", "ada", None), ("lab/deep", "", 2222)]


def test_a_folder_with_new_settings_under_a_new_name_is_one_step(store: HostStore) -> None:
    before, history = store.hosts(), History(store)
    seen = writes(store)
    history.move_folder("lab", "field", store.hosts(), "renamed", {"user": "ada"})
    assert [(each.path, each.user) for each in store.folders] == [("field", "ada")]
    history.undo()
    assert len(seen) == 2
    assert store.hosts() == before
    assert [each.user for each in store.folders] == [""]
    history.move_folder("lab", "other", store.hosts(), "renamed")
    assert [each.path for each in store.folders] == ["other"]


def test_a_folder_without_settings_gets_none_by_its_new_name(store: HostStore) -> None:
    History(store).move_folder("lab", "field", store.hosts(), "renamed")
    assert store.folders == ()


def test_a_step_that_cannot_be_undone_leaves_everything_as_it_is(store: HostStore, tmp_path: Path) -> None:
    history = History(store)
    history.save([(OLD, replace(OLD, address="10.9.9.9")), (None, NEW)], "2 hosts imported.")
    HostStore(tmp_path / "hosts.toml").remove("new")
    before = (tmp_path / "hosts.toml").read_bytes()
    with pytest.raises(NotFound):
        history.undo()
    assert (tmp_path / "hosts.toml").read_bytes() == before
    assert history.undo() is None
