"""What has to happen before anything is loaded, when an app is about to be run."""


def prepare() -> None:
    """Get ready to run an app, while this process is still small."""
