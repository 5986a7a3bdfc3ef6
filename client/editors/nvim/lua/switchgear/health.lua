--- `:checkhealth switchgear`: where the daemon is looked for, whether it answers, and both versions.
---
--- Rules for editing: what is wrong with providers, logins and models is the daemon's to say: `switchgear doctor`.

local clean = require("switchgear.clean")
local socket = require("switchgear.socket")
local wire = require("switchgear.wire")
local M = {}

local LIMIT = 2000 -- milliseconds: who reads a report waits for it
local CURE = { "switchgear doctor" }

local health = vim.health or require("health")
local start = health.start or health.report_start -- named so before Neovim 0.10
local fine = health.ok or health.report_ok
local warn = health.warn or health.report_warn

local function asked(method)
  local failure, result, done
  vim.wait(LIMIT, function()
    return wire.connected
  end, 10)
  wire.request(method, {}, function(...)
    failure, result = ...
    done = true
  end)
  vim.wait(LIMIT, function()
    return done
  end, 10)
  return result, failure or { message = "the daemon does not answer" }
end

function M.check()
  start("The Switchgear daemon")
  local path = socket.path()
  local refusal = socket.refusal(path)
  if refusal then
    return warn(("%s: %s"):format(clean.line(path), clean.line(refusal)), CURE)
  end
  require("switchgear").setup()
  local status, failure = asked("status")
  if not status then
    return warn(clean.line(failure.message), { failure.hint and clean.line(failure.hint) or CURE[1] })
  end
  local versions = ("daemon %s, this package %s"):format(clean.line(status.version), require("switchgear").VERSION)
  fine(("it answers at %s: %s"):format(clean.line(path), versions))
end

return M
