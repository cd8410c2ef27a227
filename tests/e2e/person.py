"""What a person does at sshtui, in words of its screen."""

from __future__ import annotations

import re
import time
from pathlib import Path

from sshtui.ui.modals.base import QUIET
from sshtui.ui.widgets.workspace import QUIET_AFTER_END
from tests.e2e.outer import Outer

LEADER = "C-\\"


class Person:
    """Hands and eyes before the app."""

    def __init__(self, outer: Outer, hosts_file: Path) -> None:
        self.outer = outer
        self.hosts_file = hosts_file

    def select(self, name: str) -> None:
        """Move down the list of hosts until the card shows `name`."""
        self.sees(r"\? help")
        while not re.search(rf"─ ?{re.escape(name)} ", self.outer.screen()):
            before = self.outer.screen()
            self.outer.press("Down")
            self.outer.wait_for(before.__ne__)

    def connect(self, name: str) -> None:
        """Find the saved host `name` and open a tab on it."""
        self.sees(r"\? help")
        self.outer.press("/")
        self.outer.type(name)
        self.outer.press("Enter")

    def is_on(self, name: str) -> None:
        """Wait until the tab in front is connected to `name` and its shell asks for a command."""
        self.sees(rf"^ {re.escape(name)} ● connected")
        self.sees(r"[$#] *$")

    def accept_host_key(self) -> None:
        """Accept and save, after having looked at the fingerprint."""
        self.sees("Unknown host key")
        self.sees("SHA256:")
        self.read()
        self.outer.press("Tab", "Enter")

    def give_password(self, password: str) -> None:
        """Type the password into its modal."""
        self.sees("Password of")
        self.read()
        self.outer.type(password)
        self.outer.press("Enter")

    def read(self) -> None:
        """Take the time a person needs to read what just appeared; what is typed sooner is ignored, by design."""
        time.sleep(max(QUIET, QUIET_AFTER_END) + 0.1)

    def runs(self, command: str, shows: str) -> str:
        """Type `command` into the shell and wait until the screen shows `shows`."""
        self.outer.type(command)
        self.outer.press("Enter")
        return self.sees(shows)

    def leader(self, *names: str) -> None:
        """Press the leader, then keys."""
        self.outer.press(LEADER, *names)

    def sees(self, what: str) -> str:
        """Wait until the screen shows the regular expression `what`; the whole screen."""
        return self.outer.wait_for(what)

    def sees_no(self, what: str) -> str:
        """Wait until the screen no longer shows `what`."""
        return self.outer.wait_until_gone(what)
