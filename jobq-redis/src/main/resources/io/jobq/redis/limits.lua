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

  -- How often in a row a rule has offered its room in vain: HELD tells it in parts of a millisecond.
  local function missesIn(score)
    local at = tonumber(score or 0)
    return at < BACK_ONLY and at * 16 % 16 or 0
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
      local busy, held = redis.call('ZMSCORE', RATES, unpack(new)), redis.call('ZMSCORE', HELD, unpack(new))
      local counts, places = {unpack(new)}, {}
      for i, name in ipairs(new) do
        if held[i] then
          places[name], counts[#counts + 1] = #counts + 1, 'b' .. name
        end
      end
      local running = redis.call('HMGET', RUNNING, unpack(counts))
      for i, name in ipairs(new) do
        local rule = found[i]
        learnt[name] = (rule.concurrency or rule.permits or held[i]) and {
          terms = rule, concurrency = rule.concurrency, running = tonumber(running[i] or 0),
          interval = rule.permits and intervalOf(rule), burst = rule.burst,
          busy = useOf(name, rule, tonumber(busy[i] or 0), since[i]), holds = held[i] ~= false,
          back = tonumber(places[name] and running[places[name]] or 0), misses = missesIn(held[i])} or false
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

  -- Takes out some of those that stand aside under a rule, lower levels first.
  local function takeAside(name, most)
    local taken, some = {}
    local from, to = asideOf(name)
    while #taken < most do
      local first = asideIn(from, to, 1)[1]
      if not first then
        break
      end
      local level = string.sub(first, #name + 2, #name + 2)
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
    for _, name in ipairs(names) do
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
        unhold(name)
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

  local returned = {}
  local returns = 250 -- how many may come back in this call, which must not hold up everybody

  -- Lets jobs of a rule return that no other refuses; others stand aside under that one at once. Returns how many it let go.
  local function offer(name, members, lanes)
    local rule, ids, texts, ages, back = learnt[name], {}, {}, {}, 0
    for i, member in ipairs(members) do
      ids[i] = string.sub(member, -36)
    end
    local bodies, records = redis.call('HMGET', JOBS, unpack(ids)), redis.call('HMGET', STATE, unpack(ids))
    local asked = rulesFor(bodies)
    for i, id in ipairs(ids) do
      local record = decode(records[i])
      local other = refusal(asked[i], record, name)
      if other then
        texts[2 * i - 1], texts[2 * i] = id, setAside(id, record, other, bodies[i])
        if roomOf(learnt[other]) > learnt[other].back then
          unused[other] = true -- it may be those before this one who have room
        end
      else
        record.back, record.aside = name, nil
        texts[2 * i - 1], texts[2 * i] = id, encode(record)
        local lane = record.level .. (tenantOf(bodies[i]) or '')
        lanes[lane] = lanes[lane] or {}
        table.insert(lanes[lane], id .. ':r')
        back, ages[#ages + 1] = back + 1, {record.level, id, record.due}
      end
    end
    redis.call('HSET', STATE, unpack(texts))
    fair().age(ages)
    rule.back = rule.back + back
    return back
  end

  -- When a rule that still holds jobs aside is to be asked again. Whoever has offered its room in vain waits for a while, or
  -- jobs that two rules refuse in turns would move between them without end.
  local function nextOffer(rule, left, isVain)
    local _, at = roomOf(rule)
    if left <= 0 or not isVain then
      return left > 0 and nowText or at
    end
    local misses = math.min(rule.misses + 1, 5)
    return string.format('%.4f', now + 2 ^ misses + misses / 16)
  end

  -- Lets as many come back as a rule has room for, at most so many: each where the turn of its tenant is.
  local function comeBack(name, most)
    study({name})
    local rule = learnt[name]
    if returned[name] or not rule then
      return
    end
    returned[name] = true
    local left, vain, mayVain, lanes = roomOf(rule) - rule.back, 0, 8 * 2 ^ rule.misses, {}
    most = math.min(most, returns)
    rule.first = nil
    while left > 0 and most > 0 and vain < mayVain do
      local members = takeAside(name, math.min(left, most))
      if #members == 0 then
        break
      end
      local back = offer(name, members, lanes)
      most, returns = most - #members, returns - #members
      left, vain = left - back, vain + #members - back
    end
    rule.first = nil
    keepAside()
    if next(lanes) then
      redis.call('HSET', META, 'tenants', 1)
      tenanted = true
      fair().share(lanes, true)
      redis.call('HSET', RUNNING, 'b' .. name, rule.back)
    end
    rule.holds = true
    if firstPlace(name) ~= '~' then
      redis.call('ZADD', HELD, nextOffer(rule, left, vain >= mayVain and not next(lanes)), name)
    elseif rule.back > 0 then
      redis.call('ZADD', HELD, BACK_ONLY, name)
    else
      rule.holds = false
      unhold(name)
    end
  end

  -- A job that came back from a rule has left its line by other ways than a start: the room that it had is another's.
  local function giveUp(name)
    arrive(name)
    if learnt[name] and learnt[name].holds and firstPlace(name) ~= '~' then
      unused[name] = true
    end
    keepAside()
  end

  -- Takes those that have stopped off what they counted for, and lets others come back who waited for that, or whose time
  -- has come.
  local function letBack()
    local gone, number = {}, 0
    for name, ended in pairs(freed) do
      local left = redis.call('HINCRBY', RUNNING, name, -ended)
      number = number + 1
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
    local later, share = {}, math.ceil(returns / number)
    for name, ended in pairs(freed) do
      if name == 'q' then
        woken = woken + ended
      elseif returns <= 0 then
        later[#later + 1], later[#later + 2] = nowText, name
      elseif redis.call('ZSCORE', HELD, name) then
        study({name})
        if learnt[name] then
          learnt[name].misses = 0
        end
        comeBack(name, share)
      end
    end
    if #later > 0 then
      redis.call('ZADD', HELD, 'XX', unpack(later))
    end
    freed = {}
  end

  -- Lets some of each rule come back, so that the first do not take what others might.
  local function comeBackOf(names)
    study(names)
    local share = math.ceil(returns / math.max(1, #names))
    for _, name in ipairs(names) do
      comeBack(name, share)
    end
  end

  -- Lets those come back whose time has come, and those who may have room since a change, some of the rules at a time.
  -- Returns whether there are more of the latter: "review" in META tells where a walk through HELD has come to.
  local function letBackDue()
    local _, _, rules = lines()
    comeBackOf(rules and redis.call('ZRANGEBYSCORE', HELD, '-inf', now, 'LIMIT', 0, 100) or {})
    local from = rules and redis.call('HGET', META, 'review')
    if not from then
      return false
    end
    local walk, names = redis.call('ZSCAN', HELD, from, 'COUNT', 100), {}
    local isOver = walk[1] == '0'
    if isOver then
      redis.call('HDEL', META, 'review')
    else
      redis.call('HSET', META, 'review', walk[1])
    end
    for i = 1, #walk[2], 2 do
      names[#names + 1] = walk[2][i]
    end
    comeBackOf(names)
    return not isOver
  end

  -- Takes down what has been used, who stands aside, and who does not wait any more: members of AGING.
  -- Returns whether a rule has room that was not used, and may be asked once more.
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
    returned = {}
    return keepAside()
  end

  local made = {
    study = study, learnt = learnt, roomOf = roomOf, change = change, leaveAside = leaveAside, comeBack = comeBack,
    giveUp = giveUp, letBack = letBack, letBackDue = letBackDue, rulesFor = rulesFor, refusal = refusal, use = use, setAside = setAside,
    keepUse = keepUse}
  limits = function()
    return made
  end
  return made
end
