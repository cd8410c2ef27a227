from __future__ import annotations

import errno
import fcntl
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sshtui.errors import ConfigError, NotSaved
from sshtui.files import ensure_private_directory, locked, read_whole, sweep, with_home, write_whole


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_private_whatever_the_umask(tmp_path: Path, open_umask: None) -> None:
    write_whole(tmp_path / "f", b"text")
    assert (tmp_path / "f").read_bytes() == b"text"
    assert mode(tmp_path / "f") == 0o600


@pytest.mark.parametrize(("before", "after"), [(0o644, 0o600), (0o640, 0o600), (0o600, 0o600)])
def test_a_rewrite_tightens_the_mode_and_never_loosens_it(tmp_path: Path, before: int, after: int) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")
    path.chmod(before)
    write_whole(path, b"new")
    assert mode(path) == after


def test_a_stricter_old_mode_stays_when_a_looser_one_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")
    path.chmod(0o600)
    write_whole(path, b"new", mode=0o644)
    assert mode(path) == 0o600


def test_a_symlink_stays_a_symlink(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target = tmp_path / "elsewhere" / "real"
    target.write_bytes(b"old")
    link = tmp_path / "link"
    link.symlink_to(target)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_nothing_else_is_left_in_the_directory(tmp_path: Path) -> None:
    write_whole(tmp_path / "f", b"1")
    write_whole(tmp_path / "f", b"2")
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_a_failed_write_keeps_the_old_file_and_leaves_no_other(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")
    script = (
        "import resource, sys, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "from pathlib import Path; from sshtui.files import write_whole; from sshtui.errors import NotSaved\n"
        "try: write_whole(Path(sys.argv[1]), b'x' * 5000)\n"
        "except NotSaved as error: print(error.hint)\n"
    )
    told = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True).stdout
    assert "larger than this account may write" in told
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "disk is full"), (errno.EDQUOT, "quota is used up"), (errno.EIO, "")]
)
def test_a_disk_that_fails_at_the_last_moment_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")

    def fail(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", fail)
        with pytest.raises(NotSaved) as told:
            write_whole(path, b"new")
    assert words in told.value.hint
    assert os.strerror(number) in told.value.sentence
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"old", [path])
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_file_system_without_locks_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As some network file systems mounted with `nolock`."""

    def refuse(_handle: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(NotSaved) as told, locked(tmp_path / "f"):
        pass
    assert "no locks" in told.value.hint


def test_a_missing_directory_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotSaved, match="was not saved") as caught:
        write_whole(tmp_path / "no" / "f", b"")
    assert caught.value.hint


def test_a_file_where_the_directory_should_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")
    with pytest.raises(NotSaved):
        ensure_private_directory(tmp_path / "f" / "sub")
    with pytest.raises(NotSaved):
        ensure_private_directory(tmp_path / "f")


def test_created_directories_are_private_and_existing_ones_stay(tmp_path: Path, open_umask: None) -> None:
    (tmp_path / "a").mkdir(0o755)
    ensure_private_directory(tmp_path / "a" / "b" / "c")
    assert [mode(tmp_path / part) for part in ("a", "a/b", "a/b/c")] == [0o755, 0o700, 0o700]


def test_sweeping_removes_a_dead_writers_file_and_keeps_a_living_ones(tmp_path: Path) -> None:
    script = (
        "import sys, os; from pathlib import Path; from sshtui.files import new_file\n"
        "print(new_file(Path(sys.argv[1]))[1], flush=True); sys.stdin.read(); os._exit(9)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, tmp_path / "f"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        new = Path(writer.stdout.readline().strip())
        sweep(tmp_path)
        assert new.exists()
        writer.communicate("")
    sweep(tmp_path)
    assert not new.exists()


def test_a_write_takes_away_what_a_killed_writer_left(tmp_path: Path) -> None:
    (tmp_path / ".f.0123456789ab.sshtui-new").write_text("half a private key")
    write_whole(tmp_path / "g", b"")
    assert [path.name for path in tmp_path.iterdir()] == ["g"]


def test_sweeping_touches_nothing_of_others(tmp_path: Path) -> None:
    for name in ("hosts.toml", ".hidden", "x.sshtui-new"):
        (tmp_path / name).write_text("")
    sweep(tmp_path)
    sweep(tmp_path / "missing")
    assert len(list(tmp_path.iterdir())) == 3


def test_a_second_writer_waits_and_gives_up_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "f"
    with locked(path), pytest.raises(NotSaved, match="another program"), locked(path, deadline=0.02):
        pass
    with locked(path, deadline=0):
        pass


def test_two_links_to_one_file_share_its_lock(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with locked(tmp_path / "link"), pytest.raises(NotSaved), locked(tmp_path / "real", deadline=0):
        pass


def test_no_file_reads_as_none(tmp_path: Path) -> None:
    assert read_whole(tmp_path / "f") is None


def test_a_fifo_a_directory_and_a_flood_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "big").write_bytes(b"x" * 11)
    for path in (tmp_path / "fifo", tmp_path, Path("/dev/zero"), tmp_path / "big"):
        with pytest.raises(ConfigError):
            read_whole(path, limit=10)
    assert read_whole(tmp_path / "big", limit=11) == b"x" * 11


@pytest.mark.parametrize("written", ["~/.ssh/id", "~root/x", "~nobody-of-this-name/x", "~", "a/~b", "/tmp/x", ""])
def test_a_home_is_found_where_a_shell_finds_it(written: str) -> None:
    shell = subprocess.run(["bash", "-c", f"printf %s {written}"], capture_output=True, text=True, check=True)
    assert with_home(written) == Path(shell.stdout)
