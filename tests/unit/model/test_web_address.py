"""What a browser may be opened on, by the app, by a terminal that looks at it, and by a page."""

from __future__ import annotations

import pytest

from sshtui.model.geometry import LARGEST_VIEW, SMALLEST_VIEW, Size
from sshtui.model.web_address import LIMIT, is_web_address


@pytest.mark.parametrize("text", ["https://example.org/x?y=1#z", "HTTP://10.0.0.5:8080", "http://[::1]/"])
def test_an_address_of_the_web_is_one(text: str) -> None:
    assert is_web_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "--new-window https://example.org",
        "https://example.org/a b",
        "https://example.org/\n",
        "https://example.org/\x1b]0;x\x07",
        "https://exämple.org/",
        "https://example.org/" + "a" * LIMIT,
    ],
)
def test_what_is_none_or_could_be_more_is_refused(text: str) -> None:
    assert not is_web_address(text)


@pytest.mark.parametrize(
    ("size", "shown"), [(Size(0, -5), Size(2, 1)), (Size(80, 24), Size(80, 24)), (Size(9999, 9999), Size(500, 200))]
)
def test_whoever_looks_has_a_size_that_can_be_drawn(size: Size, shown: Size) -> None:
    assert size.between(SMALLEST_VIEW, LARGEST_VIEW) == shown
