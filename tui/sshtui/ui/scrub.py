"""The last door before the user's own terminal: nothing painted may steer it.

Textual writes the text of every widget as it is. A banner, a file name or a host key's comment that holds
`ESC ] 0 ; … BEL` would reach the outer terminal and set its title, or worse. Widgets show untrusted text through
`model.text.plain`; this filter catches what was forgotten.
"""

from __future__ import annotations

import re

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

# C0 but tab and line feed, DEL, C1 (ECMA-48 5.2 to 5.3, 8-bit forms included); marks, embeddings, overrides and
# isolates of UAX #9.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def _harmless(text: str) -> bool:
    """Whether nothing needs to be taken out; what both expressions find is none of it printable."""
    return text.isprintable() or not (_STEERING.search(text) or _SURROGATES.search(text))


def scrubbed(text: str) -> str:
    """`text` without control and reordering characters; a lone surrogate, which no terminal can be sent, is `�`.

    What is taken out counts as no cells wide in Rich: a mark in its place would push the line past its edge.
    """
    if _harmless(text):
        return text
    return _SURROGATES.sub("\ufffd", _STEERING.sub("", text))


class Scrub(LineFilter):
    """Takes control characters out of every painted segment, and out of the targets of hyperlinks."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments as they may be painted; the same list when there was nothing to do."""
        if _harmless("".join([text for text, _style, _control in segments])):
            for _text, style, _control in segments:
                if style is not None and style.link and not style.link.isprintable():
                    break
            else:
                return segments
        return [Segment(scrubbed(text), self._unlinked(style), control) for text, style, control in segments]

    @staticmethod
    def _unlinked(style: Style | None) -> Style | None:
        if style is not None and style.link and not style.link.isprintable():
            return style.update_link(None)
        return style


SCRUB = Scrub()
"""The one filter object; Textual caches painted lines by the identity of their filters."""
