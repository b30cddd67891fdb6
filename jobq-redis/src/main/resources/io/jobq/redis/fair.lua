-- What only queues with tenants or rules need, behind common.lua. It is made when a call first asks for it, since each
-- function that is made costs each call.

local function makeFair()
  -- Where virtual time stands in a level, and the start tag of the next job of no tenant there.
  local function virtualTime(level)
    local meta = redis.call('HMGET', META, 'virtual:' .. level, 'nobodys:' .. level)
    return tonumber(meta[1] or level * ROOM), tonumber(meta[2] or level * ROOM)
  end

  local termsOf, learnt = {}, {}

  -- The terms of rules by name, each read once; false for none.
  local function terms(names)
    local missing = {}
    for _, name in ipairs(names) do
      if termsOf[name] == nil then
        termsOf[name] = false
        missing[#missing + 1] = name
      end
    end
    if #missing > 0 then
      for i, text in ipairs(redis.call('HMGET', RULES, unpack(missing))) do
        termsOf[missing[i]] = text and decode(text)
      end
    end
    return termsOf
  end

  -- The terms of levels, by level from 0.
  local function levels()
    local names, found = {}, {}
    for level = 0, 9 do
      names[level + 1] = 'l' .. level
    end
    terms(names)
    for level = 0, 9 do
      found[level] = termsOf['l' .. level]
    end
    return found
  end

  -- Takes down when ready jobs will have waited for longest: level, id, and since when they wait if not since now.
  local function age(jobs)
    local all, ends = levels(), {}
    for _, job in ipairs(jobs) do
      local level = all[job[1]]
      if level and level.wait then
        ends[#ends + 1], ends[#ends + 2] = string.format('%.0f', (job[3] or now) + level.wait), job[1] .. job[2]
      end
    end
    if #ends > 0 then
      redis.call('ZADD', AGING, 'NX', unpack(ends))
    end
  end

  local function hasLimit(rule)
    return rule and (rule.concurrency or rule.permits)
  end

  -- The terms that hold for what rules are about: its own, and those of its class.
  local function termsFor(name)
    local own, kind = terms({name})[name], string.sub(name, 1, 1)
    if kind == 't' then
      local class = 'c' .. (own and own.class or '')
      return own, terms({class})[class]
    end
    return own, kind == 'k' and terms({'k'})['k'] or nil
  end

  -- The weights of tenants, by lane; an empty table if there are no rules.
  local function weightsOf(lanes)
    local weights = {}
    local _, _, rules = lines()
    for i, lane in ipairs(rules and lanes or {}) do
      local own, class = termsFor('t' .. string.sub(lane, 2))
      weights[i] = own and own.weight or class and class.weight
    end
    return weights
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
    local new, limits = {}, {}
    terms(names)
    for _, name in ipairs(names) do
      if learnt[name] == nil then
        local own, class = termsFor(name)
        local rule = hasLimit(own) and own or hasLimit(class) and class
        learnt[name] = false
        if rule or anyHeld() then
          rule = rule or {}
          new[#new + 1], limits[#limits + 1] = name, rule
        end
      end
    end
    if #new > 0 then
      local running = redis.call('HMGET', RUNNING, unpack(new))
      local busy, held = redis.call('ZMSCORE', RATES, unpack(new)), redis.call('ZMSCORE', HELD, unpack(new))
      for i, name in ipairs(new) do
        local rule = limits[i]
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

  -- Puts ready jobs of tenants where their turn is: entries by lane, which is a level and a tenant.
  local function share(lanes)
    local names, scores, marks, virtual = {}, {}, {}, {}
    for lane in pairs(lanes) do
      names[#names + 1] = lane
    end
    local finishes = redis.call('ZMSCORE', TENANTS, unpack(names))
    local weights = weightsOf(names)
    for i, lane in ipairs(names) do
      local level = tonumber(string.sub(lane, 1, 1))
      virtual[level] = virtual[level] or virtualTime(level)
      local start = math.max(virtual[level], tonumber(finishes[i] or 0))
      local stride = STRIDE / (weights[i] or 1)
      for _, entry in ipairs(lanes[lane]) do
        scores[#scores + 1], scores[#scores + 2] = string.format('%.0f', start), entry
        start = math.min(start + stride, (level + 1) * ROOM - 1)
      end
      marks[#marks + 1], marks[#marks + 2] = string.format('%.0f', start), lane
    end
    redis.call('ZADD', SHARED, unpack(scores))
    redis.call('ZADD', TENANTS, unpack(marks))
    woken = woken + #scores / 2
    wasEmpty = wasEmpty or redis.call('ZCARD', SHARED) == #scores / 2
  end

  -- The first jobs of tenants in a level, flat with their start tags.
  local function sharedOf(level, most)
    return redis.call('ZRANGEBYSCORE', SHARED, string.format('%.0f', level * ROOM), string.format('(%.0f', (level + 1) * ROOM),
      'WITHSCORES', 'LIMIT', 0, most)
  end

  -- No tenant has a ready job in a level: all start anew.
  local function clearShares(level)
    redis.call('HDEL', META, 'virtual:' .. level, 'nobodys:' .. level)
    redis.call('ZREMRANGEBYSCORE', TENANTS, string.format('%.0f', level * ROOM), string.format('(%.0f', (level + 1) * ROOM))
  end

  -- The entry of a tenant's job that is ready, and has a record or none.
  local function sharedEntryOf(id, record)
    if not record then
      return id
    end
    record.state, record.tag, record.aside = 'READY', nil, nil
    save(id, record)
    return id .. ':r'
  end

  -- How levels share: the passes of those that have jobs by stride scheduling (Waldspurger and Weihl, MIT/LCS/TM-528, 1995),
  -- and their weights; nil if none has a weight.
  local function passes()
    local all, weights, weighted = levels(), {}, false
    for level = 0, 9 do
      local weight = all[level] and all[level].weight or nil
      weights[level], weighted = weight or 1, weighted or weight ~= nil
    end
    if not weighted then
      return nil
    end
    local open, stored = {}, redis.call('HMGET', META, 'pass', 'pass:0', 'pass:1', 'pass:2', 'pass:3', 'pass:4', 'pass:5',
      'pass:6', 'pass:7', 'pass:8', 'pass:9')
    for level = 0, 9 do
      if redis.call('EXISTS', ready(level)) == 1 or sharedOf(level, 1)[1] then
        open[#open + 1] = {level = level, weight = weights[level],
          pass = math.max(tonumber(stored[1] or 0), tonumber(stored[level + 2] or 0))}
      end
    end
    return open
  end

  -- Divides so many turns between levels.
  local function divide(open, turns)
    for _, level in ipairs(open) do
      level.planned, level.quota = level.pass, 0
    end
    for _ = 1, turns do
      local first = open[1]
      for _, level in ipairs(open) do
        first = level.planned < first.planned and level or first
      end
      first.planned, first.quota = first.planned + 1 / first.weight, first.quota + 1
    end
  end

  -- Takes down what levels have been given. Those that have no jobs will begin where the least served of the rest stands.
  local function keepPasses(open, left)
    local fields, most, least = {}, 0, math.huge
    for _, level in ipairs(open) do
      fields[#fields + 1], fields[#fields + 2] = 'pass:' .. level.level, string.format('%.6f', level.pass)
      most = math.max(most, level.pass)
    end
    for _, level in ipairs(left) do
      least = math.min(least, level.pass)
    end
    if #open > 0 then
      redis.call('HSET', META, 'pass', string.format('%.6f', math.min(least, most)), unpack(fields))
    end
  end

  -- Jobs that have waited for longest, by level, and how many of them leave a hole in a list.
  local function takeAged(most)
    local members = redis.call('ZRANGEBYSCORE', AGING, '-inf', now, 'LIMIT', 0, most)
    if #members == 0 then
      return {}, 0
    end
    redis.call('ZREM', AGING, unpack(members))
    local ids, order, found, shared, number = {}, {}, {}, {}, 0
    for i, member in ipairs(members) do
      ids[i] = string.sub(member, 2)
    end
    local bodies = redis.call('HMGET', JOBS, unpack(ids))
    for i, text in ipairs(redis.call('HMGET', STATE, unpack(ids))) do
      local record = text and decode(text) or nil
      if bodies[i] and not record or record and (record.state == 'READY' and not record.parked and not record.aside) then
        local level = tonumber(string.sub(members[i], 1, 1))
        if not found[level] then
          found[level], order[#order + 1] = {}, {level = level, ids = {}}
          found[level] = order[#order].ids
        end
        table.insert(found[level], ids[i])
        shared[#shared + 1], shared[#shared + 2], number = ids[i], ids[i] .. ':r', number + 1
      end
    end
    return order, number > 0 and number - redis.call('ZREM', SHARED, unpack(shared)) or 0
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

  -- How many of the next of a level are of no tenant, when the first of the others have these start tags.
  local function turnsOfNobody(level, tags, wanted)
    local plain, turns, served = redis.call('LRANGE', ready(level), 0, wanted - 1), 0, 0
    local virtual, own = virtualTime(level)
    while turns < #plain and string.sub(plain[turns + 1], 38, 38) == '-' do
      turns = turns + 1
    end
    while turns + served < wanted and (turns < #plain or served < #tags) do
      if turns < #plain and (served == #tags or math.max(virtual, own) <= tags[served + 1]) then
        turns, virtual = turns + 1, math.max(virtual, own)
        own = virtual + STRIDE
      else
        served = served + 1
        virtual = math.max(virtual, tags[served])
      end
    end
    redis.call('HSET', META, 'virtual:' .. level, string.format('%.0f', virtual), 'nobodys:' .. level, string.format('%.0f', own))
    return turns, served
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

  return {
    virtualTime = virtualTime, sharedOf = sharedOf, share = share, clearShares = clearShares, sharedEntryOf = sharedEntryOf,
    turnsOfNobody = turnsOfNobody, study = study, learnt = learnt, roomOf = roomOf, leaveAside = leaveAside,
    comeBack = comeBack, letBack = letBack, letBackDue = letBackDue, rulesFor = rulesFor, refusal = refusal, use = use,
    setAside = setAside, keepUse = keepUse, forgive = forgive, age = age, passes = passes, divide = divide, keepPasses = keepPasses,
    takeAged = takeAged}
end

local made
fair = function()
  made = made or makeFair()
  return made
end
