"""Makes pages before they are asked for, in a process that gives way to others.

    python -m rolediff.web.ahead FOLDER BASE

writes what it makes to its standard output, pickled one after the other: the tables of the whole snapshot,
then each listed page with its address. Until a page comes from here it is made when it is asked for, which
takes some hundred times as long as sending one that is ready. It ends when nobody reads on.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from rolediff.snapshots import Snapshot
from rolediff.web.data_pages import Store, needs_all, store
from rolediff.web.site import Site


def read_ahead(site: Site, wanted: Callable[[], bool]) -> None:
    """Takes over what another process makes for a site, until it is all there or no longer wanted."""
    folder = site.snapshot.folder
    command = [sys.executable, "-P", "-m", "rolediff.web.ahead", str(folder), site.base]
    # Without -P a module of the current folder would be taken for one of ours or of a library.
    # A session of its own: what stops the server in a terminal is not for this one to complain about.
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:  # noqa: S603
        made = process.stdout
        assert made is not None
        try:
            store(folder).fill(lambda: pickle.load(made))  # noqa: S301 - from our own process
            while wanted():
                address, answer = pickle.load(made)  # noqa: S301
                site.keep(address, answer)
        except (EOFError, pickle.UnpicklingError):
            pass  # it has ended; what is not there is made when it is asked for
        finally:
            process.kill()


def main(folder: Path, base: str) -> None:
    """Makes everything and writes it."""
    if hasattr(os, "nice"):
        os.nice(10)
    out = sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints does not belong among the pages
    own = Store(folder)
    pickle.dump(own.all(), out)
    out.flush()
    site = Site(Snapshot(folder, in_memory=True), base=base)
    for address in (*sorted(site.pairs), *site.addresses):
        # The page of data is made of the tables, which the server has by now.
        if not needs_all(address):
            pickle.dump((address, site.answer(address)), out)
            out.flush()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2])
    except BrokenPipeError:
        os._exit(0)  # nobody reads on, so there is nobody to tell either
