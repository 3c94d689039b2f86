"""The backing service: a queue of jobs in an SQLite file, the one place where state is kept.

Processes share nothing else and may die at any moment. So a worker does not own a job: it has a
*lease* on it, a few seconds long, which it renews with each step. Who is killed renews nothing,
and the job is free again. Each lease has a number; what a worker writes counts only while the
lease is the newest one. The result of a job is written in the same transaction that completes it:
it is there once or, so far, not at all.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

LEASE_SECONDS = 3.0
LOCK_SECONDS = 1.0  # how long SQLite waits for another writer before we look around
PATIENCE_SECONDS = 10.0  # how long we try altogether
VERSION = 1
SCHEMA = (
    """CREATE TABLE IF NOT EXISTS jobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        steps INTEGER NOT NULL,
        step INTEGER NOT NULL DEFAULT 0,        -- steps done so far
        queued_by TEXT NOT NULL,
        queued_at REAL NOT NULL,
        owner TEXT,                             -- the worker that holds the lease
        lease INTEGER NOT NULL DEFAULT 0,       -- its number: how often the job was taken
        leased_until REAL NOT NULL DEFAULT 0,
        done_at REAL)""",
    "CREATE INDEX IF NOT EXISTS open_jobs ON jobs (id) WHERE done_at IS NULL",
    """CREATE TABLE IF NOT EXISTS results (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        job INTEGER NOT NULL REFERENCES jobs (id),
        worker TEXT NOT NULL,
        words TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS results_by_worker ON results (worker)",
)
Row = TypeVar("Row")


class Busy(Exception):  # noqa: N818 - a state, as one would say it
    """Somebody else has been writing for too long; try again later."""


class LeaseLost(Exception):  # noqa: N818 - a state, as one would say it
    """Another worker has taken the job over: leave it alone."""


class Job(NamedTuple):
    """A job that this process has taken."""

    id: int
    kind: str
    subject: str
    steps: int
    step: int
    queued_at: float
    lease: int
    last_owner: str | None  # whose lease ran out; None if it was handed over, or never taken


def database_path() -> str:
    """Return the file that DATABASE_URL names: `sqlite:///demo.db`, or simply a path."""
    url = os.environ.get("DATABASE_URL") or "demo.db"
    if url.startswith("sqlite:///"):
        return url[len("sqlite:///") :]
    if "://" in url:
        scheme = url.split("://", 1)[0]
        sys.exit(f"DATABASE_URL names a {scheme} service; this app knows sqlite:///path only")
    return url


