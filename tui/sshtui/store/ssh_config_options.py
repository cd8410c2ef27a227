"""The options of ssh_config that travel with a host, as the further fields that the wire and the key pairs read."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sshtui.errors import UsageError
from sshtui.files import with_home
from sshtui.model.forwards import EXIT_ON_FAILURE, GATEWAY_PORTS
from sshtui.model.hosts import Host
from sshtui.store.openssh_defaults import LISTS, refused
from sshtui.store.ssh_config_keywords import put
from sshtui.store.ssh_config_lines import expand_home
from sshtui.store.ssh_config_tokens import expanded
from sshtui.store.ssh_config_values import Effective

_Values = list[str]
_USER_FILES = "userknownhostsfile"


def _checking(values: _Values, _effective: Effective, _home: Path) -> str | None:
    # `no` would trust whoever answers: a person is asked all the same, and told so.
    return {"true": "yes", "ask": "ask", "accept-new": "accept-new"}.get(values[0])


def _files(values: _Values, effective: Effective, home: Path) -> list[str]:
    if values[0].lower() == "none":
        return [os.devnull]
    # Word by word: a path may hold blanks.
    words = (put(_USER_FILES, [(word,)], home)[0] for word in effective.all(_USER_FILES)[0].words)
    return [expanded(word, effective, home) for word in words]


def _system_files(values: _Values, effective: Effective, _home: Path) -> list[str]:
    return [os.devnull] if values[0].lower() == "none" else [*effective.all("globalknownhostsfile")[0].words]


def _forward_agent(values: _Values, _effective: Effective, _home: Path) -> bool | None:
    return {"yes": True, "no": False}.get(values[0])


def _agent(values: _Values, effective: Effective, home: Path) -> str:
    """The socket; "" is the usual agent, and a variable that is not set none (ssh_config(5), IdentityAgent)."""
    text = values[0]
    if text == "SSH_AUTH_SOCK":
        return ""
    if text.startswith("$") and not text.startswith("${"):
        return os.environ.get(text[1:]) or "none"
    return "none" if text.lower() == "none" else expanded(text, effective, home)


def _adding(values: _Values, _effective: Effective, _home: Path) -> str:
    return {"true": "yes", "false": "no"}.get(values[0], values[0])


def _number(values: _Values, _effective: Effective, _home: Path) -> int | None:
    return int(values[0]) if values[0].isdigit() and int(values[0]) else None


def _text(values: _Values, effective: Effective, home: Path) -> str:
    return expanded(values[0], effective, home)


def _path(values: _Values, effective: Effective, home: Path) -> str:
    return "" if values[0].lower() == "none" else expand_home(expanded(values[0], effective, home), home)


def _yes(values: _Values, _effective: Effective, _home: Path) -> bool:
    return values[0] == "yes"


def _paths(values: _Values, effective: Effective, home: Path) -> list[str]:
    files = [expanded(value, effective, home) for value in values if value.lower() != "none"]
    # One alone is the host's key pair.
    return files if len(files) > 1 else []


def _certificates(values: _Values, effective: Effective, home: Path) -> list[str]:
    return [expanded(value, effective, home) for value in values if value.lower() != "none"]


def _set(values: _Values, _effective: Effective, _home: Path) -> dict[str, str]:
    return dict(word.split("=", 1) for word in reversed(values))


def _words(values: _Values, _effective: Effective, _home: Path) -> list[str]:
    return values


def _terminal(values: _Values, _effective: Effective, _home: Path) -> str | None:
    # A tab is a terminal; only its absence is something else.
    return None if values[0] == "false" else values[0]


def _yes_ask_no(values: _Values, _effective: Effective, _home: Path) -> str:
    return {"true": "yes", "false": "no"}.get(values[0], values[0])


FIELDS: Mapping[str, tuple[str, Callable[[_Values, Effective, Path], Any]]] = {
    "addkeystoagent": ("add_keys_to_agent", _adding),
    "addressfamily": ("address_family", _text),
    "bindaddress": ("bind_address", _text),
    "certificatefile": ("certificate_files", _certificates),
    "ciphers": ("ciphers", _text),
    "compression": ("compression", _yes),
    "connecttimeout": ("connect_timeout", _number),
    "exitonforwardfailure": (EXIT_ON_FAILURE, _yes),
    "forwardagent": ("agent_forwarding", _forward_agent),
    "gatewayports": (GATEWAY_PORTS, _yes),
    "globalknownhostsfile": ("global_known_hosts_files", _system_files),
    "gssapiauthentication": ("gssapi_authentication", _yes),
    "gssapidelegatecredentials": ("gssapi_delegate_credentials", _yes),
    "hashknownhosts": ("hash_known_hosts", _yes),
    "hostbasedauthentication": ("hostbased_authentication", _yes),
    "hostkeyalgorithms": ("host_key_algorithms", _text),
    "hostkeyalias": ("host_key_alias", _text),
    "identitiesonly": ("identities_only", _yes),
    "identityagent": ("identity_agent", _agent),
    "identityfile": ("identity_files", _paths),
    "kexalgorithms": ("kex_algorithms", _text),
    "macs": ("macs", _text),
    "pkcs11provider": ("pkcs11_provider", _path),
    "pubkeyacceptedalgorithms": ("pubkey_accepted_algorithms", _text),
    "requesttty": ("", _terminal),
    "revokedhostkeys": ("revoked_host_keys", _path),
    "sendenv": ("send_environment", _words),
    "serveralivecountmax": ("keep_alive_misses", _number),
    "setenv": ("set_environment", _set),
    "stricthostkeychecking": ("strict_host_key_checking", _checking),
    "updatehostkeys": ("update_host_keys", _yes_ask_no),
    "verifyhostkeydns": ("verify_host_key_dns", _yes_ask_no),
    _USER_FILES: ("known_hosts_files", _files),
}
"""Keyword to the host's field, and to what the field says; None for a value that is not followed."""


