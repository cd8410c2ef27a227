"""What ssh takes where nothing is set, and what its lists of algorithms become.

The tables are those of OpenSSH 10.0 (ssh_config(5), `myproposal.h`); what an OpenSSH on this machine takes instead,
which differs between versions and distributions, it says itself.
"""

from __future__ import annotations

import functools
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sshtui.errors import UsageError
from sshtui.model.hosts import DEFAULT_PORT
from sshtui.store.ssh_config_keywords import CHOICES, NUMBERS, TIMES
from sshtui.store.ssh_config_match import matches_host_line
from sshtui.store.ssh_config_tokens import local_user

TABLES = "OpenSSH 10.0"
ANSWER_LIMIT = 3.0
"""Seconds that the ssh of this machine may take to say its defaults."""

_PLAIN_KEYS = (
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com", "rsa-sha2-512", "rsa-sha2-256",
)  # fmt: skip
_HOST_KEYS = (
    "ssh-ed25519-cert-v01@openssh.com", "ecdsa-sha2-nistp256-cert-v01@openssh.com",
    "ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-sha2-nistp521-cert-v01@openssh.com",
    "sk-ssh-ed25519-cert-v01@openssh.com", "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
    "rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com", *_PLAIN_KEYS,
)  # fmt: skip
_LISTS: Mapping[str, tuple[str, ...]] = {
    "ciphers": (
        "chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr",
        "aes192-ctr", "aes256-ctr",
    ),
    "hostkeyalgorithms": _HOST_KEYS,
    "kexalgorithms": (
        "mlkem768x25519-sha256", "sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com", "curve25519-sha256",
        "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521",
        "diffie-hellman-group-exchange-sha256", "diffie-hellman-group16-sha512", "diffie-hellman-group18-sha512",
        "diffie-hellman-group14-sha256",
    ),
    "macs": (
        "umac-64-etm@openssh.com", "umac-128-etm@openssh.com", "hmac-sha2-256-etm@openssh.com",
        "hmac-sha2-512-etm@openssh.com", "hmac-sha1-etm@openssh.com", "umac-64@openssh.com", "umac-128@openssh.com",
        "hmac-sha2-256", "hmac-sha2-512", "hmac-sha1",
    ),
    "pubkeyacceptedalgorithms": _HOST_KEYS,
}  # fmt: skip
"""Keyword to its default list."""

_ALL_KEYS = (
    "ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com",
    "sk-ssh-ed25519-cert-v01@openssh.com", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256-cert-v01@openssh.com",
    "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-sha2-nistp521",
    "ecdsa-sha2-nistp521-cert-v01@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
    "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "webauthn-sk-ecdsa-sha2-nistp256@openssh.com", "ssh-dss",
    "ssh-dss-cert-v01@openssh.com", "ssh-rsa", "ssh-rsa-cert-v01@openssh.com", "rsa-sha2-256",
    "rsa-sha2-256-cert-v01@openssh.com", "rsa-sha2-512", "rsa-sha2-512-cert-v01@openssh.com",
)  # fmt: skip
_KNOWN: Mapping[str, tuple[str, ...]] = {
    "ciphers": ("3des-cbc", "aes128-cbc", "aes192-cbc", "aes256-cbc", "rijndael-cbc@lysator.liu.se"),
    "hostkeyalgorithms": _ALL_KEYS,
    "kexalgorithms": (
        "diffie-hellman-group1-sha1", "diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha1",
    ),
    "macs": (
        "hmac-sha1-96", "hmac-md5", "hmac-md5-96", "hmac-sha1-96-etm@openssh.com", "hmac-md5-etm@openssh.com",
        "hmac-md5-96-etm@openssh.com",
    ),
    "pubkeyacceptedalgorithms": _ALL_KEYS,
}  # fmt: skip
"""Keyword to what OpenSSH speaks beside its defaults, in its order (`ssh -Q`); DSA, gone since 10.0, among it."""

WITH_PATTERNS = frozenset({"hostkeyalgorithms", "pubkeyacceptedalgorithms"})
"""Keywords whose names may be patterns after `+`, `^` and nothing too; the others take them after `-` only."""

LISTS = frozenset(_LISTS)
"""Keywords that hold lists of algorithms."""


