"""Full-screen programs look in a tab exactly as they look in the outer terminal itself."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sshtui.model.geometry import Size
from tests.e2e.outer import Outer
from tests.e2e.person import Person
from tests.fakes.hosts import saved
from tests.servers.openssh import OpenSSH

# What the app draws around a terminal at this size: a line of tabs above, a status line below.
SIZE = Size(80, 24)
INSIDE = Size(80, 22)

ENVIRONMENT = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "COLORTERM": "truecolor"}

Step = tuple[tuple[str, ...], str]
"""Keys by tmux's names (text after a `=`), and what the screen shows then."""

PROGRAMS: dict[str, tuple[str, list[Step]]] = {
    "vim": (
        "vim -u NONE -i NONE -n -c 'syntax on|set number showmode' sample.py",
        [
            ((), "1 import sys"),
            (("=Go# мир 世界 ünd 👍",), "мир 世界(.*\n)*-- INSERT --"),
            (("Escape",), r"\A(?![\s\S]*-- INSERT --)"),
            (("C-w", "=s", "C-w", "=j", "=gg"), "sample.py .*\n(.*\n)*.*sample.py"),
            (("=/return", "Enter"), "return"),
        ],
    ),
    "less": ("less -R numbers", [((), "^1$"), (("=G",), "^500$"), (("=?^4", "Enter"), "^499$"), (("=gj",), "^22$")]),
    "nano": ("nano -I sample.py", [((), "import sys"), (("=hello ", "Down", "C-k", "C-u"), "hello import sys")]),
    "mc": ("mc -u -c", [((), "10 ?Quit"), (("Down", "Down", "F9"), "File"), (("Escape", "Escape"), "sample.py")]),
    "tmux": (
        "tmux -S inner.$$ -f /dev/null new-session 'head -5 numbers; cat' ';' set -g status off",
        [
            ((), "^5$"),
            (("C-b", '="'), "─────"),
            (("=echo $((20 + 1))", "Enter"), "^21"),
            (("C-b", "=x"), "kill-pane"),
            (("=y",), r"\A(?![\s\S]*(kill-pane|─────))"),
        ],
    ),
}


def play(outer: Outer, steps: list[Step]) -> None:
    """Press what a person would, waiting each time for what the program shows."""
    for keys, shows in steps:
        for press in keys:
            if press.startswith("="):
                outer.type(press[1:])
            else:
                outer.press(press)
        outer.wait_for(shows)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with something to look at."""
    place = tmp_path / "place"
    place.mkdir()
    (place / "numbers").write_text("".join(f"{number}\n" for number in range(1, 501)))
    (place / "sample.py").write_text("import sys\n\ndef main():\n    '''Say it.'''\n    return print('hello', 42)\n")
    return place


@pytest.fixture
def directly(tmp_path: Path, need: Callable[[str], str]) -> Iterator[Outer]:
    """The outer terminal alone, as large as the inside of a tab."""
    directory = tmp_path / "direct"
    directory.mkdir()
    outer = Outer(directory, need("tmux"), INSIDE.columns, INSIDE.rows)
    yield outer
    outer.end()


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_looks_in_a_tab_as_it_looks_outside(
    name: str,
    place: Path,
    directly: Outer,
    sit_down: Callable[..., Person],
    sshd: OpenSSH,
    key_file: Path,
    tmp_path: Path,
    need: Callable[[str], str],
) -> None:
    need(name)
    program, steps = PROGRAMS[name]
    words = " ".join(f"{variable}={value}" for variable, value in ENVIRONMENT.items())
    command = f"cd {shlex.quote(str(place))} && env -u TMUX {words} {program}"
    directly.start(["sh", "-c", command], {"PATH": "/usr/bin:/bin", "HOME": str(place)})
    play(directly, steps)
    (tmp_path / "config" / "hosts.toml").write_text(
        saved(
            name="inside",
            address=sshd.address,
            port=sshd.port,
            user="root",
            key_pair=str(key_file),
            command=f"HOME={place}; export HOME; {command}",
        )
    )
    person = sit_down(SIZE)
    person.connect("inside")
    person.accept_host_key()
    play(person.outer, steps)
    person.outer.wait_for(lambda screen: screen.splitlines()[1:-1] == directly.screen().splitlines())
