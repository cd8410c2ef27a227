from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from sshtui.cli.serve_setup import NAME_IN_CODE
from sshtui.secrets.totp import Totp
from sshtui.web.qr import qr_lines

LINK = Totp(bytes(range(20))).link("sshtui", "w" * NAME_IN_CODE)
SCALE = 6


def picture(lines: list[str]) -> bytes:
    """The half blocks as a PGM picture, so that a scanner can judge them."""
    cells = [line.removeprefix("\x1b[38;5;16;48;5;231m").removesuffix("\x1b[0m") for line in lines]
    rows = []
    for line in cells:
        for dark in ("▀█", "▄█"):
            row = b"".join((b"\x00" if cell in dark else b"\xff") * SCALE for cell in line)
            rows += [row] * SCALE
    return b"P5 %d %d 255\n" % (len(rows[0]), len(rows)) + b"".join(rows)


def test_a_scanner_reads_the_code_off_the_screen(tmp_path: Path, need: Callable[[str], str]) -> None:
    path = tmp_path / "code.pgm"
    path.write_bytes(picture(qr_lines(LINK)))
    read = subprocess.run([need("zbarimg"), "-q", "--raw", str(path)], capture_output=True, text=True, check=True)
    assert read.stdout.strip() == LINK


def test_it_fits_a_terminal_of_80x24_with_three_lines_of_words() -> None:
    lines = qr_lines(LINK)
    assert len(lines) <= 21
    assert max(len(line) for line in lines) - len("\x1b[38;5;16;48;5;231m\x1b[0m") <= 80


def test_it_is_black_on_white_whatever_the_terminal_shows() -> None:
    assert all(line.startswith("\x1b[38;5;16;48;5;231m") and line.endswith("\x1b[0m") for line in qr_lines(LINK))
