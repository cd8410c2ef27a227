"""What goes over the socket between an app and its viewers: bytes and facts, in frames of a bounded length.

The framing is that of Textual's web driver: one byte that tells the kind, the length of the payload as four bytes, most
significant first, then the payload. `D` carries bytes as a terminal would (what is typed one way, the picture the other
way), `M` a JSON object whose `type` is a word, `P` a piece of a file. A type nobody knows is no mistake.

From a viewer: `hello` (see Hello), `resize` (`columns`, `rows`), `detach`. From anyone: `status`, `open` (`destination`
and, as ssh's options, `port`, `identity`, `login`, `jump`), `quit`. From the app: `welcome` (`id`, `columns`, `rows`),
`size` (`columns`, `rows` of the picture, which may be smaller than the viewer), `status` (see Status), `opened`
(`attached`: how many look), `refused` (`sentence`, `hint`), `open_url` (`url`), `bye` (`reason`, `code`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sshtui.errors import AttachError
from sshtui.model.geometry import LARGEST_VIEW, SMALLEST_VIEW, Size
from sshtui.model.outer import Outer

VERSION = 1

FRAME_LIMIT = 1 << 20
"""Bytes of a payload. What is longer is no frame; a longer picture goes in several."""

FACT_LIMIT = 16 * 1024
"""Bytes of an `M` payload that a viewer may send."""

DATA, META, PACKED = b"D", b"M", b"P"

_HEADER = 5
_LIKE_XTERM = Outer(strings=True)
_TEXT_LIMIT = 2000


class BadFrame(AttachError):
    """What came over the socket is not of this protocol; whoever sent it is let go."""


class Frame(NamedTuple):
    """One frame: its kind (DATA, META or PACKED) and its payload."""

    kind: bytes
    payload: bytes


def frame(kind: bytes, payload: bytes) -> bytes:
    """The bytes of one frame. `payload` has at most FRAME_LIMIT bytes."""
    return kind + len(payload).to_bytes(4, "big") + payload


def data(payload: bytes) -> bytes:
    """The bytes of `payload` as frames, as many as it takes."""
    return b"".join(
        frame(DATA, payload[start : start + FRAME_LIMIT]) for start in range(0, max(1, len(payload)), FRAME_LIMIT)
    )


def meta(type: str, **fields: object) -> bytes:
    """The bytes of a fact."""
    return frame(META, json.dumps({"type": type, **fields}).encode())


class FrameReader:
    """Bytes in any split in, frames out; holds at most one unfinished frame."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """The frames that are whole with `chunk`. Raises BadFrame; nothing after it can be read."""
        rest = self._rest
        rest += chunk
        at = 0
        try:
            while len(rest) - at >= _HEADER:
                kind, length = bytes(rest[at : at + 1]), int.from_bytes(rest[at + 1 : at + _HEADER], "big")
                if kind not in (DATA, META, PACKED):
                    raise BadFrame("This is not the protocol of sshtui.")
                if length > FRAME_LIMIT:
                    raise BadFrame(f"A frame of {length} bytes is too long.")
                if len(rest) - at - _HEADER < length:
                    return
                start, at = at + _HEADER, at + _HEADER + length
                yield Frame(kind, bytes(rest[start:at]))
        finally:
            del rest[:at]


class Fact(NamedTuple):
    """What an `M` frame says: its type, and its other fields as they came."""

    type: str
    fields: Mapping[str, Any]

    def text(self, name: str, default: str = "", limit: int = _TEXT_LIMIT) -> str:
        """A field that is a text of at most `limit` characters. Raises BadFrame."""
        value = self.fields.get(name, default)
        if not isinstance(value, str) or len(value) > limit:
            raise BadFrame(f"{name} must be a text.")
        return value

    def number(self, name: str, default: int = 0) -> int:
        """A field that is a whole number. Raises BadFrame."""
        value = self.fields.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise BadFrame(f"{name} must be a number.")
        return value

    def size(self) -> Size:
        """`columns` and `rows`, clamped. Raises BadFrame."""
        return Size(self.number("columns", 80), self.number("rows", 24)).between(SMALLEST_VIEW, LARGEST_VIEW)


def fact(payload: bytes, limit: int = FRAME_LIMIT) -> Fact:
    """What an `M` payload of at most `limit` bytes says. Raises BadFrame."""
    if len(payload) > limit:
        raise BadFrame(f"A fact of {len(payload)} bytes is too long.")
    try:
        fields = json.loads(payload)
    except (ValueError, RecursionError):
        raise BadFrame("A fact is not JSON.") from None
    if not isinstance(fields, dict) or not isinstance(fields.get("type"), str):
        raise BadFrame("A fact has no type.")
    return Fact(fields.pop("type"), fields)


@dataclass(frozen=True)
class Hello:
    """Who comes to look. `colours`: 16777216, 256, 16 or 0; `erase`: what its Backspace sends; `outer`: what it draws.

    Whoever says nothing of the last has a terminal like xterm's.
    """

    size: Size
    kind: Literal["terminal", "browser"] = "terminal"
    term: str = "xterm-256color"
    colours: int = 1 << 24
    unicode: bool = True
    erase: str = "\x7f"
    outer: Outer = _LIKE_XTERM

    def encoded(self) -> bytes:
        """The frame that says so."""
        return meta(
            "hello",
            version=VERSION,
            columns=self.size.columns,
            rows=self.size.rows,
            kind=self.kind,
            term=self.term,
            colours=self.colours,
            unicode=self.unicode,
            erase=self.erase,
            underlines=self.outer.underlines,
            strings=self.outer.strings,
        )

    @classmethod
    def read(cls, fact: Fact) -> Hello:
        """What a viewer said. Raises BadFrame, also for another version of the protocol."""
        version = fact.number("version")
        if version != VERSION:
            raise BadFrame(
                f"The viewer speaks version {version}, the app version {VERSION}.",
                hint="They come from different versions of sshtui: quit the app and start it anew.",
            )
        return cls(
            fact.size(),
            "browser" if fact.text("kind", "terminal") == "browser" else "terminal",
            fact.text("term", "xterm-256color", 64),
            fact.number("colours", 1 << 24),
            fact.fields.get("unicode", True) is not False,
            "\x08" if fact.text("erase", "\x7f") == "\x08" else "\x7f",
            Outer(fact.fields.get("underlines") is True, fact.fields.get("strings", True) is not False),
        )
