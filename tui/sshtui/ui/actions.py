"""Everything a keystroke can do: one registry that the footer, the help and the palette are made from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Scope(Enum):
    """Where an action's own keystrokes count. The value is its heading in the help."""

    GLOBAL = "Everywhere"
    HOSTS = "In the list of hosts"
    CARD = "On the card, while editing"
    TERMINAL = "In a terminal"
    CONNECTING = "While a tab connects"
    ENDED = "In a tab that has ended"

    # There is one of each; Enum's own hash is a call of Python, for every keystroke.
    __hash__ = object.__hash__


_IN_A_TAB = (Scope.TERMINAL, Scope.CONNECTING, Scope.ENDED)

LEADER_PREFIX = "leader "
"""Marks a keystroke that follows the leader, as in `leader n`."""


@dataclass(frozen=True)
class Action:
    """Something a person can ask for.

    `keystrokes` are names as in `model.keystrokes`; those that start with `leader ` follow the leader and count
    everywhere. `short` is its word in the footer, "" for none. `palette` says whether it makes sense from there.
    """

    id: str
    title: str
    scope: Scope
    keystrokes: tuple[str, ...]
    short: str = ""
    palette: bool = True

    @property
    def needs_tab(self) -> bool:
        """Whether it acts on a tab, and does nothing where none is open."""
        return self.scope in _IN_A_TAB or self.id.startswith(("tab.", "session."))


LEADER = "leader"
"""The id of the leader itself."""

HOSTS_SHOW = "hosts.show"

HELP = "app.help"

_TAB_ACTIONS = tuple(
    Action(f"tab.show_{place}", f"Show tab {place}", Scope.GLOBAL, (f"alt+{place}", f"leader {place}"), palette=False)
    for place in range(1, 10)
)

