--- `:Switchgear`: a row for each thing it does.
---
--- Rules for editing: a row is a request or a page; its names for the Tab key come from the daemon.

local clean = require("switchgear.clean")
local feed = require("switchgear.feed")
local say = require("switchgear.say")
local wire = require("switchgear.wire")
local M = {}

local function shown(method, params, words)
  wire.request(method, params, say.unless_failed(function(result)
    say.done(words(result))
  end))
end

local function of_model(model)
  return model.alias .. " is served " .. (model.serving and "by " .. model.serving or "by nobody now")
end

local function of_provider(provider)
  return provider.id .. " is " .. (provider.paused and "paused" or clean.word(provider.health))
end

local function timed(text)
  local seconds = say.seconds(text)
  if text and not seconds then
    say.failed({ message = ("%q is no span of time"):format(text), hint = ":Switchgear pause PROVIDER 2h" })
    return nil, false
  end
  return seconds, true
end

local function status()
  if not wire.connected then
    return say.failed({ message = "the daemon is not running (" .. wire.reason .. ")", hint = "switchgear status" })
  end
  wire.request("status", {}, say.unless_failed(function(found)
    local rows = {}
    for _, model in ipairs(found.models) do
      table.insert(rows, " " .. require("switchgear.model").item(model))
    end
    for _, provider in ipairs(found.providers) do
      if provider.health ~= "available" or provider.paused then
        local why = (provider.reason or "") ~= "" and ": " .. provider.reason or ""
        table.insert(rows, " " .. clean.line(of_provider(provider) .. why))
      end
    end
    require("switchgear.page").open(#rows > 0 and rows or { " no models yet: switchgear setup" }, {})
  end))
end

local function quota()
  wire.request("quota/list", {}, say.unless_failed(function(found)
    local rows = {}
    for _, window in ipairs(found.windows) do
      local left = window.used and ("%3d %% left"):format(say.left(window.used)) or clean.word(window.state)
      local back = say.reset(window)
      table.insert(rows, (" %-24s %-10s %s%s"):format(clean.line(window.provider), clean.line(window.window), left, back))
    end
    require("switchgear.page").open(#rows > 0 and rows or { " no quota window is known yet" }, {})
  end))
end

local models, providers = "models", "providers"

--- Sub-command -> { names its first and second word complete to, what it does }.
local ROWS = {
  models = { nil, nil, function() require("switchgear.model").pick() end },
  model = { models, nil, function(args) require("switchgear.model").open(args[1]) end, needs = 1 },
  order = { models, nil, function(args) require("switchgear.order").open(args[1]) end, needs = 1 },
  pin = {
    models, providers, function(args)
      local for_s, fine = timed(args[3])
      if fine then
        shown("sessions/pin", { model = args[1], provider = args[2], for_s = for_s }, function()
          return args[1] .. " is pinned to " .. args[2]
        end)
      end
    end, needs = 2,
  },
  unpin = {
    models, nil, function(args)
      shown("sessions/unpin", { model = args[1] }, function() return args[1] .. " is not pinned any more" end)
    end, needs = 1,
  },
  pause = {
    providers, nil, function(args)
      local for_s, fine = timed(args[2])
      if fine then
        shown("providers/pause", { provider = args[1], for_s = for_s }, of_provider)
      end
    end, needs = 1,
  },
  resume = {
    providers, nil, function(args) shown("providers/resume", { provider = args[1] }, of_provider) end, needs = 1,
  },
  serving = { models, nil, function(args) shown("models/show", { model = args[1] }, of_model) end, needs = 1 },
  status = { nil, nil, status },
  quota = { nil, nil, quota },
  events = { nil, nil, function() require("switchgear.events").open() end },
  follow = { nil, nil, function(args) require("switchgear").follow(args[1]) end },
} -- stylua: ignore

local function ask(args, options)
  local alias = table.remove(args, 1)
  local text = table.concat(args, " ")
  if options.range > 0 then
    local lines = vim.api.nvim_buf_get_lines(0, options.line1 - 1, options.line2, false)
    text = (text ~= "" and text .. "\n\n" or "") .. table.concat(lines, "\n")
  end
  if not alias or text == "" then
    return say.failed({ message = "ask what?", hint = ":'<,'>Switchgear ask MODEL what to do with it" })
  end
  require("switchgear.ask").ask(alias, text)
end

--- Run `:Switchgear WORDS`; without words, the picker.
function M.run(options)
  require("switchgear").setup()
  local args = vim.list_extend({}, options.fargs)
  local name = table.remove(args, 1) or "models"
  if name == "ask" then
    return ask(args, options)
  end
  local row = ROWS[name]
  if not row then
    return say.failed({ message = ("there is no :Switchgear %s"):format(name), hint = ":Switchgear <Tab>" })
  end
  if #args < (row.needs or 0) then
    local missing = row[#args + 1] == providers and "a provider" or "a model"
    return say.failed({ message = (":Switchgear %s wants %s"):format(name, missing), hint = (":Switchgear %s <Tab>"):format(name) })
  end
  row[3](args)
end

local function begins(names, with)
  return vim.tbl_filter(function(name)
    return name:sub(1, #with) == with
  end, names)
end

--- What the Tab key offers.
function M.complete(lead, line)
  local words = vim.split(line, "%s+", { trimempty = true })
  local at = #words - (lead == "" and 0 or 1) -- words before the one being typed, `:Switchgear` among them
  if at <= 1 then
    local names = vim.list_extend(vim.tbl_keys(ROWS), { "ask" })
    table.sort(names)
    return begins(names, lead)
  end
  local row = words[2] == "ask" and { models } or ROWS[words[2]] or {}
  return begins(feed.names[row[at - 1]] or {}, lead)
end

return M
