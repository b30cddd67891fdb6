-- Settles jobs, makes due ones ready, and claims ready ones. Safe to repeat: a settlement under a lease that was
-- settled before changes nothing and is answered as it was then; jobs claimed by a call whose answer got lost go back
-- when their leases run out, since nobody renews them.
--
-- ARGV     7 instance, 8 lease time ms, 9 how many to claim at most (-1: settles only), 10 how long it may wait ms,
--          11 number of known types, then these types as JSON texts without quotes; then the number of plain
--          successes, then per success: id, token, result ("" for none); then per other settlement:
--          kind, id, token, percent, note, log lines, and two more: delay ms or "", error, reason or ""
--          (kinds: S result, R delay error, Z delay reason, D error reason, C reason, B give back, P park)
-- returns  1 answers: "1" applied or "0" lost, the plain successes first
--          2 claimed jobs, flat: id, token, body, record ("" for a job that never ran before)
--          3 stories of those with a record, flat: errors, log, progress
--          4 ms until the next job is due ("" for none), 5 parked types, 6 ms now

local instance, leaseTime, limit, patience = ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local at = 12
local answers = {}

local known = {}
for i = 1, tonumber(ARGV[11]) do
  known[i] = ARGV[at]
  at = at + 1
end

-- The record of a job that runs under this token; else nil and the answer to give.
local function held(text, token)
  if not text then
    return nil, '0'
  end
  local record = decode(text)
  if record.state == 'RUNNING' and record.token == token then
    return record, '1'
  end
  return nil, record.settled == token and '1' or '0'
end

