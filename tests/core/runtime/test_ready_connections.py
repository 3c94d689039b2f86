"""Ready rules that connect or ask by HTTP, against real sockets."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from proctor.runtime.ready_connections import answers, connects, until_ready
from support.eventually import eventually
from support.program import free_port

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Answers each request with the same words, and notes what it was asked."""

    def __init__(self, words: bytes) -> None:
        self.words = words
        self.asked: list[str] = []

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):  # some only connect
            asked = await reader.readuntil(b"\r\n\r\n")
            self.asked.append(asked.decode())
        writer.write(self.words)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def serving(
    words: bytes, host: str = "127.0.0.1", context: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[int, Server]]:
    server = Server(words)
    listening = await asyncio.start_server(server.handle, host, 0, ssl=context)
    async with listening:
        yield listening.sockets[0].getsockname()[1], server


def answer(status: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()


async def test_a_connection_is_accepted_or_refused() -> None:
    async with serving(b"") as (port, _):
        assert await connects("localhost", port) is None
        assert await connects("127.0.0.1", port) is None
    assert await connects("localhost", port) == "connection refused"


async def test_localhost_may_be_either_address() -> None:
    async with serving(b"", "::1") as (port, _):
        assert await connects("localhost", port) is None


async def test_a_name_that_nobody_knows_is_a_problem_in_words() -> None:
    problem = await connects("no-such-host.invalid", 80)
    assert problem


@pytest.mark.parametrize("status", ["200 OK", "204 No Content", "302 Found", "399 Odd"])
async def test_an_answer_of_two_or_three_hundred_is_ready(status: str) -> None:
    async with serving(answer(status)) as (port, server):
        assert await answers("/health?deep=1", port) is None
    assert server.asked[0].startswith("GET /health?deep=1 HTTP/1.1\r\n")
    assert f"\r\nHost: localhost:{port}\r\n" in server.asked[0]


async def test_a_redirect_is_not_followed() -> None:
    async with serving(b"HTTP/1.1 301 Moved\r\nLocation: http://localhost:1/\r\n\r\n") as (port, _):
        assert await answers(f"http://127.0.0.1:{port}/", 1) is None


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "503 Service Unavailable"])
async def test_any_other_answer_is_told(status: str) -> None:
    async with serving(answer(status)) as (port, _):
        assert await answers("/", port) == f"it answered {status}"


@pytest.mark.parametrize("words", [b"+OK POP3\r\n", b"\r\n", b"", b"x" * 100_000])
async def test_who_does_not_speak_http_is_told(words: bytes) -> None:
    async with serving(words) as (port, _):
        assert await answers("/", port) == "what answers does not speak HTTP"


async def test_who_never_answers_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proctor.runtime.ready_connections.ANSWER_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        problem = await answers("/", deaf.getsockname()[1])
    assert problem == "no answer within 0.1 seconds"


async def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    async with serving(answer("200 OK")) as (port, _):
        assert await answers("/", port) is None


@pytest.mark.parametrize("url", ["http://localhost:99999/", "http://[::1/", "http://a b/"])
async def test_an_impossible_url_is_told(url: str) -> None:
    assert await answers(url, 1)


async def test_what_does_not_belong_into_a_request_is_quoted() -> None:
    async with serving(answer("200 OK")) as (port, server):
        assert await answers("/caf\u00e9 bar?q=a b", port) is None
    assert server.asked[0].startswith("GET /caf%C3%A9%20bar?q=a%20b HTTP/1.1\r\n")


@pytest.fixture
def context(tmp_path: Path) -> ssl.SSLContext:
    """Of a server whose certificate nobody has signed but itself."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=elsewhere", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def test_a_certificate_of_ones_own_will_do(context: ssl.SSLContext) -> None:
    async with serving(answer("200 OK"), context=context) as (port, _):
        assert await answers(f"https://localhost:{port}/", 1) is None


async def test_it_is_tried_until_it_succeeds_and_each_failure_told() -> None:
    port = free_port()
    failures: list[str] = []
    trying = asyncio.create_task(until_ready(lambda: connects("localhost", port), failures.append))
    await eventually(lambda: bool(failures))
    async with await asyncio.start_server(lambda _r, writer: writer.close(), "127.0.0.1", port):
        await asyncio.wait_for(trying, 5)
    assert set(failures) == {"connection refused"}
