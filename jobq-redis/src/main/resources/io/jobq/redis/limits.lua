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

  local changing -- the rule whose own terms have just changed

  -- What is known of rules: their limits and how far these are used. Those without a limit are false, unless they hold
  -- jobs from when they had one.
  local function study(names)
    local new, found, since = {}, {}, {}
    terms(names)
    for _, name in ipairs(names) do
      if learnt[name] == nil then
        local own, class = termsFor(name)
        local rule = hasLimit(own) and own or hasLimit(class) and class
        learnt[name] = false
        if rule or anyHeld() then
          rule = rule or {}
          new[#new + 1], found[#found + 1] = name, rule
          since[#new] = name == changing and clock or math.max(own and own.since or 0, class and class.since or 0)
        end
      end
    end
    if #new > 0 then
      local running = redis.call('HMGET', RUNNING, unpack(new))
      local busy, held = redis.call('ZMSCORE', RATES, unpack(new)), redis.call('ZMSCORE', HELD, unpack(new))
      for i, name in ipairs(new) do
        local rule = found[i]
        learnt[name] = (rule.concurrency or rule.permits or held[i]) and {
          terms = rule, concurrency = rule.concurrency, running = tonumber(running[i] or 0),
          interval = rule.permits and intervalOf(rule), burst = rule.burst,
          busy = useOf(name, rule, tonumber(busy[i] or 0), since[i]), holds = held[i] ~= false} or false
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

  -- A rule that holds nobody is not asked any more.
  local function unhold(name)
    redis.call('ZREM', HELD, name)
    if string.sub(name, 1, 1) == 'y' then
      local turns = {}
      for level = 0, 9 do
        turns[level + 1] = 'turn:' .. level .. name
      end
      redis.call('HDEL', META, unpack(turns))
    end
  end

  -- A job leaves where it stands aside, which may be ahead of its lane.
  local function leaveAside(id, record)
    local name, before = record.aside, record.aside .. '\n'
    local lane = laneOf(name, redis.call('HGET', JOBS, id), false)
    redis.call('ZREM', ASIDE, before .. placeOf(record.level, '0', record.turn) .. id,
      before .. placeOf(record.level, lane, record.turn) .. id)
    if redis.call('ZLEXCOUNT', ASIDE, asideOf(name)) == 0 then
      unhold(name)
    end
  end

  -- Takes out some of those in a level that take turns by tenants: round by round, of each tenant as many as its weight
  -- says. "turn:" and level and rule in META tells whose turn it is, and how many more this tenant may have.
  local function takeTurns(name, level, most)
    local before, field = name .. '\n' .. level .. '1', 'turn:' .. level .. name
    local left, tenant = string.match(redis.call('HGET', META, field) or '0 ', '^(%d+) (.*)$')
    local taken, mine = {}
    local function ofTenant(number)
      local lane = before .. tenant
      return asideIn('[' .. lane .. '\n', '(' .. lane .. '\v', math.min(number, most - #taken))
    end
    left = tonumber(left)
    repeat
      mine = left > 0 and ofTenant(left) or {}
      if #mine == 0 then
        local next = asideIn('(' .. before .. tenant .. '\v', '(' .. name .. '\n' .. level .. '2', 1)[1]
          or asideIn('[' .. before, '(' .. name .. '\n' .. level .. '2', 1)[1]
        if not next then
          break
        end
        local last = tenant
        tenant = string.sub(next, #before + 1, -54)
        left = tenant ~= '' and fair().weightsOf({level .. tenant})[1] or 1
        mine = ofTenant(tenant == last and most or left) -- a tenant that is alone need not wait for others
      end
      left = math.max(0, left - #mine)
      redis.call('ZREM', ASIDE, unpack(mine))
      for _, member in ipairs(mine) do
        taken[#taken + 1] = member
      end
    until #taken == most
    redis.call('HSET', META, field, string.format('%.0f ', left) .. tenant)
    return taken
  end

  -- Takes out some of those that stand aside under a rule, lower levels first; none of a level that has somebody at its head
  -- whom an earlier call has put there, nor of those behind it.
  local function takeAside(name, most)
    local taken, some = {}
    local from, to = asideOf(name)
    while #taken < most do
      local first = asideIn(from, to, 1)[1]
      local level = first and string.sub(first, #name + 2, #name + 2)
      if not first or not isClear(tonumber(level)) then
        break
      end
      if string.sub(first, #name + 3, #name + 3) == '0' then
        some = asideIn(from, '(' .. name .. '\n' .. level .. '1', most - #taken)
        redis.call('ZREM', ASIDE, unpack(some))
      else
        some = takeTurns(name, level, most - #taken)
      end
      for _, member in ipairs(some) do
        taken[#taken + 1] = member
      end
    end
    return taken
  end

  local returned = {}
  local returns = 250 -- how many may come back in this call, which must not hold up everybody

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
    local members = takeAside(name, math.min(room, returns))
    returns = returns - #members
    for i = #members, 1, -1 do
      local id = string.sub(members[i], -36)
      local record = decode(redis.call('HGET', STATE, id))
      record.back = name
      addReady(id, record, true)
    end
    if #members > 0 then
      returned[name] = true
      if rule then
        rule.first = nil
      end
    end
    if redis.call('ZLEXCOUNT', ASIDE, asideOf(name)) == 0 then
      unhold(name)
      if rule then
        rule.holds = false
      end
    else
      redis.call('ZADD', HELD, #members < room and nowText or at, name)
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
    local later = {}
    for name, number in pairs(freed) do
      if name == 'q' then
        woken = woken + number
      elseif returns <= 0 then
        later[#later + 1], later[#later + 2] = nowText, name
      elseif redis.call('ZSCORE', HELD, name) then
        comeBack(name)
      end
    end
    if #later > 0 then
      redis.call('ZADD', HELD, 'XX', unpack(later))
    end
    freed = {}
  end

  -- Lets those come back whose time has come, and those who may have room since a change, some of the rules at a time.
  -- Returns whether there are more of the latter: "review" in META tells where a walk through HELD has come to.
  local function letBackDue()
    local _, _, rules = lines()
    for _, name in ipairs(rules and redis.call('ZRANGEBYSCORE', HELD, '-inf', now, 'LIMIT', 0, 100) or {}) do
      comeBack(name)
    end
    local from = rules and redis.call('HGET', META, 'review')
    if not from then
      return false
    end
    local walk = redis.call('ZSCAN', HELD, from, 'COUNT', 100)
    local isOver = walk[1] == '0'
    if isOver then
      redis.call('HDEL', META, 'review')
    else
      redis.call('HSET', META, 'review', walk[1])
    end
    for i = 1, #walk[2], 2 do
      comeBack(walk[2][i])
    end
    return not isOver
  end

  -- Turns of those who were never put ahead come after all others.
  local LATER = 1e15

  local asides, holds, used = {}, {}, {}
  local unused = {} -- rules whose room was meant for a job that has been refused since

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
      local member = asideIn(from, to, 1)[1]
      rule.first = member and orderOf(string.sub(member, #name + 2)) or '~'
    end
    return rule.first
  end

  -- Whether others stand aside under a rule who were there before a job. One that was put ahead has been through before.
  local function hasBefore(name, record)
    if not learnt[name].holds then
      return false
    end
    local isAhead = record and record.tag and record.tag < 0
    return not isAhead or (record.turn ~= nil and firstPlace(name) < placeOf(record.level, '0', record.turn))
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
  local function setAside(id, record, name, body)
    local isAhead = record.tag and record.tag < 0
    if isAhead then
      record.turn = record.turn or count('tag', 1)
    else
      record.turn = LATER + count('tag', 1)
    end
    if record.back then
      unused[record.back] = true
    end
    record.state, record.aside, record.back, record.tag = 'READY', name, nil, nil
    local place = placeOf(record.level, laneOf(name, body, isAhead), record.turn)
    asides[#asides + 1], asides[#asides + 2] = 0, name .. '\n' .. place .. id
    if orderOf(place) < firstPlace(name) then
      learnt[name].first = orderOf(place)
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
    study = study, learnt = learnt, roomOf = roomOf, change = change, leaveAside = leaveAside, comeBack = comeBack,
    letBack = letBack, letBackDue = letBackDue, rulesFor = rulesFor, refusal = refusal, use = use, setAside = setAside,
    keepUse = keepUse}
  limits = function()
    return made
  end
  return made
end
