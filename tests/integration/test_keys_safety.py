"""A key file is whole at every moment, and what protects it is seen by nobody."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sshtui.errors import NotSaved, WrongPassphrase
from sshtui.keys.workshop import change_passphrase, make, open_file

CANARY = "canary-7d1f-passphrase"

CHANGE = """
import sys
from pathlib import Path
from sshtui.keys.workshop import change_passphrase
path = Path(sys.argv[1])
secrets = sys.stdin.read().split()
print("ready", flush=True)
while True:
    change_passphrase(path, *secrets, rounds=1)
    change_passphrase(path, *reversed(secrets), rounds=1)
"""


def test_kill_9_in_the_middle_leaves_a_whole_key_that_one_of_the_passphrases_opens(tmp_path: Path) -> None:
    path = tmp_path / "pair"
    made = make(path, passphrase="before", rounds=1)
    for _ in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", CHANGE, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{_opens(path)} {'after' if _opens(path) == 'before' else 'before'}")
        process.stdin.close()
        assert process.stdout.readline() == "ready\n"
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(random.uniform(0.0, 0.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert open_file(path, _opens(path)).public_data == made.public.blob
    assert all(each.stat().st_mode & 0o077 == 0 for each in tmp_path.iterdir() if each.suffix != ".pub")


def _opens(path: Path) -> str:
    """The one of the two passphrases that opens the file."""
    try:
        open_file(path, "before")
    except WrongPassphrase:
        open_file(path, "after")
        return "after"
    return "before"


def test_a_full_disk_leaves_the_old_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "pair"
    make(path, "rsa", bits=2048, passphrase="before", rounds=1)
    content = path.read_bytes()
    child = os.fork()
    if child == 0:
        # A child of its own, since the limit cannot be lifted again.
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))
        try:
            change_passphrase(path, "before", "after", rounds=1)
        except NotSaved:
            os._exit(42)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 42
    assert path.read_bytes() == content
    assert sorted(each.name for each in tmp_path.iterdir()) == ["pair", "pair.pub"]


@pytest.mark.parametrize("target", ["openssh", "pkcs8", "ppk3"])
def test_a_passphrase_is_in_no_argument_no_environment_and_no_output(tmp_path: Path, target: str) -> None:
    make(tmp_path / "pair", passphrase=CANARY, rounds=1)
    reading, writing = os.pipe()
    arguments = ["keys", "convert", "pair", "--to", target, "--out", "out", "--passphrase-fd", str(reading), "--json"]
    code = f"import sys; from sshtui.cli.run import run; sys.exit(run({arguments!r}))"
    process = subprocess.Popen(
        [sys.executable, "-X", "dev", "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=[reading],
        cwd=tmp_path,
    )
    os.close(reading)
    seen = [Path(f"/proc/{process.pid}/{name}").read_bytes() for name in ("cmdline", "environ")]
    os.write(writing, CANARY.encode() + b"\n")
    os.close(writing)
    seen += process.communicate()
    assert process.returncode == 0, seen
    assert not [each for each in seen if CANARY.encode() in each]
    open_file(tmp_path / "out", CANARY)


def test_a_traceback_and_a_repr_show_no_secret(tmp_path: Path) -> None:
    from sshtui.keys.ppk import make_ppk

    made = make_ppk(3, "ssh-ed25519", "me", b"public", b"very secret scalar", None)
    assert "very secret" not in repr(made)
    make(tmp_path / "pair", passphrase=CANARY, rounds=1)
    with pytest.raises(WrongPassphrase) as caught:
        open_file(tmp_path / "pair", CANARY + "x")
    error: BaseException | None = caught.value
    while error is not None:
        assert CANARY not in f"{error!r} {error}"
        error = error.__cause__ or error.__context__
