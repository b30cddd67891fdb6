-- What rules allow, and who stands aside until they do: what only queues with rules need, behind fair.lua. It is made when a
-- call first asks for it, as that is.

limits = function()
  local terms, termsFor, learnt = fair().terms, fair().termsFor, {}

  local function hasLimit(rule)
    return rule and (rule.concurrency or rule.permits)
  end

  -- Microseconds between two starts; rounded up, so that the rate is not exceeded.
  local function intervalOf(rule)
    return math.ceil(rule.period * 1000 / rule.permits)
  end

  local someHeld

  local function anyHeld()
    if someHeld == nil then
      someHeld = redis.call('EXISTS', HELD) == 1
    end
    return someHeld
  end

  -- By the clock's milliseconds, in which workers are told when to ask again.
  local clock = now * 1000

  -- How far the rate of a rule is used. What was used under other terms may not keep jobs from starting for longer than a
  -- burst under those that hold since then; that is seen here, so that a class may change without looking for its tenants.
  local function useOf(name, rule, busy, since)
    local burst = rule.permits and rule.burst * intervalOf(rule)
    if not burst or busy <= clock + burst then
      return busy
    end
    busy = math.min(since, clock) + burst
    redis.call('ZADD', RATES, string.format('%.0f', busy), name)
    return busy
  end

  -- How often in a row a rule has offered its room in vain: HELD tells it in parts of a millisecond.
  local function missesIn(score)
    local at = tonumber(score or 0)
    return at < BACK_ONLY and at * 16 % 16 or 0
  end

  local changing -- the rule whose own terms have just changed

  -- Those of some rules that nothing is known of yet; each is taken for one without a limit until it is.
  local function firstMet(names)
    local new = {}
    for i = 1, #names do
      local name = names[i]
      if learnt[name] == nil then
        learnt[name] = false
        new[#new + 1] = name
      end
    end
    return new
  end

  -- What is known of rules: their limits and how far these are used. Those without a limit are false, unless they hold
  -- jobs from when they had one.
  local function study(names)
    local new, some, found, since = firstMet(names), {}, {}, {}
    terms(new)
    for i = 1, #new do
      local name = new[i]
      local own, class = termsFor(name)
      local rule = hasLimit(own) and own or hasLimit(class) and class
      if rule then
        found[name] = rule
        since[name] = name == changing and clock or math.max(own and own.since or 0, class and class.since or 0)
      end
      if rule or anyHeld() then
        some[#some + 1] = name
      end
    end
    local held = #some > 0 and anyHeld() and redis.call('ZMSCORE', HELD, unpack(some)) or {}
    local counts = {}
    new = {}
    for i = 1, #some do
      local name = some[i]
      if found[name] or held[i] then
        new[#new + 1], counts[#new + 1] = name, name
        learnt[name] = {terms = found[name] or {}, holds = held[i] and true or false, misses = missesIn(held[i]), back = 0}
      end
    end
    if #new > 0 then
      for _, name in ipairs(new) do
        counts[#counts + 1] = learnt[name].holds and 'b' .. name or nil
      end
      local running, busy = redis.call('HMGET', RUNNING, unpack(counts)), redis.call('ZMSCORE', RATES, unpack(new))
      local at = #new
      for i, name in ipairs(new) do
        local rule = learnt[name]
        local limit = rule.terms
        rule.concurrency, rule.running = limit.concurrency, tonumber(running[i] or 0)
        rule.interval, rule.burst = limit.permits and intervalOf(limit), limit.burst
        rule.busy = useOf(name, limit, tonumber(busy[i] or 0), since[name])
        if rule.holds then
          at = at + 1
          rule.back = tonumber(running[at] or 0)
        end
      end
    end
  end

  -- For how many jobs a rule has room now, and when its rate has room for one more: ms, or inf if it does not bind.
  local function roomOf(rule)
    local free = (rule.concurrency or math.huge) - rule.running
    if not rule.interval then
      return math.max(0, free), 'inf'
    end
    local base = math.max(rule.busy, clock)
    local starts = math.max(0, math.floor((clock - base) / rule.interval) + rule.burst)
    local at = math.ceil((base + (starts - rule.burst + 1) * rule.interval) / 1000)
    return math.max(0, math.min(free, starts)), starts <= free and string.format('%.0f', at) or 'inf'
  end

  -- The terms of a rule have changed. If it holds jobs, it is looked at anew first, and after it all that do. Only a change
  -- that may concern many begins that walk again, or many small ones would not let it come to its end.
  local function change(name)
    changing = name
    study({name})
    if learnt[name] then
      learnt[name].misses = 0
    end
    redis.call('ZADD', HELD, 'XX', 0, name)
    redis.call((string.sub(name, 1, 1) == 'c' or name == 'k') and 'HSET' or 'HSETNX', META, 'review', 0)
  end

  -- In which part of a level a job stands aside under a rule: 0 is in the order of turns, and behind it, under the rule of a
  -- type, 1 has a lane for each tenant, since many meet there.
  local function laneOf(name, body, isAhead)
    return (isAhead or string.sub(name, 1, 1) ~= 'y') and '0' or '1' .. (tenantOf(body) or '') .. '\n'
  end

  -- The place of a job among those that stand aside. Turns have a fixed width, so texts sort as numbers.
  local function placeOf(level, lane, turn)
    return string.format('%.0f', level) .. lane .. string.format('%016.0f', turn)
  end

  -- What comes before what: all who take turns by tenants stand behind those of their level who do not.
  local function orderOf(place)
    return string.match(place, '^%d1') or string.sub(place, 1, 18)
  end

  -- Where the jobs that stand aside under a rule are.
  local function asideOf(name)
    return '[' .. name .. '\n', '(' .. name .. '\v'
  end

  local function asideIn(from, to, most)
    return redis.call('ZRANGEBYLEX', ASIDE, from, to, 'LIMIT', 0, most)
  end

  -- Nobody takes turns under a rule any more.
  local function forgetTurns(name)
    if string.sub(name, 1, 1) == 'y' then
      local turns = {}
      for level = 0, 9 do
        turns[level + 1] = 'turn:' .. level .. name
      end
      redis.call('HDEL', META, unpack(turns))
    end
  end

  -- Turns of those who were never put ahead come after all others.
  local LATER = 1e15

  local asides, holds, used = {}, {}, {}
  local unused = {} -- rules whose room was meant for a job that has been refused since
  local NONE = {} -- what applies to most jobs
  local match, sub = string.match, string.sub

  -- A text in a head: its name, itself as it stands there, and where it ends. The pattern takes it up to the first quote or
  -- escape, which for most is all of it.
  local function textIn(body, pattern, from)
    local name, text, close = match(body, pattern, from)
    if sub(body, close, close) ~= '"' then
      local start = close - #text
      text = textAt(body, start)
      close = start + #text
    end
    return name, text, close
  end

  -- The type, the tenant and the limit key in a head, as they stand there. In front of them there are numbers only, and behind
  -- them comes no other text before the type, which is the last.
  local function subjectsOf(body)
    local tenant, type = match(body, '^{"at":%d+,["%a:%d,%-]-"tenant":"([^"\\]*)","type":"([^"\\]*)"')
    if type then -- as most are
      return type, tenant
    end
    local key
    local name, text, close = textIn(body, '^{"at":%d+,["%a:%d,%-]-"(%a+)":"([^"\\]*)()', 1)
    while name ~= 'type' do
      if name == 'tenant' then
        tenant = text
      elseif name == 'limit' then
        key = text
      end
      name, text, close = textIn(body, '^","(%a+)":"([^"\\]*)()', close)
    end
    return text, tenant, key
  end

  -- Those of some rules, in a part of a list, that are not without a limit.
  local function limitsIn(names, from, to)
    local some = NONE
    for i = from, to do
      if learnt[names[i]] then
        some = some == NONE and {} or some
        some[#some + 1] = names[i]
      end
    end
    return some
  end

  -- The rules that apply to jobs, in the order in which they are asked; all that may are studied, in one go.
  local function rulesFor(bodies)
    local all, number, ends, each = {'q'}, 1, {}, {}
    for i = 1, #bodies do
      if bodies[i] then
        local type, tenant, key = subjectsOf(bodies[i])
        all[number + 1], number = 'y' .. type, number + 1
        if tenant then
          all[number + 1], number = 't' .. tenant, number + 1
        end
        if key then
          all[number + 1], number = 'k' .. key, number + 1
        end
      end
      ends[i] = number
    end
    study(all)
    for i = 1, #bodies do
      each[i] = limitsIn(all, (ends[i - 1] or 1) + 1, ends[i])
    end
    return each
  end

  -- The place of the first that stands aside under a rule.
  local function firstPlace(name)
    local rule = learnt[name]
    if not rule.first then
      local from, to = asideOf(name)
      local member = asideIn(from, to, 1)[1]
      rule.first = member and orderOf(string.sub(member, #name + 2)) or '~'
    end
    return rule.first
  end

  -- Takes down that a rule holds nobody any more, or nobody but newer jobs than those that are on their way, if so it is.
  local function settle(name)
    study({name})
    local rule = learnt[name]
    if rule then
      rule.first = nil
      rule.holds = firstPlace(name) ~= '~' or rule.back > 0
      if not rule.holds then
        redis.call('ZREM', HELD, name)
      elseif rule.first == '~' then
        redis.call('ZADD', HELD, BACK_ONLY, name)
      end
      if rule.first == '~' then
        forgetTurns(name)
      end
    end
  end

  -- A job leaves where it stands aside, which may be ahead of its lane.
  local function leaveAside(id, record)
    local name, before = record.aside, record.aside .. '\n'
    local lane = laneOf(name, redis.call('HGET', JOBS, id), false)
    redis.call('ZREM', ASIDE, before .. placeOf(record.level, '0', record.turn) .. id,
      before .. placeOf(record.level, lane, record.turn) .. id)
    settle(name)
  end

  -- Whether a job has been through before: it came back from a rule, or was given back.
  local function isAhead(record)
    return record and (record.turn or record.tag and record.tag < 0)
  end

  -- Whether there are others whom a rule has held back and who were there before a job.
  local function hasBefore(name, record)
    if not learnt[name].holds then
      return false
    end
    return not isAhead(record) or (record.turn ~= nil and firstPlace(name) < placeOf(record.level, '0', record.turn))
  end

  -- The first rule but one that has no room for a job, or has held back others who were there before; nil if all have room.
  local function refusal(names, record, but)
    for i = 1, #names do
      local name = names[i]
      local rule = name ~= but and learnt[name]
      if rule and (roomOf(rule) < 1 or hasBefore(name, record)) then
        return name
      end
    end
  end

  local arrivals = {} -- rules from which jobs came back that are not on their way any more

  -- A job that came back from a rule has started, or waits elsewhere. After the last of them the rule holds nobody back.
  local function arrive(name)
    study({name})
    local rule = learnt[name]
    if rule then
      rule.back, arrivals[name] = math.max(0, rule.back - 1), rule
      rule.holds = rule.back > 0 or firstPlace(name) ~= '~'
    end
  end

  -- Takes down how many are on their way, and forgets the rules that hold nobody back any more.
  local function keepArrivals()
    local counts, gone = {}, {}
    for name, rule in pairs(arrivals) do
      if rule.back > 0 then
        counts[#counts + 1], counts[#counts + 2] = 'b' .. name, rule.back
      else
        gone[#gone + 1] = 'b' .. name
      end
      if not rule.holds then
        redis.call('ZREM', HELD, name)
      end
    end
    if #counts > 0 then
      redis.call('HSET', RUNNING, unpack(counts))
    end
    if #gone > 0 then
      redis.call('HDEL', RUNNING, unpack(gone))
    end
    arrivals = {}
  end

  -- Counts a job for its rules; returns those that must be told when it ends.
  local function use(names, record)
    if record and record.back then
      arrive(record.back)
    end
    local counted
    for i = 0, #names do
      local name = names[i] or 'q'
      local rule = learnt[name]
      if rule then
        used[name] = rule
        rule.running = rule.running + 1
        rule.busy = rule.interval and math.max(rule.busy, clock) + rule.interval or 0
        if rule.concurrency then
          counted = counted and counted .. '\n' .. name or name
        end
      end
    end
    return counted
  end

  -- A job waits until a rule has room; returns its record.
  local function setAside(id, record, name, body)
    local ahead, rule = isAhead(record), learnt[name]
    record.turn = record.turn or (ahead and 0 or LATER) + count('tag', 1)
    if record.back then
      unused[record.back] = true
      arrive(record.back)
    end
    record.state, record.aside, record.back, record.tag = 'READY', name, nil, nil
    local place = placeOf(record.level, laneOf(name, body, ahead), record.turn)
    asides[#asides + 1], asides[#asides + 2] = 0, name .. '\n' .. place .. id
    local first = firstPlace(name)
    if first == '~' then
      local room, at = roomOf(rule)
      rule.holds = true
      holds[#holds + 1], holds[#holds + 2] = room > rule.back and nowText or at, name
    end
    if orderOf(place) < first then
      rule.first = orderOf(place)
    end
    return encode(record)
  end

  -- Takes down who stands aside, and which rules have room that a job did not use.
  local function keepAside()
    keepArrivals()
    if #asides > 0 then
      redis.call('ZADD', ASIDE, unpack(asides))
    end
    if #holds > 0 then
      redis.call('ZADD', HELD, unpack(holds))
    end
    for name in pairs(unused) do
      redis.call('ZADD', HELD, 'XX', nowText, name)
    end
    local isLeft = next(unused) ~= nil
    asides, holds, unused = {}, {}, {}
    return isLeft
  end

  -- A rule may have room for others than those it has been offered to.
  local function spare(name)
    unused[name] = true
  end

  -- A job that came back from a rule has left its line by other ways than a start: the room that it had is another's.
  local function giveUp(name)
    arrive(name)
    if learnt[name] and learnt[name].holds and firstPlace(name) ~= '~' then
      unused[name] = true
    end
    keepAside()
  end

  -- Takes down what has been used, who stands aside, and who does not wait any more: members of AGING.
  -- Returns whether a rule has room that was not used, and may be asked once more.
  local function keepUse(gone)
    if #gone > 0 then
      redis.call('ZREM', AGING, unpack(gone))
    end
    local numbers, times = {}, {}
    for name, rule in pairs(used) do
      if rule.concurrency then
        numbers[#numbers + 1], numbers[#numbers + 2] = name, rule.running
      end
      if rule.interval then
        times[#times + 1], times[#times + 2] = string.format('%.0f', rule.busy), name
      end
    end
    if #numbers > 0 then
      redis.call('HSET', RUNNING, unpack(numbers))
    end
    if #times > 0 then
      redis.call('ZADD', RATES, unpack(times))
    end
    return keepAside()
  end

  local made = {
    study = study, learnt = learnt, roomOf = roomOf, change = change, asideOf = asideOf, asideIn = asideIn, settle = settle,
    leaveAside = leaveAside, firstPlace = firstPlace, rulesFor = rulesFor, refusal = refusal, use = use, setAside = setAside,
    spare = spare, keepAside = keepAside, giveUp = giveUp, keepUse = keepUse}
  limits = function()
    return made
  end
  return made
end
