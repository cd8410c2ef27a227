"""Bytes to text: UTF-8 cut anywhere, and Latin-1 where a program asks for it."""

from __future__ import annotations

import codecs
import re

_REPLACEMENT = "\ufffd"
_broken = re.compile(
    rb"[\xc0-\xdf][\x80-\xbf]?|[\xe0-\xef][\x80-\xbf]{0,2}|[\xf0-\xf7][\x80-\xbf]{0,3}"
    rb"|[\xf8-\xfb][\x80-\xbf]{0,4}|[\xfc\xfd][\x80-\xbf]{0,5}|[\x80-\xff]",
    re.DOTALL,
)
"""A first byte with as many of those that its form asks for as there are."""
_never_begins = re.compile(rb"[\x80-\xbf\xfe\xff]++")
"""Bytes that begin nothing, each of them broken by itself."""
WINDOW = 256
"""Bytes tried at once after a broken one: what goes wrong costs a copy of all that was tried."""
_LENGTHS = ((0xFC, 6), (0xF8, 5), (0xF0, 4), (0xE0, 3), (0xC0, 2))


SEVEN_BIT = {code: "\x1b" + chr(code - 0x40) for code in range(0x80, 0xA0)}
"""C1 controls as the escape sequences that stand for them (ECMA-48 5.3), for `str.translate`.

Where a byte is a character they are controls, as in xterm; in UTF-8 they have no meaning.
"""

_switch = re.compile(rb"\x1b%([@G])")
_begun = re.compile(rb"\x1b%?\Z")


class Decoder:
    """Decodes pieces as UTF-8; from `ESC % @` to `ESC % G` each byte is a character (ECMA-35 15.4.2; xterm ctlseqs)."""

    def __init__(self) -> None:
        self._utf8 = _Utf8()
        self._latin = False
        self._tail = b""
        """The beginning of such a sequence that ended the piece before."""

    def decode(self, data: bytes, may_leave: bool = True) -> str:
        """The text of `data` after what came before; not `may_leave`: it stays UTF-8."""
        if not (self._latin or self._tail or b"\x1b%" in data):
            text = self._utf8.decode(data)
        else:
            text = self._switching(data, may_leave)
        found = _begun.search(self._tail + data[-2:]) if data.endswith((b"\x1b", b"%")) else None
        self._tail = found[0] if found else b"" if data else self._tail
        return text

    def _switching(self, data: bytes, may_leave: bool) -> str:
        pieces = []
        at, before = 0, len(self._tail)
        for found in _switch.finditer(self._tail + data):
            end = found.end() - before
            pieces.append(self._piece(data[at:end]))
            self._latin = found[1] == b"@" and may_leave
            at = end
        pieces.append(self._piece(data[at:]))
        return "".join(pieces)

    def _piece(self, data: bytes) -> str:
        return str(data, "latin-1").translate(SEVEN_BIT) if self._latin else self._utf8.decode(data)

    def reset(self) -> None:
        """UTF-8 again, without anything begun."""
        self._utf8.reset()
        self._latin = False
        self._tail = b""


class _Utf8:
    """Decodes pieces. A whole sequence that means nothing (too long, a surrogate, beyond Unicode) is one U+FFFD."""

    def __init__(self) -> None:
        self._rest = b""

    def decode(self, data: bytes) -> str:
        """The text of `data` after what came before; the beginning of a sequence waits for its end."""
        if self._rest:
            data = self._rest + data
        pieces = []
        at, window = 0, len(data)
        while True:
            try:
                text, used = codecs.utf_8_decode(data[at : at + window], "strict", False)
            except UnicodeDecodeError as error:
                start = at + error.start
                pieces.append(str(data[at:start], "utf-8"))
                found = _never_begins.match(data, start)
                if found is not None:
                    pieces.append(_REPLACEMENT * (found.end() - start))
                    at, window = found.end(), WINDOW
                    continue
                found = _broken.match(data, start)
                end = found.end() if found else start + 1
                if end == len(data) and end - start < _length(data[start]):
                    self._rest = data[start:]
                    return "".join(pieces)
                pieces.append(_REPLACEMENT)
                at, window = end, WINDOW
            else:
                pieces.append(text)
                if at + window >= len(data):
                    self._rest = data[at + used :]
                    return "".join(pieces) if len(pieces) > 1 else text
                at, window = at + used, 4 * window

    def reset(self) -> None:
        """Forget the beginning of a sequence."""
        self._rest = b""


def _length(first: int) -> int:
    if first >= 0xFE:
        return 1
    return next((length for least, length in _LENGTHS if first >= least), 1)
