"""Reading and changing a known_hosts file; `ssh-keygen` is the second source."""

from __future__ import annotations

import os
import stat
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sshtui.errors import ConfigError, NotSaved
from sshtui.model.host_keys import HostKey
from sshtui.ssh.known_host_lines import Line, certainly_others, hashed_name, parse, well_formed
from sshtui.ssh.known_hosts import KnownHosts
from tests.servers.key_files import make_key_file, public_key, public_line


def key(number: int = 0) -> HostKey:
    """A host key in ed25519's wire form."""
    return HostKey(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + number.to_bytes(32, "big"))


@pytest.fixture
def file(surroundings: Path) -> Path:
    return surroundings / ".ssh" / "known_hosts"


@pytest.fixture
def written(file: Path) -> Callable[[str], KnownHosts]:
    """`written("text")`: a known_hosts file with that text."""

    def write(text: str) -> KnownHosts:
        file.parent.mkdir(mode=0o700, exist_ok=True)
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
        return KnownHosts(file)

    return write


def found_by_ssh_keygen(file: Path, name: str, need: Callable[[str], str]) -> list[str]:
    """The base64 keys `ssh-keygen -F` finds for `name`."""
    run = subprocess.run([need("ssh-keygen"), "-F", name, "-f", str(file)], capture_output=True, text=True)
    return [line.split()[2] for line in run.stdout.splitlines() if line and not line.startswith("#")]


def test_a_missing_file_knows_nobody(file: Path) -> None:
    known = KnownHosts(file).lookup("web", 22)
    assert (known.trusted, known.exact) == ((), ())
    assert not file.exists()


def test_an_entry_tells_its_file_and_line(written: Callable[[str], KnownHosts], file: Path) -> None:
    known = written(f"# mine\n\nweb {key().line}\n").lookup("web", 22)
    assert [(entry.host_key, entry.path, entry.line) for entry in known.exact] == [(key(), str(file), 3)]


def test_damaged_lines_are_counted_and_cost_nothing_else(written: Callable[[str], KnownHosts]) -> None:
    known = written(f"junk\n@what web {key().line}\n\udcff\nweb short AAAA\nweb {key().line}\n\0\0").lookup("web", 22)
    assert known.trusted == (key(),)
    assert known.damaged == 4


def test_a_revoked_host_key_is_never_trusted(written: Callable[[str], KnownHosts]) -> None:
    known = written(f"web {key().line}\n@revoked * {key().line}\n").lookup("web", 22)
    assert known.trusted == ()
    assert known.revoked == (key(),)


@pytest.mark.parametrize(
    "alias",
    [
        "*",
        "we?",
        "!web",
        "web,bank",
        "web bank",
        "web\tbank",
        "web\nbank",
        "@revoked",
        "#web",
        "|1|AAAA|BBBB",
        "\ud800",
    ],
)
def test_an_alias_that_is_more_than_one_plain_name_is_refused_before_anything_is_trusted_or_written(
    alias: str, file: Path
) -> None:
    known_hosts = KnownHosts(file)
    for call in (
        lambda: known_hosts.lookup("web", 22, alias=alias),
        lambda: known_hosts.names("web", 22, key(), alias=alias),
        lambda: known_hosts.remember("web", 22, key(), alias=alias),
        lambda: known_hosts.replace("web", 22, key(), alias=alias),
    ):
        with pytest.raises(ConfigError, match="no plain host name"):
            call()
    assert not file.exists()


@pytest.mark.parametrize("name", ["restrict", "PTY", "cert-authority", "X11-forwarding"])
def test_a_name_that_would_make_the_line_a_login_key_is_not_written(name: str, file: Path) -> None:
    known_hosts = KnownHosts(file.with_name("authorized_keys"))
    with pytest.raises(NotSaved, match="login key"):
        known_hosts.remember("web", 22, key(), alias=name)
    with pytest.raises(NotSaved, match="login key"):
        known_hosts.replace(name, 22, key())
    assert not known_hosts.path.exists()


def test_an_alias_replaces_address_and_port(written: Callable[[str], KnownHosts]) -> None:
    known_hosts = written(f"cluster {key(1).line}\n[web]:2222 {key(2).line}\n")
    assert known_hosts.lookup("web", 2222, alias="Cluster").trusted == (key(1),)


def test_other_files_are_read_too(written: Callable[[str], KnownHosts], file: Path, tmp_path: Path) -> None:
    written(f"web {key(1).line}\n")
    system = tmp_path / "ssh_known_hosts"
    system.write_text(f"web {key(2).line}\n@revoked web {key(1).line}\n")
    known = KnownHosts(file, [system]).lookup("web", 22)
    assert known.trusted == (key(2),)


def test_a_file_that_cannot_be_read_is_not_taken_for_an_empty_one(file: Path) -> None:
    file.mkdir(parents=True)
    with pytest.raises(ConfigError, match="not a regular file"):
        KnownHosts(file).lookup("web", 22)


