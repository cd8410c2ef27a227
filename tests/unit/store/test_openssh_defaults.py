"""Defaults and lists of algorithms where no ssh is on the machine, or one that does not say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sshtui.errors import UsageError
from sshtui.store.openssh_defaults import TABLES, defaults, tabled

HOME = Path("/home/me")

DOUBTFUL = {
    "no ssh": None,
    "another program": "echo hello",
    "an ssh that fails": "echo OpenSSH_9.9p1 >&2; exit 255",
}


@pytest.mark.parametrize("body", DOUBTFUL.values(), ids=DOUBTFUL)
def test_where_ssh_does_not_say_its_defaults_the_tables_count(
    body: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if body is not None:
        (tmp_path / "ssh").write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / "ssh").chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert defaults(HOME) == tabled(HOME)
    assert tabled(HOME).whose == TABLES


def test_what_ssh_takes_here_counts_and_not_who_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ssh").write_text(
        '#!/bin/sh\n[ "$1" = -V ] && { echo OpenSSH_9.9p2 Somewhere-1 >&2; exit; }\n'
        "printf '%s\\n' 'user nobody' 'ciphers aes256-ctr' 'identityfile ~/.ssh/a' 'identityfile ~/.ssh/b' 'x 1'\n"
    )
    (tmp_path / "ssh").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    found = defaults(HOME)
    assert found.whose == "OpenSSH 9.9p2"
    assert found.values["ciphers"] == ("aes256-ctr",)
    assert found.values["identityfile"] == ("~/.ssh/a", "~/.ssh/b")
    assert found.values["user"] == tabled(HOME).values["user"]
    assert "x" not in found.values
    assert found.assembled("ciphers", "+aes128-cbc") == "aes256-ctr,aes128-cbc"


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ("+novelty-cbc", "ssh speaks no novelty-cbc"),
        ("aes*", "ssh speaks no aes*"),
        ("-*", "leaves nothing"),
        ("!aes256-ctr", "ssh speaks no !aes256-ctr"),
        ("", "leaves nothing"),
    ],
)
def test_a_list_that_ssh_refuses_is_refused(wish: str, told: str) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        tabled(HOME).assembled("ciphers", wish)
