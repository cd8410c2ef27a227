"""Surroundings every test sees: an empty HOME, no agent, nothing of the user's; missing programs fail under CI."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.lacking import lacking
from tests.servers.accounts import Account, temporary_account

PROGRAM_DIRECTORIES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])

NOBODY = 65534

# How long a busy machine takes to think of an input, or to try one, says nothing about what is tested.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture(autouse=True)
def surroundings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home directory (yielded); no agent, no display, no colours or directories from outside."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in list(os.environ):
        if name.startswith(("SSH_", "XDG_", "SSHTUI_", "TEXTUAL")) or name in {"DISPLAY", "NO_COLOR", "TMUX"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm-256color")
    return home


@pytest.fixture(scope="session")
def need() -> Callable[[str], str]:
    """`need("sshd")` is the program's full path; without it the test is skipped, under CI=true it fails."""

    def find(program: str) -> str:
        path = shutil.which(program, path=PROGRAM_DIRECTORIES)
        if path is None:
            lacking(f"{program} is not installed")
        return path

    return find


@pytest.fixture
def new_account() -> Iterator[Callable[..., Account]]:
    """`new_account(password=…, shell=…)`: a throw-away account of this machine; skipped when not root."""
    if os.geteuid() != 0:
        lacking("accounts with passwords need root")
    with contextlib.ExitStack() as stack:
        yield lambda **options: stack.enter_context(temporary_account(**options))


@pytest.fixture
def another_account() -> Callable[[], AbstractContextManager[None]]:
    """`with another_account():` we may signal no process that runs as root; skipped when not root."""
    if os.geteuid() != 0:
        lacking("to become another account and come back needs root")

    @contextlib.contextmanager
    def become() -> Iterator[None]:
        os.setresuid(NOBODY, NOBODY, 0)
        try:
            yield
        finally:
            os.setresuid(0, 0, 0)

    return become


@pytest.fixture
def account(new_account: Callable[..., Account]) -> Account:
    """A throw-away account with a random password."""
    return new_account()