def test_the_null_device_knows_nobody_and_takes_everything() -> None:
    known_hosts = KnownHosts(Path(os.devnull))
    known_hosts.remember("web", 22, key())
    assert known_hosts.lookup("web", 22).trusted == ()


def test_a_new_file_is_private_and_so_is_its_directory(file: Path) -> None:
    KnownHosts(file).remember("web", 22, key())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_an_existing_file_keeps_its_mode_and_every_byte(written: Callable[[str], KnownHosts], file: Path) -> None:
    before = f"# first\r\n\udcff junk\nweb {key(1).line} no end"
    known_hosts = written(before)
    file.chmod(0o644)
    known_hosts.remember("db", 22, key(2))
    assert file.read_bytes() == before.encode("utf-8", "surrogateescape") + b"\ndb " + key(2).line.encode() + b"\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_a_symlink_stays_one(written: Callable[[str], KnownHosts], file: Path, tmp_path: Path) -> None:
    written("")
    target = tmp_path / "dotfiles"
    file.rename(target)
    file.symlink_to(target)
    KnownHosts(file).remember("web", 22, key())
    assert file.is_symlink()
    assert KnownHosts(target).lookup("web", 22).trusted == (key(),)


@pytest.mark.parametrize(
    ("address", "port", "name"), [("web", 22, "web"), ("Web", 2222, "[web]:2222"), ("::1", 22, "::1")]
)
@pytest.mark.parametrize("hashed", [False, True])
def test_ssh_keygen_finds_what_was_remembered(
    address: str, port: int, name: str, hashed: bool, file: Path, need: Callable[[str], str]
) -> None:
    KnownHosts(file, hash_names=hashed).remember(address, port, key())
    assert found_by_ssh_keygen(file, name, need) == [key().line.split()[1]]
    assert (name in file.read_text()) is not hashed


def test_names_are_hashed_where_the_file_has_hashed_ones(written: Callable[[str], KnownHosts], file: Path) -> None:
    known_hosts = written(f"{hashed_name(b'db').decode()} {key().line}\n")
    known_hosts.remember("web", 22, key())
    assert "web" not in file.read_text()
    assert known_hosts.lookup("web", 22).trusted == (key(),)


def test_our_hash_is_the_one_of_ssh_keygen(
    written: Callable[[str], KnownHosts], file: Path, need: Callable[[str], str]
) -> None:
    known_hosts = written(f"[web]:2222 {key().line}\n")
    subprocess.run([need("ssh-keygen"), "-q", "-H", "-f", str(file)], check=True, capture_output=True)
    assert file.read_text().startswith("|1|")
    assert known_hosts.lookup("web", 2222).trusted == (key(),)


def test_remembering_twice_writes_once(file: Path) -> None:
    for _ in range(2):
        KnownHosts(file).remember("web", 22, key())
    assert len(file.read_text().splitlines()) == 1


def test_replacing_takes_out_only_our_name(
    written: Callable[[str], KnownHosts], file: Path, need: Callable[[str], str]
) -> None:
    known_hosts = written(
        f"web,10.0.0.5 {key(1).line} shared\n"
        f"web {key(2).line}\n"
        f"*.lan,web {key(3).line}\n"
        f"{hashed_name(b'web').decode()} {key(4).line}\n"
        f"@cert-authority web {key(5).line}\n"
        f"[web]:2222 {key(6).line}\n"
        "junk\n"
    )
    before = file.read_text()
    known_hosts.replace("web", 22, key(7))
    assert known_hosts.lookup("web", 22).trusted == (key(7),)
    lines = file.read_text().splitlines()
    assert lines[:2] == [f"10.0.0.5 {key(1).line} shared", f"*.lan {key(3).line}"]
    assert lines[2:5] == [f"@cert-authority web {key(5).line}", f"[web]:2222 {key(6).line}", "junk"]
    assert key(7).line.split()[1] in found_by_ssh_keygen(file, "web", need)
    assert file.with_name("known_hosts.old").read_text() == before


def test_removing_agrees_with_ssh_keygen(
    written: Callable[[str], KnownHosts], file: Path, need: Callable[[str], str]
) -> None:
    known_hosts = written(f"web {key(1).line}\n{hashed_name(b'web').decode()} {key(2).line}\ndb {key(3).line}\n")
    copy = file.with_name("copy")
    copy.write_bytes(file.read_bytes())
    subprocess.run([need("ssh-keygen"), "-R", "web", "-f", str(copy)], check=True, capture_output=True)
    assert known_hosts.remove("web", 22) == 2
    assert file.read_bytes() == copy.read_bytes()


def test_a_revocation_holds_for_good(written: Callable[[str], KnownHosts]) -> None:
    known_hosts = written(f"web {key().line}\n")
    known_hosts.revoke("web", 22, key())
    known = known_hosts.lookup("web", 22)
    assert known.trusted == ()
    assert known.revoked == (key(),)


