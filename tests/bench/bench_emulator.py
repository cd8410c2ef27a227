"""How fast the emulator takes output, against pyte on the same machine in the same run."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pyte

from sshtui.model.geometry import Size
from sshtui.terminal.emulator import Emulator
from tests.bench.table import Result

SIZE = Size(120, 50)
CHUNK = 65536
WORDS = ("quick", "brown", "fox", "over", "a", "lazy", "dog", "while", "packets", "cross", "the", "wire", "nobody")


def plain_lines(size: int, rng: random.Random) -> str:
    """Lines of words, 40 to 110 columns."""
    return _until(size, lambda: _words(rng, 40, 110) + "\r\n")


def coloured_lines(size: int, rng: random.Random) -> str:
    """Lines whose words have 16, 256 or true colours."""

    def line() -> str:
        parts = []
        for word in _words(rng, 40, 100).split():
            kind = rng.randrange(4)
            colour = (
                f"{30 + rng.randrange(8)}",
                f"1;{90 + rng.randrange(8)}",
                f"38;5;{rng.randrange(256)}",
                f"38;2;{rng.randrange(8) * 32};{rng.randrange(8) * 32};128",
            )[kind]
            parts.append(f"\x1b[{colour}m{word}\x1b[0m")
        return " ".join(parts) + "\r\n"

    return _until(size, line)


def cursor_updates(size: int, rng: random.Random) -> str:
    """What a full-screen program sends: place, rendition, word, erase to the right."""

    def update() -> str:
        place = f"\x1b[{rng.randrange(50) + 1};{rng.randrange(100) + 1}H"
        return f"{place}\x1b[{30 + rng.randrange(8)};{40 + rng.randrange(8)}m{rng.choice(WORDS)}\x1b[K"

    return _until(size, update)


def mixed_unicode(size: int, rng: random.Random) -> str:
    """CJK, emoji, Cyrillic and ASCII in one line."""
    pieces = ["漢字と仮名", "привет мир", "plain words", "🚀🌍🎉", "한국어", "naïve café", "日本", "→ ok"]
    return _until(size, lambda: " ".join(rng.choice(pieces) for _ in range(9)) + "\r\n")


def _words(rng: random.Random, shortest: int, longest: int) -> str:
    wanted = rng.randrange(shortest, longest)
    text = ""
    while len(text) < wanted:
        text += rng.choice(WORDS) + " "
    return text[:wanted]


def _until(size: int, line: Callable[[], str]) -> str:
    parts, length = [], 0
    while length < size:
        parts.append(line())
        length += len(parts[-1])
    return "".join(parts)


def rate(feed: Callable[[bytes], object], data: bytes) -> float:
    """Megabytes a second of processor time for `data` in pieces of `CHUNK` bytes."""
    started = time.process_time()
    for at in range(0, len(data), CHUNK):
        feed(data[at : at + CHUNK])
    return len(data) / 1e6 / (time.process_time() - started)


STREAMS = {
    "plain text lines": (plain_lines, 60),
    "coloured lines": (coloured_lines, 20),
    "cursor-addressed updates": (cursor_updates, 4),
    "mixed Unicode": (mixed_unicode, 4),
}
"""Each kind with the multiple of pyte's speed that it must reach."""


def run() -> list[Result]:
    """The four streams of the speed table, the better of three runs each."""
    results = []
    for name, (make, wanted) in STREAMS.items():
        text = make(8_000_000 if wanted > 10 else 2_000_000, random.Random(7))
        data = text.encode()
        theirs = max(rate(pyte.ByteStream(pyte.Screen(*SIZE)).feed, data[:150_000]) for _ in range(3))
        ours = max(rate(Emulator(SIZE).feed, data) for _ in range(3))
        results.append(Result(f"emulator, {name}", ours, "MB/s", ours / theirs, f"× pyte ({theirs:.2f})", wanted))
    return results
