from __future__ import annotations

import configparser
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.cli.link import desktop_entry
from sshtui.cli.run import run
from tests.conftest import PROGRAM_DIRECTORIES


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no desktop entries")
def test_links_are_registered_and_taken_back(surroundings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    entry = surroundings / ".local/share/applications/sshtui.desktop"
    assert run(["link", "install"]) == 0
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(entry)
    assert parser["Desktop Entry"]["MimeType"] == "x-scheme-handler/ssh;"
    assert run(["link", "remove"]) == 0
    assert not entry.exists()
    assert run(["link", "remove"]) == 4


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no desktop entries")
def test_the_desktop_takes_the_entry_and_opens_links_with_it(
    surroundings: Path, need: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    validate, xdg_mime = need("desktop-file-validate"), need("xdg-mime")
    monkeypatch.setenv("PATH", PROGRAM_DIRECTORIES)
    (surroundings / ".config").mkdir(exist_ok=True)
    assert run(["link", "install"]) == 0
    entry = surroundings / ".local/share/applications/sshtui.desktop"
    judged = subprocess.run([validate, entry], capture_output=True, text=True)
    assert (judged.returncode, judged.stdout) == (0, "")
    asked = subprocess.run([xdg_mime, "query", "default", "x-scheme-handler/ssh"], capture_output=True, text=True)
    assert asked.stdout == "sshtui.desktop\n"


@pytest.mark.parametrize("path", ["/usr/bin/sshtui", "/home/a b/$x/`y`/sshtui", '/q"q/back\\slash/100%/sshtui'])
def test_the_program_and_the_link_are_one_argument_each(path: str) -> None:
    line = next(line for line in desktop_entry(Path(path)).splitlines() if line.startswith("Exec="))
    # A string value is unescaped first, then the quoting of Exec, which is that of a shell's double quotes; Python's
    # own splitter leaves the backslash before $ and ` there.
    words = shlex.split(line.removeprefix("Exec=").replace("\\\\", "\\"))
    assert [word.replace("%%", "%") for word in words[:-1]] == [path.replace("`", "\\`").replace("$", "\\$")]
    assert words[-1] == "%u"
