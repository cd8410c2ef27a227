"""A user's key pair as a value: what is known without opening the private half."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sshtui.model.host_keys import PublicKey


@dataclass(frozen=True)
class KeyPair:
    """A key pair that could be offered: from a file (`path`), held by an agent, or on a token (PKCS#11).

    `encrypted` is None when unknown (an agent does not tell). `certificate` says that an OpenSSH user
    certificate goes with it. `public` is None for a private file whose public half needs the passphrase.
    """

    source: Literal["file", "agent", "token"]
    path: str = ""
    public: PublicKey | None = None
    comment: str = ""
    encrypted: bool | None = None
    certificate: bool = False
    automatic: bool = True
    """Offered unasked; False for a file a person would have to choose."""
    add_to_agent: str = ""
    """What the host says of AddKeysToAgent, in the words of ssh_config(5)."""
    certificate_file: str = ""
    """Where a host says that the certificate stands; "" for beside `path`."""

    agent: str = ""
    """The socket of the agent a host names, `none` where it wants none, "" for the usual one."""

    @property
    def whereabouts(self) -> str:
        """Where its private half is, in words."""
        return {"file": "file", "agent": "in the agent", "token": "on a token"}[self.source]

    @property
    def label(self) -> str:
        """What a list shows: the file's path, or the comment of an agent's or a token's key."""
        return self.path or self.comment or "(no comment)"
