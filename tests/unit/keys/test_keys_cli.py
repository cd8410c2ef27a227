"""`sshtui keys …` as a script meets it: output, files, exit codes; passphrases come over file descriptors."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from sshtui.cli.keys import keys
from sshtui.cli.run import run
from sshtui.keys.generate import security_key_here
from sshtui.keys.workshop import Made, make, open_file
from sshtui.model.hosts import Host
from sshtui.store.hosts import HostStore


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def descriptors() -> Iterator[Any]:
    """`descriptors("one", "two")`: an open file descriptor that says these lines."""
    opened = []

    def say(*lines: str) -> str:
        reading, writing = os.pipe()
        os.write(writing, "".join(f"{line}\n" for line in lines).encode())
        os.close(writing)
        opened.append(reading)
        return str(reading)

    yield say
    for each in opened:
        os.close(each)


@pytest.fixture
def plain_pair(folder: Path) -> Made:
    return make(folder / "pair", comment="me@here")


def test_help_loads_neither_asyncssh_nor_cryptography() -> None:
    code = "import sys; from sshtui.cli.run import run; run(['keys', '--help']); print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "fingerprint" in said
    assert not {"asyncssh", "cryptography", "textual"} & set(said.split())


def test_new_writes_a_protected_private_key_and_its_public_line(
    folder: Path, descriptors: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    fd = descriptors("long enough passphrase")
    arguments = ["--comment", "me@here", "--out", "new", "--rounds", "1", "--new-passphrase-fd", fd, "--json"]
    assert run(["keys", "new", *arguments]) == 0
    made = json.loads(capsys.readouterr().out)
    key = open_file(folder / "new", "long enough passphrase")
    assert (made["type"], made["bits"], made["sha256"]) == ("ed25519", 256, key.get_fingerprint())
    assert (folder / "new.pub").read_text() == made["line"] + "\n"
    assert made["line"].endswith(" me@here")
    assert (folder / "new").stat().st_mode & 0o777 == 0o600


def test_a_home_of_nobody_is_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "show", "~nobody-of-this-name/id"]) == 4
    assert "There is no file ~nobody-of-this-name/id." in capsys.readouterr().err


def test_new_without_a_name_takes_a_free_one_in_a_private_folder(surroundings: Path) -> None:
    for _ in range(2):
        assert run(["keys", "new", "--no-passphrase"]) == 0
    assert (surroundings / ".ssh").stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in (surroundings / ".ssh").iterdir()) == [
        "id_ed25519",
        "id_ed25519.pub",
        "id_ed25519_2",
        "id_ed25519_2.pub",
    ]


def test_no_passphrase_must_be_said(folder: Path, descriptors: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "new", "--out", "new", "--new-passphrase-fd", descriptors("")]) == 2
    assert "--no-passphrase" in capsys.readouterr().err
    assert not (folder / "new").exists()


@pytest.mark.parametrize("standing", ["new", "new.pub"])
def test_new_replaces_nothing_unless_forced(folder: Path, standing: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / standing).write_text("precious")
    assert run(["keys", "new", "--no-passphrase", "--out", "new"]) == 2
    assert "exists already" in capsys.readouterr().err
    assert (folder / standing).read_text() == "precious"
    assert run(["keys", "new", "--no-passphrase", "--out", "new", "--force"]) == 0
    assert (folder / standing).read_text() != "precious"


def test_a_dangling_symlink_counts_as_a_file_that_stands_there(folder: Path) -> None:
    (folder / "new").symlink_to(folder / "nowhere")
    assert run(["keys", "new", "--no-passphrase", "--out", "new"]) == 2
    assert not (folder / "nowhere").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--type", "dsa"], "no type"), (["--type", "rsa", "--bits", "1024"], "2048 or 3072 or 4096")],
)
def test_weak_types_are_not_made(folder: Path, options: list[str], words: str, capsys: Any) -> None:
    assert run(["keys", "new", "--no-passphrase", "--out", "new", *options]) == 2
    assert words in capsys.readouterr().err


def test_convert_keeps_the_passphrase_and_says_what_is_lost(
    folder: Path, descriptors: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    make(folder / "pair", "ecdsa", comment="me@here", passphrase="sesame", rounds=1)
    assert run(["keys", "convert", "pair", "--to", "pkcs1", "--passphrase-fd", descriptors("sesame")]) == 0
    said = capsys.readouterr().err
    assert "The comment has no place in PEM" in said
    assert "MD5" in said
    assert b"ENCRYPTED" in (folder / "pair.pem").read_bytes()
    assert open_file(folder / "pair.pem", "sesame").public_data == open_file(folder / "pair", "sesame").public_data


def test_old_and_new_passphrase_may_come_over_one_descriptor(folder: Path, descriptors: Any) -> None:
    make(folder / "pair", passphrase="before", rounds=1)
    fd = descriptors("before", "after")
    assert run(["keys", "passwd", "pair", "--rounds", "1", "--passphrase-fd", fd, "--new-passphrase-fd", fd]) == 0
    open_file(folder / "pair", "after")


def test_a_wrong_passphrase_is_exit_code_9_and_changes_nothing(
    folder: Path, descriptors: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    make(folder / "pair", passphrase="before", rounds=1)
    content = (folder / "pair").read_bytes()
    assert run(["keys", "passwd", "pair", "--no-passphrase", "--passphrase-fd", descriptors("hunter2")]) == 9
    said = capsys.readouterr()
    assert "does not open pair" in said.err
    assert "hunter2" not in said.out + said.err
    assert (folder / "pair").read_bytes() == content


def test_without_a_terminal_a_passphrase_is_not_waited_for(folder: Path) -> None:
    make(folder / "pair", passphrase="before", rounds=1)
    code = "import sys; from sshtui.cli.run import run; sys.exit(run(['keys', 'convert', 'pair', '--to', 'ppk3']))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, start_new_session=True, check=False
    )
    assert done.returncode == 2
    assert "--passphrase-fd" in done.stderr


def test_askpass_is_asked_when_it_is_required(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(folder / "pair", passphrase="from askpass", rounds=1)
    askpass = folder / "askpass"
    askpass.write_text("#!/bin/sh\necho from askpass\n")
    askpass.chmod(0o755)
    monkeypatch.setenv("SSH_ASKPASS", str(askpass))
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")
    assert run(["keys", "convert", "pair", "--to", "ppk3", "--no-passphrase"]) == 0
    open_file(folder / "pair.ppk", None)


def test_a_changed_passphrase_keeps_a_symlink_and_a_strict_mode(folder: Path, plain_pair: Made) -> None:
    (folder / "link").symlink_to("pair")
    (folder / "pair").chmod(0o644)
    assert run(["keys", "passwd", "link", "--no-passphrase"]) == 0
    assert (folder / "link").is_symlink()
    assert (folder / "pair").stat().st_mode & 0o777 == 0o600


def test_show_names_the_problem_and_the_remedy(plain_pair: Made, capsys: pytest.CaptureFixture[str]) -> None:
    plain_pair.path.chmod(0o644)
    assert run(["keys", "show", "pair"]) == 0
    said = capsys.readouterr().out
    assert "Others may read it" in said
    assert "chmod 600 pair" in said


def test_show_names_the_hosts_that_use_the_key_pair(
    folder: Path, plain_pair: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    store = HostStore(folder / "hosts.toml")
    store.put(Host("web-1", "10.0.0.5", key_pair=str(plain_pair.path)))
    store.put(Host("web-2", "10.0.0.6", key_pair="~/.ssh/another"))
    for file in ("pair", "pair.pub"):
        assert run(["--config-dir", str(folder), "keys", "show", file, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["used_by"] == ["web-1"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"hello\n", "no key file"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", "cut off"),
        (b"PuTTY-User-Key-File-4: ssh-rsa\n", "version 4"),
        (b"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n", "cut off or damaged"),
        (b"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n", "ssh.com"),
        (bytes(range(256)), "no key file"),
    ],
)
def test_what_is_no_key_is_refused_with_the_reason(
    folder: Path, content: bytes, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "file").write_bytes(content)
    assert run(["keys", "show", "file"]) == 9
    assert reason in capsys.readouterr().err


def test_a_comment_from_a_file_cannot_touch_the_terminal(
    folder: Path, plain_pair: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "evil.pub").write_text(plain_pair.public.line + " \x1b]0;owned\x07\x1b[31mred\n")
    (folder / "pair.pub").write_bytes((folder / "evil.pub").read_bytes())
    assert run(["keys", "convert", "pair", "--to", "pkcs8", "--out", "pair"]) == 2
    for command in ("show evil.pub", "fingerprint evil.pub", "public evil.pub", "show evil.pub --json", "list ."):
        assert run(["keys", *command.split()]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_a_file_name_paints_nothing_and_its_remedy_is_one_word_of_a_shell(
    folder: Path, plain_pair: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "k\x1b]0;pwned\a; touch pwned"
    plain_pair.path.rename(folder / name)
    (folder / name).chmod(0o644)
    for command in (["list", "."], ["show", name]):
        assert run(["keys", *command]) == 0
        said = capsys.readouterr().out
        assert not {"\x1b", "\a"} & set(said)
        remedy = said.partition("Mend it with: ")[2].splitlines()[0]
        assert shlex.split(remedy)[:2] == ["chmod", "600"]
        assert len(shlex.split(remedy)) == 3


def test_comment_changes_in_both_files(folder: Path, plain_pair: Made) -> None:
    assert run(["keys", "comment", "pair", "new  words"]) == 0
    assert open_file(folder / "pair", None).get_comment() == "new words"
    assert (folder / "pair.pub").read_text().endswith(" new words\n")


def test_list_shows_every_private_key(folder: Path, plain_pair: Made, capsys: pytest.CaptureFixture[str]) -> None:
    make(folder / "other", "ecdsa", passphrase="sesame", rounds=1)
    assert run(["keys", "list", str(folder), "--json"]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert [(Path(file["path"]).name, file["encrypted"]) for file in files] == [("other", True), ("pair", False)]


def test_no_agent_is_a_sentence_and_a_way_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "agent", "list"]) == 9
    assert "agent start" in capsys.readouterr().err


def test_a_missing_file_is_exit_code_4(folder: Path) -> None:
    assert run(["keys", "show", "nowhere"]) == 4


def subcommands(group: click.Group, words: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        yield f"{words} {name}", command
        if isinstance(command, click.Group):
            yield from subcommands(command, f"{words} {name}")


@pytest.mark.parametrize(("words", "command"), list(subcommands(keys, "sshtui keys")))
def test_every_command_shows_an_example_in_its_help(words: str, command: click.Command) -> None:
    assert f"{words} " in f"{command.help} ".replace("\n", " ").replace(")", " ")


def test_what_is_written_is_told_as_json(folder: Path, plain_pair: Made, capsys: pytest.CaptureFixture[str]) -> None:
    path, certificate = str(plain_pair.path), str(folder / "c.pem")
    told = {}
    for name, *rest in (
        ("comment", path, "other@there"),
        ("public", path),
        ("randomart", path),
        ("x509", path, "--out", certificate),
        ("passwd", path, "--no-passphrase"),
    ):
        assert run(["keys", name, *rest, "--json"]) == 0
        told[name] = json.loads(capsys.readouterr().out)
    assert told["comment"]["written"] == [path, f"{path}.pub"]
    assert told["public"]["comment"] == "other@there"
    assert told["randomart"]["randomart"] == plain_pair.public.randomart
    assert told["x509"]["written"] == [certificate]
    assert told["passwd"]["encrypted"] is False


def test_only_a_key_in_a_security_key_can_be_made_to_verify_its_owner(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["keys", "new", "--verify-required", "--out", "made"]) == 2
    assert "ed25519-sk, ecdsa-sk" in capsys.readouterr().err
    assert not list(folder.iterdir())


@pytest.mark.parametrize("kind", ["ed25519-sk", "ecdsa-sk"])
def test_without_a_security_key_the_way_on_is_named_and_no_file_is_left(
    folder: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if security_key_here():
        pytest.skip("a security key is plugged in")
    assert run(["keys", "new", "--type", kind, "--no-passphrase", "--out", "made"]) == 9
    assert f"ssh-keygen -t {kind}" in capsys.readouterr().err
    assert not list(folder.iterdir())
