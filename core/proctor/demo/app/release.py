"""Prepares the database for this release of the app. May run as often as one likes."""

from __future__ import annotations

from jobs import VERSION, Jobs, database_path
from log import paint, say


def main() -> None:
    """Set up the schema."""
    say(f"preparing {paint(database_path(), 'bold')}")
    jobs = Jobs()
    count = jobs.waiting()
    jobs.close()
    say(f"{paint('✓', 'green')} schema {VERSION} is in place, {count} jobs waiting")


if __name__ == "__main__":
    main()
