"""`sshtui serve` as a person starts and ends it: a process of its own, its certificate, its signals."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from sshtui.store.paths import Paths
from sshtui.web.serving import free_port
from sshtui.web.tls import Certificate, own_certificate
from tests.lacking import lacking
from tests.waiting import until
from tests.web.door import enrol


def sshtui(config: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from sshtui.cli.entry import main; main()", "--config-dir", str(config), *words],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=30, check=False,
    )  # fmt: skip


@pytest.fixture
def config(tmp_path: Path) -> Path:
    enrol(Paths.default(tmp_path / "config").console_file, now=time.time())
    return tmp_path / "config"


@contextlib.contextmanager
def serving(config: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The process and what it said when it listened."""
    process = subprocess.Popen(
        [
            sys.executable, "-c", "from sshtui.cli.entry import main; main()", "--config-dir", str(config),
            "serve", "--port", str(free_port()), *words,
        ],
        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        lines = [process.stderr.readline()]
        if "https" in lines[0]:
            lines.append(process.stderr.readline())
        yield process, lines
    finally:
        process.kill()
        process.wait()
        process.stderr.close() if process.stderr else None


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_a_signal_ends_it_within_three_seconds(config: Path, number: int, code: int) -> None:
    with serving(config) as (process, lines):
        assert re.fullmatch(r"The console is at http://127\.0\.0\.1:\d+/\n", lines[0])
        process.send_signal(number)
        assert process.wait(3) == code


def test_what_it_says_of_its_certificate_is_what_a_browser_sees_and_sighup_reads_a_new_one(
    config: Path, tmp_path: Path
) -> None:
    given = Certificate(tmp_path / "given" / "cert.pem", tmp_path / "given" / "key.pem")
    own_certificate(given, ["localhost"])
    with serving(config, "--cert", str(given.chain), "--key", str(given.key)) as (process, lines):
        port = int(re.findall(r":(\d+)/", lines[0])[0])
        first = presented(port)
        assert lines[1] == f"Certificate SHA-256 {first}\n"
        own_certificate(given, ["another.example"])
        process.send_signal(signal.SIGHUP)
        assert process.stderr is not None
        assert given.fingerprint() in process.stderr.readline()
        assert presented(port) == given.fingerprint() != first
        given.key.chmod(0o644)
        process.send_signal(signal.SIGHUP)
        assert "The old certificate stays" in process.stderr.readline()
        assert presented(port) == given.fingerprint()


def presented(port: int) -> str:
    """The fingerprint of the certificate that a client is shown."""
    pem = ssl.get_server_certificate(("127.0.0.1", port))
    return x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA256()).hex(":").upper()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_older_tls_is_refused(config: Path) -> None:
    with serving(config, "--tls") as (_, lines):
        port = int(re.findall(r":(\d+)/", lines[0])[0])
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.raises((ssl.SSLError, ConnectionError)), open_link(port) as link:
            context.wrap_socket(link)


def test_connections_that_never_shake_hands_leave_room_for_others(config: Path) -> None:
    with serving(config, "--tls") as (_, lines):
        port = int(re.findall(r":(\d+)/", lines[0])[0])
        silent = [socket.create_connection(("127.0.0.1", port), 5, ("127.0.0.2", 0)) for _ in range(70)]
        try:
            until(lambda: sum(map(is_cut, silent)) >= 6, "all but 64 of them are cut off")
            assert presented(port)
            assert sum(map(is_cut, silent)) == 6
        finally:
            for link in silent:
                link.close()


def is_cut(link: socket.socket) -> bool:
    """Whether the other end has closed it."""
    link.setblocking(False)
    try:
        return link.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def open_link(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)


BROWSER = """
import pathlib, sys, urllib.request
with urllib.request.urlopen(sys.argv[2], timeout=10) as answer:
    pathlib.Path(sys.argv[1] + ".part").write_bytes(answer.read())
pathlib.Path(sys.argv[1] + ".part").rename(sys.argv[1])
"""


def test_a_browser_that_runs_in_the_foreground_is_served_while_it_is_waited_for(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, page = tmp_path / "browser.py", tmp_path / "page"
    program.write_text(BROWSER)
    # The standard library takes a program that is not sent to the background to be in the terminal.
    monkeypatch.setenv("BROWSER", f"{sys.executable} {program} {page} %s")
    with serving(config, "--open"):
        until(page.exists, "the page is read")
    assert b"Sign in to the console" in page.read_bytes()


def test_a_second_console_of_the_same_account_is_refused(config: Path) -> None:
    with serving(config):
        done = sshtui(config, "serve", "--port", str(free_port()))
        assert done.returncode == 3
        assert "running already" in done.stderr


def test_a_taken_port_is_named(config: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = sshtui(config, "serve", "--port", str(port))
    assert done.returncode == 2
    assert f"port {port} cannot be listened at" in done.stderr


def test_what_is_not_safe_to_serve_is_refused_in_a_sentence(config: Path, tmp_path: Path) -> None:
    for words, code, says in (
        (("serve", "--host", "0.0.0.0"), 2, "not loopback"),
        (("serve", "--cert", "x"), 2, "belong together"),
        (("serve", "setup"), 2, "in a terminal only"),
        (("serve", "sessions"), 4, "No browser console is running"),
        (("serve", "end"), 2, "--all"),
    ):
        done = sshtui(config, *words)
        assert (done.returncode, says in done.stderr) == (code, True), (words, done)
    assert sshtui(config, "serve", "unlock").returncode == 0
    done = sshtui(tmp_path / "empty", "serve")
    assert done.returncode == 4
    assert "sshtui serve setup" in done.stderr


def test_without_its_packages_it_says_what_to_install(config: Path) -> None:
    code = (
        "import sys; sys.modules['aiohttp'] = None; sys.modules['segno'] = None\n"
        "from sshtui.cli.run import run; sys.exit(run(['serve', *sys.argv[1:]]))"
    )
    for words in ([], ["setup"]):
        done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "aiohttp and segno" in done.stderr
        assert "pip install 'sshtui[web]'" in done.stderr


def test_serving_starts_no_app_and_leaves_its_secrets_out_of_its_arguments_and_surroundings(config: Path) -> None:
    with serving(config) as (process, _):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        if not children.exists():
            lacking("this system has no /proc")
        assert children.read_text() == ""
        assert [path.name for path in Paths.default(config).run_dir.glob("*.sock")] == ["console.sock"]


def test_help_names_every_way(config: Path) -> None:
    told = sshtui(config, "serve", "--help").stdout
    assert all(word in told for word in ("setup", "sessions", "end", "unlock", "--tls", "--cert", "--name", "--open"))
    assert "serve" in sshtui(config, "--help").stdout
