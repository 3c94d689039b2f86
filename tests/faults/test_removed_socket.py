"""The folder of the sockets is removed while an app runs, as cleaners of temporary files do."""

import shutil
from pathlib import Path

from support.eventually import eventually_now
from support.program import Workplace


def test_an_app_whose_socket_was_removed_can_soon_be_steered_again(place: Workplace) -> None:
    place.procfile(worker="echo ready; exec sleep 1000")
    program = place.start()
    program.until("| ready")
    eventually_now(lambda: place.states() == {"worker.1": "up"})
    socket = Path(place.info()["socket"])
    shutil.rmtree(socket.parent)
    assert place.type("ps").returncode == 3
    program.until(f"{socket} had been removed, and was made again")
    assert place.states() == {"worker.1": "up"}
    assert (socket.parent.stat().st_mode & 0o777, socket.stat().st_mode & 0o777) == (0o700, 0o600)
    assert place.type("quit", "--wait").returncode == 0
    assert program.wait() == 0
    assert not socket.exists()


def test_a_folder_that_cannot_be_made_again_is_told_once_and_the_app_goes_on(
    place: Workplace,
) -> None:
    place.procfile(worker="echo ready; exec sleep 1000")
    program = place.start()
    program.until("| ready")
    eventually_now(lambda: place.states() == {"worker.1": "up"})
    folder = Path(place.info()["socket"]).parent
    shutil.rmtree(folder)
    folder.write_text("in the way")
    program.until("no other terminal can reach this app: ")
    folder.unlink()
    program.until("had been removed, and was made again")
    assert place.states() == {"worker.1": "up"}
    assert program.output.count("no other terminal can reach this app") == 1
    assert place.type("quit", "--wait").returncode == 0
    assert program.wait() == 0
