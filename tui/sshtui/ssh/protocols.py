"""What the wire is handed from beside it: the user's key pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import Prompter

if TYPE_CHECKING:
    import asyncssh


class Identities(Protocol):
    """The key pairs a person has: default files, the host's own, the agent's. The keys room fits this."""

    async def available(self, host: Host) -> Sequence[KeyPair]:
        """In the order they would be offered: the host's own, the agent's, then the default files.

        Last come those that are not `automatic`: for the chooser, never offered unasked.
        Reads public halves only and never asks. A file that cannot be read is left out, but for the host's own:
        `signer` says what is wrong with it.
        """
        ...

    async def signer(self, key_pair: KeyPair, prompter: Prompter) -> Sequence[asyncssh.SSHKeyPair]:
        """What asyncssh can offer for it: the certificate first where there is one, then the plain key.

        Asks for the passphrase only when a signature is really wanted. Raises KeyPairError.
        """
        ...
