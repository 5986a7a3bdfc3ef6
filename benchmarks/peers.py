"""Peers: other gateways, installed at pinned versions and started as their manuals say, to be measured beside ours.

They are npm packages, fetched by the ordinary client into `benchmarks/.peers` (not in git) the first time
they are asked for, without their install scripts. A peer that cannot be had or does not start is named in
the table, with the reason. Portkey relays what an OpenAI client sends; claude-code-router always translates
Anthropic's messages to chat completions.
"""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from stage import free_port
from traffic import Target, Traffic, await_answer, cores, on_core

CACHE = Path(__file__).parent / ".peers"
PACKAGES = {"@portkey-ai/gateway": "1.15.2", "@musistudio/claude-code-router": "2.0.0"}
HELD_BACK = {"@hono/node-server": "1.13.8"}  # with a later one every stream through this Portkey is an HTTP 500
LOOPBACK = """\
// A benchmark opens no door to the network: a listener that names no host gets loopback.
const { Server } = require("node:net");
const listen = Server.prototype.listen;
Server.prototype.listen = function (port, ...rest) {
  if (typeof port === "object" && port !== null && "port" in port) port.host = "127.0.0.1";
  else if (typeof rest[0] !== "string") rest.unshift("127.0.0.1");
  return listen.call(this, port, ...rest);
};
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """How one is started, and what it is then asked: both given the upstream's port, its own, and a folder."""

    name: str
    script: str
    prepare: Callable[[int, int, Path], list[str]]
    target: Callable[[int, int], Target]


def _portkey(upstream: int, port: int, folder: Path) -> list[str]:
    return [f"--port={port}", "--headless"]


def _portkey_target(upstream: int, port: int) -> Target:
    where = f"x-portkey-custom-host: http://127.0.0.1:{upstream}/v1"
    return Target("portkey", port, headers=("x-portkey-provider: openai", "authorization: Bearer k", where))


def _router(upstream: int, port: int, folder: Path) -> list[str]:
    provider = {"name": "bench", "api_base_url": f"http://127.0.0.1:{upstream}/v1/chat/completions"}
    routes = dict.fromkeys(("default", "background", "think", "longContext"), "bench,x")
    config = {
        "HOST": "127.0.0.1",
        "PORT": port,
        "APIKEY": "k",
        "LOG": False,
        "NON_INTERACTIVE_MODE": True,
        "API_TIMEOUT_MS": 60_000,
        "Providers": [provider | {"api_key": "k", "models": ["x"]}],
        "Router": routes,
    }
    place = folder / ".claude-code-router"
    place.mkdir()
    (place / "config.json").write_text(json.dumps(config))
    return ["start"]


def _router_target(upstream: int, port: int) -> Target:
    return Target("ccr", port, dialect="messages", headers=("x-api-key: k",))


PEERS = (
    Peer("portkey", "@portkey-ai/gateway/build/start-server.js", _portkey, _portkey_target),
    Peer("ccr", "@musistudio/claude-code-router/dist/cli.js", _router, _router_target),
)


def install() -> str | None:
    """Fetch what is not there yet. None, or why there are no peers."""
    if not shutil.which("npm"):
        return "there is no npm"
    CACHE.mkdir(exist_ok=True)
    manifest = CACHE / "package.json"
    wanted = json.dumps({"private": True, "dependencies": PACKAGES, "overrides": HELD_BACK})
    if manifest.exists() and manifest.read_text() == wanted and (CACHE / "node_modules").exists():
        return None
    shutil.rmtree(CACHE / "node_modules", ignore_errors=True)
    (CACHE / "package-lock.json").unlink(missing_ok=True)
    manifest.write_text(wanted)
    flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    done = subprocess.run(["npm", "install", *flags], cwd=CACHE, check=False)
    return None if done.returncode == 0 else f"npm install failed in {CACHE}"


@contextmanager
def running(peer: Peer, through: Traffic) -> Iterator[Target]:
    """The peer, answering. Raises RuntimeError when it does not."""
    place = through.folder / peer.name
    place.mkdir()
    (place / "loopback.cjs").write_text(LOOPBACK)
    port = free_port()
    script = str(CACHE / "node_modules" / peer.script)
    argv = ["node", "--require", str(place / "loopback.cjs"), script, *peer.prepare(through.port, port, place)]
    env = {"PATH": os.environ["PATH"], "HOME": str(place), "NODE_ENV": "production"}
    with on_core(cores()[1]), (place / "log").open("wb") as log:
        process = subprocess.Popen(argv, env=env, cwd=place, stdout=log, stderr=log, start_new_session=True)
    target = peer.target(through.port, port)
    try:
        await_answer(through, target, process)
        yield replace(target, pid=process.pid)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
