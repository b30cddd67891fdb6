-- How jobs of tenants and levels share a queue: what only queues with tenants or rules need, behind common.lua. It is made
-- when a call first asks for it, since each function that is made costs each call.

fair = function()
  -- Where virtual time stands in a level, and the start tag of the next job of no tenant there.
  local function virtualTime(level)
    local meta = redis.call('HMGET', META, 'virtual:' .. level, 'nobodys:' .. level)
    return tonumber(meta[1] or level * ROOM), tonumber(meta[2] or level * ROOM)
  end

  local termsOf = {}

  -- What rules say, by name, each read once; false for none. While one is paused, its concurrency is 0.
  local function terms(names)
    local missing = {}
    for i = 1, #names do
      local name = names[i]
      if termsOf[name] == nil then
        termsOf[name] = false
        missing[#missing + 1] = name
      end
    end
    local texts = #missing > 0 and redis.call('HMGET', RULES, unpack(missing)) or missing
    for i = 1, #missing do
      local rule = texts[i] and decode(texts[i])
      if rule and rule.paused then
        rule.concurrency = 0
      end
      termsOf[missing[i]] = rule
    end
    return termsOf
  end

  local function termsAt(name)
    local known = termsOf[name]
    if known == nil then
      terms({name})
      known = termsOf[name]
    end
    return known
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

  local byte, TENANT, KEY = string.byte, string.byte('tk', 1, 2)

  -- The terms that hold for what rules are about: its own, and those of its class.
  local function termsFor(name)
    local own, kind = termsAt(name), byte(name)
    if kind == TENANT then
      return own, termsAt(own and own.class and 'c' .. own.class or 'c')
    end
    return own, kind == KEY and termsAt('k') or nil
  end

  -- The weights of tenants, by lane; an empty table if there are no rules.
  local function weightsOf(lanes)
    local names, weights = {}, {}
    local _, _, rules = lines()
    for i, lane in ipairs(rules and lanes or {}) do
      names[i] = 't' .. string.sub(lane, 2)
    end
    terms(names)
    for i, name in ipairs(names) do
      local own, class = termsFor(name)
      weights[i] = own and own.weight or class and class.weight
    end
    return weights
  end

  -- Puts ready jobs of tenants where their turn is: entries by lane, which is a level and a tenant, or none. What returns of a
  -- tenant has finish tags of its own: it need not wait behind what has come meanwhile.
  local function share(lanes, areBack)
    local names, scores, members, marks, virtual = {}, {}, {}, {}, {}
    for lane in pairs(lanes) do
      names[#names + 1] = lane
      members[#names] = areBack and string.sub(lane, 1, 1) .. '\n' .. string.sub(lane, 2) or lane
    end
    local finishes = redis.call('ZMSCORE', TENANTS, unpack(members))
    local weights = weightsOf(names)
    for i, lane in ipairs(names) do
      local level = tonumber(string.sub(lane, 1, 1))
      virtual[level] = virtual[level] or virtualTime(level)
      local start = math.max(virtual[level], tonumber(finishes[i] or 0))
      local stride = STRIDE / (#lane > 1 and weights[i] or 1)
      for _, entry in ipairs(lanes[lane]) do
        scores[#scores + 1], scores[#scores + 2] = string.format('%.0f', start), entry
        start = math.min(start + stride, (level + 1) * ROOM - 1)
      end
      marks[#marks + 1], marks[#marks + 2] = string.format('%.0f', start), members[i]
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

  -- Forgets tenants of a level that are no further than virtual time, for they start where a new one would: some at a time.
  -- Returns how many are left.
  local function forget(level, virtual)
    local bottom = string.format('%.0f', level * ROOM)
    local all = redis.call('ZCOUNT', TENANTS, bottom, string.format('%.0f', virtual))
    local gone = math.min(all, 1000)
    if gone > 0 then
      local first = redis.call('ZCOUNT', TENANTS, '-inf', '(' .. bottom)
      redis.call('ZREMRANGEBYRANK', TENANTS, first, first + gone - 1)
    end
    return all - gone
  end

  -- No tenant has a ready job in a level: all start anew, where the furthest has come to. Tags begin at the bottom of the
  -- level's room again once no finish tag is left.
  local function clearShares(level)
    local furthest = redis.call('ZREVRANGEBYSCORE', TENANTS, string.format('(%.0f', (level + 1) * ROOM),
      string.format('%.0f', level * ROOM), 'WITHSCORES', 'LIMIT', 0, 1)[2]
    redis.call('HDEL', META, 'nobodys:' .. level, 'virtual:' .. level)
    if furthest and forget(level, furthest) > 0 then
      redis.call('HSET', META, 'virtual:' .. level, furthest)
    end
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

  -- Jobs that have waited for longest, by level, and how many of them leave a hole in a list: as many as half of those that
  -- are wanted, and of an odd number one more each other time.
  local function takeAged(wanted)
    local members = redis.call('ZRANGEBYSCORE', AGING, '-inf', now, 'LIMIT', 0, math.ceil(wanted / 2))
    if #members > wanted / 2 then
      if redis.call('HDEL', META, 'others') == 1 then
        members[#members] = nil
      else
        redis.call('HSET', META, 'others', 1)
      end
    end
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

  local made = {
    terms = terms, termsFor = termsFor, weightsOf = weightsOf, age = age, share = share, sharedOf = sharedOf, forget = forget, clearShares = clearShares,
    sharedEntryOf = sharedEntryOf, virtualTime = virtualTime, turnsOfNobody = turnsOfNobody, passes = passes,
    divide = divide, keepPasses = keepPasses, takeAged = takeAged}
  fair = function()
    return made
  end
  return made
end
