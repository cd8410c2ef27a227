"""Which keystroke does what: the registry's defaults under a person's own choices."""

from __future__ import annotations

from collections.abc import Mapping

from sshtui.model.keystrokes import MODIFIERS, bare_name, join_name, named_character, split_name
from sshtui.ui.actions import ACTIONS, BY_ID, HOSTS_SHOW, LEADER, LEADER_PREFIX, Action, Scope

NEVER_OURS = frozenset(
    {"up", "down", "left", "right", "enter", "escape", "tab", "backspace", "space"}
    | {"ctrl+c", "ctrl+d", "ctrl+z", "ctrl+i", "ctrl+m", "ctrl+left_square_bracket"}
)
"""Keystrokes that no setting may take from a terminal: with one of them as leader a person could be trapped.
Ctrl+I, Ctrl+M and Ctrl+[ are what a terminal sends for Tab, Enter and Esc."""

TAKEN_FROM_REMOTE = (Scope.GLOBAL, Scope.TERMINAL)

_ALIASES = {
    "control": "ctrl", "option": "alt", "esc": "escape", "return": "enter", "pgup": "pageup", "pgdn": "pagedown",
    "page_up": "pageup", "page_down": "pagedown", "del": "delete", "ins": "insert",
}  # fmt: skip
_SHOWN = {
    "escape": "Esc", "enter": "Enter", "tab": "Tab", "space": "Space", "pageup": "PgUp", "pagedown": "PgDn",
    "backspace": "Backspace", "delete": "Del", "insert": "Ins", "home": "Home", "end": "End",
    "up": "↑", "down": "↓", "left": "←", "right": "→",
}  # fmt: skip
_SHOWN_ASCII = {"up": "Up", "down": "Down", "left": "Left", "right": "Right"}


def canonical(written: str) -> str:
    r"""The name that `model.keystrokes` gives to a keystroke as a person may write it: `?`, `Ctrl+\`, `leader N`."""
    written = written.strip()
    if written.lower().startswith(LEADER_PREFIX):
        return LEADER_PREFIX + canonical(written[len(LEADER_PREFIX) :])
    if len(written) <= 1:
        return bare_name(written)
    *modifiers, bare = [*written[:-2].split("+"), "+"] if written.endswith("++") else written.split("+")
    held = {_ALIASES.get(modifier.strip().lower(), modifier.strip().lower()) for modifier in modifiers}
    bare = bare.strip()
    if len(bare) > 1 or "ctrl" in held:
        bare = bare.lower()
    return join_name(held, bare_name(_ALIASES.get(bare, bare)))


def shown(name: str, *, unicode: bool = True) -> str:
    r"""How a person reads a keystroke's name: `Ctrl+\`, `Alt+1`, `Shift+PgUp`, `?`."""
    held, bare = split_name(name)
    text = (not unicode and _SHOWN_ASCII.get(bare)) or _SHOWN.get(bare) or named_character(bare) or bare
    if (held and len(text) == 1) or (text[:1] == "f" and text[1:].isdigit()):
        text = text.upper()
    return "+".join([modifier.capitalize() for modifier in MODIFIERS if modifier in held] + [text])


