"""What a person does at sshtui, in words of its screen."""

from __future__ import annotations

import re
import time
from pathlib import Path

from sshtui.ui.modals.base import QUIET
from tests.e2e.outer import Outer

LEADER = "C-\\"


class Person:
    """Hands and eyes before the app."""

    def __init__(self, outer: Outer, hosts_file: Path) -> None:
        self.outer = outer
        self.hosts_file = hosts_file

    def select(self, name: str) -> None:
        """Move in the list of hosts until the card shows `name`."""
        self.sees("Enter connect")
        self.outer.press("/")
        self.outer.type(name)
        self.sees(rf"─ ?{re.escape(name)} ")
        self.outer.press("Enter")

    def connect(self, name: str) -> None:
        """Open a tab on the saved host `name`."""
        self.select(name)
        self.outer.press("Enter")

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
        """Take the time a person needs to read a modal; what is typed sooner is ignored, by design."""
        time.sleep(QUIET + 0.1)

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
