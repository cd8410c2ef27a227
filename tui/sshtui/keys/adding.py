"""AddKeysToAgent: a key that was opened for a login goes to the agent, as ssh_config(5) says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sshtui.errors import KeyPairError
from sshtui.keys.agent import Agent
from sshtui.keys.beside import usable_certificate
from sshtui.model.host_keys import PublicKey
from sshtui.model.questions import Confirm, Notice, Prompter

if TYPE_CHECKING:
    import asyncssh

SETTING = "add_keys_to_agent"
"""Where a saved host has it, among its further fields: yes, no, ask, confirm, a time, or confirm and a time."""

_TIME = re.compile(r"(\d+)([smhdw]?)")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class Adding(NamedTuple):
    """How a key goes to the agent: for `lifetime` seconds (None: for ever), asking now, asking at each use."""

    lifetime: int | None = None
    ask: bool = False
    confirm: bool = False


def read_adding(value: object) -> Adding | None:
    """What a value of AddKeysToAgent means; None for no, and for what is not understood."""
    words = str(value if value is not True else "yes").lower().split()
    if words == ["yes"]:
        return Adding()
    if words == ["ask"]:
        return Adding(ask=True)
    confirm = words[:1] == ["confirm"]
    times = words[1:] if confirm else words
    if confirm and not times:
        return Adding(confirm=True)
    lifetime = read_time(times[0]) if len(times) == 1 else None
    return Adding(lifetime, confirm=confirm) if lifetime else None


def read_time(text: str) -> int | None:
    """Seconds of a time as sshd_config(5) writes it, `90`, `30m`, `1h30m`; None when it is none, or nothing."""
    if not re.fullmatch(f"({_TIME.pattern})+", text.lower()):
        return None
    return sum(int(count) * _UNITS[unit] for count, unit in _TIME.findall(text.lower())) or None


async def add_opened(agent: Agent, how: Adding, path: Path, private_key: asyncssh.SSHKey, prompter: Prompter) -> None:
    """Give `agent` the key just opened from `path`. A refusal is told and ends nothing: the login goes on."""
    if how.ask and not await prompter.ask(Confirm("Give the key to the agent?", str(path), yes="Give", no="No")):
        return
    try:
        certificate = usable_certificate(path, PublicKey(private_key.public_data))
        await agent.add(private_key, certificate, lifetime=how.lifetime, confirm=how.confirm)
    except KeyPairError as error:
        prompter.tell(Notice(f"{path} did not go to the agent. {error.sentence}", level="warning"))
