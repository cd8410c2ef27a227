"""The page everybody sees: readable, in order, on small screens, without scripts (WCAG 2.2: 1.4.3, 1.4.10, 2.4.3)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser

from tests.web.browsing import served, visitor

CONTRAST = """() => {
    const light = (colour) => {
        const [r, g, b] = colour.match(/[0-9.]+/g).map(Number).map((value) => {
            const part = value / 255;
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element) => {
        for (let each = element; each; each = each.parentElement) {
            const colour = getComputedStyle(each).backgroundColor;
            if (!/, 0\\)$|transparent/.test(colour)) return colour;
        }
        return "rgb(255, 255, 255)";
    };
    return [...document.querySelectorAll("h1, h2, label, input, button, p")].map((element) => {
        const [a, b] = [light(getComputedStyle(element).color), light(ground(element))];
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    });
}"""
"""The contrast of every text with what lies behind it (WCAG 2.2, *relative luminance* and *contrast ratio*)."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_way_in_is_readable_in_order_and_narrow_without_scripts(
    tmp_path: Path, surroundings: Path, browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    async with (
        served(tmp_path, surroundings) as console,
        visitor(
            browser, console, color_scheme=scheme, viewport={"width": 320, "height": 480}, reduced_motion="reduce"
        ) as person,
    ):
        page = person.page
        await page.goto(console.url)
        await page.fill("#account", "somebody")
        await page.fill("#password", "anything at all")
        await page.fill("#code", "123456")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#message")
        contrasts = await page.evaluate(CONTRAST)
        assert len(contrasts) > 8
        assert min(contrasts) >= 4.5
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320
        assert await page.evaluate(
            "[...document.querySelectorAll('*')].every(e => getComputedStyle(e).transitionDuration === '0s')"
        )
        for label in ("Account", "Password", "Code"):
            assert await page.get_by_label(label, exact=True).count() == 1
        assert await page.input_value("#password") == ""
        await page.focus("#account")
        order = []
        for _ in range(4):
            order.append(await page.evaluate("document.activeElement.id || document.activeElement.type"))
            await page.keyboard.press("Tab")
        assert order == ["account", "password", "code", "submit"]


async def test_the_way_in_needs_no_scripts(tmp_path: Path, surroundings: Path, browser: Browser) -> None:
    async with (
        served(tmp_path, surroundings) as console,
        visitor(browser, console, java_script_enabled=False) as person,
    ):
        page = person.page
        await page.goto(console.url)
        await page.fill("#account", "owner")
        await page.fill("#password", "tin wagon under rain")
        await page.fill("#code", console.code())
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#logout")
