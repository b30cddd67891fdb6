-- Settles jobs, makes due ones ready, and claims ready ones. Safe to repeat: a settlement under a lease that was
-- settled before changes nothing and is answered as it was then; jobs claimed by a call whose answer got lost go back
-- when their leases run out, since nobody renews them.
--
-- ARGV     7 instance, 8 lease time ms, 9 how many to claim at most (-1: settles only), 10 how long it may wait ms,
--          11 number of known types, then these types as JSON texts without quotes; then the number of claims that
--          plain successes are from, then per claim: token, number of its jobs, their ids; then the number of
--          results, then per result: id, result; then per other settlement:
--          kind, id, token, percent, note, log lines, and two more: delay ms or "", error, reason or ""
--          (kinds: S result, R delay error, Z delay reason, D error reason, C reason, B give back, P park)
-- returns  1 settlements that came too late: their places from 0, the plain successes first
--          2 claims, flat: token, ids, bodies, records ("" for a job that never ran before; none if that are all)
--          3 stories of jobs with a record, flat: errors, log, progress
--          4 ms until the next job is due ("" for none), 5 parked types, 6 ms now

local instance, leaseTime, limit, patience = ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local at = 12
local settled, lost = 0, {}

local known = {}
for i = 1, tonumber(ARGV[11]) do
  known[i] = ARGV[at]
  at = at + 1
end