@dataclass(frozen=True)
class Defaults:
    """Keyword to the values that `ssh -G` prints where nothing is set, a line each, and whose they are."""

    whose: str
    values: Mapping[str, tuple[str, ...]]

    def assembled(self, keyword: str, wish: str) -> str:
        """The list that a wish with `+`, `-`, `^` or none of them becomes (`kex.c`, kex_assemble_names).

        Raises UsageError for what ssh refuses: a name that it does not speak, or a list that ends up empty.
        """
        return _assembled(keyword, wish, tuple(self.values[keyword][0].split(",")))


def refused(keyword: str, wish: str) -> str:
    """Why the OpenSSH of the tables would refuse a list, a sentence; "" where it takes it."""
    try:
        _assembled(keyword, wish, _LISTS[keyword])
    except UsageError as error:
        return error.sentence
    return ""


@functools.lru_cache(maxsize=256)
def _assembled(keyword: str, wish: str, default: tuple[str, ...]) -> str:
    sign, text = (wish[0], wish[1:]) if wish[:1] in tuple("+-^") else ("", wish)
    names = [name for name in text.split(",") if name]
    if sign == "-":
        found = [name for name in default if not matches_host_line(name, names)]
    else:
        spoken = tuple(dict.fromkeys((*_KNOWN[keyword], *default, *_LISTS[keyword])))
        named = [*_spoken(keyword, names, spoken)]
        found = {"+": [*default, *named], "^": [*named, *default], "": named}[sign]
    if not found:
        raise UsageError(f"{keyword} {wish} leaves nothing of what ssh speaks.")
    return ",".join(dict.fromkeys(found))


def _spoken(keyword: str, names: Iterable[str], spoken: tuple[str, ...]) -> Iterable[str]:
    for name in names:
        found = [each for each in spoken if matches_host_line(each, [name])]
        pattern = any(mark in name for mark in "*?")
        if "!" in name or (not found and not pattern) or (pattern and keyword not in WITH_PATTERNS):
            raise UsageError(f"{keyword}: ssh speaks no {name}.")
        yield from found


def tabled(home: Path) -> Defaults:
    """The defaults of `TABLES` for the person whose home directory is `home`."""
    choices = {keyword: default for keyword, (_words, default) in CHOICES.items()}
    texts = {
        **choices, **TIMES, **NUMBERS, "port": str(DEFAULT_PORT), "user": local_user(), "forwardagent": "no",
        "addkeystoagent": "false", "canonicaldomains": "none", "canonicalizepermittedcnames": "none",
        "globalknownhostsfile": "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2",
        "userknownhostsfile": f"{home}/.ssh/known_hosts {home}/.ssh/known_hosts2",
        **{keyword: ",".join(names) for keyword, names in _LISTS.items()},
    }  # fmt: skip
    key_pairs = ("id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk")
    files = {"identityfile": tuple(f"~/.ssh/{name}" for name in key_pairs)}
    return Defaults(TABLES, {**{keyword: (text,) for keyword, text in texts.items()}, **files})


def defaults(home: Path) -> Defaults:
    """What the ssh of this machine takes where nothing is set; the tables where there is none, or it does not say."""
    ours, path = tabled(home), shutil.which("ssh")
    theirs = _asked(path) if path else None
    if theirs is None:
        return ours
    # Who it runs as and where it went are answers about the question, no defaults.
    said = {keyword: values for keyword, values in theirs.values.items() if keyword not in {"user", "port"}}
    kept = {keyword: said.get(keyword, values) for keyword, values in ours.values.items()}
    return Defaults(theirs.whose, kept)


@functools.cache
def _asked(path: str) -> Defaults | None:
    import subprocess

    try:
        whose, said = (
            subprocess.run(
                [path, *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=ANSWER_LIMIT,
            )
            for arguments in (["-V"], ["-G", "-F", "/dev/null", "localhost"])
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.match(r"OpenSSH_[\w.]+", whose.stderr)
    if said.returncode or version is None:
        return None
    values: dict[str, tuple[str, ...]] = {}
    for line in said.stdout.splitlines():
        keyword, _, value = line.partition(" ")
        values[keyword.lower()] = (*values.get(keyword.lower(), ()), value)
    return Defaults(version[0].replace("_", " "), values)
