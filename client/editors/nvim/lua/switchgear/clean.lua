--- Foreign text made fit to be shown: names, reasons and answers come from providers.
---
--- Rules for editing: whatever came over the socket passes here before it is shown, and is never evaluated.

local M = {}

local CONTROL = "[%z\1-\31\127]"
-- C1 controls (U+0080-9F), direction marks and overrides, line and paragraph separators, as UTF-8
local HIDDEN = { "\194[\128-\159]", "\226\128[\142\143\168-\174]", "\226\129[\166-\169]", "\216\156" }

local function without(text, pattern, instead)
  return (text:gsub(pattern, instead))
end

local function shown(text, control, instead)
  text = without(tostring(text or ""), control, instead)
  for _, pattern in ipairs(HIDDEN) do
    text = without(text, pattern, "")
  end
  return text
end

--- One line.
function M.line(text)
  return shown(text, CONTROL, " ")
end

--- An answer: its newlines and tabs stay.
function M.answer(text)
  return shown(text, "[%z\1-\8\11-\31\127]", "")
end

--- One line for 'statusline', where `%` means something.
function M.statusline(text)
  return without(M.line(text), "%%", "%%%%")
end

--- A word of the protocol for people: "quota_exhausted" as "quota exhausted".
function M.word(text)
  return without(M.line(text), "_", " ")
end

return M
