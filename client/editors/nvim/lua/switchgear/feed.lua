--- What the daemon says happens: the snapshot, events as they come, and the one line for the status line.
---
--- Rules for editing: everything is the daemon's own word. The line is asked for once, a moment after events came;
--- showing it costs nothing.

local clean = require("switchgear.clean")
local say = require("switchgear.say")
local wire = require("switchgear.wire")
local uv = vim.uv or vim.loop
local M = {}

local SOON = 200 -- milliseconds in which events are gathered
local KEPT = 500 -- events

M.text = "" -- the line, cleaned; "" when there is nothing to show
M.level = "ok"
M.names = { models = {}, providers = {} } -- for completion
M.events = {}

local seq ---@type integer?
local due = false
local session ---@type string?
local moved = {} -- failovers that are not told yet

local function redraw()
  vim.cmd("redrawstatus!")
end

local function show(text, level)
  text = clean.line(text)
  if text ~= M.text or level ~= M.level then
    M.text, M.level = text, level
    redraw()
  end
end

--- One message for all of them: a second one in the same moment would scroll, and ask for a key.
local function tell_failovers()
  local last, more = moved[#moved], #moved - 1
  moved = {}
  local level = require("switchgear").options.notify
  if last and level then
    say.briefly("Switchgear: " .. (more > 0 and ("(+%d) "):format(more) or "") .. M.words(last), level)
  end
end

local function ask_line()
  due = false
  tell_failovers()
  if not wire.connected then
    return
  end
  wire.request("prompt/show", { session = session }, function(failure, line)
    if not failure then
      show(line.text, line.level)
    end
  end)
end

--- Ask for the line soon, once for all that happens meanwhile.
function M.refresh()
  if due then
    return
  end
  due = true
  local timer = uv.new_timer()
  timer:start(SOON, 0, function()
    timer:close()
    vim.schedule(ask_line)
  end)
end

--- The session whose own line is shown; nil: everybody's.
function M.follow(name)
  session = name
  M.refresh()
end

local function autocmd(pattern, event)
  M.last = event
  pcall(vim.api.nvim_exec_autocmds, "User", { pattern = pattern, modeline = false }) -- a listener's error is its own
end

--- "opus-4.6 left Opus 4.6 (via Claude Pro): quota spent", as far as the event says.
function M.words(event)
  local subject = table.concat(vim.tbl_filter(function(word)
    return word and word ~= ""
  end, { event.alias or false, event.type == "failover" and "left" or false, event.label or event.provider or false }), " ")
  local word = event.kind or event.outcome or event.health
  local why = event.reason or (word and clean.word(word)) or ""
  return clean.line((subject ~= "" and why ~= "") and subject .. ": " .. why or subject .. why)
end

local function happened(event)
  seq = event.seq or seq
  table.insert(M.events, event)
  if #M.events > KEPT then
    table.remove(M.events, 1)
  end
  M.refresh()
  autocmd("SwitchgearEvent", event)
  if event.type == "failover" then
    table.insert(moved, event)
    autocmd("SwitchgearFailover", event)
  end
end

local function seen(snapshot)
  seq = snapshot.seq
  M.names = { models = {}, providers = {} }
  for _, model in ipairs(snapshot.models or {}) do
    table.insert(M.names.models, clean.line(model.alias))
  end
  for _, provider in ipairs(snapshot.providers or {}) do
    table.insert(M.names.providers, clean.line(provider.id))
  end
end

local function subscribed(failure, result)
  if failure then
    return
  end
  seen(result.snapshot)
  ask_line()
  for _, event in ipairs(result.replayed or {}) do
    happened(event)
  end
  autocmd("SwitchgearConnected", nil)
end

local function introduced(failure)
  if failure and failure.kind == "unsupported_version" then
    wire.refused = failure -- what every command says from now on, until another daemon is there
  end
end

wire.on("up", function()
  local version = require("switchgear").VERSION
  wire.request("initialize", { client = { name = "nvim", version = version } }, introduced)
  wire.request("events/subscribe", { since = seq }, subscribed)
end)

wire.on("down", function()
  show("", "ok")
  autocmd("SwitchgearLost", nil)
end)

wire.on("note", function(method, params)
  if method == "events/event" and params.event then
    happened(params.event)
    if params.event.type == "config" then -- other models, maybe: their names are for completion
      wire.request("status", {}, function(failure, status)
        if not failure then
          seen(status)
        end
      end)
    end
  end
end)

return M
