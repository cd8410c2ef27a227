"""The fields of a host that are not on its card: what kind of value each has, read from text as it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sshtui.errors import UsageError
from sshtui.model.forwards import EXIT_ON_FAILURE, GATEWAY_PORTS
from sshtui.model.resuming import COMMANDS, RESUME

Kind = Literal["text", "flag", "list", "seconds", "count"] | tuple[str, ...]
"""Text, yes or no, texts separated by commas, a number of seconds or of times, or one of some words."""

OLD_ALGORITHMS = "old_algorithms"
"""Names the old algorithms a host may use; whoever has it is weak, and marked so."""

IDENTITY_AGENT = "identity_agent"
"""Names the socket of an agent of the host's own, or `none` (IdentityAgent of ssh_config(5))."""

CERTIFICATES = "certificate_files"
"""Names certificates that go with key pairs of files or of the agent (CertificateFile)."""

RECONNECT = "reconnect"
"""Lets lost tabs on a host dial again by themselves when it is `true`."""

WHERE_POSSIBLE = "where possible"
"""Value of a flag that a configuration sets for every host (Debian's does): what it needs and lacks is no news."""

FURTHER: Mapping[str, Kind] = {
    "fingerprint": "text",
    "host_key_alias": "text",
    "known_hosts_files": "list",
    "global_known_hosts_files": "list",
    "strict_host_key_checking": ("ask", "accept-new", "yes"),
    "hash_known_hosts": "flag",
    "revoked_host_keys": "text",
    "update_host_keys": ("yes", "ask", "no"),
    "verify_host_key_dns": ("yes", "ask", "no"),
    "identity_files": "list",
    "identities_only": "flag",
    CERTIFICATES: "list",
    IDENTITY_AGENT: "text",
    "add_keys_to_agent": "text",
    "pkcs11_provider": "text",
    "agent_forwarding": "flag",
    "gssapi_authentication": "flag",
    "gssapi_delegate_credentials": "flag",
    "hostbased_authentication": "flag",
    OLD_ALGORITHMS: "list",
    "kex_algorithms": "text",
    "ciphers": "text",
    "macs": "text",
    "host_key_algorithms": "text",
    "pubkey_accepted_algorithms": "text",
    "compression": "flag",
    "keep_alive_misses": "count",
    "proxy_command": "text",
    "proxy": "text",
    "unix_socket": "text",
    "bind_address": "text",
    "address_family": ("inet", "inet6"),
    "connect_timeout": "seconds",
    EXIT_ON_FAILURE: "flag",
    GATEWAY_PORTS: "flag",
    RECONNECT: "flag",
    RESUME: tuple(COMMANDS),
}

HOST_KEY_TRUST = (
    "fingerprint",
    "host_key_alias",
    "known_hosts_files",
    "global_known_hosts_files",
    "hash_known_hosts",
    "strict_host_key_checking",
    "revoked_host_keys",
    "update_host_keys",
    "verify_host_key_dns",
)
"""Fields that say which host key is trusted, and where that is kept."""

_FLAGS = {"yes": True, "true": True, "no": False, "false": False}
LONGEST = 4096
"""Characters of a value."""


def agent_socket(named: str, usual: str | None) -> str | None:
    """The socket of the agent that `named`, the value of IDENTITY_AGENT, means: `usual` for "", None for no agent.

    A `~` in it stays as it is written.
    """
    return None if named.lower() == "none" else named or usual


def read_further(assignment: str) -> tuple[str, Any]:
    """The field and the value of `FIELD=VALUE`; None, which takes the field away, for an empty value.

    Raises UsageError.
    """
    name, equals, text = assignment.partition("=")
    name, text = name.strip().replace("-", "_"), text.strip()
    kind = FURTHER.get(name)
    if kind is None or not equals:
        raise UsageError(
            f"{assignment[:80]!r} sets no further field of a host.",
            hint=f"Write FIELD=VALUE; the fields are {', '.join(FURTHER)}.",
        )
    if not text:
        return name, None
    if len(text) > LONGEST or not text.isprintable():
        raise UsageError(f"{name} must be text on one line.")
    match kind:
        case "flag":
            if text.lower() not in _FLAGS:
                raise UsageError(f"{name} is yes or no.")
            return name, _FLAGS[text.lower()]
        case "list":
            return name, [part.strip() for part in text.split(",") if part.strip()]
        case "seconds":
            if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 3600:
                raise UsageError(f"{name} is a number of seconds from 1 to 3600.")
            return name, int(text)
        case "count":
            if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 1000:
                raise UsageError(f"{name} is a number from 1 to 1000.")
            return name, int(text)
        case tuple():
            if text not in kind:
                raise UsageError(f"{name} is {' or '.join(kind)}.")
    return name, text
