"""Tries to connect, or asks by HTTP, until that succeeds. Nothing here blocks the loop.

Tries name the problem in words, or give None. No proxy is used and no redirect followed; the
certificate of an address is not checked, since nothing is told to it or believed of it.
"""

import asyncio
import os
import socket
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from threading import Thread
from typing import Any
from urllib.parse import quote, urlsplit

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 5.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 1.0
_OWN_NAMES = {"localhost": ("127.0.0.1", "::1"), "": ("127.0.0.1", "::1")}
_KEPT_IN_URLS = "/%:@!$&'()*+,;=~-._?"
_REFUSED_FROM = 400
_LONGEST_FIRST_LINE = 4096
_LONGEST_WORDS = 200

_Address = tuple[int, tuple[Any, ...]]

Try = Callable[[], Awaitable[str | None]]


async def until_ready(attempt: Try, failed: Callable[[str], None]) -> None:
    """Return as soon as a try succeeds; `failed` is told the problem of each that does not."""
    pause = FIRST_PAUSE_SECONDS
    while (problem := await attempt()) is not None:
        failed(problem)
        await asyncio.sleep(pause)
        pause = min(1.5 * pause, LONGEST_PAUSE_SECONDS)


async def connects(host: str, port: int) -> str | None:
    """Whether a connection is accepted."""
    try:
        sock = await _connected(host, port)
    except (OSError, ValueError) as error:
        return _words(error, CONNECT_SECONDS)
    sock.close()
    return None


async def answers(url: str, own_port: int) -> str | None:
    """Whether GET of this URL, or of this path at the port, is answered with 2xx or 3xx."""
    try:
        scheme, host, port, target = _parts(url, own_port)
        async with asyncio.timeout(ANSWER_SECONDS):
            line = await _first_line(scheme, host, port, target)
    except (OSError, ValueError, EOFError) as error:
        return _words(error, ANSWER_SECONDS)
    words = line.split(maxsplit=1)
    if len(words) < 2 or not words[0].startswith("HTTP/") or not words[1][:3].isdecimal():  # noqa: PLR2004 - version, status
        return "what answers does not speak HTTP"
    return f"it answered {words[1]}" if int(words[1][:3]) >= _REFUSED_FROM else None


async def _first_line(scheme: str, host: str, port: int, target: str) -> str:
    sock = await _connected(host, port)
    try:
        context = _trusting() if scheme == "https" else None
        name = host if context else None
        reader, writer = await asyncio.open_connection(
            sock=sock, ssl=context, server_hostname=name, limit=_LONGEST_FIRST_LINE
        )
    except BaseException:
        sock.close()
        raise
    try:
        at = f"[{host}]" if ":" in host else host
        writer.write(
            f"GET {target} HTTP/1.1\r\nHost: {at}:{port}\r\nUser-Agent: proctor\r\n"
            "Accept: */*\r\nConnection: close\r\n\r\n".encode()
        )
        return (await reader.readuntil(b"\n")).decode("latin-1").strip()
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return ""
    finally:
        writer.transport.abort()  # its further words are not waited for


def _parts(url: str, own_port: int) -> tuple[str, str, int, str]:
    split = urlsplit(url if "://" in url else f"http://localhost:{own_port}{url}")
    target = quote(split.path or "/", safe=_KEPT_IN_URLS)
    if split.query:
        target += "?" + quote(split.query, safe=_KEPT_IN_URLS)
    port = split.port or (443 if split.scheme == "https" else 80)
    return split.scheme, split.hostname or "localhost", port, target


def _trusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def _connected(host: str, port: int) -> socket.socket:
    """A socket that is connected to one of the addresses of this name.

    Raises:
        OSError: there is none that accepts.
    """
    loop = asyncio.get_running_loop()
    problem: OSError = ConnectionRefusedError("no address")
    async with asyncio.timeout(CONNECT_SECONDS):
        for family, address in await _addresses(host, port):
            sock = socket.socket(family, socket.SOCK_STREAM)
            sock.setblocking(False)
            try:
                await loop.sock_connect(sock, address)
            except OSError as error:
                sock.close()
                # That which the app most likely has, IPv4, comes first and tells best.
                problem = problem if problem.errno else error
            except BaseException:
                sock.close()
                raise
            else:
                return sock
    raise problem


async def _addresses(host: str, port: int) -> list[_Address]:
    known = _OWN_NAMES.get(host)
    if known is not None:
        families = (socket.AF_INET, socket.AF_INET6)
        return [(family, (name, port)) for family, name in zip(families, known, strict=True)]
    return await _looked_up(host, port)


async def _looked_up(host: str, port: int) -> list[_Address]:
    """Look a name up, in a thread that nobody waits for at the end: it may take very long."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[_Address]] = loop.create_future()

    def tell(addresses: list[_Address], error: OSError | None) -> None:
        if found.done():
            return
        if error is None:
            found.set_result(addresses)
        else:
            found.set_exception(error)

    def look_up() -> None:
        addresses: list[_Address] = []
        problem: OSError | None = None
        try:
            for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                addresses.append((family, address))
        except UnicodeError:
            problem = OSError(f"{host} is no name of a host")
        except OSError as error:
            problem = error
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(tell, addresses, problem)

    Thread(target=look_up, name=f"look up {host}", daemon=True).start()
    return await found


def _words(error: Exception, seconds: float) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {seconds:g} seconds"
    words = str(error)
    if isinstance(error, OSError) and error.strerror:
        own = isinstance(error, socket.gaierror | ssl.SSLError) or not error.errno
        words = error.strerror if own or error.errno is None else os.strerror(error.errno)
    return words[:1].lower() + words[1:_LONGEST_WORDS]
