from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.cli.opening import destination_host
from sshtui.cli.run import run
from sshtui.store.hosts import HostStore
from sshtui.store.paths import Paths

Call = Callable[..., str]


@pytest.fixture
def sshtui(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """What a command prints."""
    monkeypatch.setenv("SSHTUI_CONFIG_DIR", str(tmp_path / "config"))

    def call(*arguments: str) -> str:
        assert run(arguments) == 0
        return capsys.readouterr().out

    return call


def test_hosts_inherit_from_their_folder_and_effective_says_so(sshtui: Call) -> None:
    sshtui("hosts", "add", "web", "10.0.0.5", "--folder", "prod/web")
    line = "hosts folder set prod --user deploy --port 2222 --jump bastion --danger"
    assert sshtui(*line.split()) == ""
    assert sshtui("hosts", "folder", "list") == "prod  user=deploy port=2222 jump=bastion danger=True\n"
    why = sshtui("hosts", "effective", "web", "--why")
    for option in ("user deploy", "port 2222", "proxyjump bastion"):
        assert f"  {option}  from folder prod\n" in why
    host = destination_host(Paths.default(), "web")
    assert host is not None
    assert (host.destination, host.jump, host.extra) == ("deploy@10.0.0.5:2222", "bastion", {"danger": True})
    assert HostStore(Paths.default().hosts_file).hosts()[0].user == ""
    sshtui("hosts", "folder", "set", "prod", "--user", "", "--port", "0", "--no-danger")
    assert sshtui("hosts", "folder", "list") == "prod  jump=bastion danger=False\n"


def test_a_folder_needs_something_to_set(sshtui: Call) -> None:
    assert run(["hosts", "folder", "set", "prod"]) == 2
