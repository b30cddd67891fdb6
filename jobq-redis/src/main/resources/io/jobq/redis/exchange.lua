-- Settles jobs, makes due ones ready, and claims ready ones. Safe to repeat: a settlement under a lease that was
-- settled before changes nothing and is answered as it was then; jobs claimed by a call whose answer got lost go back
-- when their leases run out, since nobody renews them.
--
-- ARGV     7 instance, 8 lease time ms, 9 how many to claim at most (-1: settles only), 10 how long it may wait ms,
--          11 nonce of what it claims, 12 number of known types, then these types as JSON texts without quotes; then the
--          number of claims that plain successes are from, then per claim: its name, number of its jobs, their ids; then
--          the number of results, then per result: id, result; then per other settlement:
--          kind, id, claim, percent, note, log lines, and two more: delay ms or "", error, reason or ""
--          (kinds: S result, R delay error, Z delay reason, D error reason, C reason, B give back, P park)
-- returns  1 settlements that came too late: their places from 0, the plain successes first
--          2 claims, flat: name, ids, bodies, records ("" for a job that never ran before; none if that are all)
--          3 stories of jobs with a record, flat: errors, log, progress
--          4 ms until the next job is due ("" for none), 5 parked types, 6 ms now

local instance, leaseTime, limit, patience = ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local nonce, at = ARGV[11], 13
local settled, lost = 0, {}

local known = {}
for i = 1, tonumber(ARGV[12]) do
  known[i] = ARGV[at]
  at = at + 1
end

-- The record of a job that runs under this claim. Notes that the settlement is lost if there is none, unless it
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
  local running, level, started = string.match(text, '^{"state":"RUNNING","token":"([^"]+)","level":(%d),"started":(%d+)}$')
  if running == token then
    return '{"state":"SUCCEEDED","token":"' .. token .. '","settled":"' .. token .. '","level":' .. level
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
      local record = held(text, token)
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
    freeKeys(ended, 'SF')
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
    finish(id, record, 'CANCELLED', record.cancel or first)
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
    else
      lines()
      if starting then
        uniqueKeys().unstarted(id)
      end
      if kind == 'P' then
        park(id, record)
      else
        giveBack(id, record)
      end
    end
  end
end

local function settleOther()
  while at <= #ARGV do
    local kind, id, token = ARGV[at], ARGV[at + 1], ARGV[at + 2]
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

local missing, shares, rules = lines()
if next(freed) then
  returns().letBack()
end
local moreAside = rules and returns().letBackDue() -- whether another call would bring more back
shares = select(2, lines()) -- what comes back may be the first to share
local promoted = promote(1000)

if #known > 0 and redis.call('EXISTS', PARKED) == 1 then
  moreAside = unpark(known) or moreAside
end

local claimed, stories, leases, claims, records = {}, {}, {}, {}, {}
local gone, got, looked = {}, 0, 0
local aged = {} -- ids that have been taken before their turn
local expiry = string.format('%.0f', now + leaseTime)
local skipped = 0