-- The record of a job that runs under this token. Takes down that the settlement is lost if there is none, unless it
-- is the repetition of one that was not.
local function held(text, token)
  local record = text and decode(text)
  settled = settled + 1
  if record and record.state == 'RUNNING' and record.token == token then
    return record
  elseif not record or record.settled ~= token then
    lost[#lost + 1] = settled - 1
  end
  return nil
end

-- The record after a success, when nothing but its start has happened to the job; else nil.
local function succeeded(text, token)
  local running, level, started = string.match(text, '^{"state":"RUNNING","token":(%d+),"level":(%d),"started":(%d+)}$')
  if running == token then
    return '{"state":"SUCCEEDED","token":' .. token .. ',"settled":' .. token .. ',"level":' .. level
      .. ',"started":' .. started .. ',"finished":' .. usText .. '}'
  end
end

local ended, filed, endRecords = {}, {}, {}
local withTags = false

-- Puts a job on the list of those that go among the succeeded together.
local function file(id, text)
  local tag
  if withTags then
    tag = count('tag', 1)
    text = string.format('%s,"tag":%.0f}', string.sub(text, 1, -2), tag)
  end
  local k = #ended + 1
  ended[k], filed[k] = id, entryOf(id, tag)
  endRecords[2 * k - 1], endRecords[2 * k] = id, text
end

-- Settles plain successes of one claim. Most of its jobs have the same record, which is read and written once.
local function settleClaim(token, first, last)
  local seen, after
  local plain = 0
  for i, text in ipairs(redis.call('HMGET', STATE, unpack(ARGV, first, last))) do
    local id = ARGV[first + i - 1]
    if text ~= seen then
      seen, after = text, text and succeeded(text, token)
    end
    if after then
      plain = plain + 1
      settled = settled + 1
      file(id, after)
    else
      local record = held(text, tonumber(token))
      if record then
        release(id, record)
        record.state, record.settled, record.finished = 'SUCCEEDED', record.token, us
        record.cancel, record.reason = nil, nil
        file(id, encode(record))
      end
    end
  end
  if plain > 0 then
    released[token] = (released[token] or 0) + plain
    stopped = stopped + plain
  end
end

local function settlePlain(claims)
  withTags = succeededHoles() > 0
  for _ = 1, claims do
    local token, first = ARGV[at], at + 2
    at = first + ARGV[at + 1]
    settleClaim(token, first, at - 1)
  end
  if #ended > 0 then
    redis.call('HSET', STATE, unpack(endRecords))
    redis.call('RPUSH', FINAL.SUCCEEDED, unpack(filed))
    freeKeys(ended)
    finished = ended
  end
end

-- Keeps the results of those that have just ended.
local function keepResults(number)
  local kept, has = {}, {}
  if number > 0 then
    for _, id in ipairs(ended) do
      has[id] = true
    end
  end
  for _ = 1, number do
    if has[ARGV[at]] then
      kept[#kept + 1], kept[#kept + 2] = ARGV[at] .. ':r', ARGV[at + 1]
    end
    at = at + 2
  end
  if #kept > 0 then
    redis.call('HSET', STORY, unpack(kept))
  end
end

local function fail(id, error)
  if error ~= '' then
    tell(id, ':e', error, 20)
  end
end

local function again(id, record, delay)
  local due = now + delay
  if due > now then
    addScheduled(id, record, due)
  else
    record.due = now
    addReady(id, record, false)
  end
end

-- The type as it stands in the head, escapes and all: a quote within a text in front of it has a backslash.
local function typeOf(body)
  local _, before = string.find(body, '"type":"', 1, true)
  return textAt(body, before + 1)
end

local function park(id, record)
  record.state, record.tag, record.parked = 'READY', nil, typeOf(redis.call('HGET', JOBS, id))
  save(id, record)
  redis.call('ZADD', PARKED, 0, record.parked .. '"' .. id)
end

local function apply(kind, id, record, first, second)
  if kind == 'S' then
    if first ~= '' then
      redis.call('HSET', STORY, id .. ':r', first)
    end
    finish(id, record, 'SUCCEEDED', nil)
  elseif kind == 'D' then
    fail(id, first)
    finish(id, record, 'DEAD', second)
  elseif kind == 'C' then
    finish(id, record, 'CANCELLED', first)
  else
    if kind == 'R' then
      fail(id, second)
    end
    if record.cancel then
      finish(id, record, 'CANCELLED', record.cancel)
    elseif kind == 'R' then
      record.attempt = (record.attempt or 1) + 1
      again(id, record, tonumber(first))
    elseif kind == 'Z' then
      record.reason = second
      again(id, record, tonumber(first))
    elseif kind == 'P' then
      park(id, record)
    else
      giveBack(id, record)
    end
  end
end

local function settleOther()
  while at <= #ARGV do
    local kind, id, token = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
    local record = held(redis.call('HGET', STATE, id), token)
    if record then
      release(id, record)
      record.settled = token
      hear(id, ARGV[at + 3], ARGV[at + 4], ARGV[at + 5])
      apply(kind, id, record, ARGV[at + 6], ARGV[at + 7])
    end
    at = at + 8
  end
end

local fromClaims = tonumber(ARGV[at])
at = at + 1
settlePlain(fromClaims)
local results = tonumber(ARGV[at])
at = at + 1
keepResults(results)
settleOther()
if #ended > 0 then
  trim('SUCCEEDED')
end
if limit < 0 then
  conclude()
  return {lost, {}, {}, '', {}, nowText}
end

letBack()
letBackDue()
local promoted = promote(1000)

-- Parked jobs of known types go back ahead of their lines, so that the first comes first.
for _, type in ipairs(known) do
  local members = redis.call('ZRANGEBYLEX', PARKED, '[' .. type .. '"', '(' .. type .. '#', 'LIMIT', 0, 1000)
  for i = #members, 1, -1 do
    local id = string.sub(members[i], -36)
    redis.call('ZREM', PARKED, members[i])
    giveBack(id, decode(redis.call('HGET', STATE, id)))
  end
end

local claimed, stories, leases, claims, records = {}, {}, {}, {}, {}
local got, looked = 0, 0
local expiry = string.format('%.0f', now + leaseTime)
local missing, shares, rules = lines()
local skipped = 0
local asides, holds, used = {}, {}, {}

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

-- The first rule that has no room for a job, or has others aside who were there before; nil if all have room.
local function refusal(names, record)
  for _, name in ipairs(names) do
    local rule = learnt[name]
    if rule and ((rule.holds and not (record and record.back == name)) or roomOf(rule) < 1) then
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
      rule.busy = rule.interval and math.max(rule.busy, us) + rule.interval or 0
      counted[#counted + 1] = rule.concurrency and name
    end
  end
  return #counted > 0 and table.concat(counted, '\n') or nil
end

-- A job waits until a rule has room; returns its record.
local function setAside(id, record, name)
  if record.back ~= name then
    record.turn = count('tag', 1)
  end
  record.state, record.aside, record.tag, record.back = 'READY', name, nil, nil
  asides[#asides + 1], asides[#asides + 2] = 0, string.format('%s\n%016.0f%.0f%s', name, record.turn, record.level, id)
  if not learnt[name].holds then
    local _, at = roomOf(learnt[name])
    learnt[name].holds = true
    holds[#holds + 1], holds[#holds + 2] = at, name
  end
  return encode(record)
end

-- Takes down what has been used, and who stands aside.
local function keepUse()
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
end

-- The record of a job that has one, when it is claimed, and what its story consists of.
local function restart(id, token, record, parts)
  record.state, record.token, record.started, record.reason, record.tag = 'RUNNING', tonumber(token), now, nil, nil
  record.back, record.turn = nil, nil
  parts[#parts + 1], parts[#parts + 2], parts[#parts + 3] = id .. ':e', id .. ':l', id .. ':p'
  return encode(record)
end

-- Claims what stands in a line of a level, which only for tenants has no holes. Without holes and tags, no job of these
-- has a record.
local function take(level, entries, isSure)
  local ids, tagged = idsOf(entries)
  local bodies = redis.call('HMGET', JOBS, unpack(ids))
  local token = string.format('%.0f', count('token', 1))
  local first = '{"state":"RUNNING","token":' .. token .. ',"level":' .. level .. ',"started":' .. nowText .. '}'
  local mayHave = tagged or (missing > 0 and not isSure)
  local texts = mayHave and redis.call('HMGET', STATE, unpack(ids)) or {}
  local mine, theirs, stored, parts = {}, {}, {}, {}
  local asked = rules and rulesFor(bodies) or {}
  for i, id in ipairs(ids) do
    local record = texts[i] and decode(texts[i]) or nil
    local valid = bodies[i] and (isSure or not mayHave or isEntryOf(entries[i], record, 'READY'))
    local refusing = valid and rules and refusal(asked[i], record)
    if refusing then
      records[#records + 1] = id
      records[#records + 1] = setAside(id, record or {level = level}, refusing)
    elseif valid then
      local k = #mine + 1
      local counted = rules and use(asked[i]) or nil
      local text = first
      if record then
        record.limits = counted
        text = restart(id, token, record, parts)
      elseif counted then
        text = encode({state = 'RUNNING', token = tonumber(token), level = level, started = now, limits = counted})
      end
      mine[k], theirs[k] = id, bodies[i]
      records[#records + 1] = id
      records[#records + 1] = text
      if mayHave then
        stored[k] = record and text or ''
      end
    elseif not isSure then
      skipped = skipped + 1
    end
  end
  if #mine > 0 then
    claimed[#claimed + 1], claimed[#claimed + 2], claimed[#claimed + 3], claimed[#claimed + 4] = token, mine, theirs, stored
    leases[#leases + 1], leases[#leases + 2] = expiry, token
    claims[#claims + 1], claims[#claims + 2] = token, table.concat(mine, ' ')
    claims[#claims + 1], claims[#claims + 2] = token .. ':n', #mine
    got = got + #mine
  end
  if #parts > 0 then
    for _, part in ipairs(redis.call('HMGET', STORY, unpack(parts))) do
      stories[#stories + 1] = part or ''
    end
  end
end

-- Takes the next of a level's list; returns how many there were.
local function takePlain(level, most)
  local entries = most > 0 and redis.call('LPOP', ready(level), most) or {}
  if #entries > 0 then
    looked = looked + #entries
    count('head:' .. level, #entries)
    take(level, entries, false)
  end
  return #entries
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

-- Takes the next of a level, whose jobs some tenants have; returns how many there were.
local function takeShared(level, flat, wanted)
  local entries, tags = {}, {}
  for i = 1, #flat, 2 do
    entries[#entries + 1], tags[#tags + 1] = flat[i], tonumber(flat[i + 1])
  end
  local turns, served = turnsOfNobody(level, tags, wanted)
  local plain = takePlain(level, turns)
  if served > 0 then
    local mine = {unpack(entries, 1, served)}
    redis.call('ZREM', SHARED, unpack(mine))
    looked = looked + served
    take(level, mine, true)
    if served == #entries and served < wanted and not sharedOf(level, 1)[1] then
      clearShares(level)
    end
  end
  return plain + served
end

-- The queue's own rule holds nobody aside: it just gives less.
local most, free = limit, nil
if rules then
  study({'q'})
  if learnt.q then
    local room, at = roomOf(learnt.q)
    most, free = math.min(limit, room), at
  end
end
local looksAtMost = limit + (rules and 250 or 1000)

local waiting = false
for level = 0, 9 do
  while got < most do
    if looked >= looksAtMost then
      waiting = true
      break
    end
    local wanted = most - got
    local flat = shares and sharedOf(level, wanted) or {}
    local found = flat[1] and takeShared(level, flat, wanted) or takePlain(level, wanted)
    if found < wanted then
      break
    end
  end
  if got >= most or waiting then
    break
  end
end
if skipped > 0 then
  count('holes', -skipped)
end
if #records > 0 then
  redis.call('HSET', STATE, unpack(records))
end
if rules then
  keepUse()
end
if got > 0 then
  redis.call('HSET', CLAIMS, unpack(claims))
  redis.call('ZADD', LEASES, unpack(leases))
  count('running', got)
end

-- Whoever is to wait says so, and one of them watches the next due time; the others look half a second later.
local nextDue = ''
local first = redis.call('ZRANGE', SCHEDULED, 0, 0, 'WITHSCORES')
if waiting or promoted == 1000 then
  nextDue = '0'
elseif first[1] then
  nextDue = string.format('%.0f', math.max(0, first[2] - now))
end
if rules and nextDue ~= '0' then
  local held = redis.call('ZRANGE', HELD, 0, 0, 'WITHSCORES')[2]
  local times = {tonumber(nextDue), held and held ~= 'inf' and math.max(0, held - now) or nil}
  local isHeldBack = got >= most and most < limit and free ~= 'inf'
  if isHeldBack and redis.call('EXISTS', SHARED, unpack(KEYS, 22)) > 0 then
    times[#times + 1] = math.max(0, free - now)
  end
  for _, time in pairs(times) do
    nextDue = string.format('%.0f', math.min(tonumber(nextDue) or time, time))
  end
end
if got < limit and not waiting then
  woken = 0 -- whatever became ready is claimed
end
if got >= limit then
  redis.call('ZREM', IDLE, instance)
  if redis.call('HGET', META, 'watcher') == instance then
    redis.call('HDEL', META, 'watcher', 'watched')
    wake(1, false)
  end
else
  redis.call('ZADD', IDLE, now + patience, instance)
  if first[1] and nextDue ~= '0' then
    local watch = redis.call('HMGET', META, 'watcher', 'watched')
    local watched = tonumber(watch[2] or 0)
    if watch[1] and watch[1] ~= instance and watched >= now and watched <= tonumber(first[2]) then
      nextDue = string.format('%.0f', first[2] - now + 500)
    else
      redis.call('HSET', META, 'watcher', instance, 'watched', first[2])
    end
  end
end

conclude()
return {lost, claimed, stories, nextDue, parkedTypes(), nowText}
