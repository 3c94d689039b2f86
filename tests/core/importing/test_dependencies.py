from proctor.importing.dependencies import waited_for_to_end
from proctor.importing.documents import Section, read_document

TEXT = """\
a: {depends_on: {setup: {condition: ended}, db: {condition: healthy}, cache: }}
b: {depends_on: [setup, other]}
c:
setup: {depends_on: {seed: {condition: ended}}}
"""


def test_only_what_others_wait_for_to_end_is_named() -> None:
    processes = Section(read_document(TEXT, "x.yaml"), "x.yaml")
    assert waited_for_to_end(processes, ("ended",)) == {"setup", "seed"}
    assert waited_for_to_end(None, ("ended",)) == frozenset()