local function settlePlain(n)
  local ids = {}
  for i = 1, n do
    ids[i] = ARGV[at + 3 * (i - 1)]
  end
  local texts = redis.call('HMGET', STATE, unpack(ids))
  local ended, leases, records, filed, results = {}, {}, {}, {}, {}
  local stamp = ':' .. usText
  for i, id in ipairs(ids) do
    local text, token, result = texts[i], ARGV[at + 3 * i - 2], ARGV[at + 3 * i - 1]
    local running, level, started
    if text then
      running, level, started = string.match(text, '^{"state":"RUNNING","token":(%d+),"level":(%d),"started":(%d+)}$')
    end
    if running == token then
      text = '{"state":"SUCCEEDED","token":' .. token .. ',"settled":' .. token .. ',"level":' .. level
        .. ',"started":' .. started .. ',"finished":' .. usText .. '}'
      answers[i] = '1'
    else
      local record
      record, answers[i] = held(text, tonumber(token))
      level = record and record.level
      if record then
        record.state, record.settled, record.finished = 'SUCCEEDED', record.token, us
        record.cancel, record.reason, record.tag = nil, nil, nil
        text = encode(record)
      end
    end
    if level then
      local k = #ended + 1
      ended[k] = id
      leases[k] = level .. id
      records[2 * k - 1], records[2 * k] = id, text
      filed[k] = id .. stamp
      if result ~= '' then
        results[#results + 1] = id .. ':r'
        results[#results + 1] = result
      end
    end
  end
  if #ended > 0 then
    redis.call('ZREM', LEASES, unpack(leases))
    redis.call('HSET', STATE, unpack(records))
    redis.call('RPUSH', FINAL.SUCCEEDED, unpack(filed))
    if #results > 0 then
      redis.call('HSET', STORY, unpack(results))
    end
    freeKeys(ended)
    trim('SUCCEEDED')
    finished = ended
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

-- The type as it stands in the head, escapes and all: in front of it there are numbers only.
local function typeOf(body)
  local _, open = string.find(body, '"type":"', 1, true)
  local close = open
  repeat
    close = string.find(body, '"', close + 1, true)
    local _, slashes = string.find(string.reverse(string.sub(body, open + 1, close - 1)), '^\\*')
  until slashes % 2 == 0
  return string.sub(body, open + 1, close - 1)
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
    local record, answer = held(redis.call('HGET', STATE, id), token)
    answers[#answers + 1] = answer
    if record then
      redis.call('ZREM', LEASES, record.level .. id)
      record.settled = token
      hear(id, ARGV[at + 3], ARGV[at + 4], ARGV[at + 5])
      apply(kind, id, record, ARGV[at + 6], ARGV[at + 7])
    end
    at = at + 8
  end
end

local plain = tonumber(ARGV[at])
at = at + 1
if plain > 0 then
  settlePlain(plain)
  at = at + 3 * plain
end
settleOther()
if limit < 0 then
  announce()
  return {answers, {}, {}, '', {}, nowText}
end

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

local claimed, stories, leases, records = {}, {}, {}, {}
local got, looked = 0, 0
local expiry = string.format('%.0f', now + leaseTime)
local holes = tonumber(redis.call('HGET', META, 'holes') or 0)
local skipped = 0

-- The records of ready jobs; without holes, a bare id in a line has none.
local function readyRecords(ids, tagged)
  if holes > 0 or tagged then
    local texts = redis.call('HMGET', STATE, unpack(ids))
    local found = {}
    for i = 1, #ids do
      found[i] = texts[i] and decode(texts[i]) or nil
    end
    return found
  end
  return {}
end

local function start(id, token, level, body, record)
  local text
  if record then
    record.state, record.token, record.started, record.reason, record.tag = 'RUNNING', token, now, nil, nil
    text = encode(record)
  else
    text = '{"state":"RUNNING","token":' .. token .. ',"level":' .. level .. ',"started":' .. nowText .. '}'
  end
  got = got + 1
  local k = 4 * got
  claimed[k - 3], claimed[k - 2], claimed[k - 1], claimed[k] = id, token, body, record and text or ''
  records[2 * got - 1], records[2 * got] = id, text
  leases[2 * got - 1], leases[2 * got] = expiry, level .. id
end

local function take(level, entries)
  local ids, tagged = {}, false
  for i, entry in ipairs(entries) do
    ids[i] = string.sub(entry, 1, 36)
    tagged = tagged or #entry > 36
  end
  local bodies = redis.call('HMGET', JOBS, unpack(ids))
  local found = readyRecords(ids, tagged)
  local last = count('token', #ids)
  local parts = {}
  for i, id in ipairs(ids) do
    local record = found[i]
    if bodies[i] and isEntryOf(entries[i], record) then
      start(id, string.format('%d', last - #ids + i), level, bodies[i], record)
      if record then
        parts[#parts + 1] = id .. ':e'
        parts[#parts + 1] = id .. ':l'
        parts[#parts + 1] = id .. ':p'
      end
    else
      skipped = skipped + 1
    end
  end
  if #parts > 0 then
    for _, part in ipairs(redis.call('HMGET', STORY, unpack(parts))) do
      stories[#stories + 1] = part or ''
    end
  end
end

local waiting = false
for level = 0, 9 do
  while got < limit do
    if looked >= limit + 1000 then
      waiting = true
      break
    end
    local wanted = limit - got
    local entries = redis.call('LPOP', ready(level), wanted)
    if not entries then
      break
    end
    looked = looked + #entries
    count('head:' .. level, #entries)
    take(level, entries)
    if #entries < wanted then
      break
    end
  end
  if got >= limit or waiting then
    break
  end
end
if skipped > 0 then
  count('holes', -skipped)
end
if got > 0 then
  redis.call('HSET', STATE, unpack(records))
  redis.call('ZADD', LEASES, unpack(leases))
end

-- Whoever is to wait says so, and one of them watches the next due time; the others look half a second later.
local nextDue = ''
local first = redis.call('ZRANGE', SCHEDULED, 0, 0, 'WITHSCORES')
if waiting or promoted == 1000 then
  nextDue = '0'
elseif first[1] then
  nextDue = string.format('%.0f', math.max(0, first[2] - now))
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

announce()
return {answers, claimed, stories, nextDue, parkedTypes(), nowText}
