-- Rules that hold jobs back. Reads, but for debts that are cut when a rule is looked at.
--
-- ARGV     7... rules to tell of, without that of the queue; none for all, of which the first 20 are told
-- returns  1 how many hold jobs back; 2 how many jobs: in the lines if the queue's rule has no room, then aside under rules of
--          types, tenants, keys; 3 flat, per rule: its name, how many jobs it holds back, when its rate has room in ms
--          ("" if a job must end first), its terms as JSON

local missing, _, rules = lines()
if not rules then
  return {0, {0, 0, 0, 0}, {}}
end
local rows = {}

local function tell(name, jobs, at)
  local terms = limits().learnt[name] and limits().learnt[name].terms or {}
  local k = #rows
  rows[k + 1], rows[k + 2], rows[k + 4] = name, jobs, cjson.encode(terms)
  rows[k + 3] = at == 'inf' and '' or string.format('%.0f', math.max(now, at))
end

local function tellAll(names, times)
  limits().study(names)
  for i, name in ipairs(names) do
    if times[i] then
      tell(name, redis.call('ZLEXCOUNT', ASIDE, '[' .. name .. '\n', '(' .. name .. '\v'), times[i])
    end
  end
end

local function firstHeld()
  local names, times = {}, {}
  for _, span in ipairs({{'-inf', '(' .. BACK_ONLY}, {'inf', 'inf'}}) do
    local found = redis.call('ZRANGEBYSCORE', HELD, span[1], span[2], 'WITHSCORES', 'LIMIT', 0, 20 - #names)
    for i = 1, #found, 2 do
      names[#names + 1], times[#times + 1] = found[i], found[i + 1]
    end
  end
  return names, times
end

local inLines = 0
if #ARGV > 6 then
  local names = {unpack(ARGV, 7)}
  tellAll(names, redis.call('ZMSCORE', HELD, unpack(names)))
else
  limits().study({'q'})
  local room, at = 1, 'inf'
  if limits().learnt.q then
    room, at = limits().roomOf(limits().learnt.q)
  end
  if room < 1 then
    inLines = waitingInLines() - missing
  end
  if inLines > 0 then
    tell('q', inLines, at)
  end
  tellAll(firstHeld())
end
return {redis.call('ZCARD', HELD) - redis.call('ZCOUNT', HELD, BACK_ONLY, BACK_ONLY) + (inLines > 0 and 1 or 0),
  {inLines, redis.call('ZLEXCOUNT', ASIDE, '[y', '(z'), redis.call('ZLEXCOUNT', ASIDE, '[t', '(u'),
    redis.call('ZLEXCOUNT', ASIDE, '[k', '(l')}, rows}
