"""The owner of the saved hosts: one file, any number of instances, nothing lost."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sshtui.errors import BrokenFile, NotFound, NotSaved, UsageError
from sshtui.files import changeable_by, ensure_private_directory, locked, signature, sweep, write_whole
from sshtui.model.folders import FolderSettings, inherited
from sshtui.model.hosts import Host, carried_over
from sshtui.store import last_good, toml_files
from sshtui.store.folder_tables import read_folders, with_folder
from sshtui.store.host_document import VERSION, HostDocument, read_document, with_hosts, without_hosts
from sshtui.store.host_tables import host_problem
from sshtui.store.last_good import LastGood


class HostStore:
    """Our own saved hosts, in the order of the file.

    A change is made to what stands on disk at that moment, under a lock, and written whole; then subscribers are
    told. A file that does not parse is never written: `problem` says why, and what was read before stays.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._document = HostDocument()
        self._included: object = []
        self._folders: tuple[tuple[FolderSettings, ...], tuple[BrokenFile, ...]] = ((), ())
        self._problem: BrokenFile | None = None
        self._signature: tuple[int, ...] = ()
        self._listeners: list[Callable[[], None]] = []
        sweep(path.parent)
        self._read()

    def hosts(self) -> tuple[Host, ...]:
        """Every host that could be read."""
        return self._document.hosts

    def readable(self) -> tuple[Host, ...]:
        """Every host; raises BrokenFile when nothing could be read. A file of a newer version can be, all the same."""
        if self._problem and not self._document.hosts:
            raise self._problem
        return self._document.hosts

    def get(self, name: str) -> Host | None:
        """The host of exactly that name."""
        return self._document.get(name)

    def place(self, name: str, field: str) -> str:
        """Where a field of the host `name` stands in the file: `hosts.toml:12`."""
        return f"{self._path.name}:{self._document.line(name, field)}"

    @property
    def problem(self) -> BrokenFile | None:
        """Why nothing can be saved at present: the file is broken or of a newer version."""
        return self._problem

    @property
    def last_good(self) -> LastGood | None:
        """The copy that `restore` would put back; None while the file can be read, and where there is none."""
        unread = self._problem is not None and self._document.version <= VERSION
        return last_good.find(self._path) if unread else None

    def keep_copy(self) -> None:
        """Have a copy of what was read last, as far as it differs from the one there is. Never raises."""
        if self._problem is None:
            last_good.keep(self._path, self._document)

    def restore(self) -> Path:
        """Put the last good copy in the place of a file that cannot be read; the file that keeps what stood there.

        Raises UsageError where there is nothing to put back, NotSaved.
        """
        with locked(self._path):
            self.refresh()
            copy = self.last_good
            if copy is None:
                raise UsageError(f"There is nothing to put back: {self._problem or f'{self._path} can be read'}.")
            kept = last_good.put_back(self._path, copy)
        self.refresh()
        return kept

    @property
    def bad_entries(self) -> tuple[BrokenFile, ...]:
        """Entries of the file that are no hosts or no folders; they stay in the file as they are."""
        return (*self._document.bad, *self._folders[1])

    @property
    def exposed(self) -> BrokenFile | None:
        """That others may change the file, which can name programs that run here; None when they cannot."""
        who = changeable_by(self._path)
        reason = f"can be changed by {who}, and it can name programs that run on this computer."
        return BrokenFile(self._path, 0, reason, hint=f"chmod 600 {self._path}") if who else None

    @property
    def folders(self) -> tuple[FolderSettings, ...]:
        """What the file sets for whole folders."""
        return self._folders[0]

    def effective(self, host: Host) -> Host:
        """`host` with what it inherits from its folders."""
        return inherited(host, self.folders)

    @property
    def included_files(self) -> tuple[Path, ...]:
        """Further files of read-only hosts that the file names, from its own directory on."""
        names = self._included if isinstance(self._included, list) else []
        return tuple(self._path.parent / os.path.expanduser(name) for name in names if isinstance(name, str))

    def put_folder(self, path: str, changes: Mapping[str, Any]) -> None:
        """Set fields of the folder `path`, None taking one away. Raises UsageError, NotSaved, BrokenFile."""
        self.change(folders=[(path, changes)])

    def put(self, host: Host, *, was: str | None = None) -> None:
        """Save `host` in the place of the host named `was`, or else of the one that has its name, or as a new one.

        Fields that this instance has not read from the disk yet keep their values there, as far as `host` does not
        differ from what it has read. For a host that was got some time ago, `carried_over` does the same. Raises
        UsageError for a name that is taken or a value that cannot stand, NotSaved, BrokenFile.
        """
        self.put_many([(host, was)])

    def put_all(self, hosts: Iterable[Host]) -> None:
        """Save many in one write, each as `put` does; of several with one name the last."""
        self.put_many([(host, None) for host in {host.name: host for host in hosts}.values()])

    def put_many(self, hosts: Sequence[tuple[Host, str | None]]) -> None:
        """Save hosts in one write, each in the place of the name beside it (None: as `put` without `was`).

        All or none; subscribers are told once. Raises as `put` does.
        """
        self.change(hosts)

    def remove(self, name: str) -> Host:
        """Delete a host and return it, for undo. Raises NotFound, NotSaved, BrokenFile."""
        return self.remove_many([name])[0]

    def remove_many(self, names: Iterable[str]) -> tuple[Host, ...]:
        """Delete hosts in one write and return them in the order of `names`; all or none. Raises as `remove` does."""
        return self.change(removed=names)

    def change(
        self,
        saved: Sequence[tuple[Host, str | None]] = (),
        *,
        removed: Iterable[str] = (),
        folders: Iterable[tuple[str, Mapping[str, Any]]] = (),
    ) -> tuple[Host, ...]:
        """Set fields of `folders`, delete the hosts named `removed` and save others, as `put_many` does, in one write.

        Returns the deleted hosts. All or nothing of it is done; subscribers are told once. Raises UsageError, NotFound,
        NotSaved, BrokenFile.
        """
        base = self._document
        names, gone = tuple(dict.fromkeys(removed)), list[Host]()
        if len({host.name for host, _ in saved}) != len(saved):
            raise UsageError("Two hosts cannot have one name.")

        def change(document: HostDocument) -> HostDocument:
            for path, values in folders:
                document = self._with_folder(document, path, values)
            for name in names:
                host = document.get(name)
                if host is None:
                    raise NotFound(f"There is no saved host {name}.")
                gone.append(host)
            document = without_hosts(document, self._path, names)
            changes = [(_merged(document, host, was, base), was or host.name) for host, was in saved]
            return with_hosts(document, self._path, changes)

        self._change(change)
        return tuple(gone)

    def _with_folder(self, document: HostDocument, path: str, changes: Mapping[str, Any]) -> HostDocument:
        changed = read_document(with_folder(document.text, path, changes), self._path, document.known)
        if changed.hosts != document.hosts:
            raise UsageError(f"The folder {path} can only be changed in an editor.")
        return changed

    def refresh(self) -> bool:
        """Read the file again if it changed; True (and subscribers told) when that made a difference."""
        if signature(self._path) == self._signature:
            return False
        before = (self._document.hosts, self._document.bad, self._folders[0], str(self._problem))
        self._read()
        differs = before != (self._document.hosts, self._document.bad, self._folders[0], str(self._problem))
        if differs:
            self.keep_copy()
            self._tell()
        return differs

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after every change; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    def _read(self) -> None:
        # Taken before reading: a write in between shows as another signature at the next look.
        self._signature = signature(self._path)
        try:
            text = toml_files.read_text(self._path)
            document = HostDocument() if text is None else read_document(text, self._path, self._document.known)
        except BrokenFile as error:
            self._problem = error
            if copy := last_good.find(self._path):
                hint = f"{error.hint} sshtui hosts restore puts back {copy}.".strip()
                self._problem = BrokenFile(error.path, error.line, error.reason, hint=hint)
            return
        self._take(document)
        self._problem = None
        if document.version > VERSION:
            reason = f"written by a newer sshtui (format {document.version}); hosts can be used but not changed."
            self._problem = BrokenFile(self._path, 0, reason, hint="Update sshtui.")

    def _change(self, change: Callable[[HostDocument], HostDocument]) -> None:
        ensure_private_directory(self._path.parent)
        with locked(self._path):
            self.refresh()
            if self._problem:
                raise NotSaved(f"Not saved: {self._problem.sentence}", hint=self._problem.hint) from self._problem
            document = change(self._document)
            write_whole(self._path, document.text.encode())
            self._signature = signature(self._path)
        self._take(document)
        last_good.keep(self._path, document, changed=True)
        self._tell()

    def _take(self, document: HostDocument) -> None:
        self._document = document
        self._folders = read_folders((document.head, *document.blocks), self._path)
        self._included = toml_files.parse(document.head, self._path).get("include", [])


def _merged(document: HostDocument, host: Host, was: str | None, base: HostDocument) -> Host:
    """The host to write into `document`, fresh from disk, for the change that leads from `base` to `host`."""
    if reason := host_problem(host):
        raise UsageError(f"{host.name or 'The host'} was not saved: {reason}")
    place = was or host.name
    current, known = document.get(place), base.get(place)
    if (host.name != place and document.get(host.name)) or (was is None and current and not known):
        raise UsageError(f"There is already a host named {host.name}.", hint="Choose another name.")
    return carried_over(known, host, current) if current and known and current != known else host