ACTIONS: tuple[Action, ...] = (
    Action(LEADER, "Leader: what follows is for sshtui", Scope.GLOBAL, ("ctrl+backslash",), "menu", palette=False),
    Action(HOSTS_SHOW, "Show the hosts", Scope.GLOBAL, ("alt+0", "leader h", "leader 0"), "hosts"),
    *_TAB_ACTIONS,
    Action("tab.next", "Next tab", Scope.GLOBAL, ("leader n",), "next"),
    Action("tab.previous", "Previous tab", Scope.GLOBAL, ("leader p",), "previous"),
    Action("tab.close", "Close the tab", Scope.GLOBAL, ("leader x",), "close"),
    Action("tab.reconnect", "Reconnect", Scope.ENDED, ("enter", "r", "leader r"), "reconnect"),
    Action("tab.doctor", "Why? Check the way to the host step by step", Scope.ENDED, ("w",), "why"),
    Action("tab.cancel", "Give up connecting", Scope.CONNECTING, ("escape",), "cancel", palette=False),
    Action("tab.stay", "Stop reconnecting by itself", Scope.ENDED, ("escape",), palette=False),
    Action("tab.rename", "Rename the tab", Scope.GLOBAL, ("leader ,",), "rename"),
    Action("tab.save_text", "Save the tab's text to a file", Scope.GLOBAL, ("leader s",), "save text"),
    Action("tab.move_left", "Move the tab left", Scope.GLOBAL, ("leader <",), "move left"),
    Action("tab.move_right", "Move the tab right", Scope.GLOBAL, ("leader >",), "move right"),
    Action("tab.duplicate", "Open the same host in another tab", Scope.GLOBAL, ("leader o",), "same host"),
    Action("hosts.connect", "Connect", Scope.HOSTS, ("enter",), "connect"),
    Action("hosts.connect_again", "Connect in another tab", Scope.HOSTS, ("o", "shift+enter")),
    Action("hosts.filter", "Filter", Scope.HOSTS, ("/",), "filter"),
    Action("hosts.add", "Add a host", Scope.HOSTS, ("a",), "add"),
    Action("hosts.edit", "Edit the host, marked ones, a folder", Scope.HOSTS, ("e", "f2"), "edit"),
    Action("hosts.delete", "Delete the host, or the marked ones", Scope.HOSTS, ("d", "delete"), "delete"),
    Action(HELP, "Help", Scope.HOSTS, ("?", "f1", "leader ?"), "help"),
    Action("app.quit", "Quit", Scope.HOSTS, ("q", "leader q"), "quit"),
    Action("app.palette", "Command palette", Scope.HOSTS, (":", "leader :"), "palette", palette=False),
    Action("hosts.clone", "Clone the host", Scope.HOSTS, ("c",), "clone"),
    Action("hosts.undo", "Undo the last change", Scope.HOSTS, ("u",), "undo"),
    Action("hosts.restore", "Put back the last good hosts.toml", Scope.HOSTS, ("R",)),
    Action("app.quick_connect", "Connect to an address", Scope.HOSTS, ("C", "leader c"), "quick connect"),
    Action("hosts.sort", "Sort by name, last use, most used", Scope.HOSTS, ("s",), "sort"),
    Action("hosts.mark", "Mark the host, or all of the folder", Scope.HOSTS, ("space",), "mark"),
    Action("hosts.move", "Move to a folder", Scope.HOSTS, ("m",), "move"),
    Action("hosts.favourite", "Favourite: to the top, or back", Scope.HOSTS, ("f",), "favourite"),
    Action("hosts.check", "Check whether it can be reached", Scope.HOSTS, ("t",), "check"),
    Action("hosts.check_listed", "Check all that are listed", Scope.HOSTS, ("T",)),
    Action("hosts.why", "Why is this set?", Scope.HOSTS, ("w",), "why"),
    Action("hosts.save_own", "Save a read-only host as your own", Scope.HOSTS, ("O",)),
    Action("hosts.filter_tag", "Filter by a tag", Scope.HOSTS, ("#",)),
    Action("hosts.mark_range", "Begin or end a range of marks", Scope.HOSTS, ("v",)),
    Action("hosts.mark_all", "Mark all that are listed, or none", Scope.HOSTS, ("*",)),
    Action("hosts.mark_up", "Mark, one up", Scope.HOSTS, ("shift+up",), palette=False),
    Action("hosts.mark_down", "Mark, one down", Scope.HOSTS, ("shift+down",), palette=False),
    Action("app.import", "Import hosts from another program", Scope.HOSTS, ("I",)),
    Action("hosts.export", "Export the marked hosts, or all", Scope.HOSTS, ("E",)),
    Action("hosts.key_pair", "Choose the key pair of the host", Scope.HOSTS, ("i",), palette=True),
    Action("app.keys", "Key pairs: make, inspect, convert, install", Scope.HOSTS, ("K",), "key pairs"),
    Action("app.known_hosts", "Known hosts: trusted and revoked host keys", Scope.HOSTS, ("H",), "known hosts"),
    Action("app.secrets", "Saved secrets: list, remove, lock the vault", Scope.HOSTS, ("S",)),
    Action("app.settings", "Settings: what is set, and in which file", Scope.HOSTS, (",",)),
    Action("hosts.up", "Up", Scope.HOSTS, ("up", "k"), palette=False),
    Action("hosts.down", "Down", Scope.HOSTS, ("down", "j"), palette=False),
    Action("hosts.page_up", "A page up", Scope.HOSTS, ("pageup", "ctrl+b"), palette=False),
    Action("hosts.page_down", "A page down", Scope.HOSTS, ("pagedown", "ctrl+f"), palette=False),
    Action("hosts.first", "First", Scope.HOSTS, ("home", "g"), palette=False),
    Action("hosts.last", "Last", Scope.HOSTS, ("end", "G"), palette=False),
    Action("hosts.fold", "Fold the folder, or go to it", Scope.HOSTS, ("left",), palette=False),
    Action("hosts.unfold", "Unfold the folder", Scope.HOSTS, ("right",), palette=False),
    Action("hosts.toggle_folder", "Fold or unfold the folder", Scope.HOSTS, ("z",), palette=False),
    Action("hosts.leave", "Back to all hosts, to the terminal", Scope.HOSTS, ("escape", "tab"), "back", palette=False),
    Action("session.password", "Change the password on the server", Scope.GLOBAL, ("leader P",), "password"),
    Action("session.send_file", "Send a file to the host, or stop it", Scope.GLOBAL, ("leader u",), "send file"),
    Action("session.fetch_file", "Fetch a file from the host, or stop it", Scope.GLOBAL, ("leader g",), "fetch file"),
    Action("session.details", "Connection details", Scope.GLOBAL, ("leader i",), "details"),
    Action("terminal.scroll_up", "Scroll back a page", Scope.TERMINAL, ("shift+pageup",), palette=False),
    Action("terminal.scroll_down", "Scroll forward a page", Scope.TERMINAL, ("shift+pagedown",), palette=False),
    Action("terminal.copy", "Scroll and copy mode", Scope.TERMINAL, ("leader [",), "scroll, copy"),
    Action("terminal.search", "Search in the scrollback", Scope.TERMINAL, ("leader /",), "search"),
    Action("terminal.paste", "Paste", Scope.TERMINAL, ("leader ]",), "paste"),
    Action("terminal.mouse", "Give the mouse to the outer terminal", Scope.TERMINAL, ("leader m",), "mouse"),
    Action("terminal.lock", "Lock: every keystroke to the remote", Scope.TERMINAL, ("leader l",), "lock"),
    Action("app.detach", "Detach: leave this terminal, the tabs go on", Scope.GLOBAL, ("leader d",), "detach"),
    Action("app.sidebar", "Show or hide the sidebar", Scope.GLOBAL, ("leader b",), "sidebar"),
    Action("card.save", "Save", Scope.CARD, ("enter",), "save", palette=False),
    Action("card.next", "Next field", Scope.CARD, ("tab", "down"), "fields", palette=False),
    Action("card.previous", "Previous field", Scope.CARD, ("shift+tab", "up"), palette=False),
    Action("card.cancel", "Give up", Scope.CARD, ("escape",), "give up", palette=False),
)  # fmt: skip
"""In the order of the footer, the menu and the help."""

BY_ID = {action.id: action for action in ACTIONS}
