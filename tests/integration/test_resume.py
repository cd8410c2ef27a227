"""Programs that outlive the connection: the choice `resume = "tmux"`, with a real tmux and every login shell."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.model.hosts import Host
from sshtui.model.resuming import COMMANDS, RESUME, command_for
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, read_until
from tests.servers.openssh import OpenSSH


@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "zsh", "fish", "tcsh", "busybox"])
@pytest.mark.parametrize("installed", [True, False])
def test_every_login_shell_comes_back_to_tmux_or_gives_a_shell(
    shell: str, installed: bool, tmp_path: Path, need: Callable[[str], str]
) -> None:
    for name in ("sh", "true"):
        (tmp_path / name).symlink_to(need(name))
    own = tmp_path / "own-shell"
    own.write_text('#!/bin/sh\necho "shell $*"\n')
    tmux = tmp_path / "tmux"
    tmux.write_text('#!/bin/sh\necho "tmux $*"\n')
    own.chmod(0o755)
    tmux.chmod(0o755 if installed else 0o644)
    command = [need(shell), *(["sh"] if shell == "busybox" else []), "-c", COMMANDS["tmux"]]
    environment = {"PATH": str(tmp_path), "SHELL": str(own), "HOME": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)
    if installed:
        assert done.stdout == "tmux new -A -s sshtui\n"
    else:
        assert done.stdout == "shell -l\n"
        assert "There is no tmux here" in done.stderr


async def test_what_runs_survives_a_broken_connection(
    surroundings: Path, tmp_path: Path, start_sshd: Callable[..., OpenSSH], client_key: Path, need: Callable[[str], str]
) -> None:
    need("tmux")
    server = start_sshd(extra=[f"SetEnv TMUX_TMPDIR={tmp_path}"])
    client = Client(surroundings)
    host = client.save(server, key_pair=str(client_key), extra={RESUME: "tmux"})
    environment = {**os.environ, "TMUX_TMPDIR": str(tmp_path)}
    try:
        channel = await client.dial(host, ScriptedPrompter())
        await read_until(channel, b"[sshtui]")
        channel.write(b"kept=still-'here'; echo now-$kept\n")
        await read_until(channel, b"now-still-here")
        server.kill_sessions()
        async with client.terminal(host, ScriptedPrompter()) as again:
            await read_until(again, b"[sshtui]")
            again.write(b"echo then-$kept\n")
            await read_until(again, b"then-still-here")
        await channel.close()
    finally:
        subprocess.run([need("tmux"), "kill-server"], env=environment, capture_output=True)  # noqa: ASYNC221 - the end


def test_a_command_of_the_hosts_own_comes_first_and_nonsense_is_none() -> None:
    assert command_for(Host("a", "a", command="htop", extra={RESUME: "tmux"})) == "htop"
    assert command_for(Host("a", "a", extra={RESUME: "emacs"})) == ""
    assert command_for(Host("a", "a", extra={RESUME: True})) == ""
