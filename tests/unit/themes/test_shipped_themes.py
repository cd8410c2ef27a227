"""The shipped themes: complete, and legible by the figures of WCAG 2.2."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from sshtui.model.settings import Settings
from sshtui.model.themes import UI_ROLES, Theme
from sshtui.store.themes import load_themes

THEMES, PROBLEMS = load_themes(Path("/nonexistent"))
SURFACES = ("background", "surface", "panel")
COLOURS = ("primary", "secondary", "accent", "success", "warning", "error", "focus")


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2, Definitions)."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21 (WCAG 2.2, Definitions)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_gives_the_known_extremes() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_every_shipped_file_is_a_theme_and_the_default_is_among_them() -> None:
    assert not PROBLEMS
    assert len(THEMES) >= 10
    assert Settings().theme in THEMES
    assert {theme.dark for theme in THEMES.values()} == {True, False}
    assert {"high-contrast-dark", "high-contrast-light"} <= set(THEMES)


@pytest.fixture(params=sorted(THEMES))
def theme(request: pytest.FixtureRequest) -> Theme:
    found: Theme = THEMES[request.param]
    return found


def test_a_theme_names_every_role_and_sixteen_colours(theme: Theme) -> None:
    assert set(theme.roles) == set(UI_ROLES)
    assert len(theme.palette.colours) == 16


def test_dark_means_that_the_background_is_darker_than_the_text(theme: Theme) -> None:
    assert theme.dark == (luminance(theme.roles["background"]) < luminance(theme.roles["foreground"]))
    assert theme.dark == (luminance(theme.palette.background) < luminance(theme.palette.foreground))


def test_text_is_legible_on_every_surface(theme: Theme) -> None:
    wanted = 7.0 if theme.name.startswith("high-contrast") else 4.5
    for surface in SURFACES:
        assert contrast(theme.roles["foreground"], theme.roles[surface]) >= wanted, surface
    assert contrast(theme.palette.foreground, theme.palette.background) >= wanted
    assert contrast(theme.palette.foreground, theme.palette.selection) >= 4.5


def test_muted_and_coloured_text_is_legible_on_every_surface(theme: Theme) -> None:
    for role, surface in product(("muted", *COLOURS), SURFACES):
        assert contrast(theme.roles[role], theme.roles[surface]) >= 4.5, (role, surface)


@pytest.mark.parametrize("name", ["high-contrast-dark", "high-contrast-light"])
def test_high_contrast_keeps_colours_at_7_too(name: str) -> None:
    theme = THEMES[name]
    for role in ("muted", *COLOURS):
        assert contrast(theme.roles[role], theme.roles["background"]) >= 7.0, role
    for colour in theme.palette.colours[1:]:
        if colour != theme.palette.background:
            assert contrast(colour, theme.palette.background) >= 7.0, colour


def test_the_background_is_legible_on_what_marks_a_button_or_a_warning(theme: Theme) -> None:
    for role in ("primary", "accent", "error", "focus"):
        assert contrast(theme.roles["background"], theme.roles[role]) >= 4.5, role


def test_the_six_hues_of_the_terminal_are_legible(theme: Theme) -> None:
    for colour in (*theme.palette.colours[1:7], *theme.palette.colours[9:15]):
        assert contrast(colour, theme.palette.background) >= 3.0, colour