FIELDS_IN_FILE = {
    "certificate_files": "CertificateFile",
    "identity_files": "IdentityFile",
    "send_environment": "SendEnv",
    "set_environment": "SetEnv",
    "known_hosts_files": "UserKnownHostsFile",
    "global_known_hosts_files": "GlobalKnownHostsFile",
    "proxy_command": "ProxyCommand",
    "identities_only": "IdentitiesOnly",
    "identity_agent": "IdentityAgent",
    "agent_forwarding": "ForwardAgent",
    "add_keys_to_agent": "AddKeysToAgent",
    "address_family": "AddressFamily",
    "bind_address": "BindAddress",
    "ciphers": "Ciphers",
    "compression": "Compression",
    "connect_timeout": "ConnectTimeout",
    EXIT_ON_FAILURE: "ExitOnForwardFailure",
    GATEWAY_PORTS: "GatewayPorts",
    "gssapi_authentication": "GSSAPIAuthentication",
    "gssapi_delegate_credentials": "GSSAPIDelegateCredentials",
    "hash_known_hosts": "HashKnownHosts",
    "host_key_algorithms": "HostKeyAlgorithms",
    "host_key_alias": "HostKeyAlias",
    "hostbased_authentication": "HostbasedAuthentication",
    "keep_alive_misses": "ServerAliveCountMax",
    "kex_algorithms": "KexAlgorithms",
    "login_methods": "PreferredAuthentications",
    "macs": "MACs",
    "pkcs11_provider": "PKCS11Provider",
    "pubkey_accepted_algorithms": "PubkeyAcceptedAlgorithms",
    "revoked_host_keys": "RevokedHostKeys",
    "strict_host_key_checking": "StrictHostKeyChecking",
    "update_host_keys": "UpdateHostKeys",
    "verify_host_key_dns": "VerifyHostKeyDNS",
}
"""Field to keyword, for what a saved host says in its further fields."""
_ONE_FOR_EACH = ("certificate_files", "identity_files")
_LISTS = (*_ONE_FOR_EACH, "login_methods", "send_environment", "known_hosts_files", "global_known_hosts_files")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def further_lines(host: Host) -> list[tuple[str, tuple[str, ...]]]:
    """Keyword and words for each further field of a host that ssh has a keyword for; nonsense in them is left out.

    A command stands as one word that takes the rest of its line.
    """
    found: list[tuple[str, tuple[str, ...]]] = []
    for field, keyword in FIELDS_IN_FILE.items():
        value = host.extra.get(field)
        words = _words_of(value) if isinstance(value, list) is (field in _LISTS) else ()
        if field == "identity_files":
            words = tuple(word for word in words if word != host.key_pair)
        elif field == "add_keys_to_agent":
            words = tuple(word for text in words for word in text.split())
        elif field == "login_methods":
            words = (",".join(words),) if words else ()
        elif field == "proxy_command" and host.jump:
            words = ()
        if words and not any(_CONTROL.search(word) for word in words):
            found += [(keyword, (word,)) for word in words] if field in _ONE_FOR_EACH else [(keyword, words)]
    return [(keyword, words) for keyword, words in found if _stands(keyword, words)]


