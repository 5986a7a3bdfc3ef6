--- Failures and good ends as one message, and moments as people read them.

local clean = require("switchgear.clean")
local M = {}

local DAY = 20 * 3600 -- seconds within which the clock time alone says which day

function M.failed(failure)
  local hint = failure.hint and "\nhint: " .. clean.line(failure.hint) or ""
  vim.notify("Switchgear: " .. clean.line(failure.message) .. hint, vim.log.levels.WARN)
end

--- One line that fits below the windows: a longer one would make Neovim ask for a key.
function M.briefly(text, level)
  local room, kept = vim.v.echospace, clean.line(text)
  if vim.fn.strdisplaywidth(kept) > room then
    repeat
      kept = vim.fn.strcharpart(kept, 0, vim.fn.strchars(kept) - 1)
    until vim.fn.strdisplaywidth(kept) < room
    kept = kept .. "…"
  end
  vim.notify(kept, level)
end

function M.done(text)
  M.briefly("Switchgear: " .. text, vim.log.levels.INFO)
end

--- Calls `good(result)`, or says what failed.
function M.unless_failed(good)
  return function(failure, result)
    if failure then
      return M.failed(failure)
    end
    good(result)
  end
end

--- "14:05", on another day "Tue 14:05".
function M.moment(epoch)
  if math.abs(epoch - os.time()) > DAY then
    return os.date("%a %H:%M", math.floor(epoch))
  end
  return os.date("%H:%M", math.floor(epoch))
end

--- Percent that are left of a window; what was read may be late, and say more than all was used.
function M.left(used)
  return math.max(math.floor((1 - used) * 100 + 0.5), 0)
end

--- ", resets 14:05" of a window; of one whose reset has passed and of which nothing was read since, ", reset 14:05".
function M.reset(window)
  if not window.resets_at then
    return ""
  end
  return (window.resets_at > os.time() and ", resets " or ", reset ") .. M.moment(window.resets_at)
end

--- Seconds of "90", "30m", "2h", "1d"; nil for what is none.
function M.seconds(text)
  local count, unit = (text or ""):match("^(%d+)([smhd]?)$")
  return count and tonumber(count) * ({ s = 1, m = 60, h = 3600, d = 86400, [""] = 1 })[unit] or nil
end

return M
