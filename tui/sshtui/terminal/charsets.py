"""Character sets G0–G3: DEC's own and the national replacement sets (VT510 manual, SCS; xterm ctlseqs)."""

from __future__ import annotations

from collections.abc import Mapping

Charset = Mapping[int, str]
"""For `str.translate`: what the codes 0x20..0x7f show. None stands for ASCII."""


def _from(start: int, text: str) -> dict[int, str]:
    return {start + at: char for at, char in enumerate(text)}


SPECIAL_GRAPHICS = _from(0x5F, " ◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·")
"""`ESC ( 0`: line drawing (VT100 manual, table 3-9)."""

VT52_GRAPHICS = _from(0x5E, "^  ▮⅟   °±→…÷↓⎺⎺⎻⎻⎼⎼⎽⎽₀₁₂₃₄₅₆₇₈₉¶")
"""ESC F of a VT52 (VT52 manual, graphics mode) as xterm shows it: blank where the fractions have no character."""

TECHNICAL = _from(
    0x21,
    "⎷┌─⌠⌡│⎡⎣⎤⎦⎧⎩⎫⎭⎨⎬⸮⸮⸮⸮⸮⸮⸮⸮⸮⸮⸮≤≠≥∫∴∝∞÷Δ∇ΦΓ∼≃Θ×Λ⇔⇒≡ΠΨ⸮Σ⸮⸮√ΩΞΥ⊂⊃∩∪∧∨¬αβχδεφγηιθκλ⸮ν∂πψρστ⸮ƒωξυζ←↑→↓",
)
"""`ESC ( >`: DEC technical as xterm shows it (VT330/340 manual, volume 1, table 2-10)."""

LATIN_1 = {code: chr(code | 0x80) for code in range(0x21, 0x7F)} | {0x20: "\u00a0", 0x7F: "ÿ"}
"""The right half of ISO 8859-1, shown from the left."""

SUPPLEMENTAL = LATIN_1 | dict(
    zip(
        (
            0x24,
            0x26,
            0x28,
            0x2C,
            0x2D,
            0x2E,
            0x2F,
            0x34,
            0x38,
            0x3E,
            0x50,
            0x57,
            0x5D,
            0x5E,
            0x70,
            0x77,
            0x7D,
            0x7E,
            0x7F,
        ),
        "⸮⸮¤⸮⸮⸮⸮⸮⸮⸮⸮ŒŸ⸮⸮œÿ⸮⸮",
        strict=True,
    )
)
"""DEC supplemental graphics (VT220 manual, table 2-3), a reversed question mark where there is no character."""

_BRITISH = {0x23: "£"}
_DUTCH = {0x23: "£", 0x40: "¾", 0x5B: "ĳ", 0x5C: "½", 0x5D: "|", 0x7B: "¨", 0x7C: "ƒ", 0x7D: "¼", 0x7E: "´"}
_FINNISH = {0x5B: "Ä", 0x5C: "Ö", 0x5D: "Å", 0x5E: "Ü", 0x60: "é", 0x7B: "ä", 0x7C: "ö", 0x7D: "å", 0x7E: "ü"}
_FRENCH = {0x23: "£", 0x40: "à", 0x5B: "°", 0x5C: "ç", 0x5D: "§", 0x7B: "é", 0x7C: "ù", 0x7D: "è", 0x7E: "¨"}
_FRENCH_CANADIAN = {
    0x40: "à", 0x5B: "â", 0x5C: "ç", 0x5D: "ê", 0x5E: "î", 0x60: "ô", 0x7B: "é", 0x7C: "ù", 0x7D: "è", 0x7E: "û",
}  # fmt: skip
_GERMAN = {0x40: "§", 0x5B: "Ä", 0x5C: "Ö", 0x5D: "Ü", 0x7B: "ä", 0x7C: "ö", 0x7D: "ü", 0x7E: "ß"}
_ITALIAN = {
    0x23: "£", 0x40: "§", 0x5B: "°", 0x5C: "ç", 0x5D: "é", 0x60: "ù", 0x7B: "à", 0x7C: "ò", 0x7D: "è", 0x7E: "ì",
}  # fmt: skip
_NORWEGIAN = {
    0x40: "Ä", 0x5B: "Æ", 0x5C: "Ø", 0x5D: "Å", 0x5E: "Ü", 0x60: "ä", 0x7B: "æ", 0x7C: "ø", 0x7D: "å", 0x7E: "ü",
}  # fmt: skip
_PORTUGUESE = {0x5B: "Ã", 0x5C: "Ç", 0x5D: "Õ", 0x7B: "ã", 0x7C: "ç", 0x7D: "õ"}
_SPANISH = {0x23: "£", 0x40: "§", 0x5B: "¡", 0x5C: "Ñ", 0x5D: "¿", 0x7B: "°", 0x7C: "ñ", 0x7D: "ç"}
_SWEDISH = {
    0x40: "É", 0x5B: "Ä", 0x5C: "Ö", 0x5D: "Å", 0x5E: "Ü", 0x60: "é", 0x7B: "ä", 0x7C: "ö", 0x7D: "å", 0x7E: "ü",
}  # fmt: skip
_SWISS = {
    0x23: "ù", 0x40: "à", 0x5B: "é", 0x5C: "ç", 0x5D: "ê", 0x5E: "î", 0x5F: "è", 0x60: "ô", 0x7B: "ä", 0x7C: "ö",
    0x7D: "ü", 0x7E: "û",
}  # fmt: skip

SETS_94: Mapping[str, Charset | None] = {
    "B": None,
    "1": None,
    "0": SPECIAL_GRAPHICS,
    "2": None,
    ">": TECHNICAL,
    "<": SUPPLEMENTAL,
    "%5": SUPPLEMENTAL,
    "A": _BRITISH,
    "4": _DUTCH,
    "5": _FINNISH,
    "C": _FINNISH,
    "R": _FRENCH,
    "f": _FRENCH,
    "Q": _FRENCH_CANADIAN,
    "9": _FRENCH_CANADIAN,
    "K": _GERMAN,
    "Y": _ITALIAN,
    "E": _NORWEGIAN,
    "6": _NORWEGIAN,
    "`": _NORWEGIAN,
    "%6": _PORTUGUESE,
    "Z": _SPANISH,
    "7": _SWEDISH,
    "H": _SWEDISH,
    "=": _SWISS,
}
"""By the final of `ESC ( F`, `ESC ) F`, `ESC * F`, `ESC + F`."""

NATIONAL = frozenset({"4", "5", "C", "R", "f", "Q", "9", "K", "Y", "E", "6", "`", "%6", "Z", "7", "H", "="})
"""Finals that count while DECNRCM (DECSET 42) is on and else mean ASCII, as in xterm; the British set needs no mode."""

ABSENT = frozenset({"%0", "%2", "%3", "%="})
"""The finals of sets that are not kept: ASCII, as in an xterm below VT level 5."""


def _right_half(encoding: str) -> dict[int, str]:
    text = bytes(range(0xA0, 0x100)).decode(encoding, "replace").replace("\ufffd", "⸮")
    return _from(0x20, text)


SETS_96: Mapping[str, Charset | None] = {
    "A": LATIN_1,
    "B": _right_half("iso8859-2"),
    "F": _right_half("iso8859-7"),
    "H": _right_half("iso8859-8"),
    "L": _right_half("iso8859-5"),
    "M": _right_half("iso8859-9"),
}
"""The right halves of ISO 8859, by the final of `ESC - F`, `ESC . F`, `ESC / F` (VT510 manual, SCS)."""
