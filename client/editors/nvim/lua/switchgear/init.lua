--- Switchgear in Neovim: a window on the daemon. It shows what the daemon says and tells it what you chose.
---
---   require("switchgear").setup({ notify = vim.log.levels.INFO })
---   vim.o.statusline = "%f %=%{%v:lua.require'switchgear'.statusline()%}"

local M = {}

M.VERSION = "0.1.0"

M.options = {
  notify = vim.log.levels.INFO, -- of failovers; false: none is told
  select = nil, -- function(items, opts, on_choice) in place of vim.ui.select
}

--- Connect, and stay connected. Harmless twice, and without a daemon.
function M.setup(options)
  M.options = vim.tbl_extend("force", M.options, options or {})
  require("switchgear.feed")
  require("switchgear.wire").start()
end

--- "Opus 4.6 via Claude Pro · 5h 62 %", ready for 'statusline'; "" when there is nothing to show. Costs nothing.
function M.statusline()
  return require("switchgear.clean").statusline(require("switchgear.feed").text)
end

--- The same for components that escape by themselves; and "ok", "warn" or "fail".
function M.line()
  local feed = require("switchgear.feed")
  return feed.text, feed.level
end

--- The event behind a SwitchgearEvent or SwitchgearFailover autocommand.
function M.last_event()
  return require("switchgear.feed").last
end

--- Show the line of one session in place of everybody's; nil: everybody's again.
function M.follow(session)
  require("switchgear.feed").follow(session)
end

return M
