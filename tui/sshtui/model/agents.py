"""Which agent a host uses: the usual one, another one, or none."""

from __future__ import annotations

import os
from collections.abc import Mapping

from sshtui.model.hosts import Host

AGENT = "identity_agent"
"""Field of a host: the socket of its agent, `none`, `SSH_AUTH_SOCK`, or `$NAME` of a variable (IdentityAgent)."""

NONE = "none"


def agent_wish(host: Host, environment: Mapping[str, str] = os.environ) -> str:
    """The socket that `host` names, NONE for no agent, "" for the usual one; an unset variable is no agent."""
    wish = host.extra.get(AGENT)
    if not isinstance(wish, str) or wish in ("", "SSH_AUTH_SOCK"):
        return ""
    if wish.lower() == NONE:
        return NONE
    if wish.startswith("$"):
        return environment.get(wish[1:].strip("{}")) or NONE
    return os.path.expanduser(wish)


def agent_socket(wish: str, usual: str) -> str:
    """The socket that such a wish leads to, "" for no agent; `usual` is that of SSH_AUTH_SOCK."""
    return "" if wish == NONE else wish or usual
