"""The account a host is logged in to."""

from __future__ import annotations

import getpass

from sshtui.errors import UsageError
from sshtui.model.hosts import Host


def login_user(host: Host) -> str:
    """The saved user, or the one who runs this program, as ssh takes it. Raises UsageError when there is neither."""
    if host.user:
        return host.user
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise UsageError(
            f"{host.name} has no user, and this program runs as a user without a name.", hint="Give the host a user."
        ) from error
