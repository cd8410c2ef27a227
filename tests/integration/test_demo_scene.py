"""The demo's scene, judged by the plain `ssh` client: each saved host is the case it shows, and all of it goes away."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sshtui.demo.scene import Scene, demo_scene
from sshtui.model.hosts import Host, folder_problem, name_problem
from sshtui.ssh.known_hosts import KnownHosts
from sshtui.store.hosts import HostStore


@pytest.fixture
def scene(surroundings: Path) -> Iterator[Scene]:
    with demo_scene() as scene:
        yield scene
    assert not scene.directory.exists()
    assert not list(surroundings.iterdir()), "the demo wrote into the home directory"


def ssh(host: Host, scene: Scene, *command: str, **options: object) -> subprocess.CompletedProcess[str]:
    settings = [
        "-F", "none", "-p", str(host.port), "-l", host.user, "-o", "IdentityAgent=none", "-o", "BatchMode=yes",
        "-o", f"UserKnownHostsFile={scene.ssh_dir / 'known_hosts'}", "-o", "StrictHostKeyChecking=accept-new",
    ]  # fmt: skip
    if host.key_pair:
        settings += ["-i", host.key_pair]
    return subprocess.run(["ssh", *settings, host.address, *command], capture_output=True, text=True, timeout=30)


def test_the_saved_hosts_are_in_the_config_directory(scene: Scene) -> None:
    assert HostStore(scene.config_dir / "hosts.toml").hosts() == scene.hosts
    assert not [host for host in scene.hosts if name_problem(host.name) or folder_problem(host.folder)]


def test_a_key_pair_gets_a_shell_whose_home_is_the_scenes_own(scene: Scene, need: Callable[[str], str]) -> None:
    need("ssh")
    done = ssh(scene.host("key-pair"), scene, "echo $HOME; cat welcome.txt")
    assert done.stdout.splitlines()[0] == str(scene.directory / "home")
    assert scene.password in done.stdout
    assert scene.code in done.stdout


def test_the_locked_key_pair_wants_its_passphrase(scene: Scene, need: Callable[[str], str]) -> None:
    file = scene.host("locked-key-pair").key_pair
    for passphrase, status in ((scene.passphrase, 0), ("wrong", 255)):
        run = subprocess.run([need("ssh-keygen"), "-y", "-P", passphrase, "-f", file], capture_output=True)
        assert run.returncode == status


@pytest.mark.parametrize(
    ("name", "method"),
    [("password", "publickey,password"), ("two-factor", "keyboard-interactive"), ("expired-password", "password")],
)
def test_the_server_offers_what_the_case_is_about(
    name: str, method: str, scene: Scene, need: Callable[[str], str]
) -> None:
    need("ssh")
    assert method in ssh(scene.host(name), scene, "true").stderr


def test_the_changed_host_key_is_one_to_ssh_too(scene: Scene, need: Callable[[str], str]) -> None:
    need("ssh")
    assert "REMOTE HOST IDENTIFICATION HAS CHANGED" in ssh(scene.host("changed-host-key"), scene, "true").stderr
    known = KnownHosts(scene.ssh_dir / "known_hosts").lookup("127.0.0.1", scene.rebuilt.port)
    assert known.exact
    assert scene.rebuilt.host_keys[0] not in known.trusted


def test_the_refused_port_refuses(scene: Scene, need: Callable[[str], str]) -> None:
    need("ssh")
    assert "Connection refused" in ssh(scene.host("refused-port"), scene, "true").stderr


def test_secrets_are_new_in_every_run_and_not_in_a_repr(scene: Scene) -> None:
    with demo_scene() as other:
        assert other.password != scene.password
    assert scene.password not in repr(scene).replace(repr(scene.hosts), "")


def test_an_error_inside_leaves_nothing_either() -> None:
    before = threading.active_count()
    with pytest.raises(RuntimeError, match="inside"), demo_scene() as scene:
        raise RuntimeError("inside")
    assert not scene.directory.exists()
    assert threading.active_count() == before


LIVE = """
from sshtui.demo.scene import demo_scene
with demo_scene() as scene:
    print(scene.directory, flush=True)
    input()
"""


def test_the_next_demo_removes_what_a_killed_one_left_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    demos = [
        subprocess.Popen([sys.executable, "-c", LIVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    killed, alive = (Path(demo.stdout.readline().strip()) for demo in demos if demo.stdout)
    demos[0].send_signal(signal.SIGKILL)
    demos[0].wait()
    # No demo's own: a directory without the locked file, and a link to one.
    foreign, link = tmp_path / "sshtui-demo-foreign", tmp_path / "sshtui-demo-link"
    foreign.mkdir()
    link.symlink_to(killed)
    assert killed.exists()
    with demo_scene() as scene:
        assert set(tmp_path.iterdir()) == {alive, foreign, link, scene.directory}
    demos[1].communicate("\n", timeout=30)
    assert set(tmp_path.iterdir()) == {foreign, link}
