"""The pages as files: what is vendored is what its origin made, nothing points elsewhere, and contrast is enough."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
from wcwidth import wcwidth

import sshtui.web
from sshtui.web.pages import Pages

WEB = Path(str(files(sshtui.web)))
VENDOR, STATIC = WEB / "vendor", WEB / "static"
MANIFEST = json.loads((VENDOR / "manifest.json").read_text())


def test_what_is_vendored_is_pinned_by_its_hash_with_its_licence_beside_it() -> None:
    for each in MANIFEST:
        assert hashlib.sha256((VENDOR / each["name"]).read_bytes()).hexdigest() == each["sha256"], each["name"]
        assert len((VENDOR / each["licence"]).read_text()) > 500
    named = {each["name"] for each in MANIFEST} | {each["licence"] for each in MANIFEST} | {"manifest.json"}
    assert {path.name for path in VENDOR.iterdir()} == named


def test_everything_that_is_vendored_is_served_and_nothing_is_missing() -> None:
    served = {path.removeprefix("/static/") for path in Pages().assets}
    assert {each["name"] for each in MANIFEST} <= served
    assert {path.name for path in STATIC.iterdir() if path.suffix != ".html"} <= served


@pytest.mark.parametrize("path", sorted(STATIC.iterdir()), ids=lambda path: path.name)
def test_a_page_of_ours_loads_nothing_from_elsewhere_and_holds_no_inline_script(path: Path) -> None:
    text = path.read_text()
    assert re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", text) == []
    assert "eval(" not in text
    assert "innerHTML" not in text
    if path.suffix == ".html":
        assert re.findall(r"\son[a-z]+=", text) == []
        assert all(" src=" in tag for tag in re.findall(r"<script[^>]*>", text))
        assert "style=" not in text


def test_what_a_person_typed_is_only_text_on_the_page() -> None:
    page = Pages().login('<script>"x"</script>', '"><img src=x onerror=alert(1)>\x1b')
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


def test_the_page_counts_the_same_characters_as_wide_as_the_app() -> None:
    numbers = re.findall(r"0x([0-9a-f]+), 0x([0-9a-f]+)", (STATIC / "widths.js").read_text())
    wide = {code for first, last in numbers for code in range(int(first, 16), int(last, 16) + 1)}
    regional_indicators = range(0x1F1E6, 0x1F200)
    characters = (code for code in range(0x110000) if not 0xD800 <= code < 0xE000 and code not in regional_indicators)
    assert wide == {code for code in characters if wcwidth(chr(code)) == 2}


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def schemes() -> list[dict[str, str]]:
    return [
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", (STATIC / "login.css").read_text(), re.DOTALL)
    ]


def test_the_login_page_has_a_contrast_of_4_5_in_both_schemes() -> None:
    assert len(schemes()) == 2
    for scheme in schemes():
        for text in ("text", "quiet", "accent", "alarm"):
            for ground in ("ground", "panel"):
                assert contrast(scheme[text], scheme[ground]) >= 4.5, (text, ground, scheme)
        assert contrast(scheme["on-accent"], scheme["accent"]) >= 4.5
        # WCAG 1.4.11: the border of a field is what shows that it is one.
        assert contrast(scheme["line"], scheme["ground"]) >= 3
        assert contrast(scheme["line"], scheme["panel"]) >= 3


def test_every_field_of_the_login_page_has_its_label_in_the_order_of_the_page() -> None:
    page = Pages().login("")
    assert re.findall(r'<label for="(\w+)"', page) == re.findall(r'<input id="(\w+)"', page)
    assert "tabindex" not in page
