"""Logins that ask nobody: a Kerberos ticket (GSSAPI, RFC 4462) and the key of this computer (host-based, RFC 4252).

Both only where a host says so. A ticket needs the optional package `gssapi`; the key of this computer is used by the
program ssh-keysign, which must be allowed to (EnableSSHKeysign in /etc/ssh/ssh_config).
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sshtui.model.further_fields import WHERE_POSSIBLE
from sshtui.model.hosts import Host
from sshtui.model.questions import Notice, Prompter

GSSAPI = "gssapi_authentication"
"""Field of a host: `true` logs in by a Kerberos ticket where there is one (GSSAPIAuthentication)."""

DELEGATE = "gssapi_delegate_credentials"
"""Field of a host: `true` lets programs there use the ticket too (GSSAPIDelegateCredentials)."""

HOST_BASED = "hostbased_authentication"
"""Field of a host: `true` logs in by the key of this computer (HostbasedAuthentication)."""

KEYSIGN = tuple(Path(each) / "ssh-keysign" for each in ("/usr/lib/openssh", "/usr/libexec/openssh", "/usr/libexec"))
HOST_KEYS = tuple(Path(f"/etc/ssh/ssh_host_{kind}_key.pub") for kind in ("ed25519", "ecdsa", "rsa"))

METHODS = ("gssapi-with-mic", "hostbased")
FIELD_OF = {"gssapi-with-mic": GSSAPI, "hostbased": HOST_BASED}


@dataclass(frozen=True)
class SystemLogin:
    """What is tried before any key pair; nothing set is nothing."""

    ticket_for: str = ""
    """The name whose server takes the ticket, "" for none."""
    delegate: bool = False
    keysign: str = ""
    host_keys: tuple[str, ...] = ()

    @property
    def tries(self) -> int:
        """How many failures they can cost, of the few that a server allows (MaxAuthTries)."""
        return bool(self.ticket_for) + len(self.host_keys)

    @property
    def arguments(self) -> dict[str, Any]:
        """What asyncssh.connect is told of it; never an exchange by ticket, which would replace the host key."""
        arguments: dict[str, Any] = {"gss_host": None, "gss_kex": False, "host_based_auth": bool(self.host_keys)}
        if self.ticket_for:
            arguments |= {"gss_host": self.ticket_for, "gss_auth": True, "gss_delegate_creds": self.delegate}
        if self.host_keys:
            arguments |= {"client_host_keysign": self.keysign, "client_host_keys": list(self.host_keys)}
        return arguments


NOTHING = SystemLogin()


def system_login(host: Host, prompter: Prompter, *, through_jump: bool) -> SystemLogin:
    """What `host` asks for and this computer has; what is missing is told when the host is a saved one.

    ssh_config of Debian asks every host for GSSAPI, a typed address too, so nobody hears of a package that is missing
    for those.
    Over a jump host there is no host-based login: ssh-keysign wants to see the socket.
    """
    ticket = wanted(host, GSSAPI)
    if ticket and importlib.util.find_spec("gssapi") is None:
        ticket = False
        if _asked_by_name(host, GSSAPI):
            _missing(prompter, f"A login by ticket to {host.name} needs a package that is missing: sshtui[gssapi].")
    keysign = ""
    host_keys: tuple[str, ...] = ()
    if wanted(host, HOST_BASED) and not through_jump:
        keysign = next((str(path) for path in KEYSIGN if path.is_file()), "")
        host_keys = tuple(str(path) for path in HOST_KEYS if path.is_file()) if keysign else ()
        if not host_keys and _asked_by_name(host, HOST_BASED):
            _missing(prompter, f"A host-based login to {host.name} needs ssh-keysign and a host key of this computer.")
    return SystemLogin(host.address if ticket else "", host.extra.get(DELEGATE) is True, keysign, host_keys)


def wanted(host: Host, field: str) -> bool:
    """Whether the host is to be logged in to that way."""
    wish = host.extra.get(field)
    return wish is True or wish == WHERE_POSSIBLE


def _asked_by_name(host: Host, field: str) -> bool:
    return host.editable and host.extra.get(field) is True


def _missing(prompter: Prompter, text: str) -> None:
    prompter.tell(Notice(text, level="warning"))