class Keymap:
    """The keystrokes in force. `problems` are sentences about choices that could not be kept."""

    def __init__(self, chosen: Mapping[str, tuple[str, ...]] | None = None) -> None:
        chosen = chosen or {}
        self.problems: list[str] = []
        self._keystrokes: dict[str, tuple[str, ...]] = {}
        self._own: dict[Scope, dict[str, str]] = {scope: {} for scope in Scope}
        self._after_leader: dict[str, str] = {}
        for name in chosen:
            if name not in BY_ID:
                self.problems.append(f"keymap.toml: there is no action {name!r}.")
        for action in ACTIONS:
            self._keystrokes[action.id] = self._allowed(action, chosen)
        self._keep_a_way_out()
        # A person's own choice comes before a default that wants the same keystroke.
        for action in sorted(ACTIONS, key=lambda action: action.id not in chosen):
            self._keystrokes[action.id] = tuple(
                name for name in self._keystrokes[action.id] if self._claim(action, name, chosen)
            )

    @property
    def leader(self) -> str:
        """The leader's name, "" when it is switched off."""
        return next(iter(self._keystrokes[LEADER]), "")

    def keystrokes(self, action_id: str) -> tuple[str, ...]:
        """What triggers an action; those after the leader start with `leader `."""
        return self._keystrokes[action_id]

    def find(self, scope: Scope, name: str) -> str | None:
        """The id of what `name` does in `scope` (or everywhere); None for nothing."""
        return self._own[scope].get(name) or self._own[Scope.GLOBAL].get(name)

    def after_leader(self, name: str) -> str | None:
        """The id of what `name` does after the leader."""
        return self._after_leader.get(name)

    def taken(self, name: str) -> bool:
        """Whether a terminal does not get this keystroke."""
        return any(name in self._own[scope] for scope in TAKEN_FROM_REMOTE)

    def label(self, action_id: str, *, leader: bool = False, unicode: bool = True) -> str:
        """How its first keystroke (with `leader`: the first after the leader) is shown; "" for none."""
        for name in self._keystrokes[action_id]:
            if name.startswith(LEADER_PREFIX) is leader:
                return shown(name.removeprefix(LEADER_PREFIX), unicode=unicode)
        return ""

    def labels(self, action_id: str, *, unicode: bool = True) -> str:
        """All its keystrokes as a person reads them."""
        leader = shown(self.leader, unicode=unicode)
        return "  ".join(
            f"{leader} {shown(name.removeprefix(LEADER_PREFIX), unicode=unicode)}"
            if name.startswith(LEADER_PREFIX)
            else shown(name, unicode=unicode)
            for name in self._keystrokes[action_id]
        )

    def _allowed(self, action: Action, chosen: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        if action.id not in chosen:
            return tuple(canonical(written) for written in action.keystrokes)
        kept = []
        for written in chosen[action.id]:
            name = canonical(written)
            if action.id == LEADER and name.startswith(LEADER_PREFIX):
                self.problems.append("keymap.toml: the leader cannot follow the leader.")
            elif action.scope in TAKEN_FROM_REMOTE and (name in NEVER_OURS or named_character(name)):
                self.problems.append(
                    f"keymap.toml: {shown(name)} always belongs to the remote; {action.id} cannot take it."
                )
            elif name == f"{LEADER_PREFIX}escape":
                self.problems.append("keymap.toml: Esc after the leader always cancels.")
            elif name:
                kept.append(name)
        if action.id == LEADER and chosen[action.id] and not kept:
            return tuple(canonical(written) for written in action.keystrokes)
        return tuple(kept)

    def _keep_a_way_out(self) -> None:
        """A terminal must be left by some keystroke: without any, the leader's default comes back."""
        if not self._keystrokes[LEADER] and not any(
            not name.startswith(LEADER_PREFIX) for name in self._keystrokes[HOSTS_SHOW]
        ):
            self._keystrokes[LEADER] = BY_ID[LEADER].keystrokes
            self.problems.append(
                f"keymap.toml: without a leader nothing would lead out of a terminal; it stays {shown(self.leader)}."
            )

    def _claim(self, action: Action, name: str, chosen: Mapping[str, tuple[str, ...]]) -> bool:
        if name.startswith(LEADER_PREFIX):
            table, bare = self._after_leader, name.removeprefix(LEADER_PREFIX)
        else:
            table, bare = self._own[action.scope], name
        holder = table.setdefault(bare, action.id)
        if holder == action.id:
            return True
        if action.id in chosen:
            self.problems.append(f"keymap.toml: {name} already means {holder}; {action.id} does not get it.")
        return False
