-- Which of the jobs that stand aside come back, and when: behind limits.lua, and made as that is.

returns = function()
  local my = limits()
  local study, learnt, roomOf, asideOf, asideIn = my.study, my.learnt, my.roomOf, my.asideOf, my.asideIn
  local settle, firstPlace, rulesFor, refusal = my.settle, my.firstPlace, my.rulesFor, my.refusal
  local setAside, spare, keepAside = my.setAside, my.spare, my.keepAside

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

  local returned = {}
  local budget = 250 -- how many may come back in this call, which must not hold up everybody

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
          spare(other) -- it may be those before this one who have room
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
    most = math.min(most, budget)
    rule.first = nil
    while left > 0 and most > 0 and vain < mayVain do
      local members = takeAside(name, math.min(left, most))
      if #members == 0 then
        break
      end
      local back = offer(name, members, lanes)
      most, budget = most - #members, budget - #members
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
    settle(name)
    if firstPlace(name) ~= '~' then
      redis.call('ZADD', HELD, nextOffer(rule, left, vain >= mayVain and not next(lanes)), name)
    end
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
    local later, share = {}, math.ceil(budget / number)
    for name, ended in pairs(freed) do
      if name == 'q' then
        woken = woken + ended
      elseif budget <= 0 then
        later[#later + 1], later[#later + 2] = nowText, name
      elseif redis.call('ZSCORE', HELD, name) then
        study({name})
        if learnt[name] then
          learnt[name].misses = 0
        end
        returned[name] = nil -- it may have been asked before there was room
        comeBack(name, share)
      end
    end
    if #later > 0 then
      redis.call('ZADD', HELD, 'XX', unpack(later))
    end
    freed = {}
  end

  -- Lets some of each rule come back, so that the first do not take what others might.
  local function comeBackOf(names, areAnew)
    study(names)
    local share = math.ceil(budget / math.max(1, #names))
    for _, name in ipairs(names) do
      if areAnew and learnt[name] then
        learnt[name].misses = 0
      end
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
    comeBackOf(names, true)
    return not isOver
  end

  -- The same once more in a call.
  local function letBackAgain()
    returned = {}
    return letBackDue()
  end

  local made = {comeBack = comeBack, letBack = letBack, letBackDue = letBackDue, letBackAgain = letBackAgain}
  returns = function()
    return made
  end
  return made
end
