"""Configurations made up at random, from the grammar of ssh_config(5), against `ssh -G`."""

from __future__ import annotations

import os
import pwd
import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.store.machine import this_machine
from sshtui.store.openssh_defaults import defaults
from sshtui.store.ssh_config_effective import ORDER, rows, ssh_lines
from sshtui.store.ssh_config_resolve import SshConfig

NAMES = ("a", "b", "web-1", "web-2.lan", "A", "10.0.0.1", "::1")
PATTERNS = ("*", "a", "web-*", "*.lan", "!a", "!web-1", "10.*", "?", "!*.lan", '"a"', "A")
FLAG = ("yes", "no")
VALUES: dict[str, tuple[str, ...]] = {
    "User": ("u", "root", "me@corp", '"two words"'),
    "HostName": ("%h.lan", "h.example", "10.1.1.1", "::2", "H.Big", "%%h"),
    "Port": ("22", "2222", "ssh"),
    "IdentityFile": ("~/.ssh/a", "%d/b", "none", '"/x y"', "~/.ssh/%h", "rel"),
    "CertificateFile": ("~/c", "none", "/c"),
    "IdentitiesOnly": FLAG,
    "IdentityAgent": ("none", "SSH_AUTH_SOCK", "$FOO", "~/s", "/a/%r", '"/a b"'),
    "ProxyJump": ("j", "j,k:22", "me@j", "ssh://u@h:22", "[::1]:2", "u@10.0.0.1"),
    "ProxyCommand": ("nc %h %p", "none", "sh -c 'x'"),
    "LocalForward": ("1 a:2", "[::1]:3 [::1]:4", "*:5 b:6", "/s a:1"),
    "RemoteForward": ("1 a:2", "9", "[::1]:3 c:4", "/s /t"),
    "DynamicForward": ("1", "*:2", "[::1]:3", "lo:4"),
    "SendEnv": ("LANG LC_*", "-LC_*", "X Y", "-*"),
    "SetEnv": ("A=1", "A=1 B=2", '"A=1 2" C=3', "E="),
    "RemoteCommand": ("none", "echo %h", "x  y # z"),
    "RequestTTY": ("yes", "no", "force", "auto"),
    "ServerAliveInterval": ("0", "1m", "1h30m", "none"),
    "ServerAliveCountMax": ("1", "9"),
    "ConnectTimeout": ("1", "none", "2m", "0"),
    "HostKeyAlias": ("k", "%h", "K"),
    "UserKnownHostsFile": ("none", "/a /b", '"/a b" ~/c', "%d/kh %h"),
    "StrictHostKeyChecking": ("yes", "no", "ask", "accept-new", "off"),
    "Ciphers": ("aes256-ctr", "+aes128-cbc", "-aes*", "^aes128-ctr", "-*gcm*,!aes128-gcm@openssh.com"),
    "MACs": ("hmac-sha2-256", "+hmac-md5", "-*etm*", "^hmac-sha1"),
    "KexAlgorithms": ("curve25519-sha256", "-ecdh*", "+diffie-hellman-group1-sha1"),
    "HostKeyAlgorithms": ("ssh-ed25519", "+ssh-rsa", "-*cert*", "^rsa-*", "ssh-*", "*"),
    "PubkeyAcceptedAlgorithms": ("+ssh-rsa", "-rsa*", "^ssh-*"),
    "AddKeysToAgent": ("yes", "no", "ask", "confirm", "5m", "confirm 1h"),
    "ForwardAgent": ("yes", "$X", "~/a.sock", '"/x y"'),
    "CanonicalDomains": ("a.b c.d",),
    "CanonicalizeMaxDots": ("0", "2"),
    "CanonicalizeFallbackLocal": FLAG,
    "AddressFamily": ("inet", "any", "inet6"),
    "Compression": FLAG,
    "PasswordAuthentication": FLAG,
    "ChallengeResponseAuthentication": FLAG,
    "PubkeyAuthentication": ("yes", "no", "unbound", "host-bound"),
    "ClearAllForwardings": ("no", "no", "yes"),
    "HashKnownHosts": FLAG,
    "VerifyHostKeyDNS": ("yes", "no", "ask"),
    "RevokedHostKeys": ("none", "~/r"),
    "PKCS11Provider": ("none", "/l"),
    "ControlMaster": ("auto",),
}
"""Keyword to values. Left out is what `ssh -G` itself prints against its own manual: forwards to a socket stand among
the dynamic ones too, `ProxyJump none` after a second reading, and a path for ForwardAgent after `no`."""
CRITERIA = {
    "host": ("a", "*.lan", "h.example", "web-*,!web-1", '"a,b"'),
    "originalhost": ("a", "b,web-*"),
    "user": ("u", "root", "*", "me@corp"),
    "localuser": ("root", "nobody"),
    "exec": ("true", "false", '"test %n = a"', '"test %p = 22"'),
}


class Author:
    """Writes lines as people do: any case, blanks, equals signs and comments."""

    def __init__(self, seed: int, directory: Path) -> None:
        self._pick = random.Random(seed)
        self._directory = directory

    def setting(self) -> str:
        keyword = self._pick.choice([*VALUES])
        value = self._pick.choice(VALUES[keyword])
        comment = "" if "Command" in keyword else self._pick.choice(["", "", " # c"])
        written = self._pick.choice([keyword, keyword.lower(), keyword.upper()])
        return f"{self._pick.choice(['', '  '])}{written}{self._pick.choice([' ', '=', ' = '])}{value}{comment}"

    def head(self) -> str:
        kind = self._pick.random()
        if kind < 0.5:
            return f"Host {' '.join(self._pick.sample(PATTERNS, self._pick.randint(1, 3)))}"
        if kind < 0.65:
            return f"Include {self._directory}/included{self._pick.randint(0, 1)}"
        return self._pick.choice(["Match all", "Match final all", f"Match {self._criterion()} {self._criterion()}"])

    def _criterion(self) -> str:
        no, name = self._pick.choice(["", "", "!"]), self._pick.choice([*CRITERIA, "final", "canonical"])
        if name not in CRITERIA:
            return no + name
        return f"{no}{name}{self._pick.choice([' ', '='])}{self._pick.choice(CRITERIA[name])}"

    def text(self, blocks: int) -> str:
        lines = [self.setting() for _ in range(self._pick.randint(0, 2))]
        for _ in range(blocks):
            lines += [self.head(), *(self.setting() for _ in range(self._pick.randint(0, 4)))]
        return self._pick.choice(["\n", "\r\n"]).join([*lines, ""])

    def name(self) -> str:
        return self._pick.choice(NAMES)


@pytest.mark.parametrize("seed", range(60))
def test_what_is_in_force_is_what_ssh_says(seed: int, tmp_path: Path, need: Callable[[str], str]) -> None:
    author = Author(seed, tmp_path)
    for number in range(2):
        (tmp_path / f"included{number}").write_text(author.text(blocks=number).replace("Include", "Host"))
    path, name = tmp_path / "config", author.name()
    path.write_text(author.text(blocks=4))
    told = subprocess.run(
        [need("ssh"), "-G", "-F", path, "--", name], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    # What ssh refuses has no second answer; none of these is.
    assert told.returncode == 0, told.stderr
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    effective = SshConfig.load(path).resolve(name, machine=this_machine(match_exec=True))
    ours = [f"{keyword} {value}" for keyword, value in ssh_lines(rows(effective, home, defaults(home)))]
    assert ours == [line for line in told.stdout.splitlines() if line.split(" ", 1)[0].lower() in ORDER]
    assert effective.warnings == []
