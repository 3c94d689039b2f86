"""Runs an app: from the options of a command line to an exit code."""

from proctor.cli.app_files import AppOptions
from proctor.errors import PlatformError


def launch(options: AppOptions) -> int:
    """Run the app until it ends; returns the exit code.

    Raises:
        ProctorError: it cannot be run.
    """
    raise PlatformError(f"The app in {options.folder} cannot be run yet")
