--- The events that were heard, in a buffer that follows what comes.

local clean = require("switchgear.clean")
local feed = require("switchgear.feed")
local M = {}

local NONE = "nothing has happened since this editor connected; what does is added here"

function M.line(event)
  return ("%s  %-10s  %s"):format(os.date("%H:%M:%S", math.floor(event.at)), clean.line(event.type), feed.words(event))
end

function M.open()
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.bo[bufnr].bufhidden = "wipe"
  vim.api.nvim_buf_set_name(bufnr, "switchgear://events#" .. bufnr)
  local lines = vim.tbl_map(M.line, feed.events)
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, #lines > 0 and lines or { NONE })
  vim.cmd("botright split")
  vim.api.nvim_win_set_buf(0, bufnr)
  vim.cmd("normal! G")
  vim.api.nvim_create_autocmd("User", {
    pattern = "SwitchgearEvent",
    callback = function()
      if not vim.api.nvim_buf_is_valid(bufnr) then
        return true
      end
      vim.api.nvim_buf_set_lines(bufnr, -1, -1, false, { M.line(feed.last) })
    end,
  })
end

return M
