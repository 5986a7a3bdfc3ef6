if vim.g.loaded_switchgear then
  return
end
vim.g.loaded_switchgear = true

vim.api.nvim_create_user_command("Switchgear", function(options)
  require("switchgear.command").run(options)
end, {
  nargs = "*",
  range = true,
  desc = "Your models, who serves them, and in which order",
  complete = function(lead, line)
    require("switchgear").setup()
    return require("switchgear.command").complete(lead, line)
  end,
})
