"""A public key into a server's authorized_keys, and out again: ssh-copy-id's job, proved by a login."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sshtui.errors import KeyPairError, SshtuiError, UsageError
from sshtui.keys.convert import public_text
from sshtui.keys.inspect import key_pair
from sshtui.keys.install_files import FILE, FileAccess, Files, Outcome, add_line, remove_lines
from sshtui.model.host_keys import PublicKey
from sshtui.model.key_pairs import KeyPair
from sshtui.model.text import plain, plain_lines

_MARK = "SSHTUI:"

# Both scripts are constants: what varies comes on standard input, as `algorithm base64 comment`, and is never part
# of a command. `exec sh -c '…'` on one line is understood by csh and fish too, so there is no single quote, no
# line end and no exclamation mark inside, and nothing that busybox or a small ash lacks.
# OpenWrt's dropbear reads root's keys from /etc/dropbear alone.
_HEAD = r"""
cd || exit 1;
umask 077;
IFS= read -r line || [ -n "$line" ] || exit 1;
rest=${line#* };
blob=${rest%% *};
[ -n "$blob" ] || exit 1;
dir=.ssh;
if [ -d /etc/dropbear ] && [ "$(id -u)" = 0 ]; then
  if [ -f /etc/openwrt_release ] || [ -f /etc/dropbear/authorized_keys ]; then dir=/etc/dropbear; fi;
fi;
file=$dir/authorized_keys;
done_with() { echo "SSHTUI:$1 $file"; exit 0; };
"""


def _script(body: str) -> str:
    """A command for any login shell that runs the statements of `body` in sh."""
    return "exec sh -c '" + " ".join((_HEAD + body).split("\n")).strip() + "'"


INSTALL = _script(
    r"""
[ -d "$dir" ] || mkdir -p "$dir" || exit 1;
if [ "$dir" = .ssh ]; then chmod 700 .ssh; fi;
if [ -f "$file" ] && grep -v "^[[:space:]]*#" "$file" | grep -F -q -e "$blob"; then
  chmod 600 "$file";
  done_with exists;
fi;
if [ -s "$file" ] && [ -n "$(tail -c 1 "$file")" ]; then echo >> "$file" || exit 1; fi;
printf "%s\n" "$line" >> "$file" || exit 1;
chmod 600 "$file";
if command -v restorecon >/dev/null 2>&1; then restorecon -F "$dir" "$file" >/dev/null 2>&1; fi;
done_with added
"""
)
"""Adds the line once, keeps what is there; `~/.ssh` 0700, authorized_keys 0600."""

UNINSTALL = _script(
    r"""
grep -F -q -e "$blob" "$file" 2>/dev/null || done_with absent;
real=$(readlink -f "$file" 2>/dev/null);
[ -n "$real" ] || real=$file;
new=$real.sshtui-new;
cp -p "$real" "$new" || exit 1;
grep -F -v -e "$blob" "$real" > "$new";
[ $? -le 1 ] && mv -f "$new" "$real" || { rm -f "$new"; exit 1; };
if command -v restorecon >/dev/null 2>&1; then restorecon -F "$file" >/dev/null 2>&1; fi;
done_with removed
"""
)
"""Removes every line with the key; the file is replaced in one step and keeps owner and mode."""


class Runner(FileAccess, Protocol):
    """Runs a command on a server, without a terminal; the files serve where it runs none."""

    async def run(self, command: str, data: bytes) -> tuple[int | None, str, str]:
        """Give `data` to its standard input; exit status (None for a signal), standard output, standard error."""
        ...


class Account(Runner, Protocol):
    """An account on a server that can also be logged in to anew."""

    async def prove(self, key_pair: KeyPair) -> None:
        """Log in by `key_pair` alone; raises SshtuiError when the server does not take it."""
        ...


Prove = Callable[[], Awaitable[None]]
"""Logs in anew by the key pair alone; raises SshtuiError when the server does not take it."""


@dataclass(frozen=True)
class Done:
    """What happened on the server, and to which file there (untrusted text)."""

    outcome: Outcome
    file: str

    @property
    def words(self) -> str:
        """The same for a person: `added to .ssh/authorized_keys`."""
        said = {"added": "added to", "exists": "already in", "removed": "removed from", "absent": "not in"}
        return f"{said[self.outcome]} {self.file}"


async def install(runner: Runner, public: PublicKey, comment: str, prove: Prove | None = None) -> Done:
    """Let `public` log in to the account `runner` runs in; with `prove`, believed only after such a login.

    Raises KeyPairError with the server's words when the file was not written, or when the key is there and still
    does not open the account. A line that was just added stays then: nobody is locked out by it.
    """
    done = await _run(runner, INSTALL, add_line, public, comment)
    if prove is not None:
        try:
            await prove()
        except SshtuiError as error:
            raise KeyPairError(
                f"The key stands in {done.file} on the server, but the server does not take it: {error.sentence}",
                hint="Look at the home directory: others must not be able to write to it; and at the server's log.",
            ) from error
    return done


async def install_file(account: Account, path: Path) -> Done:
    """Let the private key in the file at `path` log in to `account`, proved by a login. Raises KeyPairError, NotFound.

    A file that shows its public half only to its passphrase has to have it beside, in `.pub`.
    """
    pair, public = await _shown(path)
    return await install(account, public, pair.comment, lambda: account.prove(pair))


async def uninstall_file(runner: Runner, path: Path) -> Done:
    """Remove the public key of the private key file at `path` from the account. Raises as `install_file`."""
    _, public = await _shown(path)
    return await uninstall(runner, public)


async def rotate_file(account: Account, path: Path, old: Path) -> tuple[Done, Done]:
    """Put the key of the file at `path` in, prove it, then take the key of the file at `old` out.

    Raises as `install_file`; the old key stays then.
    """
    pair, public = await _shown(path)
    _, old_public = await _shown(old)
    if public == old_public:
        raise UsageError("The new and the old key are the same one.", hint="Name the file of the old key.")
    return await rotate(account, old_public, public, pair.comment, lambda: account.prove(pair))


async def _shown(path: Path) -> tuple[KeyPair, PublicKey]:
    """The key pair in the file at `path` and its public half, which must be known without the passphrase."""
    pair = await asyncio.to_thread(key_pair, path)
    if pair.public is None:
        raise KeyPairError(
            f"{path} hides its public half behind the passphrase.",
            hint=f"Write it beside: sshtui keys public {path} --out {path}.pub",
        )
    return pair, pair.public


async def uninstall(runner: Runner, public: PublicKey) -> Done:
    """Remove `public` from the account `runner` runs in. Raises KeyPairError with the server's words."""
    return await _run(runner, UNINSTALL, remove_lines, public, "")


async def rotate(runner: Runner, old: PublicKey, new: PublicKey, comment: str, prove: Prove) -> tuple[Done, Done]:
    """Put `new` in, prove it, then take `old` out: what happened to each. Raises KeyPairError; `old` stays then."""
    added = await install(runner, new, comment, prove)
    return added, await uninstall(runner, old)


async def _run(
    runner: Runner, script: str, by_files: Callable[[Files, bytes], Awaitable[Outcome]], public: PublicKey, comment: str
) -> Done:
    line = public_text(public, plain(comment)).encode()
    status, said, complained = await runner.run(script, line)
    for answer in said.splitlines():
        if answer.startswith(_MARK):
            outcome, _, file = answer.removeprefix(_MARK).partition(" ")
            for known in ("added", "exists", "removed", "absent"):
                if outcome == known:
                    return Done(known, plain(file))
    try:
        async with runner.files() as files:
            return Done(await by_files(files, line), FILE)
    except SshtuiError as error:
        # What the account's shell said explains more than that its files cannot be changed either.
        raise _failure(status, complained or said) from error


def _failure(status: int | None, words: str) -> KeyPairError:
    """The server's words, and a hint where they have a known meaning."""
    lowered = words.lower()
    said = " ".join(plain_lines(words, 3)) or f"it ended with status {status}"
    hint = ""
    if "read-only" in lowered:
        hint = "The home directory is on a read-only file system; keys are set elsewhere on such a machine."
    elif "no space" in lowered or "quota" in lowered:
        hint = "The disk is full there."
    elif "password change required" in lowered or "password has expired" in lowered:
        hint = "Open a terminal there first and change the password."
    elif "permission denied" in lowered:
        hint = "The account may not write to its own ~/.ssh: look at its owner and mode."
    elif status == 0:
        hint = "The account's shell runs no commands."
    return KeyPairError(f"The server did not change authorized_keys: {said}", hint=hint)
