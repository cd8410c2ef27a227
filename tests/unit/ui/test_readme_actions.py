"""The README lists what keymap.toml can name, and that is what the registry holds."""

from __future__ import annotations

import re
from pathlib import Path

from sshtui.ui.actions import ACTIONS, Scope

README = Path(__file__).parents[3] / "README.md"


def written(scope: Scope) -> str:
    """The README's line on one scope; the tabs by number are one range."""
    ids = [f"`{action.id}`" for action in ACTIONS if action.scope is scope]
    tabs = [id for id in ids if id.startswith("`tab.show_")]
    if tabs:
        ids[ids.index(tabs[0]) : ids.index(tabs[-1]) + 1] = [f"{tabs[0]}…`9`"]
    return f"- {scope.value}: {' '.join(ids)}"


def test_the_readme_lists_the_ids_of_every_action() -> None:
    text = re.sub(r"\n  +", " ", README.read_text())
    assert [line for scope in Scope if (line := written(scope)) not in text] == []
