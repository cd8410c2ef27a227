"""`sshtui keys list|show|public|fingerprint|randomart`: commands that only look."""

from __future__ import annotations

from pathlib import Path

import click

from sshtui.cli.keys_agent import held_keys
from sshtui.cli.keys_options import FILE, as_json, force
from sshtui.cli.keys_output import agent_facts, file_facts, fingerprint_line, print_file, print_json, public_facts, tell
from sshtui.cli.keys_passphrases import old_passphrase_option, with_passphrase
from sshtui.files import with_home
from sshtui.model.host_keys import PublicKey
from sshtui.model.text import plain
from sshtui.store.hosts import HostStore
from sshtui.store.paths import Paths


@click.command("list")
@click.argument("directory", type=FILE, required=False)
@as_json
def list_keys(directory: Path | None, json_wanted: bool) -> None:
    """List the private keys of a directory (~/.ssh) and of the agent.

    \b
    sshtui keys list
    sshtui keys list /media/backup/ssh --json
    """
    from sshtui.keys.inspect import list_directory

    files = list_directory(with_home(directory or "~/.ssh"))
    held = held_keys() if directory is None else []
    if json_wanted:
        print_json(
            {"files": [file_facts(file) for file in files], "agent": [agent_facts(agent_key) for agent_key in held]}
        )
        return
    for file in files:
        about = f"{file.public.kind} {file.public.bits}" if file.public else "?"
        guard = "passphrase" if file.encrypted else "no passphrase"
        click.echo(plain(f"{file.path}  {about}  {guard}  {file.comment}", 500))
        if file.problem:
            click.echo(f"  {plain(f'{file.problem} Mend it with: {file.remedy}', 500)}")
    for agent_key in held:
        certified = "  certificate" if agent_key.certificate else ""
        click.echo(f"agent  {fingerprint_line(agent_key.public, agent_key.comment)}{certified}")
    if not files and not held:
        click.echo("No key pairs. Make one with: sshtui keys new")


@click.command()
@click.argument("file", type=FILE)
@as_json
@click.pass_obj
def show(paths: Paths, file: Path, json_wanted: bool) -> None:
    """Tell what FILE is: any private or public key, certificate, authorized_keys, PKCS#12.

    \b
    sshtui keys show ~/.ssh/id_ed25519
    sshtui keys show work.ppk --json
    """
    from sshtui.keys.inspect import inspect_file, used_by

    found = inspect_file(file)
    users = used_by(file, HostStore(paths.hosts_file).hosts())
    if json_wanted:
        print_json(file_facts(found) | {"used_by": users})
        return
    print_file(found)
    if users:
        click.echo(f"Used by: {', '.join(users)}")


@click.command()
@click.argument("file", type=FILE)
@click.option("--format", "style", type=click.Choice(["openssh", "rfc4716"]), default="openssh", show_default=True)
@click.option("--out", type=FILE, help="Write to a file instead of printing.")
@old_passphrase_option
@force
@as_json
def public(file: Path, style: str, out: Path | None, passphrase_fd: int | None, force: bool, json_wanted: bool) -> None:
    """Print the public key of FILE: a private key, a public one, a certificate of X.509.

    \b
    sshtui keys public ~/.ssh/id_ed25519 --format rfc4716
    sshtui keys public portal.cer
    """
    from sshtui.keys.convert import public_text
    from sshtui.keys.saving import save_public

    public_key, comment = _public_half(file, passphrase_fd)
    text = public_text(public_key, comment, style)
    if out:
        save_public(with_home(out), text.encode(), replace=force)
    if json_wanted:
        print_json({**public_facts(public_key), "comment": comment, "text": text, "path": str(out) if out else ""})
    elif not out:
        click.echo(text, nl=False)


def _public_half(file: Path, passphrase_fd: int | None) -> tuple[PublicKey, str]:
    from sshtui.keys.inspect import inspect_file
    from sshtui.keys.workshop import public_half

    hidden = inspect_file(file).public is None
    return with_passphrase(str(file), passphrase_fd, lambda passphrase: public_half(file, passphrase), needed=hidden)


@click.command()
@click.argument("file", type=FILE)
@click.option("--md5", is_flag=True, help="The old MD5 fingerprint.")
@old_passphrase_option
@as_json
def fingerprint(file: Path, md5: bool, passphrase_fd: int | None, json_wanted: bool) -> None:
    """Print the fingerprint of FILE as ssh-keygen -l does; each line of an authorized_keys file.

    \b
    sshtui keys fingerprint ~/.ssh/id_rsa --md5
    sshtui keys fingerprint ~/.ssh/authorized_keys
    """
    from sshtui.keys.inspect import inspect_file

    lines = inspect_file(file).lines
    found = [(PublicKey(line.blob), line.comment) for line in lines] or [_public_half(file, passphrase_fd)]
    if json_wanted:
        print_json([{**public_facts(public_key), "comment": said} for public_key, said in found])
        return
    for public_key, said in found:
        click.echo(fingerprint_line(public_key, said, md5=md5))


@click.command()
@click.argument("file", type=FILE)
@old_passphrase_option
@as_json
def randomart(file: Path, passphrase_fd: int | None, json_wanted: bool) -> None:
    """Draw the randomart of FILE as ssh-keygen -lv does.

    \b
    sshtui keys randomart ~/.ssh/id_ed25519
    """
    public_key = _public_half(file, passphrase_fd)[0]
    tell(json_wanted, {**public_facts(public_key), "randomart": public_key.randomart}, public_key.randomart)
