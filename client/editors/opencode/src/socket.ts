// Where the daemon's socket is, and whether it is the user's own.
//
// Rules for editing: the same file in every package for node. The same answer as the `switchgear` command gives
// (protocol/switchgear_protocol/paths.py). Looks only; nothing is made here.

import { createHash } from "node:crypto";
import { lstatSync, type Stats } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

const MAC = process.platform === "darwin";
const LONGEST = MAC ? 103 : 107; // bytes of a socket's path
const NAME = "switchgear.sock";

/** The path of the socket. */
export function place(): string {
  if (process.env.SWITCHGEAR_SOCKET) {
    return process.env.SWITCHGEAR_SOCKET;
  }
  const wanted = directory();
  if (Buffer.byteLength(join(wanted, NAME)) <= LONGEST) {
    return join(wanted, NAME);
  }
  const digest = createHash("sha256").update(wanted).digest("hex").slice(0, 12);
  return join(`/tmp/switchgear-${uid()}-${digest}`, NAME);
}

/** Why `path` may not be talked to; "" when it may. */
export function refusal(path: string): string {
  const found = look(path);
  if (!found?.isSocket()) {
    return "no daemon runs";
  }
  if (found.uid !== uid()) {
    return `${path} belongs to somebody else`;
  }
  return isPrivate(dirname(path)) ? "" : `${dirname(path)} can be entered by others`;
}

function directory(): string {
  const runtime = absolute("XDG_RUNTIME_DIR");
  if (runtime) {
    return join(runtime, "switchgear");
  }
  if (MAC) {
    return join(home(), "Library/Caches/TemporaryItems/switchgear");
  }
  const login = `/run/user/${uid()}`;
  return isPrivate(login) ? join(login, "switchgear") : join(state(), "run");
}

function state(): string {
  const usual = MAC ? "Library/Application Support" : ".local/state";
  return process.env.SWITCHGEAR_STATE || join(absolute("XDG_STATE_HOME") || join(home(), usual), "switchgear");
}

function home(): string {
  return absolute("HOME") || homedir();
}

function absolute(name: string): string {
  const value = (process.env[name] ?? "").trim();
  return value.startsWith("/") ? value.replace(/\/+$/, "") : "";
}

/** Whether `path` is a directory of the user's own that nobody else may enter. */
function isPrivate(path: string): boolean {
  const found = look(path);
  return found !== undefined && found.isDirectory() && found.uid === uid() && (found.mode & 0o077) === 0;
}

function look(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

function uid(): number {
  return process.getuid?.() ?? -1;
}
