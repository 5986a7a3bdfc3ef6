--- One connection to the daemon for as long as the editor runs: requests, notifications, and coming back.
---
--- JSON-RPC 2.0, a message a line. Rules for editing: nothing here waits, and nothing here knows what a model is.
--- Callbacks run in the editor's main loop. A connection that is lost answers what was asked with an error, at once.

local socket = require("switchgear.socket")
local uv = vim.uv or vim.loop
local M = {}

local FIRST, SLOWEST = 250, 30000 -- milliseconds between two tries
local LONGEST = 16 * 1024 * 1024 -- bytes of a line

M.patience = 10000 -- milliseconds for an answer that is no stream
M.connected = false
M.reason = "not connected yet" -- why it is not
M.refused = nil ---@type table? the words of a daemon that is too new or too old for this package

local pipe, timer ---@type any, any
local buffer, length = {}, 0
local pending, last, pause = {}, 0, FIRST
local listeners = { up = {}, down = {}, note = {} }
local running = false

--- `kind`: "up" (connected), "down", "note" (method, params).
function M.on(kind, listener)
  table.insert(listeners[kind], listener)
end

local function tell(kind, ...)
  local words = { ... }
  vim.schedule(function()
    for _, listener in ipairs(listeners[kind]) do
      listener(unpack(words))
    end
  end)
end

local function answer(asked, failure, result)
  if asked.timer then
    asked.timer:stop()
    asked.timer:close()
    asked.timer = nil
  end
  vim.schedule(function()
    asked.callback(failure, result)
  end)
end

local function lost(why)
  M.connected, M.reason, M.refused = false, why, nil
  local old, waiting = pipe, pending
  pipe, pending, buffer, length = nil, {}, {}, 0
  if old and not old:is_closing() then
    old:close()
  end
  for _, asked in pairs(waiting) do
    answer(asked, { message = "the daemon is gone", hint = "switchgear status" })
  end
end

local connect

local function again()
  if not running or timer then
    return
  end
  timer = uv.new_timer()
  local wait = pause + math.random(0, math.floor(pause / 3))
  pause = math.min(pause * 2, SLOWEST)
  timer:start(wait, 0, function()
    timer:close()
    timer = nil
    vim.schedule(connect)
  end)
end

local function hang_up(why)
  local was = M.connected
  lost(why)
  if was then
    tell("down", why)
  end
  again()
end

local function heard(message)
  if message.method == "$/progress" then
    local asked = pending[message.params and message.params.token]
    if asked and asked.progress then
      vim.schedule(function()
        asked.progress(message.params.value)
      end)
    end
  elseif message.method then
    tell("note", message.method, message.params or {})
  elseif message.id and pending[message.id] then
    local asked = pending[message.id]
    pending[message.id] = nil
    pause = FIRST -- it is a daemon
    local failure = message.error and vim.tbl_extend("keep", { message = message.error.message }, message.error.data or {})
    answer(asked, failure, message.result)
  end
end

local function line(text)
  local fine, message = pcall(vim.json.decode, text, { luanil = { object = true, array = true } })
  if not fine or type(message) ~= "table" then
    return hang_up("the daemon said something that is no message")
  end
  heard(message)
end

--- Pieces are joined only at a line's end: a long line comes in many.
local function read(chunk)
  local from = 1
  while true do
    local at = chunk:find("\n", from, true)
    if not at then
      break
    end
    table.insert(buffer, chunk:sub(from, at - 1))
    local whole = table.concat(buffer)
    buffer, length, from = {}, 0, at + 1
    line(whole)
    if not pipe then
      return
    end
  end
  table.insert(buffer, chunk:sub(from))
  length = length + #chunk - from + 1
  if length > LONGEST then
    hang_up("the daemon sent too long a line")
  end
end

local function write(message)
  pipe:write(vim.json.encode(message) .. "\n", function(failure)
    if failure then
      hang_up(failure)
    end
  end)
end

local function up()
  M.connected, M.reason = true, ""
  tell("up")
end

connect = function()
  if pipe or not running then
    return
  end
  local path = socket.path()
  local refusal = socket.refusal(path)
  if refusal then
    M.reason = refusal
    return again()
  end
  pipe = uv.new_pipe(false)
  local own = pipe
  pipe:connect(path, function(failure)
    if own ~= pipe then
      return
    end
    if failure then
      lost("no daemon runs")
      return again()
    end
    own:read_start(function(broken, chunk)
      if own ~= pipe then
        return
      end
      if broken or not chunk then
        return hang_up("no daemon runs")
      end
      read(chunk)
    end)
    up()
  end)
end

--- Begin, and stay connected. Harmless twice.
function M.start()
  if not running then
    running = true
    connect()
  end
end

--- End for good: for tests, and for leaving.
function M.stop()
  running = false
  if timer then
    timer:stop()
    timer:close()
    timer = nil
  end
  lost("stopped")
end

--- Ask. `callback(failure, result)`: failure has `message` and maybe `hint`. `progress(value)` makes it a stream, which
--- may take any time. Returns what `cancel` takes; nil when there is no daemon.
function M.request(method, params, callback, progress)
  if not M.connected then
    callback({ message = "the Switchgear daemon is not running (" .. M.reason .. ")", hint = "switchgear status" })
    return nil
  end
  if M.refused then
    callback(M.refused)
    return nil
  end
  last = last + 1
  local id = last
  local asked = { callback = callback, progress = progress }
  pending[id] = asked
  if not progress then
    asked.timer = uv.new_timer()
    asked.timer:start(M.patience, 0, function()
      pending[id] = nil
      answer(asked, { message = "the daemon does not answer", hint = "switchgear status" })
    end)
  end
  write({ jsonrpc = "2.0", id = id, method = method, params = next(params) and params or vim.empty_dict() })
  return id
end

--- Give a request up; its callback hears that it was cancelled.
function M.cancel(id)
  if M.connected and pending[id] then
    write({ jsonrpc = "2.0", method = "$/cancelRequest", params = { id = id } })
  end
end

return M
