"""Sending commands to the supervisor of an app, and telling what it has decided."""

from collections.abc import Sequence

import click

from proctor.cli.waiting import unfinished, wait_for, wait_for_the_end
from proctor.cli.which_app import brief_session_of, session_of
from proctor.control import wire
from proctor.control.brief import run_briefly
from proctor.control.session import Answering
from proctor.errors import ProctorError
from proctor.files.app_files import AppOptions
from proctor.model.commands import Accepted, AnyCommand, Quit, Refused
from proctor.model.quoting import printable

#: `by` of every command that comes from here
CLI = "cli"


def steer(
    options: AppOptions, commands: Sequence[AnyCommand], *, wait_seconds: float | None = None
) -> None:
    """Ask the supervisor for these things, one after the other, and tell what is being done.

    Raises:
        NotRunning: no supervisor runs the app.
        UserError: one of them was refused; the ones before it are being done.
        NotAchieved: the effect did not come about within `wait_seconds`.
    """
    if wait_seconds is None:
        run_briefly(_steer(options, commands))
        return
    import asyncio  # noqa: PLC0415 - only who waits needs it

    asyncio.run(_steer_and_wait(options, commands, wait_seconds))


async def _steer(options: AppOptions, commands: Sequence[AnyCommand]) -> None:
    async with brief_session_of(options) as session:
        for command in commands:
            await _ask(session, command)


async def _steer_and_wait(
    options: AppOptions, commands: Sequence[AnyCommand], seconds: float
) -> None:
    async with session_of(options) as session:
        before = await session.snapshot()
        accepted = [await _ask(session, command) for command in commands]
        if not accepted:
            return
        if isinstance(commands[-1], Quit):
            await wait_for_the_end(session, after=before.sequence, seconds=seconds)
        else:
            await wait_for(
                session,
                unfinished(commands, before),
                after=before.sequence,
                causes=[each.cause for each in accepted],
                seconds=seconds,
            )


async def _ask(session: Answering, command: AnyCommand) -> Accepted:
    match await session.send(command):
        case Accepted() as accepted:
            click.echo(printable(accepted.words))
            return accepted
        case Refused() as refused:
            raise refusal(refused)


def refusal(refused: Refused) -> ProctorError:
    """What the supervisor will not do, as the problem to report."""
    frame = wire.Failed(
        what=refused.what, where=refused.where, hint=refused.hint, exit_code=refused.exit_code
    )
    return wire.problem(frame)
