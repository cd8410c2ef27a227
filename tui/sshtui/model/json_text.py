"""JSON that a terminal can show."""

from __future__ import annotations

import json
import re

from sshtui.model.text import UNSAFE_BUT_LINES


def json_text(value: object) -> str:
    """`value` as JSON (RFC 8259) in lines, other letters as they are, what could steer a terminal as `\\uXXXX`.

    RFC 8259 section 7 lets DEL, C1 and reordering characters stand unescaped; a terminal would act on them. Values
    JSON has no form for, such as the dates of TOML, are given as their text.
    """
    return UNSAFE_BUT_LINES.sub(_escaped, json.dumps(value, indent=2, ensure_ascii=False, default=str))


def _escaped(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1]
