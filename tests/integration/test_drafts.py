"""Drafts of `proctor init` under proctor: they run as what they were made from did."""

import json
import shutil

import pytest

from support.eventually import eventually_now
from support.program import Workplace

SERVER = """\
require('http').createServer((_, answer) => answer.end('hello')).listen(process.env.PORT);
console.log('listening');
"""


@pytest.mark.may_skip(reason="Node is not everywhere")
@pytest.mark.skipif(shutil.which("npm") is None, reason="there is no npm")
def test_a_package_that_runs_two_scripts_beside_one_another_runs(place: Workplace) -> None:
    scripts = {
        "dev": 'concurrently -n web,css "npm:dev:server" "npm run dev:css"',
        "dev:server": "node server.js",
        "dev:css": "echo built && sleep 100",
    }
    (place.folder / "package.json").write_text(json.dumps({"name": "shop", "scripts": scripts}))
    (place.folder / "server.js").write_text(SERVER)
    assert place.type("init").returncode == 0
    assert place.type("check").returncode == 0
    program = place.start()
    program.until("listening")
    eventually_now(lambda: place.states() == {"web.1": "up", "css.1": "up"})
    assert place.type("quit", "--wait").returncode == 0
    assert program.wait() == 0


def test_a_script_of_several_lines_in_a_folder_of_its_own_runs(place: Workplace) -> None:
    (place.folder / "my web").mkdir()
    (place.folder / "mprocs.yaml").write_text(
        "procs:\n  web:\n    cwd: <CONFIG_DIR>/my web\n    env: {WORD: it's $5}\n    shell: |\n"
        '      # a comment\n      name=$(basename "$PWD")\n      echo "in $name: $WORD"\n'
        "      exec sleep 100\n"
    )
    assert place.type("init").returncode == 0
    program = place.start()
    program.until("in my web: ")
    assert place.type("quit", "--wait").returncode == 0
    assert program.wait() == 0
