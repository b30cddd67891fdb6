-- What rules allow, and the jobs that stand aside until they do: what only queues with rules need, behind fair.lua. It is
-- made when a call first asks for it, as that is.

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

  -- What is known of rules: their limits and how far these are used. Those without a limit are false, unless they hold
  -- jobs from when they had one.
  local function study(names)
    local new, found = {}, {}
    terms(names)
    for _, name in ipairs(names) do
      if learnt[name] == nil then
        local own, class = termsFor(name)
        local rule = hasLimit(own) and own or hasLimit(class) and class
        learnt[name] = false
        if rule or anyHeld() then
          rule = rule or {}
          new[#new + 1], found[#found + 1] = name, rule
        end
      end
    end
    if #new > 0 then
      local running = redis.call('HMGET', RUNNING, unpack(new))
      local busy, held = redis.call('ZMSCORE', RATES, unpack(new)), redis.call('ZMSCORE', HELD, unpack(new))
      for i, name in ipairs(new) do
        local rule = found[i]
        learnt[name] = (rule.concurrency or rule.permits or held[i]) and {
          concurrency = rule.concurrency, running = tonumber(running[i] or 0),
          terms = rule, interval = rule.permits and intervalOf(rule), burst = rule.burst,
          busy = tonumber(busy[i] or 0), holds = held[i] ~= false} or false
      end
    end
  end

  -- By the clock's milliseconds, in which workers are told when to ask again.
  local clock = now * 1000

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

  -- What was used under other terms of a rule may not keep jobs from starting for longer than a burst under these.
  local function forgive(name)
    local rule = terms({name})[name]
    if not (rule and rule.permits) then
      return
    end
    local latest = string.format('%.0f', clock + rule.burst * intervalOf(rule))
    local later = redis.call('ZRANGEBYSCORE', RATES, '(' .. latest, 'inf', 'LIMIT', 0, 1000)
    study(later)
    for _, each in ipairs(later) do
      if learnt[each] and learnt[each].terms == rule then
        redis.call('ZADD', RATES, latest, each)
        learnt[each].busy = tonumber(latest)
      end
    end
  end

  -- The place of a job among those that stand aside: lower levels first, then by turn. Fixed widths, so texts sort as numbers.
  local function placeOf(level, turn)
    return string.format('%.0f%016.0f', level, turn)
  end

  -- Where the jobs that stand aside under a rule are.
  local function asideOf(name)
    return '[' .. name .. '\n', '(' .. name .. '\v'
  end

  -- A job leaves where it stands aside; a rule that holds nobody is not asked any more.
  local function leaveAside(id, record)
    redis.call('ZREM', ASIDE, record.aside .. '\n' .. placeOf(record.level, record.turn) .. id)
    if redis.call('ZLEXCOUNT', ASIDE, asideOf(record.aside)) == 0 then
      redis.call('ZREM', HELD, record.aside)
    end
  end

  local free, returned = {}, {}
  local returns = 250 -- how many may come back in this call, which must not hold up everybody

  -- Those of some jobs that stand aside whose level had nobody at its head who was put there by an earlier call.
  local function unobstructed(members)
    local clear = {}
    for _, member in ipairs(members) do
      local level = tonumber(string.sub(member, -53, -53))
      if free[level] == nil then
        local head = redis.call('LINDEX', ready(level), 0)
        free[level] = not (head and string.sub(head, 38, 38) == '-')
      end
      clear[#clear + 1] = free[level] and member or nil
    end
    return clear
  end

  -- Lets as many come back to the heads of their levels as a rule has room for.
  local function comeBack(name)
    if returned[name] then
      return -- or the second batch would stand before the first
    end
    study({name})
    local rule = learnt[name]
    local room, at = math.huge, 'inf'
    if rule then
      room, at = roomOf(rule)
    end
    local from, to = asideOf(name)
    local most = math.min(room, returns)
    local members = most > 0 and redis.call('ZRANGEBYLEX', ASIDE, from, to, 'LIMIT', 0, most) or {}
    local clear = unobstructed(members)
    returns = returns - #clear
    for i = #clear, 1, -1 do
      local id = string.sub(clear[i], -36)
      local record = decode(redis.call('HGET', STATE, id))
      record.back = name
      addReady(id, record, true)
    end
    if #clear > 0 then
      returned[name] = true
      redis.call('ZREM', ASIDE, unpack(clear))
      if rule then
        rule.first = nil
      end
    end
    if redis.call('ZLEXCOUNT', ASIDE, from, to) == 0 then
      redis.call('ZREM', HELD, name)
      if rule then
        rule.holds = false
      end
    else
      local areMore = #clear < #members or most < room
      redis.call('ZADD', HELD, areMore and nowText or at, name)
    end
  end

  -- Takes those that have stopped off what they counted for, and lets others come back who waited for that, or whose time
  -- has come.
  local function letBack()
    local gone = {}
    for name, number in pairs(freed) do
      local left = redis.call('HINCRBY', RUNNING, name, -number)
      if left <= 0 then
        gone[#gone + 1] = name
      end
      if learnt[name] then
        learnt[name].running = math.max(0, left)
      end
    end
    if #gone > 0 then
      redis.call('HDEL', RUNNING, unpack(gone))
    end
    for name, number in pairs(freed) do
      if name == 'q' then
        woken = woken + number
      elseif redis.call('ZSCORE', HELD, name) then
        comeBack(name)
      end
    end
    freed = {}
  end

  -- Lets those come back whose time has come, some of the rules at a time.
  local function letBackDue()
    local _, _, rules = lines()
    for _, name in ipairs(rules and redis.call('ZRANGEBYSCORE', HELD, '-inf', now, 'LIMIT', 0, 100) or {}) do
      comeBack(name)
    end
  end

  -- Turns of those who were never put ahead come after all others.
  local LATER = 1e15

  local asides, holds, used = {}, {}, {}
  local unused = {} -- rules whose room was meant for a job that another rule has refused

  -- The texts in a head that rules are about, as they stand there. In front of them there are numbers only.
  local function subjectsOf(body)
    local subjects, at = {}, string.match(body, '^{"at":%d+,()')
    local behind = at
    while behind do
      at = behind
      behind = string.match(body, '^"%a+":%-?%d+,()', at)
    end
    repeat
      local name, from = string.match(body, '^"(%a+)":"()', at)
      subjects[name] = textAt(body, from)
      at = from + #subjects[name] + 2
    until name == 'type'
    return subjects
  end

  -- The rules that may apply to jobs, in the order in which they are asked; all of them are studied.
  local function rulesFor(bodies)
    local all, each = {'q'}, {}
    for i, body in ipairs(bodies) do
      local names = {}
      if body then
        local subjects = subjectsOf(body)
        names[1] = 'y' .. subjects.type
        names[#names + 1] = subjects.tenant and 't' .. subjects.tenant
        names[#names + 1] = subjects.limit and 'k' .. subjects.limit
      end
      each[i] = names
      for _, name in ipairs(names) do
        all[#all + 1] = name
      end
    end
    study(all)
    return each
  end

  -- The place of the first that stands aside under a rule.
  local function firstPlace(name)
    local rule = learnt[name]
    if not rule.first then
      local from, to = asideOf(name)
      local member = redis.call('ZRANGEBYLEX', ASIDE, from, to, 'LIMIT', 0, 1)[1]
      rule.first = member and string.sub(member, -53, -37) or '~'
    end
    return rule.first
  end

  -- Whether others stand aside under a rule who were there before a job. One that was put ahead has been through before.
  local function hasBefore(name, record)
    if not learnt[name].holds then
      return false
    end
    local isAhead = record and record.tag and record.tag < 0
    return not isAhead or (record.turn ~= nil and firstPlace(name) < placeOf(record.level, record.turn))
  end

  -- The first rule that has no room for a job, or has others aside who were there before; nil if all have room.
  local function refusal(names, record)
    for _, name in ipairs(names) do
      local rule = learnt[name]
      if rule and (roomOf(rule) < 1 or hasBefore(name, record)) then
        return name
      end
    end
  end

  -- Counts a job for its rules; returns those that must be told when it ends.
  local function use(names)
    local counted = {}
    for i = 0, #names do
      local name = names[i] or 'q'
      local rule = learnt[name]
      if rule then
        used[name] = rule
        rule.running = rule.running + 1
        rule.busy = rule.interval and math.max(rule.busy, clock) + rule.interval or 0
        counted[#counted + 1] = rule.concurrency and name
      end
    end
    return #counted > 0 and table.concat(counted, '\n') or nil
  end

  -- A job waits until a rule has room; returns its record.
  local function setAside(id, record, name)
    if record.tag and record.tag < 0 then
      record.turn = record.turn or count('tag', 1)
    else
      record.turn = LATER + count('tag', 1)
    end
    if record.back and record.back ~= name then
      unused[record.back] = true
    end
    record.state, record.aside, record.back, record.tag = 'READY', name, nil, nil
    local place = placeOf(record.level, record.turn)
    asides[#asides + 1], asides[#asides + 2] = 0, name .. '\n' .. place .. id
    if place < firstPlace(name) then
      learnt[name].first = place
    end
    if not learnt[name].holds then
      local _, at = roomOf(learnt[name])
      learnt[name].holds = true
      holds[#holds + 1], holds[#holds + 2] = at, name
    end
    return encode(record)
  end

  -- Takes down what has been used, who stands aside, and who does not wait any more: members of AGING.
  local function keepUse(gone)
    if #gone > 0 and redis.call('EXISTS', AGING) == 1 then
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
    if #asides > 0 then
      redis.call('ZADD', ASIDE, unpack(asides))
    end
    if #holds > 0 then
      redis.call('ZADD', HELD, unpack(holds))
    end
    for name in pairs(unused) do
      redis.call('ZADD', HELD, 'XX', nowText, name)
    end
  end

  local made = {
    study = study, learnt = learnt, roomOf = roomOf, forgive = forgive, leaveAside = leaveAside, comeBack = comeBack,
    letBack = letBack, letBackDue = letBackDue, rulesFor = rulesFor, refusal = refusal, use = use, setAside = setAside,
    keepUse = keepUse}
  limits = function()
    return made
  end
  return made
end
