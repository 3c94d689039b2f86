"""The app that the README shows: Flask on gunicorn, Celery and a Node server, in one Procfile."""

import re
import shutil
from pathlib import Path

import pytest

from support.eventually import eventually_now
from support.program import Workplace
from support.real_app import APPS, RealApp, ask

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_shows_the_procfile_that_is_run_here() -> None:
    (section,) = re.findall(
        r"## An app of somebody else's servers\n.*?```Procfile\n(.*?)```",
        README.read_text(),
        re.DOTALL,
    )
    assert section == (APPS / "shop" / "Procfile").read_text()


@pytest.mark.may_skip(reason="Node is no part of Python")
@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not on this machine")
def test_the_whole_app_is_restarted_and_ended_with_requests_and_jobs_in_flight(
    place: Workplace,
) -> None:
    shop = RealApp(place, "shop")
    packed = shop.folder / "var" / "packed"
    program = shop.start()
    program.until(" ready.")
    processes = "web.1", "assets.1"
    ports = {name: shop.row(name)["port"] for name in processes}
    assert [shop.ask(name)["process"] for name in processes] == list(processes)

    ask(ports["web.1"], "/orders/1?seconds=2", method="POST")
    eventually_now(packed.exists)
    requests = [shop.in_flight(program, name) for name in processes]
    shop.steer("restart", "--wait")
    assert [request.answer()["process"] for request in requests] == list(processes)
    assert packed.read_text() == "begun 1\npacked 1\n"
    assert {row["run"] for row in place.rows().values()} == {2}
    assert {name: shop.row(name)["port"] for name in processes} == ports

    program.until(" ready.")
    ask(ports["web.1"], "/orders/2?seconds=2", method="POST")
    eventually_now(lambda: "begun 2" in packed.read_text())
    requests = [shop.in_flight(program, name) for name in processes]
    shop.steer("quit")
    assert [request.answer()["process"] for request in requests] == list(processes)
    assert program.wait() == 0
    assert packed.read_text() == "begun 1\npacked 1\nbegun 2\npacked 2\n"
    assert not place.oracle.survivors()
