"""Where each option of a host comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from sshtui.model.hosts import Forward, Host
from sshtui.model.settings import Settings
from sshtui.store.hosts import HostStore
from sshtui.store.lookup import Lookup
from sshtui.store.ssh_config import ConfigHosts

FILE = """# mine
include = ["team.toml"]

[[folders]]
path = "prod"
jump = "gate"
danger = true

[[hosts]]
name = "web"
address = "WEB.example.org"
folder = "prod"

[[hosts]]
name = "full"
address = "h"
port = 2222
folder = "prod"
jump = "none"
key_pair = "~/.ssh/id"
proxy_command = "nc %h %p"
forwards = [{ kind = "local", listen = "8080", to = "localhost:80" }]
strict_host_key_checking = "yes"
danger = false
password = "hunter2"
"""


@pytest.fixture
def lookup(tmp_path: Path) -> Lookup:
    (tmp_path / "hosts.toml").write_text(FILE)
    (tmp_path / "team.toml").write_text('[[hosts]]\nname = "wiki"\naddress = "w"\nuser = "ops"\nfolder = "prod"\n')
    return Lookup(HostStore(tmp_path / "hosts.toml"), ConfigHosts)


def rows(lookup: Lookup, name: str, settings: Settings | None = None) -> dict[str, tuple[str, str]]:
    found = lookup.why(name, settings or Settings(), Path("/nowhere"))
    return {row.keyword: (row.value, row.origin) for row in found.rows}


def test_a_field_names_its_line_and_what_a_folder_adds_the_folder(lookup: Lookup) -> None:
    web = rows(lookup, "web")
    assert web["hostname"] == ("web.example.org", "hosts.toml:11")
    assert web["proxyjump"] == ("gate", "folder prod")
    assert web["danger"] == ("yes", "folder prod")
    assert web["port"] == ("22", "default")


def test_every_kind_of_field_is_there_and_no_secret(lookup: Lookup) -> None:
    full = rows(lookup, "full")
    assert full["port"] == ("2222", "hosts.toml:17")
    assert full["proxyjump"] == ("none", "hosts.toml:19")
    assert full["identityfile"] == ("~/.ssh/id", "hosts.toml:20")
    assert full["localforward"] == ("8080 [localhost]:80", "hosts.toml:22")
    assert full["stricthostkeychecking"] == ("true", "hosts.toml:23")
    assert full["danger"] == ("no", "hosts.toml:24")
    assert "hunter2" not in str(full)


def test_what_a_host_says_itself_overrides_its_folder(lookup: Lookup) -> None:
    found = lookup.why("full", Settings(), Path("/nowhere"))
    overrode = {row.keyword: row.overrode for row in found.rows if row.overrode}
    assert overrode == {"proxyjump": (("gate", "folder prod"),), "danger": (("yes", "folder prod"),)}


def test_a_host_of_an_included_file_names_that_file(lookup: Lookup) -> None:
    wiki = rows(lookup, "wiki")
    assert wiki["user"][1].endswith("team.toml")
    assert wiki["proxyjump"] == ("gate", "folder prod")


def test_settings_of_the_program_are_named(lookup: Lookup) -> None:
    web = rows(lookup, "web", Settings(keep_alive=60))
    assert web["serveraliveinterval"] == ("60", "settings.toml")
    assert web["connecttimeout"] == ("15", "default")


def test_a_forward_without_a_target_and_one_that_ssh_refuses(tmp_path: Path) -> None:
    store = HostStore(tmp_path / "hosts.toml")
    store.put(Host("a", "h", forwards=(Forward("dynamic", "1080"),)))
    found = Lookup(store, ConfigHosts).why("a", Settings(), tmp_path)
    assert ("dynamicforward", "1080") in {(row.keyword, row.value) for row in found.rows}