class Jobs:
    """One process's connection to the queue. Threads may share it: they take turns."""

    def __init__(self, path: str | None = None) -> None:
        self.path = path or database_path()
        self._turn = threading.Lock()
        try:
            self._connection = sqlite3.connect(
                self.path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._connection.row_factory = sqlite3.Row
            self._patiently(self._set_up)
        except (sqlite3.DatabaseError, Busy) as error:
            sys.exit(f"cannot open the database {self.path}: {error}")
        self._file = self._file_now()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    # Everybody -----------------------------------------------------------------------------

    def queue(self, kind: str, subject: str, steps: int, queued_by: str) -> int:
        """Add a job at the end of the queue; return its number."""

        def add() -> int:
            cursor = self._connection.execute(
                "INSERT INTO jobs (kind, subject, steps, queued_by, queued_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (kind, subject, steps, queued_by, time.time()),
            )
            return int(cursor.lastrowid or 0)

        return self._write(add)

    def waiting(self) -> int:
        """Return how many jobs no worker has taken."""
        rows = self._read(
            "SELECT COUNT(*) FROM jobs WHERE done_at IS NULL AND leased_until < ?", (time.time(),)
        )
        return int(rows[0][0])

    def version(self) -> int:
        """Return a number that changes when another connection has written."""
        return int(self._read("PRAGMA data_version")[0][0])

    # Workers ---------------------------------------------------------------------------------

    def take(self, worker: str) -> Job | None:
        """Take the oldest job that is free: never taken, handed back, or its lease has run out."""
        if not self._read(FREE, free_at(time.time())):
            return None

        def lease() -> Job | None:
            now = time.time()
            row = self._connection.execute(FREE, free_at(now)).fetchone()
            if row is None:
                return None
            job = Job(*row)
            self._connection.execute(
                "UPDATE jobs SET owner = ?, lease = ?, leased_until = ? WHERE id = ?",
                (worker, job.lease, now + LEASE_SECONDS, job.id),
            )
            return job

        return self._write(lease)

    def step_done(self, job: Job, step: int) -> None:
        """Note that `step` steps are done, and renew the lease.

        Raises:
            LeaseLost: another worker has the job.
            Busy: the database cannot be written.
        """
        self._write(
            lambda: self._change(
                job, "step = ?, leased_until = ?", step, time.time() + LEASE_SECONDS
            )
        )

    def complete(self, job: Job, worker: str, words: str) -> None:
        """Write the result and complete the job, both or neither.

        Raises:
            LeaseLost: another worker has the job.
            Busy: the database cannot be written.
        """

        def finish() -> None:
            self._change(job, "step = steps, done_at = ?", time.time())
            self._connection.execute(
                "INSERT INTO results (job, worker, words) VALUES (?, ?, ?)",
                (job.id, worker, words),
            )

        self._write(finish)

    def hand_back(self, job: Job) -> None:
        """Give the lease up at once, so that the next worker goes on where this one stopped.

        Raises:
            LeaseLost: another worker has the job.
            Busy: the database cannot be written.
        """
        self._write(lambda: self._change(job, "owner = NULL, leased_until = 0"))

    # Webs ------------------------------------------------------------------------------------

    def picture(self, length: int = 10) -> dict[str, Any]:
        """Return what the page shows: counts, workers, and at most `length` jobs of each state."""
        now = time.time()
        running = self._read(
            "SELECT id, kind, subject, step, steps, owner, queued_by, lease FROM jobs"
            " WHERE done_at IS NULL AND leased_until >= ? ORDER BY id LIMIT 50",
            (now,),
        )
        queued = self._read(
            "SELECT id, kind, subject, step, steps, owner, queued_by, lease FROM jobs"
            " WHERE done_at IS NULL AND leased_until < ? ORDER BY id LIMIT ?",
            (now, length),
        )
        done = self._read(
            "SELECT jobs.id, kind, subject, worker, words FROM results JOIN jobs ON job = jobs.id"
            " ORDER BY results.id DESC LIMIT ?",
            (length,),
        )
        workers = self._read("SELECT worker, COUNT(*) FROM results GROUP BY worker")
        return {
            "running": [dict(row) for row in running],
            "queued": [dict(row) for row in queued],
            "done": [dict(row) for row in done],
            "waiting": self.waiting(),
            "completed": sum(count for _, count in workers),
            "workers": dict(workers),
        }

    # How it is written ---------------------------------------------------------------------

    def _change(self, job: Job, changes: str, *values: object) -> None:
        """Change a job as the holder of its newest lease."""
        cursor = self._connection.execute(
            # The words come from this file, the values from the caller.
            f"UPDATE jobs SET {changes} WHERE id = ? AND lease = ? AND done_at IS NULL",  # noqa: S608 - see above
            (*values, job.id, job.lease),
        )
        if cursor.rowcount != 1:
            raise LeaseLost(job.id)

    def _write(self, change: Callable[[], Row]) -> Row:
        """Run `change` in one transaction: all of it happens, or nothing."""
        self._check_file()
        return self._patiently(lambda: self._transaction(change))

    def _read(self, statement: str, values: tuple[object, ...] = ()) -> list[Any]:
        self._check_file()
        return self._patiently(lambda: self._connection.execute(statement, values).fetchall())

    def _transaction(self, change: Callable[[], Row]) -> Row:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            result = change()
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        return result

    def _patiently(self, act: Callable[[], Row]) -> Row:
        """Do it again while another process holds the lock.

        Raises:
            Busy: it held the lock for PATIENCE_SECONDS.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with self._turn:
                    return act()
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) and "busy" not in str(error):
                    raise
                if time.monotonic() >= deadline:
                    raise Busy(str(error)) from error
                time.sleep(0.02)

    def _set_up(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")  # readers never wait for the writer
        self._connection.execute("PRAGMA synchronous = NORMAL")
        if self._connection.execute("PRAGMA user_version").fetchone()[0] == VERSION:
            return
        self._transaction(self._create_tables)

    def _create_tables(self) -> None:
        for statement in SCHEMA:
            self._connection.execute(statement)
        self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def _file_now(self) -> tuple[int, int] | None:
        try:
            status = Path(self.path).stat()
        except FileNotFoundError:
            return None
        return status.st_dev, status.st_ino

    def _check_file(self) -> None:
        """Leave when the file was removed: what this process still sees is seen by nobody else."""
        if self._file_now() != self._file:
            sys.stderr.write(f"{self.path} was removed: starting again with a new one\n")
            sys.stderr.flush()
            # Closing the connection would remove files that the successors have made.
            os._exit(1)


# A lease further off than LEASE_SECONDS was made before the machine's clock was set back.
FREE = (
    "SELECT id, kind, subject, steps, step, queued_at, lease + 1, owner FROM jobs"
    " WHERE done_at IS NULL AND leased_until NOT BETWEEN ? AND ? ORDER BY id LIMIT 1"
)


def free_at(now: float) -> tuple[float, float]:
    """Return the values for FREE."""
    return now, now + LEASE_SECONDS
