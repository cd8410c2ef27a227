"""`sshtui keys new|convert|passwd|comment`: commands that write private key files."""

from __future__ import annotations

from pathlib import Path

import click

from sshtui.cli.keys_options import FILE, as_json, force, rounds
from sshtui.cli.keys_output import fingerprint_line, made_facts, print_json, tell
from sshtui.cli.keys_passphrases import (
    new_passphrase,
    new_passphrase_options,
    old_passphrase_option,
    with_passphrase,
    with_pin,
)
from sshtui.errors import UsageError
from sshtui.files import with_home


@click.command()
@click.option("--type", "kind", default="ed25519", show_default=True, help="ed25519, ecdsa, rsa, ed25519-sk, ecdsa-sk.")
@click.option("--bits", type=int, help="ecdsa: 256, 384, 521; rsa: 3072 (default), 2048, 4096.")
@click.option("--comment", help="Default: user@machine.")
@click.option("--out", type=FILE, help="Default: a free name in ~/.ssh.")
@click.option("--verify-required", is_flag=True, help="ed25519-sk, ecdsa-sk: each login wants the PIN or a finger.")
@rounds
@new_passphrase_options
@force
@as_json
def new(
    kind: str,
    bits: int | None,
    comment: str | None,
    out: Path | None,
    verify_required: bool,
    rounds: int,
    new_passphrase_fd: int | None,
    no_passphrase: bool,
    force: bool,
    json_wanted: bool,
) -> None:
    """Make a key pair: the private key at --out, the public one beside it in .pub.

    \b
    sshtui keys new
    sshtui keys new --type rsa --bits 4096 --comment me@laptop --out ~/.ssh/id_work
    sshtui keys new --no-passphrase --out deploy_key
    sshtui keys new --type ed25519-sk --verify-required
    """
    from sshtui.keys.generate import check_size, default_comment, in_device
    from sshtui.keys.saving import free_path, public_path, refuse_existing
    from sshtui.keys.workshop import Made, make

    size = check_size(kind, bits, verify_required=verify_required)
    path = with_home(out or free_path(with_home("~/.ssh"), kind))
    if not force:
        refuse_existing(path, public_path(path))
    passphrase = new_passphrase(str(path), new_passphrase_fd, no_passphrase)
    click.echo(f"Making a key pair of type {kind} with {size} bits…", err=True)
    comment = default_comment() if comment is None else comment

    def write(pin: str | None) -> Made:
        if in_device(kind):
            click.echo("Touch your security key when it blinks.", err=True)
        return make(
            path,
            kind,
            bits=size,
            comment=comment,
            passphrase=passphrase,
            rounds=rounds,
            replace=force,
            pin=pin,
            verify_required=verify_required,
        )

    made = with_pin(write)
    if json_wanted:
        print_json(made_facts(made))
        return
    click.echo(f"Private key: {path}\nPublic key:  {public_path(path)}\n")
    click.echo(fingerprint_line(made.public, made.comment))
    click.echo(fingerprint_line(made.public, made.comment, md5=True))
    click.echo(f"{made.public.randomart}\n\n{made.public_line}\n")
    click.echo(f"Next: sshtui keys install {path} HOST, or sshtui keys agent add {path}")


@click.command()
@click.argument("file", type=FILE)
@click.option("--to", "to", required=True, help="openssh, pkcs1, pkcs8, ppk2 or ppk3.")
@click.option("--out", type=FILE, help="Default: FILE with the usual ending.")
@old_passphrase_option
@new_passphrase_options
@force
@as_json
def convert(
    file: Path,
    to: str,
    out: Path | None,
    passphrase_fd: int | None,
    new_passphrase_fd: int | None,
    no_passphrase: bool,
    force: bool,
    json_wanted: bool,
) -> None:
    """Write the private key of FILE in another format. A passphrase stays, unless you say otherwise.

    \b
    sshtui keys convert id_rsa --to ppk3 --out id_rsa.ppk
    sshtui keys convert work.ppk --to openssh --out ~/.ssh/id_work
    """
    from sshtui.keys.convert import Target, with_suffix_for
    from sshtui.keys.saving import refuse_existing
    from sshtui.keys.workshop import Made, convert_file, needs_passphrase

    try:
        target = Target(to)
    except ValueError as error:
        formats = ", ".join(each.value for each in Target)
        raise UsageError(f"There is no format {to!r}.", hint=f"Formats: {formats}.") from error
    path = with_home(out or with_suffix_for(file, target))
    if not force:
        refuse_existing(path)

    def write(passphrase: str | None) -> Made:
        protection = passphrase
        if no_passphrase or new_passphrase_fd is not None:
            protection = new_passphrase(str(path), new_passphrase_fd, no_passphrase)
        return convert_file(file, path, target, passphrase=passphrase, new_passphrase=protection, replace=force)

    made = with_passphrase(str(file), passphrase_fd, write, needed=needs_passphrase(file))
    for sentence in made.lost:
        click.echo(f"Note: {sentence}", err=True)
    if json_wanted:
        print_json(made_facts(made))
    else:
        click.echo(f"{path}: {fingerprint_line(made.public, made.comment)}")


@click.command()
@click.argument("file", type=FILE)
@rounds
@old_passphrase_option
@new_passphrase_options
@as_json
def passwd(
    file: Path,
    rounds: int,
    passphrase_fd: int | None,
    new_passphrase_fd: int | None,
    no_passphrase: bool,
    json_wanted: bool,
) -> None:
    """Change, set or remove (--no-passphrase) the passphrase of FILE, in its format.

    \b
    sshtui keys passwd ~/.ssh/id_ed25519
    sshtui keys passwd work.ppk --no-passphrase
    """
    from sshtui.keys.workshop import change_passphrase, needs_passphrase, open_file

    def change(old: str | None) -> None:
        open_file(file, old)
        change_passphrase(file, old, new_passphrase(str(file), new_passphrase_fd, no_passphrase), rounds=rounds)

    with_passphrase(str(file), passphrase_fd, change, needed=needs_passphrase(file))
    state = "not protected any more" if no_passphrase else "protected by the new passphrase"
    tell(json_wanted, {"path": str(file), "encrypted": not no_passphrase}, f"{file} is {state}.")


@click.command()
@click.argument("file", type=FILE)
@click.argument("comment")
@old_passphrase_option
@as_json
def comment(file: Path, comment: str, passphrase_fd: int | None, json_wanted: bool) -> None:
    """Give the key in FILE another comment, there and in the .pub beside it.

    \b
    sshtui keys comment ~/.ssh/id_ed25519 "me@laptop"
    """
    from sshtui.keys.inspect import inspect_file
    from sshtui.keys.workshop import change_comment

    needed = inspect_file(file).encrypted
    written = with_passphrase(
        str(file), passphrase_fd, lambda passphrase: change_comment(file, comment, passphrase), needed=needed
    )
    facts = {"comment": comment, "written": [str(path) for path in written]}
    tell(json_wanted, facts, *(f"{path} says {comment!r}." for path in written))
