"""`proctor completion`: what lets a shell complete our command lines."""

import click

from proctor.cli.completion_scripts import SCRIPTS

_LINE_ENDS = str.maketrans("\t\r\n", "   ")


@click.command()
@click.argument("shell", type=click.Choice(tuple(SCRIPTS)))
def completion(shell: str) -> None:
    r"""Print what lets your shell complete commands, options and process names.

    \b
    bash:  echo 'source <(proctor completion bash)' >> ~/.bashrc
    zsh:   echo 'source <(proctor completion zsh)' >> ~/.zshrc    (after compinit)
    fish:  proctor completion fish > ~/.config/fish/completions/proctor.fish
    """
    click.echo(SCRIPTS[shell], nl=False)


@click.command(
    context_settings={"allow_interspersed_args": False, "help_option_names": []},
)
@click.argument("shell", type=click.Choice(tuple(SCRIPTS)))
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def complete_line(shell: str, words: tuple[str, ...]) -> None:
    """Print how a command line may go on, for the scripts of `proctor completion`."""
    from proctor.cli.completing import candidates  # noqa: PLC0415 - the scripts need it not

    if shell == "bash":
        for value in _for_bash(*words):
            click.echo(value)
        return
    for item in candidates(list(words)):
        click.echo(f"{item.value}\t{(item.help or '').translate(_LINE_ENDS)}")


def _for_bash(line: str, breaks: str) -> list[str]:
    """What takes the place of the word that bash sees at the end of the line.

    bash has split it at `breaks`, at colons and equals signs: what is before them stays.
    """
    from click.shell_completion import split_arg_string  # noqa: PLC0415 - as above

    from proctor.cli.completing import FILES, FOLDERS, candidates  # noqa: PLC0415 - as above

    words = split_arg_string(line)
    if not words or line[-1:].isspace():
        words.append("")
    stays = max((words[-1].rfind(each) for each in breaks if each in "=:"), default=-1) + 1
    values = [item.value for item in candidates(words[1:])]
    return [
        value if value in (FILES, FOLDERS) else value[stays:] + ("" if value[-1] == "=" else " ")
        for value in values
    ]