def test_a_listed_line_is_dropped_only_while_it_stands_there(written: Callable[[str], KnownHosts], file: Path) -> None:
    known_hosts = written(f"web {key(1).line}\ndb {key(2).line} a comment\n")
    first, second = known_hosts.entries()
    assert (second.names, second.comment, second.line) == ("db", "a comment", 2)
    assert known_hosts.drop(first)
    assert not known_hosts.drop(second)
    assert file.read_text() == f"db {key(2).line} a comment\n"


def test_finding_agrees_with_ssh_keygen(
    written: Callable[[str], KnownHosts], file: Path, need: Callable[[str], str]
) -> None:
    known_hosts = written(f"{hashed_name(b'web').decode()} {key(1).line}\n*eb {key(2).line}\n*,!web {key(3).line}\n")
    ours = [listed.host_key.line.split()[1] for listed in known_hosts.find("web", 22)]
    assert ours == found_by_ssh_keygen(file, "web", need)
    assert len(ours) == 2


def test_a_directory_that_takes_no_file_is_an_error_that_says_so(file: Path) -> None:
    file.parent.mkdir()
    blocked = file.parent / "file"
    blocked.write_text("")
    with pytest.raises(NotSaved, match="not saved"):
        KnownHosts(blocked / "known_hosts").remember("web", 22, key())


def test_two_hundred_saves_at_once_lose_nothing(file: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: KnownHosts(file).remember(f"host{number}", 22, key(number)), range(200)))
    lines = file.read_text().splitlines()
    assert sorted(lines) == sorted(f"host{number} {key(number).line}" for number in range(200))


def test_a_hundred_thousand_hashed_lines_are_searched_in_a_moment(file: Path) -> None:
    file.parent.mkdir()
    salt, line = b"x" * 20, key().line.encode()
    names = [hashed_name(b"other", salt)] * 99_999 + [hashed_name(b"[web]:2222", salt)]
    file.write_bytes(b"".join(name + b" " + line + b"\n" for name in names))
    began = time.process_time()
    assert KnownHosts(file).lookup("web", 2222).trusted == (key(),)
    assert time.process_time() - began < 2.0


SALT = b"x" * 20
"""Names of tests and examples must not vary from run to run."""
WORDS = st.sampled_from(
    [
        b"web", b"WEB", b"[web]:2222", b"db,web", b"db", b"we?", b"*", b"!web,*", b"|1|eA==|eA==", b"|1|", b"@x",
        b"@revoked",
        b"#", b"", b"AAAA", b"AAAAx", b"ssh-rsa", b"#ssh-rsa", b"BBBB", b"we\0b", hashed_name(b"web", SALT),
        hashed_name(b"db", SALT),
        hashed_name(b"web", SALT)[:-3], b"x\r",
    ]
)  # fmt: skip


@settings(max_examples=1000, deadline=None)
@given(st.lists(st.tuples(WORDS, st.sampled_from([b" ", b"\t", b"  ", b""])), max_size=6))
def test_the_quick_look_leaves_out_only_sound_lines_of_others(words: list[tuple[bytes, bytes]]) -> None:
    text = b"".join(word + blank for word, blank in words)
    if certainly_others(text, (b"web", b"[web]:2222")):
        line = parse(text)
        assert isinstance(line, Line)
        assert not line.marker
        assert not line.damaged
        assert not line.speaks_of(b"web")
        assert not line.speaks_of(b"[web]:2222")


@pytest.mark.parametrize("names", [b"db", hashed_name(b"db", SALT), b"db,10.0.0.5", b"[db]:2222"])
def test_the_quick_look_is_enough_for_most_lines(names: bytes) -> None:
    assert certainly_others(names + b" " + key().line.encode() + b" comment\n", (b"web", b"[web]:2222"))


def test_many_stars_do_not_hang_the_search(written: Callable[[str], KnownHosts]) -> None:
    began = time.process_time()
    assert written(f"{'*a' * 12}*b {key().line}\n").lookup("a" * 40, 22).trusted == ()
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa", "dsa"])
def test_keys_of_every_type_are_read(kind: str, tmp_path: Path, need: Callable[[str], str]) -> None:
    need("ssh-keygen")
    path = make_key_file(tmp_path / "key", kind, bits=1024 if kind in {"rsa", "dsa"} else 0)
    line = parse(b"web " + public_line(path).encode())
    assert isinstance(line, Line)
    assert line.host_key == public_key(path)


@pytest.mark.parametrize(
    "blob",
    [b"", b"\0\0\0\x0bssh-ed25519", key().blob[:-1], key().blob + b"\0", b"\0\0\0\x07unknown\0\0\0\x01x", b"\xff" * 40],
)
def test_a_damaged_blob_is_no_key(blob: bytes) -> None:
    assert not well_formed(HostKey(blob))
