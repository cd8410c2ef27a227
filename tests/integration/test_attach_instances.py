"""The app as a process of its own: one is started, found, told to end, and ends with whom it belongs to."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sshtui.attach.asking import ask, state_of
from sshtui.attach.frames import Hello, data
from sshtui.attach.places import Instance, Places, connect
from sshtui.attach.starting import detachable
from sshtui.cli.detached import LOG_LIMIT, Log
from sshtui.model.geometry import Size
from sshtui.store.paths import Paths
from sshtui.wiring.detached import detached_app
from tests.waiting import until

ROOT = Path(__file__).parents[2]

WEB_SERVER = """
import asyncio, sys
from pathlib import Path
from sshtui.store.paths import Paths
from sshtui.wiring.detached import app_for_viewers
async def main():
    print(await app_for_viewers(Paths.default(), die_with_parent=True), flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""

Sshtui = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def paths(surroundings: Path) -> Iterator[Paths]:
    """Our files in an empty home; every app that still runs on them at the end is killed."""
    found = Paths.default()
    yield found
    for instance in Places(found.run_dir).running():
        os.kill(pid_of(instance), signal.SIGKILL)


@pytest.fixture
def sshtui() -> Sshtui:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).with_name("sshtui")), *arguments]
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)

    return run


def pid_of(instance: Instance) -> int:
    pid = state_of(instance.socket)["pid"]
    assert isinstance(pid, int)
    return pid


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_two_who_look_for_an_app_at_once_find_the_same(paths: Paths) -> None:
    found: list[Instance] = []
    seekers = [threading.Thread(target=lambda: found.append(detached_app(paths))) for _ in range(3)]
    for seeker in seekers:
        seeker.start()
    for seeker in seekers:
        seeker.join()
    assert [instance.id for instance in found] == ["1"] * 3
    another = detached_app(paths, anew=True)
    assert another.id == "2"
    assert {state_of(each.socket)["pid"] for each in (found[0], another)} == {pid_of(found[0]), pid_of(another)}


def test_the_app_stands_alone_in_a_session_without_a_terminal(paths: Paths) -> None:
    pid = pid_of(detached_app(paths))
    assert os.getsid(pid) == pid != os.getsid(0)
    ends = {os.readlink(f"/proc/{pid}/fd/{number}") for number in (0, 1, 2)}
    assert ends == {"/dev/null"}
    assert stat.S_IMODE(paths.app_log.stat().st_mode) == 0o600


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_an_app_started_to_die_with_its_parent_does(paths: Paths, number: signal.Signals) -> None:
    parent = subprocess.Popen([sys.executable, "-c", WEB_SERVER], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    instance = Instance("1", Path(parent.stdout.readline().strip()))
    pid = pid_of(instance)
    parent.send_signal(number)
    parent.communicate()
    until(lambda: is_gone(pid), "end of the app", 2)
    assert Places(paths.run_dir).running() == ()


PARENT = """
import os, subprocess, sys
life, lifeline = os.pipe()
command = [sys.executable, "-c", sys.argv[1], str(life)]
app = subprocess.Popen(command, pass_fds=[life], start_new_session=True)
os.close(life)
app.wait()
"""

STUBBORN = """
import signal, subprocess, sys
from sshtui.attach.lifeline import end_with_parent
signal.signal(signal.SIGTERM, lambda *_: None)
proxy = ["/bin/sh", "-c", "trap '' TERM; echo $$; exec sleep 600"]
subprocess.Popen(proxy, stdin=subprocess.PIPE, start_new_session=True)
end_with_parent(int(sys.argv[1]))
import os
print(os.getpid(), flush=True)
while True:
    pass
"""
"""An app that is too busy to hear a signal, with a program that hears neither a signal nor the end of its input."""


def test_a_busy_app_and_its_programs_end_within_two_seconds_of_a_killed_parent() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, STUBBORN], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pids = [int(parent.stdout.readline()) for _ in range(2)]
    try:
        parent.kill()
        until(lambda: all(is_gone(pid) for pid in pids), "end of the app and its program", 2)
    finally:
        parent.stdout.close()
        parent.wait()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def test_an_app_whose_parent_was_gone_before_it_could_ask_ends_all_the_same(surroundings: Path) -> None:
    life, lifeline = os.pipe()
    os.close(lifeline)
    code = "import sys, time; from sshtui.attach.lifeline import end_with_parent; end_with_parent(int(sys.argv[1])); "
    app = subprocess.Popen([sys.executable, "-c", code + "time.sleep(600)", str(life)], cwd=ROOT, pass_fds=[life])
    os.close(life)
    try:
        assert app.wait(10) == -signal.SIGTERM
    finally:
        app.kill()
        app.wait()


