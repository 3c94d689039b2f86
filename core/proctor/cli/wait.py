"""`proctor wait`: returns when the app is up."""

import asyncio

import click

from proctor.cli.options import app_options
from proctor.cli.targets import chosen, covered
from proctor.cli.waiting import PATIENCE_SECONDS, Known, not_up, wait_for
from proctor.cli.which_app import session_of
from proctor.files.app_files import AppOptions


@click.command()
@app_options(search_upward=True)
@click.argument("targets", metavar="[TYPE|PROCESS]...", nargs=-1)
@click.option(
    "--timeout", "-t", "seconds", type=click.FloatRange(min=0.0), default=PATIENCE_SECONDS,
    metavar="SECONDS", help=f"Give up after so many seconds, exit 1  [{PATIENCE_SECONDS:g}]",
)  # fmt: skip
def wait(options: AppOptions, targets: tuple[str, ...], seconds: float) -> None:
    """Wait until the app is up: all that is wanted of it, or these types, groups and processes.

    What was stopped by hand is waited for only where it is named. What has ended well counts.
    """
    asyncio.run(_wait(options, targets, seconds))


async def _wait(options: AppOptions, targets: tuple[str, ...], seconds: float) -> None:
    async with session_of(options) as session:
        snapshot = await session.snapshot()
        meant = chosen(targets, snapshot, where=None)
        await wait_for(
            session,
            lambda known: _left(known, meant),
            after=snapshot.sequence,
            causes=(),
            seconds=seconds,
        )


def _left(known: Known, targets: tuple[str, ...]) -> list[str]:
    wanted = {
        f"{each.type}.{number}": 0 for each in known.types for number in range(1, each.quantity + 1)
    }
    if not targets:
        views = known.processes
        wanted = {name: 0 for name in wanted if name not in views or views[name].wanted}
        return not_up(known, wanted)
    names = [*known.processes, *(name for name in wanted if name not in known.processes)]
    asked = {name: 0 for target in targets for name in covered(target, names)}
    missing = [f"{target} has no process" for target in targets if not covered(target, names)]
    return [*not_up(known, asked), *missing]
