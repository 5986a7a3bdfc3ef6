--- One answer, streamed into a buffer of its own. Closing the buffer cancels it.

local clean = require("switchgear.clean")
local say = require("switchgear.say")
local wire = require("switchgear.wire")
local M = {}

local function opened(title)
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.bo[bufnr].bufhidden = "wipe"
  vim.bo[bufnr].filetype = "markdown"
  vim.cmd("botright split")
  vim.api.nvim_win_set_buf(0, bufnr)
  vim.api.nvim_buf_set_name(bufnr, ("switchgear://answer/%s#%d"):format(clean.line(title), bufnr))
  return bufnr
end

local function append(bufnr, text)
  if not vim.api.nvim_buf_is_valid(bufnr) then
    return
  end
  local rows = vim.api.nvim_buf_line_count(bufnr)
  local last = vim.api.nvim_buf_get_lines(bufnr, -2, -1, false)[1] or ""
  vim.api.nvim_buf_set_text(bufnr, rows - 1, #last, rows - 1, #last, vim.split(clean.answer(text), "\n", { plain = true }))
end

local function progress(bufnr)
  return function(value)
    if value.type == "text_delta" then
      append(bufnr, value.text)
    elseif value.type == "restarted" and vim.api.nvim_buf_is_valid(bufnr) then
      vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, {})
    end
  end
end

--- Ask the model `alias`; returns the buffer the answer goes to.
function M.ask(alias, text)
  local bufnr, id = opened(alias), nil
  local params = {
    model = alias,
    messages = { { role = "user", content = text } },
    on_interrupt = "restart",
    session = "nvim-" .. vim.fn.getpid(),
  }
  id = wire.request("completion/create", params, function(failure, result)
    id = nil
    if failure and vim.api.nvim_buf_is_valid(bufnr) then
      return say.failed(failure)
    elseif result and vim.api.nvim_buf_is_valid(bufnr) then
      vim.b[bufnr].switchgear_served_by = clean.line(result.served_by and result.served_by.label)
      append(bufnr, "\n\n— " .. vim.b[bufnr].switchgear_served_by)
    end
  end, progress(bufnr))
  vim.api.nvim_create_autocmd("BufWipeout", {
    buffer = bufnr,
    callback = function()
      if id then
        wire.cancel(id)
      end
    end,
  })
  return bufnr
end

return M
