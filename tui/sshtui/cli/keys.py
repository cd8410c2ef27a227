"""`sshtui keys …`: make, show, convert, protect, install key pairs. asyncssh loads only inside the commands."""

from __future__ import annotations

import click

from sshtui.cli import keys_agent, keys_cloud, keys_install, keys_make, keys_show, keys_x509


@click.group()
def keys() -> None:
    """Make, inspect, convert, protect and install SSH key pairs.

    \b
    sshtui keys new --comment me@laptop
    sshtui keys show ~/.ssh/id_ed25519
    sshtui keys convert id_rsa --to ppk3 --out id_rsa.ppk
    sshtui keys install ~/.ssh/id_ed25519 web-1
    """


for command in (
    keys_make.new,
    keys_show.list_keys,
    keys_show.show,
    keys_make.convert,
    keys_make.passwd,
    keys_make.comment,
    keys_show.public,
    keys_show.fingerprint,
    keys_show.randomart,
    keys_x509.x509,
    keys_install.install,
    keys_install.uninstall,
    keys_agent.agent,
    keys_cloud.cloud,
):
    keys.add_command(command)