def environment_of(pid: int) -> dict[str, str]:
    """What a process was started with (proc(5), environ)."""
    pairs = Path(f"/proc/{pid}/environ").read_bytes().rstrip(b"\0").split(b"\0")
    return dict(pair.decode().split("=", 1) for pair in pairs)


def test_an_app_of_the_console_gets_only_the_variables_it_needs(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    needed = {"SSH_AUTH_SOCK": "/nowhere/agent", "LC_TIME": "C.UTF-8", "KRB5CCNAME": "FILE:/nowhere", "TZ": "UTC"}
    for name, value in {**needed, "CANARY_TOKEN": "canary", "XDGCANARY": "canary"}.items():
        monkeypatch.setenv(name, value)
    parent = subprocess.Popen([sys.executable, "-c", WEB_SERVER], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    seen = environment_of(pid_of(Instance("1", Path(parent.stdout.readline().strip()))))
    parent.kill()
    parent.communicate()
    assert needed.items() <= seen.items()
    assert (seen["HOME"], seen["PATH"]) == (os.environ["HOME"], os.environ["PATH"])
    assert "canary" not in seen.values()


def test_a_detachable_app_keeps_the_environment_of_its_person(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY_TOKEN", "canary")
    assert environment_of(pid_of(detached_app(paths)))["CANARY_TOKEN"] == "canary"


def test_an_app_that_ran_before_outlives_a_server_that_found_it(paths: Paths) -> None:
    instance = detached_app(paths)
    parent = subprocess.Popen([sys.executable, "-c", WEB_SERVER], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline().strip() == str(instance.socket)
    parent.kill()
    parent.communicate()
    assert detachable(Places(paths.run_dir)) == instance


def test_kill_asks_first_and_says_what_ended(paths: Paths, sshtui: Sshtui) -> None:
    pid = pid_of(detached_app(paths))
    done = sshtui("kill")
    assert (done.returncode, done.stdout) == (0, "sshtui 1 has ended, and with it 0 live sessions.\n")
    until(lambda: is_gone(pid), "end of the app")


def test_kill_ends_an_app_that_hangs(paths: Paths, sshtui: Sshtui) -> None:
    pid = pid_of(detached_app(paths))
    os.kill(pid, signal.SIGSTOP)
    listed = sshtui("list")
    assert "does not answer" in listed.stdout
    done = sshtui("kill", "1")
    assert (done.returncode, done.stdout) == (0, "sshtui 1 was killed, and with it its sessions.\n")
    until(lambda: is_gone(pid), "end of the app")


def test_a_signal_ends_the_app_and_its_socket_goes(paths: Paths) -> None:
    instance = detached_app(paths)
    pid = pid_of(instance)
    os.kill(pid, signal.SIGTERM)
    until(lambda: is_gone(pid), "end of the app", 5)
    assert not instance.socket.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["kill"], 4, "No sshtui is running."),
        (["kill", "7"], 4, "No sshtui called '7' is running."),
        (["attach"], 2, "needs a terminal"),
        (["--new"], 2, "--detachable"),
        (["a", "b"], 2, "One host at a time."),
    ],
)
def test_what_cannot_be_is_a_sentence_and_a_code(
    paths: Paths, sshtui: Sshtui, arguments: list[str], code: int, words: str
) -> None:
    done = sshtui(*arguments)
    assert done.returncode == code
    assert words in done.stderr


def test_without_an_app_the_list_is_empty(paths: Paths, sshtui: Sshtui) -> None:
    assert json.loads(sshtui("list", "--json").stdout) == []


def test_the_list_shows_what_runs(paths: Paths, sshtui: Sshtui) -> None:
    instance = detached_app(paths)
    ask(instance.socket, "open", destination="ssh://nobody@127.0.0.1:1")
    until(lambda: state_of(instance.socket)["tabs"], "tab")
    shown = sshtui("list").stdout
    assert shown.startswith("1   since ")
    assert ", detached, 1 tab, " in shown
    assert "nobody@127.0.0.1:1: " in shown


def test_what_opens_from_outside_is_judged_as_on_the_command_line_and_bounded(paths: Paths, sshtui: Sshtui) -> None:
    instance = detached_app(paths)
    for link, words in [("ssh://-oProxyCommand=x", "not a destination"), ("ssh://a:b@c", "password")]:
        done = sshtui(link)
        assert (done.returncode, words in done.stderr) == (2, True)
    assert state_of(instance.socket)["tabs"] == []
    answers = [sshtui_open(instance, number) for number in range(25)]
    assert answers.count("opened") == 20


def test_a_link_opens_best_where_somebody_sees_it(paths: Paths, sshtui: Sshtui) -> None:
    unseen, seen = detached_app(paths), detached_app(paths, anew=True)
    with connect(seen.socket) as viewer:
        viewer.sendall(Hello(Size(80, 24)).encoded())
        until(lambda: state_of(seen.socket)["viewers"], "viewer")
        said = sshtui("ssh://nobody@127.0.0.1:1").stdout
    assert f"({seen.id})" in said
    assert [len(state_of(each.socket)["tabs"]) for each in (seen, unseen)] == [1, 0]
    said = sshtui("ssh://nobody@127.0.0.1:1").stdout
    assert "see it with: sshtui attach 1" in said


def read_until(viewer: socket.socket, word: bytes) -> None:
    seen = b""
    while word not in seen:
        piece = viewer.recv(65536)
        assert piece, f"the end came before {word!r}"
        seen += piece


def test_a_tab_looked_at_from_a_browser_is_saved_where_the_page_offers_it(paths: Paths) -> None:
    instance = detached_app(paths)
    with connect(instance.socket) as viewer:
        viewer.settimeout(20)
        viewer.sendall(Hello(Size(120, 40), kind="browser").encoded())
        until(lambda: state_of(instance.socket)["viewers"], "viewer")
        ask(instance.socket, "open", destination="ssh://nobody@127.0.0.1:1")
        read_until(viewer, b"refused")
        viewer.sendall(data(b"\x1cs"))
        read_until(viewer, b"save to")
        viewer.sendall(data(b"\r"))
        read_until(viewer, b"offers it for download")
    (saved,) = paths.transfer_dir.iterdir()
    assert saved.name.startswith("nobody@127.0.0.1-1-20")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (saved, paths.transfer_dir)] == [0o600, 0o700]


def sshtui_open(instance: Instance, number: int) -> str:
    from sshtui.errors import UsageError

    try:
        return ask(instance.socket, "open", destination=f"ssh://x@127.0.0.1:{number + 1}").type
    except UsageError:
        return "refused"


def test_the_log_is_private_and_never_grows_beyond_its_limit(tmp_path: Path) -> None:
    for _life in range(3):
        log = Log(tmp_path / "app.log")
        for _ in range(100):
            log.write("x" * 10_000)
    assert (tmp_path / "app.log").stat().st_size <= LOG_LIMIT
    assert stat.S_IMODE((tmp_path / "app.log").stat().st_mode) == 0o600
