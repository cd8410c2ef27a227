"""How each keyword's value is put, in the words of `ssh -G` (OpenSSH 9, `readconf.c`: dump_client_config)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from sshtui.errors import UsageError
from sshtui.model.destination import split_destination
from sshtui.store.ssh_config_lines import expand_home
from sshtui.store.ssh_config_match import matches_host_line

_YES = {"yes": "yes", "true": "yes", "no": "no", "false": "no"}
_TRUE = {"yes": "true", "true": "true", "no": "false", "false": "false"}

CHOICES: Mapping[str, tuple[Mapping[str, str], str]] = {
    "addressfamily": ({"any": "any", "inet": "inet", "inet6": "inet6"}, "any"),
    "batchmode": (_YES, "no"),
    "canonicalizehostname": ({**_TRUE, "always": "always"}, "false"),
    "canonicalizefallbacklocal": (_YES, "yes"),
    "compression": (_YES, "no"),
    "identitiesonly": (_YES, "no"),
    "kbdinteractiveauthentication": (_YES, "yes"),
    "passwordauthentication": (_YES, "yes"),
    "pubkeyauthentication": ({**_TRUE, "unbound": "unbound", "host-bound": "host-bound"}, "true"),
    "requesttty": ({**_TRUE, "force": "force", "auto": "auto"}, "auto"),
    "stricthostkeychecking": ({**_TRUE, "off": "false", "ask": "ask", "accept-new": "accept-new"}, "ask"),
    "tcpkeepalive": (_YES, "yes"),
    "exitonforwardfailure": (_YES, "no"),
    "gatewayports": (_YES, "no"),
    "clearallforwardings": (_YES, "no"),
    "gssapiauthentication": (_YES, "no"),
    "gssapidelegatecredentials": (_YES, "no"),
    "hashknownhosts": (_YES, "no"),
    "hostbasedauthentication": (_YES, "no"),
    "updatehostkeys": ({**_TRUE, "ask": "ask"}, "true"),
    "verifyhostkeydns": ({**_TRUE, "ask": "ask"}, "false"),
}
"""Keyword to what each word becomes, and the default."""

TIMES = {"connecttimeout": "none", "serveraliveinterval": "0"}
NUMBERS = {
    "canonicalizemaxdots": "1",
    "serveralivecountmax": "3",
    "numberofpasswordprompts": "3",
    "connectionattempts": "1",
}
TEXTS = (
    "canonicaldomains", "canonicalizepermittedcnames",
    "bindaddress", "bindinterface", "ciphers", "hostkeyalgorithms", "hostkeyalias", "identityagent", "kexalgorithms",
    "knownhostscommand", "macs", "pkcs11provider", "pubkeyacceptedalgorithms", "revokedhostkeys",
)  # fmt: skip
FORWARDS = ("localforward", "remoteforward", "dynamicforward")

_TIME = re.compile(r"(?:\d+[smhdwSMHDW]?)+\Z")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}

Words = tuple[str, ...]


def seconds(text: str) -> int | None:
    """A time as sshd_config(5) writes it (TIME FORMATS), in seconds; None when it is not one."""
    if not _TIME.match(text):
        return None
    return sum(int(number) * _SECONDS[unit.lower()] for number, unit in re.findall(r"(\d+)([a-zA-Z]?)", text))


def put(keyword: str, values: Sequence[Words], home: Path) -> list[str]:
    """What `ssh -G` prints after the keyword, a text for each line. Raises UsageError for what ssh refuses."""
    first = values[0]
    text = " ".join(first)
    match keyword:
        case "port":
            return [_port(text)]
        case "proxyjump":
            return [] if text.lower() == "none" else [_jump(text)]
        case "proxycommand" | "remotecommand" | "pkcs11provider" | "revokedhostkeys" | "knownhostscommand":
            return [] if text.lower() == "none" else [text]
        case "sendenv":
            return _sent_names(values)
        case "setenv":
            return [word for word in dict.fromkeys(first) if "=" in word]
        case "hostkeyalias":
            # As `ssh.c`, main, has it.
            return [text.lower()]
        case "addkeystoagent":
            return [_add_keys(first)]
        case "forwardagent":
            return [_YES.get(text.lower()) or _expanded(text, home)]
        case "userknownhostsfile":
            return [" ".join(_expanded(word, home) for word in first)]
        case "identityagent":
            return [text if text == "SSH_AUTH_SOCK" or text.startswith("$") else _expanded(text, home)]
        case "identityfile" | "certificatefile":
            return list(dict.fromkeys(" ".join(words) for words in values))
    if keyword in CHOICES:
        return [_choice(keyword, text)]
    if keyword in TIMES:
        return [_time(text, TIMES[keyword])]
    if keyword in NUMBERS:
        return [_number(text)]
    if keyword in FORWARDS:
        return [_forward(keyword, words) for words in values]
    return [text]


def _choice(keyword: str, text: str) -> str:
    found = CHOICES[keyword][0].get(text.lower())
    if found is None:
        raise UsageError(f"{keyword} cannot be {text!r}.")
    return found


def _time(text: str, none: str) -> str:
    if text.lower() == "none":
        return none
    found = seconds(text)
    if found is None:
        raise UsageError(f"{text!r} is no time.")
    return str(found)


def _number(text: str) -> str:
    if not text.isascii() or not text.isdigit():
        raise UsageError(f"{text!r} is no number.")
    return str(int(text[:12]))


def _port(text: str) -> str:
    if text == "ssh":
        return "22"
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 65535:
        raise UsageError(f"{text!r} is no port.")
    return str(int(text))


def _add_keys(words: Words) -> str:
    head = _TRUE.get(words[0].lower()) or words[0].lower()
    times = [str(seconds(word)) for word in words[head == "confirm" :] if seconds(word) is not None]
    if head == "confirm":
        return " ".join(["confirm", *times])
    return times[0] if times else head


def _jump(text: str) -> str:
    """Every hop but the last as written; the last one parsed, an address of digits or colons in brackets."""
    before, comma, last = text.rpartition(",")
    hop = split_destination(last)
    numeric = ":" in hop.address or not hop.address.strip("1234567890.")
    who = f"{hop.user}@" if hop.user else ""
    where = f"[{hop.address}]" if numeric else hop.address
    return f"{before}{comma}{who}{where}" + (f":{hop.port}" if hop.port else "")


def _sent_names(values: Sequence[Words]) -> list[str]:
    names: list[str] = []
    for word in (word for words in values for word in words):
        if word.startswith("-"):
            names = [name for name in names if not matches_host_line(name, [word[1:]])]
        else:
            names.append(word)
    return names


def _expanded(text: str, home: Path) -> str:
    """`~`, `%d` and `${NAME}` filled in."""
    text = expand_home(text, home).replace("%d", str(home))
    return re.sub(r"\$\{(\w+)\}", lambda found: os.environ.get(found[1], found[0]), text)


def _forward(keyword: str, words: Words) -> str:
    listen, *to = words
    if keyword == "dynamicforward":
        return _end(listen)
    # Without a target a remote forward is a SOCKS server (ssh_config(5), RemoteForward).
    return f"{_end(listen)} {_end(to[0]) if to else '[socks]:0'}"


def _end(text: str) -> str:
    """One end of a forward: a port, a path, or the address in brackets and the port."""
    if "/" in text and not text.startswith("["):
        return text
    address, colon, port = text.rpartition(":")
    return f"[{address.strip('[]')}]:{port}" if colon else text
