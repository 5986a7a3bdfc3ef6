--- Where the daemon's socket is, and whether it is the user's own.
---
--- Rules for editing: the same answer as the `switchgear` command gives (protocol/switchgear_protocol/paths.py).
--- Looks only; nothing is made here.

local uv = vim.uv or vim.loop
local M = {}

local LONGEST = (uv.os_uname().sysname == "Darwin") and 103 or 107 -- bytes of a socket's path

local function absolute(name)
  local value = vim.trim(uv.os_getenv(name) or "")
  return value:sub(1, 1) == "/" and (value:gsub("/+$", "")) or nil
end

--- Whether `path` is a directory of the user's own that nobody else may enter.
local function private(path)
  local found = uv.fs_lstat(path)
  return found ~= nil and found.type == "directory" and found.uid == uv.getuid() and found.mode % 64 == 0
end

local function home()
  return absolute("HOME") or uv.os_homedir()
end

local function state_dir()
  local chosen = uv.os_getenv("SWITCHGEAR_STATE")
  if chosen and chosen ~= "" then
    return chosen
  end
  local mac = uv.os_uname().sysname == "Darwin"
  return (absolute("XDG_STATE_HOME") or (home() .. (mac and "/Library/Application Support" or "/.local/state")))
    .. "/switchgear"
end

local function wanted_dir()
  local runtime = absolute("XDG_RUNTIME_DIR")
  if runtime then
    return runtime .. "/switchgear"
  end
  if uv.os_uname().sysname == "Darwin" then
    return home() .. "/Library/Caches/TemporaryItems/switchgear"
  end
  local login = "/run/user/" .. uv.getuid()
  return private(login) and (login .. "/switchgear") or (state_dir() .. "/run")
end

--- The path of the socket.
function M.path()
  local chosen = uv.os_getenv("SWITCHGEAR_SOCKET")
  if chosen and chosen ~= "" then
    return chosen
  end
  local dir = wanted_dir()
  if #dir + #"/switchgear.sock" > LONGEST then
    dir = ("/tmp/switchgear-%d-%s"):format(uv.getuid(), vim.fn.sha256(dir):sub(1, 12))
  end
  return dir .. "/switchgear.sock"
end

--- nil when `path` may be talked to, else why not.
function M.refusal(path)
  local found = uv.fs_lstat(path)
  if found == nil or found.type ~= "socket" then
    return "no daemon runs"
  end
  if found.uid ~= uv.getuid() then
    return path .. " belongs to somebody else"
  end
  local dir = vim.fn.fnamemodify(path, ":h")
  if not private(dir) then
    return dir .. " can be entered by others"
  end
  return nil
end

return M
