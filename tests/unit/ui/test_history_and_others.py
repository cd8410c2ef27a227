"""Undo meets what was changed in the meantime by others: dialogs that keep secrets, another instance."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sshtui.errors import NotFound, UsageError
from sshtui.model.hosts import Host
from sshtui.store.hosts import HostStore
from sshtui.ui.history import History

OLD, NEW = "vault:0197a000-0000-7000-8000-000000000001", "vault:0197a000-0000-7000-8000-000000000002"
DB = Host("db", "10.0.0.6", extra={"password": OLD})


@pytest.fixture
def store(tmp_path: Path) -> HostStore:
    store = HostStore(tmp_path / "hosts.toml")
    store.put(DB)
    return store


def test_undo_leaves_the_password_that_was_saved_after_the_change(store: HostStore) -> None:
    history = History(store)
    history.save([(DB, replace(DB, notes="edited"))])
    store.put(replace(DB, notes="edited", extra={"password": NEW}))
    step = history.undo()
    assert store.get("db") == replace(DB, extra={"password": NEW})
    assert step is not None
    assert step.host == replace(DB, extra={"password": NEW})


def test_undo_leaves_what_another_instance_changed_since(store: HostStore, tmp_path: Path) -> None:
    history = History(store)
    history.save([(DB, replace(DB, notes="edited", extra={**DB.extra, "danger": True}))])
    other = HostStore(tmp_path / "hosts.toml")
    edited = other.get("db")
    assert edited is not None
    other.put(replace(edited, port=2222, extra={**edited.extra, "resume": "tmux"}))
    store.refresh()
    history.undo()
    assert HostStore(tmp_path / "hosts.toml").get("db") == replace(DB, port=2222, extra={**DB.extra, "resume": "tmux"})


def test_a_host_that_another_instance_added_under_the_name_of_a_removed_one_stays(
    store: HostStore, tmp_path: Path
) -> None:
    history, theirs = History(store), Host("db", "10.9.9.9")
    history.remove(["db"])
    HostStore(tmp_path / "hosts.toml").put(theirs)
    store.refresh()
    with pytest.raises(UsageError, match="already a host named db"):
        history.undo()
    assert HostStore(tmp_path / "hosts.toml").hosts() == (theirs,)
    assert history.undo() is None


@pytest.mark.parametrize("seen", [True, False])
def test_undo_of_an_edit_brings_no_host_back_that_another_instance_removed(
    store: HostStore, tmp_path: Path, seen: bool
) -> None:
    history = History(store)
    history.save([(DB, replace(DB, notes="edited"))])
    HostStore(tmp_path / "hosts.toml").remove("db")
    if seen:
        store.refresh()
    with pytest.raises(NotFound, match="no saved host db"):
        history.undo()
    assert HostStore(tmp_path / "hosts.toml").hosts() == ()
    assert history.undo() is None


def test_a_new_host_never_takes_the_place_of_one_that_another_instance_added(store: HostStore) -> None:
    with pytest.raises(UsageError, match="already a host named db"):
        History(store).save([(None, Host("free", "10.0.0.1")), (None, Host("db", "10.9.9.9"))])
    assert store.hosts() == (DB,)


def test_a_change_made_from_an_older_host_changes_its_own_fields_alone(store: HostStore) -> None:
    store.put(replace(DB, port=2222))
    History(store).save([(DB, replace(DB, name="db-1", user="root"))])
    assert store.hosts() == (replace(DB, name="db-1", user="root", port=2222),)
