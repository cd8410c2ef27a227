from __future__ import annotations

import pytest

from sshtui.model.folders import FolderSettings, inherited, is_dangerous
from sshtui.model.hosts import Host

PROD = FolderSettings(
    "prod", user="deploy", port=2222, key_pair="~/.ssh/prod", jump="bastion", theme="red", danger=True
)
DB = FolderSettings("prod/db", user="postgres", danger=False)


def test_what_a_host_leaves_open_comes_from_its_folder() -> None:
    used = inherited(Host("web", "10.0.0.1", folder="prod"), [PROD])
    assert (used.user, used.port, used.key_pair, used.jump, used.theme) == (
        "deploy", 2222, "~/.ssh/prod", "bastion", "red",
    )  # fmt: skip
    assert is_dangerous(used)


def test_what_a_host_says_itself_wins() -> None:
    host = Host(
        "web", "a", 22022, "me", "prod", key_pair="k", jump="none", theme="t", extra={"danger": False, "other": 1}
    )
    assert inherited(host, [PROD]) == host


def test_the_deepest_folder_wins_field_by_field() -> None:
    used = inherited(Host("main", "a", folder="prod/db/eu"), [PROD, DB])
    assert (used.user, used.port, is_dangerous(used)) == ("postgres", 2222, False)


@pytest.mark.parametrize("folder", ["", "production", "test", "prod-2/x"])
def test_other_folders_do_not_count(folder: str) -> None:
    host = Host("web", "a", folder=folder)
    assert inherited(host, [PROD]) is host


def test_the_jump_host_of_a_folder_does_not_jump_through_itself() -> None:
    used = inherited(Host("bastion", "a", folder="prod"), [PROD])
    assert (used.jump, used.user) == ("", "deploy")
