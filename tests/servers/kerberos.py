"""A Kerberos realm of the test: a KDC on loopback with its database in a directory, tickets and keytabs."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.process import LOOPBACK, free_port
from tests.waiting import until

REALM = "SSHTUI.TEST"


@dataclass
class Realm:
    """What programs need to be of the realm (`environment`), and making principals."""

    directory: Path
    environment: dict[str, str] = field(repr=False)

    @property
    def keytab(self) -> Path:
        """The keys of services."""
        return self.directory / "keytab"

    def add_user(self, name: str, password: str) -> None:
        """A principal with a password."""
        self.run("kadmin.local", "-q", f"addprinc -pw {password} {name}")

    def add_service(self, name: str) -> None:
        """A principal like host/localhost, its key in the keytab."""
        self.run("kadmin.local", "-q", f"addprinc -randkey {name}")
        self.run("kadmin.local", "-q", f"ktadd -k {self.keytab} {name}")

    def log_in(self, name: str, password: str) -> None:
        """Get a ticket into the cache that `environment` names."""
        self.run("kinit", "-f", name, text=password + "\n")

    def run(self, *command: str, text: str = "") -> str:
        """Run a program of the realm; what it printed."""
        path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
        environment = {**os.environ, **self.environment, "PATH": path}
        done = subprocess.run(command, input=text, env=environment, capture_output=True, text=True, check=True)
        return done.stdout


@contextmanager
def realm(kdc: str) -> Iterator[Realm]:
    """A running KDC, the program `kdc`; ended after the block, and its files are gone.

    Every account can read them: sshd keeps a delegated ticket as the user who got it.
    """
    with tempfile.TemporaryDirectory(prefix="sshtui-tests-") as made:
        Path(made).chmod(0o755)
        with _running(Path(made), kdc) as running:
            yield running


@contextmanager
def _running(directory: Path, kdc: str) -> Iterator[Realm]:
    port = free_port()
    (directory / "krb5.conf").write_text(f"""
[libdefaults]
  default_realm = {REALM}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  qualify_shortname = ""
  udp_preference_limit = 1
[realms]
  {REALM} = {{
    kdc = {LOOPBACK}:{port}
  }}
[domain_realm]
  localhost = {REALM}
""")
    (directory / "kdc.conf").write_text(f"""
[kdcdefaults]
  kdc_listen = {LOOPBACK}:{port}
  kdc_tcp_listen = {LOOPBACK}:{port}
[realms]
  {REALM} = {{
    database_name = {directory / "principal"}
    key_stash_file = {directory / "stash"}
    acl_file = {directory / "kadm5.acl"}
  }}
""")
    made = Realm(
        directory,
        {
            "KRB5_CONFIG": str(directory / "krb5.conf"),
            "KRB5_KDC_PROFILE": str(directory / "kdc.conf"),
            "KRB5CCNAME": f"FILE:{directory / 'tickets'}",
            "KRB5_KTNAME": f"FILE:{directory / 'keytab'}",
            "KRB5RCACHEDIR": str(directory),
        },
    )
    made.run("kdb5_util", "create", "-s", "-r", REALM, "-P", "master")
    with (directory / "kdc.log").open("wb") as log:
        environment = {**os.environ, **made.environment}
        process = subprocess.Popen([kdc, "-n"], env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        until(lambda: _listens(port), "KDC")
        yield made
    finally:
        process.terminate()
        process.wait(timeout=10)


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex((LOOPBACK, port)) == 0
