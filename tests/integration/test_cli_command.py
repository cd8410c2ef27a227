"""The installed command in processes of its own: what it loads, how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SSHTUI = Path(sys.executable).with_name("sshtui")


def sshtui(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """The command, without a terminal."""
    return subprocess.run(
        [SSHTUI, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, env={**os.environ, **more}
    )


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration directory of the commands here."""
    monkeypatch.setenv("SSHTUI_CONFIG_DIR", str(tmp_path / "config"))
    return tmp_path / "config"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["--help"],
        ["hosts", "list"],
        ["hosts", "list", "--all"],
        ["list", "--json"],
        ["paths"],
        ["completion", "bash"],
    ],
)
def test_what_needs_no_app_and_no_wire_loads_neither(config: Path, arguments: list[str]) -> None:
    script = (
        "import atexit, sys\n"
        "heavy = ('textual', 'rich', 'asyncssh', 'pyte', 'cryptography')\n"
        "atexit.register(lambda: print(sorted(m for m in heavy if m in sys.modules), file=sys.stderr))\n"
        "from sshtui.cli.entry import main\n"
        "sys.argv[0] = 'sshtui'\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "[]\n")


def test_without_a_terminal_the_app_is_one_line_and_code_2(config: Path) -> None:
    done = sshtui()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("sshtui: sshtui needs a terminal")


def test_a_reader_that_has_enough_is_no_error(config: Path) -> None:
    many = "".join(f'[[hosts]]\nname = "web-{number}"\naddress = "h"\n' for number in range(5000))
    config.mkdir()
    (config / "hosts.toml").write_text(many)
    line = f"'{SSHTUI}' hosts list | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True)
    assert (done.stdout.split(), done.stderr) == (["web-0", "h", "-", "141"], "")


def test_letters_that_the_locale_lacks_do_not_stop_the_list(config: Path) -> None:
    assert sshtui("hosts", "add", "büro", "10.0.0.5").returncode == 0
    done = sshtui("hosts", "list", PYTHONIOENCODING="koi8-r")
    assert (done.returncode, done.stdout.split()[0], done.stderr) == (0, "b?ro", "")


def test_bash_takes_the_completion_script(config: Path, need: Callable[[str], str]) -> None:
    sshtui("hosts", "add", "web-1", "10.0.0.5")
    script = f"""
        PATH="{SSHTUI.parent}:$PATH"
        source <(sshtui completion bash)
        COMP_WORDS=(sshtui we) COMP_CWORD=1
        _sshtui_completion sshtui we sshtui
        echo "${{COMPREPLY[@]}}"
    """
    done = subprocess.run([need("bash"), "-c", script], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("web-1\n", "")
