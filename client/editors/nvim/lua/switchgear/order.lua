--- The order of a model's providers, as lines to be moved; `:w` puts it in force.

local clean = require("switchgear.clean")
local say = require("switchgear.say")
local wire = require("switchgear.wire")
local M = {}

local HELP = {
  "# Move the lines; the first one is asked first. :w puts the order in force and into the config, :q! leaves it.",
  "# Every provider stays in the model, whatever is deleted here.",
}

--- The provider ids of the lines, in order.
function M.read(lines)
  local found = {}
  for _, line in ipairs(lines) do
    local id = line:match("^%s*([^%s#]+)")
    if id then
      table.insert(found, id)
    end
  end
  return found
end

local function lines_of(model)
  local lines = vim.list_extend({}, HELP)
  for _, offer in ipairs(model.offers) do
    table.insert(lines, ("%-28s # %s"):format(clean.line(offer.provider), clean.line(offer.label)))
  end
  return lines
end

local function write(bufnr, alias)
  local providers = M.read(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false))
  wire.request("models/order", { model = alias, providers = providers }, say.unless_failed(function(model)
    if vim.api.nvim_buf_is_valid(bufnr) then
      vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines_of(model))
      vim.bo[bufnr].modified = false
    end
    say.done(alias .. " asks " .. model.offers[1].provider .. " first")
  end))
end

function M.open(alias)
  wire.request("models/show", { model = alias }, say.unless_failed(function(model)
    local bufnr = vim.api.nvim_create_buf(false, false)
    vim.api.nvim_buf_set_name(bufnr, ("switchgear://order/%s#%d"):format(clean.line(alias), bufnr))
    vim.bo[bufnr].buftype = "acwrite"
    vim.bo[bufnr].bufhidden = "wipe"
    vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines_of(model))
    vim.bo[bufnr].filetype = "conf"
    vim.bo[bufnr].modified = false
    vim.api.nvim_create_autocmd("BufWriteCmd", {
      buffer = bufnr,
      callback = function()
        write(bufnr, alias)
      end,
    })
    vim.cmd("botright split")
    vim.api.nvim_win_set_buf(0, bufnr)
    vim.api.nvim_win_set_cursor(0, { #HELP + 1, 0 })
  end))
end

return M