-- The record of a job that has one, when it is claimed, and what its story consists of.
local function restart(id, token, record, parts)
  record.state, record.token, record.started, record.reason, record.tag = 'RUNNING', token, now, nil, nil
  record.turn, record.back = nil, nil
  parts[#parts + 1], parts[#parts + 2], parts[#parts + 3] = id .. ':e', id .. ':l', id .. ':p'
  return encode(record)
end

-- Claims what stands in a line of a level, which only for tenants has no holes. Without holes and tags, no job of these
-- has a record.
local function take(level, entries, isSure, areAged)
  local ids, tagged = idsOf(entries)
  local bodies = redis.call('HMGET', JOBS, unpack(ids))
  local token = string.format('%.0f-%s', grown(), nonce)
  local first = '{"state":"RUNNING","token":"' .. token .. '","level":' .. level .. ',"started":' .. nowText .. '}'
  local mayHave = tagged or areAged or (missing > 0 and not isSure)
  local texts = mayHave and redis.call('HMGET', STATE, unpack(ids)) or {}
  local mine, theirs, stored, parts = {}, {}, {}, {}
  local my = rules and limits()
  local asked, ages = rules and my.rulesFor(bodies), rules and redis.call('EXISTS', AGING) == 1
  for i, id in ipairs(ids) do
    local record = texts[i] and decode(texts[i]) or nil
    local valid = bodies[i] and (isSure or not aged[id] and (not mayHave or isEntryOf(entries[i], record, 'READY')))
    local refusing = valid and rules and my.refusal(asked[i], record)
    if refusing then
      records[#records + 1] = id
      records[#records + 1] = my.setAside(id, record or {level = level, due = dueOf(bodies[i])}, refusing, bodies[i])
    elseif valid then
      local k = #mine + 1
      local counted = rules and my.use(asked[i], record) or nil
      local text = first
      if record then
        record.limits = counted
        text = restart(id, token, record, parts)
      elseif counted then
        text = encode({state = 'RUNNING', token = token, level = level, started = now, limits = counted})
      end
      mine[k], theirs[k] = id, bodies[i]
      gone[#gone + 1] = ages and level .. id or nil
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
    if starting then
      uniqueKeys().free(mine, 'S')
    end
  end
  if #parts > 0 then
    for _, part in ipairs(redis.call('HMGET', STORY, unpack(parts))) do
      stories[#stories + 1] = part or ''
    end
  end
end

-- Takes the next of a level's list; returns how many there were.
local function takePlain(level, wanted)
  local entries = wanted > 0 and redis.call('LPOP', ready(level), wanted)
  if not entries then
    return 0
  end
  looked = looked + #entries
  count('head:' .. level, #entries)
  take(level, entries, false)
  return #entries
end

-- Takes the next of a level, whose jobs some tenants have; returns how many there were.
local function takeShared(level, flat, wanted)
  local entries, tags = {}, {}
  for i = 1, #flat, 2 do
    entries[#entries + 1], tags[#tags + 1] = flat[i], tonumber(flat[i + 1])
  end
  local turns, served = fair().turnsOfNobody(level, tags, wanted)
  local plain = takePlain(level, turns)
  if served > 0 then
    local mine = {unpack(entries, 1, served)}
    redis.call('ZREM', SHARED, unpack(mine))
    looked = looked + served
    take(level, mine, true)
    if served == #entries and served < wanted and not fair().sharedOf(level, 1)[1] then
      fair().clearShares(level)
    end
  end
  return plain + served
end

-- The queue's own rule holds nobody aside: it just gives less.
local most, free = paused and 0 or limit, nil
if rules and not paused then
  limits().study({'q'})
  if limits().learnt.q then
    local room, at = limits().roomOf(limits().learnt.q)
    most, free = math.min(limit, room), at
  end
end
local looksAtMost = limit + (rules and 250 or 1000)
local waiting = false

local function claimFrom(level, upTo)
  while got < upTo do
    if looked >= looksAtMost then
      waiting = true
      return
    end
    local wanted = upTo - got
    local flat = shares and fair().sharedOf(level, wanted)
    local found = flat and flat[1] and takeShared(level, flat, wanted) or takePlain(level, wanted)
    if found < wanted then
      return
    end
  end
end

-- Lower levels first.
local function claimStrictly()
  local level, lists = 0, redis.call('EXISTS', unpack(KEYS, 24))
  while level < 10 and got < most and not waiting and (shares or lists > 0) do
    local before = looked
    claimFrom(level, most)
    level, lists = level + 1, looked > before and lists - 1 or lists
  end
end

-- By the weights of levels; what one does not need goes to the others.
local function claimByWeight(open)
  local left = open
  while got < most and not waiting and #left > 0 do
    local more = {}
    fair().divide(left, most - got)
    for _, level in ipairs(left) do
      local before = got
      claimFrom(level.level, math.min(most, got + level.quota))
      level.pass = level.pass + (got - before) / level.weight
      more[#more + 1] = got - before == level.quota and level or nil
    end
    left = more
  end
  fair().keepPasses(open, left)
end

-- What has waited for longest in its level gets half of the turns before all, so that it neither waits without end nor keeps
-- others waiting; the other half is for all, as ever.
local function claimAged()
  local lines, inLists = fair().takeAged(most)
  looksAtMost = looksAtMost + inLists -- the holes that it leaves
  if inLists > 0 then
    missing = count('holes', inLists)
  end
  for _, line in ipairs(lines) do
    for _, id in ipairs(line.ids) do
      aged[id] = true
    end
    looked = looked + #line.ids
    take(line.level, line.ids, true, true)
  end
end

local function claim()
  local open = rules and fair().passes()
  if open then
    claimByWeight(open)
  else
    claimStrictly()
  end
end

-- Takes down what has become of the jobs that were looked at. Returns whether a rule has room that such a job did not use.
local function keep()
  if skipped > 0 then
    count('holes', -skipped)
  end
  if #records > 0 then
    redis.call('HSET', STATE, unpack(records))
  end
  local isLeft = rules and limits().keepUse(gone)
  skipped, records, gone = 0, {}, {}
  return isLeft
end

if rules and most > 0 then
  claimAged()
end
claim()
if keep() and got < most and not waiting then
  moreAside = returns().letBackAgain() or moreAside
  shares = select(2, lines())
  claim()
  keep()
end
if got > 0 then
  redis.call('HSET', CLAIMS, unpack(claims))
  redis.call('ZADD', LEASES, unpack(leases))
  count('running', got)
end

-- Whoever is to wait says so, and one of them watches the next due time; the others look half a second later.
local nextDue = ''
local first = redis.call('ZRANGE', SCHEDULED, 0, 0, 'WITHSCORES')
if waiting or promoted == 1000 or (moreAside and got < most) then
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

-- What rules hold back is watched by everybody: there may be a watcher that never asks again.
local function askAgainIn(ms)
  nextDue = string.format('%.0f', math.max(0, math.min(ms, tonumber(nextDue) or ms)))
end

if rules and nextDue ~= '0' then
  local held = redis.call('ZRANGE', HELD, 0, 0, 'WITHSCORES')[2]
  held = held and tonumber(held) < BACK_ONLY and held - now or nil
  if got < most and held then
    askAgainIn(held)
  elseif most < limit and free and free ~= 'inf' then
    if redis.call('EXISTS', SHARED, unpack(KEYS, 24)) > 0 then
      askAgainIn(free - now)
    elseif held then
      askAgainIn(math.max(held, free - now))
    end
  end
end

conclude()
return {lost, claimed, stories, nextDue, parkedTypes(), nowText}
