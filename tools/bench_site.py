"""Speed of the web site against a bare "hello" of the same server in the same run.

    python tools/bench_site.py [SNAPSHOT]     (default: the bundled reference)

The server runs in a process of its own; one client keeps 16 connections busy. Figures of one machine and
hour: the ratio to "hello" is what compares.
"""

from __future__ import annotations

import asyncio
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from rolediff.snapshots import Snapshot
from rolediff.storage import reference_snapshot
from rolediff.web.site import Site

CONNECTIONS = 16
SECONDS = 4.0
PAGE = "/compare/data-specialist/lead-machine-learning-engineer"
NEW = (
    "/compare/data-analyst/data-scientist",
    "/compare/data-engineer/data-scientist",
    "/compare/business-analyst/data-analyst",
    "/compare/ai-engineer/machine-learning-engineer",
    "/compare/data-architect/data-engineer",
    "/compare/analytics-engineer/data-engineer",
)
_HELLO = """
import uvicorn
async def hello(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})
uvicorn.run(hello, port={port}, log_level="warning", lifespan="off")
"""
_OURS = """
import uvicorn
from pathlib import Path
from rolediff.web.app import make_app
uvicorn.run(make_app(Path("no-workspace"), Path({folder!r})), port={port}, log_level="warning")
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str) -> int:
    """One request on an open connection; the status of its answer."""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    )
    await reader.readexactly(length)
    return int(head[9:12])


async def load(port: int, path: str) -> tuple[float, float, float]:
    """Requests a second, and the median and 99th percentile of their time in milliseconds."""
    times: list[float] = []
    until = time.perf_counter() + SECONDS

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until:
            begun = time.perf_counter()
            status = await ask(reader, writer, path)
            times.append(time.perf_counter() - begun)
            if status != 200:
                raise SystemExit(f"{path} answered {status}")
        writer.close()

    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
    cuts = statistics.quantiles(times, n=100)
    return len(times) / SECONDS, cuts[49] * 1e3, cuts[98] * 1e3


async def wait_for(port: int) -> None:
    for _ in range(600):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise SystemExit("The server did not start.")


async def measure(code: str, path: str) -> tuple[float, float, float]:
    port = free_port()
    server = subprocess.Popen([sys.executable, "-c", code.replace("{port}", str(port))])
    try:
        await wait_for(port)
        await load(port, path)  # once to build the page, and to let the server do what it does at its start
        return await load(port, path)
    finally:
        server.terminate()
        server.wait()


def main(folder: Path) -> None:
    floor = 0.0
    for name, code, path in (
        ("hello", _HELLO, "/"),
        ("a comparison that is ready", _OURS.replace("{folder!r}", repr(str(folder))), PAGE),
    ):
        rate, middle, worst = asyncio.run(measure(code, path))
        floor = floor or rate
        print(
            f"{name:32s} {rate:8,.0f} requests/s  {rate / floor:5.2f} x hello   "
            f"median {middle:.2f} ms, 99% {worst:.2f} ms"
        )
    site = Site(Snapshot(folder, in_memory=True))
    site.answer(PAGE)
    times = []
    for path in NEW:
        start = time.process_time()
        answer = site.answer(path)
        times.append((time.process_time() - start) * 1e3)
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")
    print(
        f"{'comparisons that are not':32s} {statistics.median(times):8.0f} ms of processor time each, "
        f"at most {max(times):.0f}"
    )
    start = time.perf_counter()
    for _ in range(20_000):
        site.kept(PAGE)
    print(
        f"{'finding a page that is ready':32s} {(time.perf_counter() - start) / 20_000 * 1e6:8.2f} microseconds"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else reference_snapshot())
