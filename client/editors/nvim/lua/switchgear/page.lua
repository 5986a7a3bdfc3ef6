--- A page of our own in a floating window: lines with highlights, keys, closed by `q`.

local M = {}

local LINKS = {
  SwitchgearTitle = "Title",
  SwitchgearGood = "String",
  SwitchgearBusy = "DiagnosticWarn",
  SwitchgearBad = "DiagnosticError",
  SwitchgearDim = "Comment",
}

for group, link in pairs(LINKS) do
  vim.api.nvim_set_hl(0, group, { link = link, default = true })
end

local space = vim.api.nvim_create_namespace("switchgear")

local function size(lines)
  local width = 40
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line))
  end
  return math.min(width + 2, vim.o.columns - 4), math.min(#lines, vim.o.lines - 6)
end

local function place(lines)
  local width, height = size(lines)
  return {
    relative = "editor",
    style = "minimal",
    border = "rounded",
    width = width,
    height = math.max(height, 1),
    row = math.floor((vim.o.lines - height) / 2) - 1,
    col = math.floor((vim.o.columns - width) / 2),
  }
end

--- Put `lines` ({ { text, group }, ... } each, or text) into the buffer.
local function fill(bufnr, rows)
  local lines, marks = {}, {}
  for number, row in ipairs(rows) do
    local text = ""
    for _, part in ipairs(type(row) == "string" and { { row } } or row) do
      if part[2] then
        table.insert(marks, { number - 1, #text, #text + #part[1], part[2] })
      end
      text = text .. part[1]
    end
    table.insert(lines, text)
  end
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].modifiable = false
  vim.api.nvim_buf_clear_namespace(bufnr, space, 0, -1)
  for _, mark in ipairs(marks) do
    vim.api.nvim_buf_set_extmark(bufnr, space, mark[1], mark[2], { end_col = mark[3], hl_group = mark[4] })
  end
  return lines
end

--- Open a page. `keys`: key -> function(line number). Returns its buffer and `redraw(rows)`.
function M.open(rows, keys)
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.bo[bufnr].bufhidden = "wipe"
  vim.bo[bufnr].filetype = "switchgear"
  local lines = fill(bufnr, rows)
  local window = vim.api.nvim_open_win(bufnr, true, place(lines))
  vim.api.nvim_create_autocmd("VimResized", {
    callback = function()
      if not vim.api.nvim_win_is_valid(window) then
        return true
      end
      vim.api.nvim_win_set_config(window, place(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)))
    end,
  })
  vim.wo[window].cursorline = true
  vim.wo[window].wrap = false
  keys = vim.tbl_extend("keep", keys, { q = M.close, ["<Esc>"] = M.close })
  for key, act in pairs(keys) do
    vim.keymap.set("n", key, function()
      act(vim.api.nvim_win_get_cursor(0)[1])
    end, { buffer = bufnr, nowait = true, silent = true })
  end
  return bufnr, function(again)
    if vim.api.nvim_buf_is_valid(bufnr) and vim.api.nvim_win_is_valid(window) then
      local at = vim.api.nvim_win_get_cursor(window)
      vim.api.nvim_win_set_config(window, place(fill(bufnr, again)))
      vim.api.nvim_win_set_cursor(window, { math.min(at[1], vim.api.nvim_buf_line_count(bufnr)), 0 })
    end
  end
end

function M.close()
  pcall(vim.api.nvim_win_close, 0, true)
end

return M
