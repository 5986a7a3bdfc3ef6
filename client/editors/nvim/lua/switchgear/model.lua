--- The page of one merged model: its offers in order, with health, why, what is left and when it is back.
---
--- Rules for editing: rows are made of the daemon's own words. A key of the page is one request; what it changed comes
--- back as events, and the page is drawn anew.

local clean = require("switchgear.clean")
local page = require("switchgear.page")
local say = require("switchgear.say")
local wire = require("switchgear.wire")
local M = {}

local GROUPS = {
  rate_limited = "SwitchgearBusy",
  quota_exhausted = "SwitchgearBusy",
  disabled = "SwitchgearDim",
}
local MARKS = { SwitchgearGood = "●", SwitchgearBusy = "◐", SwitchgearBad = "○", SwitchgearDim = "·" }
local KEYS = "o order   p pin   u unpin   P pause   R resume   w why   g again   q close"

--- "via Claude Pro" of "Opus 4.6 (via Claude Pro)".
local function who(label)
  return clean.line((label or ""):match("%(via (.*)%)$") or label)
end

local function turn(offer)
  if offer.place == 1 then
    return "serves now"
  elseif offer.place then
    return "then"
  end
  local words = clean.line(offer.reason ~= "" and offer.reason or clean.word(offer.health))
  return offer["until"] and words .. ", back " .. say.moment(offer["until"]) or words
end

local function left(window)
  local told = clean.line(window.window)
  if window.used then
    told = told .. (" %d %% left"):format(say.left(window.used))
  elseif window.remaining then
    local amount = (window.remaining % 1 == 0 and "%d" or "%.2f"):format(window.remaining)
    told = told .. " " .. amount .. (window.unit and " " .. clean.line(window.unit) or "") .. " left"
  elseif window.state and window.state ~= "ok" then
    told = told .. " " .. clean.word(window.state)
  end
  return told .. say.reset(window)
end

local function padded(text, width)
  return text .. (" "):rep(width - vim.fn.strdisplaywidth(text))
end

--- How an offer is shown: what has a turn is good, what is well without one is only passed over.
local function group_of(offer)
  if offer.place then
    return "SwitchgearGood"
  end
  return offer.health == "available" and "SwitchgearDim" or GROUPS[offer.health] or "SwitchgearBad"
end

--- `widths`: of the names, of what is said of their turn.
local function offer_row(number, offer, widths)
  local group = group_of(offer)
  return {
    { (" %d  "):format(number) },
    { MARKS[group], group },
    { " " .. padded(who(offer.label), widths[1]) .. "  " },
    { padded(turn(offer), widths[2]), group },
    { "  " .. clean.line(offer.billing), "SwitchgearDim" },
  }
end

--- The rows of the page, and of each row the offer it is about.
function M.rows(model)
  local widths = { 0, 0 }
  for _, offer in ipairs(model.offers) do
    widths[1] = math.max(widths[1], vim.fn.strdisplaywidth(who(offer.label)))
    widths[2] = math.max(widths[2], vim.fn.strdisplaywidth(turn(offer)))
  end
  local serving = model.serving and "via " .. who(model.serving) or "nobody can serve it now"
  local pinned = model.pinned and "  pinned" or ""
  local rows = { { { " " .. clean.line(model.label), "SwitchgearTitle" }, { "  " .. serving .. pinned } }, "" }
  local about = {}
  for number, offer in ipairs(model.offers) do
    table.insert(rows, offer_row(number, offer, widths))
    about[#rows] = offer
    for _, window in ipairs(offer.windows or {}) do
      table.insert(rows, { { "      " .. left(window), "SwitchgearDim" } })
      about[#rows] = offer
    end
  end
  vim.list_extend(rows, { "", { { " " .. KEYS, "SwitchgearDim" } } })
  return rows, about
end

local function why(alias)
  wire.request("route/explain", { model = alias }, say.unless_failed(function(found)
    local rows = { { { " " .. clean.line(found.alias), "SwitchgearTitle" } }, "" }
    for _, step in ipairs(found.steps) do
      local told = ("  %s/%s: %s"):format(clean.line(step.provider), clean.line(step.model), clean.word(step.code))
      table.insert(rows, step.reason ~= "" and told .. " (" .. clean.line(step.reason) .. ")" or told)
    end
    page.open(rows, {})
  end))
end

--- Open the page of the model `alias`.
function M.open(alias)
  wire.request("models/show", { model = alias }, say.unless_failed(function(model)
    local rows, about = M.rows(model)
    local redraw, bufnr
    local function again()
      wire.request("models/show", { model = alias }, function(failure, found)
        if not failure then
          rows, about = M.rows(found)
          redraw(rows)
        end
      end)
    end
    local function act(method, params)
      wire.request(method, params, say.unless_failed(again))
    end
    local function of(line)
      return about[line] and about[line].provider or model.offers[1].provider
    end
    bufnr, redraw = page.open(rows, {
      o = function()
        page.close()
        require("switchgear.order").open(alias)
      end,
      p = function(line)
        act("sessions/pin", { model = alias, provider = of(line) })
      end,
      u = function()
        act("sessions/unpin", { model = alias })
      end,
      P = function(line)
        act("providers/pause", { provider = of(line) })
      end,
      R = function(line)
        act("providers/resume", { provider = of(line) })
      end,
      w = function()
        why(alias)
      end,
      g = again,
    })
    vim.api.nvim_create_autocmd("User", {
      pattern = { "SwitchgearEvent", "SwitchgearConnected" },
      callback = function()
        if not vim.api.nvim_buf_is_valid(bufnr) then
          return true -- it is closed: this was the last time
        end
        again()
      end,
    })
  end))
end

--- One row of the picker: "opus-4.6          via GitHub Copilot     ◐ ● ●", a mark for each offer in order.
function M.item(model)
  local marks = vim.tbl_map(function(offer)
    return MARKS[group_of(offer)]
  end, model.offers)
  local serving = model.serving and "via " .. who(model.serving) or "nobody now"
  return padded(clean.line(model.alias), 24) .. " " .. padded(serving, 28) .. " " .. table.concat(marks, " ")
end

--- Choose a model, then see its page.
function M.pick()
  wire.request("models/list", {}, say.unless_failed(function(found)
    if #found.models == 0 then
      return say.failed({ message = "there are no models yet", hint = "switchgear setup" })
    end
    local select = require("switchgear").options.select or vim.ui.select
    select(found.models, { prompt = "Switchgear models", format_item = M.item }, function(model)
      if model then
        M.open(model.alias)
      end
    end)
  end))
end

return M