def _stands(keyword: str, words: tuple[str, ...]) -> bool:
    """Whether ssh takes the value: one that it refuses would cost a person every host of the file."""
    try:
        values = put(keyword.lower(), [words], with_home("~"))
    except UsageError:
        return False
    return bool(values) and not (keyword.lower() in LISTS and refused(keyword.lower(), values[0]))


def _words_of(value: Any) -> tuple[str, ...]:
    if isinstance(value, bool):
        return ("yes" if value else "no",)
    if isinstance(value, (str, int)) and value:
        return (str(value),)
    if isinstance(value, Mapping):
        return tuple(f"{name}={text}" for name, text in value.items() if isinstance(text, str))
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    return ()


SWITCHES: Mapping[str, str] = {
    "pubkeyauthentication": "publickey",
    "kbdinteractiveauthentication": "keyboard-interactive",
    "passwordauthentication": "password",
}
"""Keyword to the login method that `no` switches off."""


def further_fields(effective: Effective, home: Path) -> dict[str, Any]:
    """What `Host.extra` says for a destination; a value that ssh would refuse is left out."""
    found = {field: _value(effective, keyword, home) for keyword, (field, _) in FIELDS.items() if field}
    found["login_methods"] = _login_methods(effective)
    for field, method in (("gssapi_authentication", "gssapi-with-mic"), ("hostbased_authentication", "hostbased")):
        if not _preferred(effective, method):
            found[field] = None
    return {field: value for field, value in found.items() if value not in (None, "", [], {})}


def _preferred(effective: Effective, method: str) -> bool:
    """Whether PreferredAuthentications names a login method; without it, every method is as good."""
    named = effective.first("preferredauthentications").lower()
    return not named or method in named.split(",")


def _login_methods(effective: Effective) -> list[str]:
    """The methods that are left (RFC 4252) when some are switched off or not preferred; [] for all of them."""
    left = [
        method
        for keyword, method in SWITCHES.items()
        if effective.first(keyword).lower() not in {"no", "false"} and _preferred(effective, method)
    ]
    return [] if len(left) == len(SWITCHES) else left or ["none"]


def clears_forwards(effective: Effective) -> bool:
    """Whether no forward counts (ssh_config(5), ClearAllForwardings)."""
    return effective.first("clearallforwardings").lower() in {"yes", "true"}


def followed(effective: Effective, keyword: str) -> bool:
    """Whether what is set for `keyword` is followed as it stands."""
    return keyword not in FIELDS or _value(effective, keyword, with_home("~")) is not None


def _value(effective: Effective, keyword: str, home: Path) -> Any:
    settings = effective.all(keyword)
    if not settings:
        return None
    try:
        values = put(keyword, [setting.words for setting in settings], home)
    except UsageError:
        return None
    return FIELDS[keyword][1](values, effective, home) if values else ""
