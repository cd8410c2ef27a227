"""The same sequences through a real xterm and through the emulator: the same answers, cells, attributes and places.

What xterm 379 does by mistake is left out of what is drawn: colours that outlive DECRC, a soft reset that keeps faint
and crossed-out, a full reset that keeps the level and the alternate screen, insertion that begins left of the margin,
and wide characters, which now and then end it.
"""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Callable, Iterator

import pytest

from sshtui.model.geometry import Size
from sshtui.terminal.emulator import Emulator
from tests.servers.xterm import RealXterm

JUDGE = "XTerm(379)"
COLUMNS, ROWS = 12, 5
CASES = 400
_BEGIN = b'\x1bc\x1b[?1049h\x1b[H\x1b7\x1b[?1049l\x1bc\x1b[64;1"p\x1b[!p'
"""A clean alternate screen, a full reset, a VT420, and what only the soft reset resets."""
_COLUMNS = ("'}", "'~")
_STATE = b"\x1b[6n\x1bP$qm\x1b\\\x1bP$qr\x1b\\\x1bP$qs\x1b\\\x1b[2$w"


@pytest.fixture(scope="module")
def xterm(need: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealXterm]:
    program = need("xterm")
    version = subprocess.run([program, "-version"], capture_output=True, text=True, check=True).stdout.strip()
    if version != JUDGE:
        pytest.skip(f"{version} is another judge than {JUDGE}: later ones wrap backwards otherwise")
    real = RealXterm(program, need("Xvfb"), tmp_path_factory.mktemp("xterm"), COLUMNS, ROWS)
    yield real
    real.stop()


class Draw:
    """Sequences drawn at random, by what they do."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._insertion = self._random.random() < 0.3

    def case(self) -> list[str]:
        """A few sequences one after the other."""
        kinds = [self._text] * 4 + [
            self._control, self._place, self._place, self._move, self._erase, self._shift, self._escape, self._region,
            self._mode, self._rendition, self._protection, self._rectangle, self._tabs, self._screen, self._charset,
        ]  # fmt: skip
        return [self._random.choice(kinds)() for _ in range(self._random.randint(2, 12))]

    def _one(self, *choices: str) -> str:
        return self._random.choice(choices)

    def _number(self, largest: int) -> str:
        return self._one("", "0", "1", "2", "3", "99", str(largest), str(largest - 1))

    def _text(self) -> str:
        return self._one("abc", "x" * (COLUMNS - 1), "y" * COLUMNS, "z" * (COLUMNS + 1), "  ", "Q")

    def _control(self) -> str:
        return self._one("\r", "\n", "\b", "\t", "\v", "\r\n", "\b\b\b", "\0")

    def _place(self) -> str:
        return f"\x1b[{self._random.randint(0, ROWS + 1)};{self._random.randint(0, COLUMNS + 1)}{self._one('H', 'f')}"

    def _move(self) -> str:
        return f"\x1b[{self._number(COLUMNS)}{self._one(*'ABCDEFGIZ`adeb')}"

    def _erase(self) -> str:
        return f"\x1b[{self._one('', '?')}{self._one('', '0', '1', '2')}{self._one('J', 'K')}"

    def _shift(self) -> str:
        return f"\x1b[{self._number(ROWS)}{self._one('@', 'P', 'X', 'L', 'M', 'S', 'T', ' @', ' A', *_COLUMNS)}"

    def _escape(self) -> str:
        return "\x1b" + self._one(*"DEMH6789")

    def _region(self) -> str:
        if self._insertion or self._random.random() < 0.5:
            return f"\x1b[{self._number(ROWS)};{self._number(ROWS)}r"
        return f"\x1b[?69h\x1b[{self._number(COLUMNS)};{self._number(COLUMNS)}s"

    def _mode(self) -> str:
        mode = self._one("?6", "?7", "?45", "20", *(["4"] if self._insertion else ["?69"]))
        return f"\x1b[{mode}{self._one('h', 'l')}"

    def _rendition(self) -> str:
        return f"\x1b[{self._one('', '1', '4', '5', '7', '22', '24', '25', '27', '1;4')}m"

    def _protection(self) -> str:
        return self._one("\x1bV", "\x1bW", '\x1b[1"q', '\x1b[0"q')

    def _rectangle(self) -> str:
        area = f"{self._number(ROWS)};{self._number(COLUMNS)};{self._number(ROWS)};{self._number(COLUMNS)}"
        return "\x1b[" + self._one(
            f"{area}$z", f"88;{area}$x", f"{area}${{", f"{area};1;2;2;1$v", f"{area};1;7$r", f"{area};4$t", "2*x", "0*x"
        )

    def _tabs(self) -> str:
        return self._one("\x1b[g", "\x1b[3g", "\x1bH")

    def _screen(self) -> str:
        return f"\x1b[?{self._one('47', '1047', '1048', '1049')}{self._one('h', 'l')}"

    def _charset(self) -> str:
        return self._one(
            "\x1b(0", "\x1b(B", "\x1b)0", "\x0e", "\x0f", "\x1b*0", "\x1bN", "\x1bn", "\x1b+0", "\x1bO", "\x1bo"
        )


def answers(emulator: Emulator) -> Callable[[bytes], bytes]:
    """What asks the emulator as `RealXterm.ask` asks an xterm."""
    return lambda data: emulator.feed(data).reply


def seen(ask: Callable[[bytes], bytes], case: list[str]) -> list[object]:
    """Answers, modes, whether a wrap is pending, and every cell as DECRQCRA tells it, without and with attributes."""
    found: list[object] = [ask(_BEGIN + "".join(case).encode()), ask(_STATE)]
    information = ask(b"\x1b[1$w").split(b";")
    found.append(information[5])
    ask(b"\x1b[?6l")
    cells = b"".join(
        b"\x1b[1;1;%d;%d;%d;%d*y" % (y, x, y, x) for y in range(1, ROWS + 1) for x in range(1, COLUMNS + 1)
    )
    for how in (19, 17):
        # What was never written is 0 or a blank to xterm.
        told = ask(b"\x1b[%d#y%s\x1b[0#y" % (how, cells)).replace(b"!~0000", b"!~0020")
        sums = re.findall(rb"!~([0-9A-F]{4})", told)
        found.append([b" ".join(sums[at : at + COLUMNS]) for at in range(0, len(sums), COLUMNS)])
    return found


@pytest.mark.parametrize("seed", range(4))
def test_any_sequences_give_what_xterm_gives(xterm: RealXterm, seed: int) -> None:
    for number in range(CASES):
        case = Draw(1000 * seed + number).case()
        assert seen(answers(Emulator(Size(COLUMNS, ROWS))), case) == seen(xterm.ask, case), case
