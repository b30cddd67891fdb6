-- Put in front of every script. Names the keys of one queue, reads the clock once, and holds the moves that several
-- scripts make. docs/redis-layout.md tells what each key holds.
--
-- KEYS   1 jobs      hash  id -> head and payload        8 cancelled zset  id by finished us
--        2 state     hash  id -> record                  9 parked    zset  type"id, all scores 0
--        3 scheduled zset  level..id by due ms          10 unique    hash  key -> id, or id:end (keys.lua)
--        4 claims    hash  token -> ids claimed with    11 holds     hash  id -> its key (keys.lua)
--                          it, token:n -> how many of   12 story     hash  id:e errors, id:l log, id:p progress, id:r result
--                          them share its lease still   13 meta      hash  counters
--        5 leases    zset  token by end of its lease;   14 idle      zset  instance by end of its wait
--                          token:id if it has its own   15 shared    zset  id, or id:r, by level and start tag
--        6 succeeded list  id, or id:tag                16 tenants   zset  level..tenant by level and finish tag
--        7 dead      zset  id by finished us            17 rules     hash  rule -> its terms as JSON
--                                                       18 running   hash  rule -> how many jobs that count run
--                                                       19 rates     zset  rule by when its rate is unused again, us
--                                                       20 aside     zset  rule, newline, level, turn, id; all scores 0
--                                                       21 held      zset  rule that has jobs aside by when its rate
--                                                                          has room, ms; inf if a job must end first
--                                                       22 aging     zset  level..id by end of its longest wait, ms
--                                                       23-32 ready  list  per level: id, or id:tag
-- ARGV   1 prefix of channels, 2 queue, 3 jobs kept succeeded or cancelled, 4 jobs kept dead,
--        5 "1" if PUBLISH tells how many hear it (not in a Cluster), 6 us by which a test has moved the clock;
--        the rest per script
--
-- A job without a record is as its producer made it: waiting under its bare id, in ready or scheduled. Every other job
-- has a record, and if it is ready, a tag that its entry in the list repeats; any other entry is a hole, left behind
-- by a job that was cancelled or deleted while it waited, and is skipped when its turn comes. Succeeded jobs come and go
-- as fast as ready ones, so theirs is a list too, with holes where jobs were deleted or replayed; what succeeds while it
-- has holes gets a tag.
--
-- Ready jobs of tenants are not in a list but in "shared", by start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM
-- 1996): a job's start tag is the later of the virtual time of its level and the finish tag of the tenant's last job; virtual
-- time is the tag of whoever was served last. They leave "shared" exactly, so it has no holes; ":r" tells that the job
-- has a record. Jobs of no tenant stand in the list and take their turns with all tenants; so do jobs of any that were
-- put ahead, before all: their tags are negative.
--
-- A rule is named by what it is about: y and a type, t and a tenant, k and a limit key, q for the queue, c and a class,
-- l and a level; names as they stand in heads. A job that a rule has no room for stands aside under it until there is
-- ("aside" and "turn" in its record), then comes back to the head of its level ("back"). What a running job counts for is in its
-- record ("limits").
--
-- Jobs that are claimed together have one token, the same record and one lease, so that a claim costs little per job.
-- A job that is renewed without the others gets a lease of its own ("apart" in its record).
--
-- A job on its way to another queue ("moving" in its record: which) is in no line. Whoever moves it has a lease too,
-- "move:id"; when that has run out, a sweep names the job to its caller, who brings the move to its end.

local JOBS, STATE, SCHEDULED, CLAIMS, LEASES = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local FINAL = {SUCCEEDED = KEYS[6], DEAD = KEYS[7], CANCELLED = KEYS[8]}
local PARKED, UNIQUE, HOLDS, STORY, META, IDLE = KEYS[9], KEYS[10], KEYS[11], KEYS[12], KEYS[13], KEYS[14]
local SHARED, TENANTS = KEYS[15], KEYS[16]
local RULES, RUNNING, RATES, ASIDE, HELD, AGING = KEYS[17], KEYS[18], KEYS[19], KEYS[20], KEYS[21], KEYS[22]
local PREFIX, QUEUE, COUNTS = ARGV[1], ARGV[2], ARGV[5] == '1'
local KEPT = {SUCCEEDED = tonumber(ARGV[3]), DEAD = tonumber(ARGV[4]), CANCELLED = tonumber(ARGV[3])}

local time = redis.call('TIME')
local us = time[1] * 1000000 + time[2] + ARGV[6]
local now = math.floor(us / 1000)
-- As texts, since Redis would print a number anew for each job it is an argument for.
local nowText, usText = string.format('%.0f', now), string.format('%.0f', us)

-- Retention that was lowered is caught up with step by step; four times as many must go through Lua's stack of 8,000.
local TRIMMED_AT_MOST = 1500

-- What a job moves its tenant ahead by, and the room that each level has for tags: all fit into a double.
local STRIDE, ROOM = 10000, 2 ^ 49

local decode = cjson.decode

local finished, woken, wasEmpty = {}, 0, false
local released, freed, stopped = {}, {}, 0

local function ready(level)
  return KEYS[23 + level]
end

-- Records are written by hand: fields in a fixed order, so that the common ones can be read with a pattern.
local NUMBERS = {'token', 'settled', 'level', 'attempt', 'losses', 'tag', 'turn', 'apart', 'due', 'started', 'finished', 'acted'}
local TEXTS = {'reason', 'cancel', 'parked', 'moving', 'aside', 'back', 'limits'}

local function encode(record)
  local parts = {'{"state":"' .. record.state .. '"'}
  for _, name in ipairs(NUMBERS) do
    if record[name] then
      parts[#parts + 1] = string.format(',"%s":%.0f', name, record[name])
    end
  end
  for _, name in ipairs(TEXTS) do
    if record[name] then
      parts[#parts + 1] = ',"' .. name .. '":' .. cjson.encode(record[name])
    end
  end
  parts[#parts + 1] = '}'
  return table.concat(parts)
end

local function save(id, record)
  redis.call('HSET', STATE, id, encode(record))
end

-- The level of a job that has no record yet, out of the head of its body.
local function levelOf(body)
  return tonumber(string.match(body, '^{"at":%d+,"priority":(%d)')
    or string.match(body, '^{"at":%d+,"due":%d+,"priority":(%d)') or 5)
end

-- When a job that has no record became ready, out of the head of its body.
local function dueOf(body)
  return tonumber(string.match(body, '^{"at":%d+,"due":(%d+)') or string.match(body, '^{"at":(%d+)'))
end

local function count(name, by)
  return redis.call('HINCRBY', META, name, by)
end

local fair, uniqueKeys -- made by fair.lua and keys.lua

local holes, tenanted, ruled, paused, starting

-- How many entries of the ready lists are holes, whether tenants ever had jobs, whether there ever were rules, whether
-- it is paused, and whether starts ever freed unique keys; as it was when first asked for.
local function lines()
  if not holes then
    local meta = redis.call('HMGET', META, 'holes', 'tenants', 'rules', 'paused', 'starts')
    holes, tenanted, ruled, paused = tonumber(meta[1] or 0), meta[2] ~= false, meta[3] ~= false, meta[4] ~= false
    starting = meta[5] ~= false
  end
  return holes, tenanted, ruled, paused
end

local function entryOf(id, tag)
  return tag and string.format('%s:%.0f', id, tag) or id
end

-- The ids of entries, and whether any entry has a tag.
local function idsOf(entries)
  local ids, tagged = {}, false
  for i, entry in ipairs(entries) do
    if #entry > 36 then
      ids[i], tagged = string.sub(entry, 1, 36), true
    else
      ids[i] = entry
    end
  end
  return ids, tagged
end

-- Whether an entry of a list is that of the job as it is, or a hole. A ready job without a record has a bare entry.
local function isEntryOf(entry, record, state)
  local tag = tonumber(string.sub(entry, 38))
  if not record then
    return state == 'READY' and not tag
  end
  return record.state == state and record.tag == tag and (tag ~= nil or state == 'SUCCEEDED')
end

-- The record of a job that an entry has among the succeeded; nil for a hole.
local function successAt(entry, text)
  local record = text and decode(text) or nil
  return isEntryOf(entry, record, 'SUCCEEDED') and record or nil
end

-- When a job was stored, out of the head of its body.
local function storedAt(body)
  return tonumber(string.match(body, '^{"at":(%d+)'))
end

-- The body without its expiry: whoever replays a job wants it to run. In front of the expiry there are numbers only.
local function unexpired(body)
  return (string.gsub(body, '^({[^}]-)"expiresAt":%-?%d+,', '%1', 1))
end

-- Types that have parked jobs, in order.
local function parkedTypes()
  local types, after = {}, '-'
  while #types < 100 do
    local next = redis.call('ZRANGEBYLEX', PARKED, after, '+', 'LIMIT', 0, 1)
    if not next[1] then
      break
    end
    types[#types + 1] = string.sub(next[1], 1, -38)
    after = '(' .. types[#types] .. '#'
  end
  return types
end

-- How many entries all lines of ready jobs have.
local function waitingInLines()
  local number = redis.call('ZCARD', SHARED)
  for level = 0, 9 do
    number = number + redis.call('LLEN', ready(level))
  end
  return number
end

-- Wakes so many idle instances, whoever has waited longest first so that all get work, or tells everyone if nobody is
-- registered as idle and shall be told. An instance whose channel nobody hears has died.
local function wake(most, everyone)
  while most > 0 do
    local idle = redis.call('ZPOPMIN', IDLE)
    if not idle[1] then
      break
    end
    if tonumber(idle[2]) >= now then
      local heard = redis.call('PUBLISH', PREFIX .. ':wake:' .. idle[1], QUEUE)
      if heard > 0 or not COUNTS then
        most = most - 1
        everyone = false
      end
    end
  end
  if most > 0 and everyone then
    redis.call('PUBLISH', PREFIX .. ':ready', QUEUE)
  end
end

-- A text in the head of a body that begins at a place, escapes and all.
local function textAt(body, from)
  local close = from - 1
  repeat
    close = string.find(body, '"', close + 1, true)
    local _, slashes = string.find(string.reverse(string.sub(body, from, close - 1)), '^\\*')
  until slashes % 2 == 0
  return string.sub(body, from, close - 1)
end

-- The tenant in a body: only numbers stand in front of it, so it is not mistaken for a part of a text.
local function tenantOf(body)
  local _, before = string.find(body or '', '^{"at":%d+,["%a:%d,%-]-"tenant":"')
  return before and textAt(body, before + 1)
end

-- Puts a job that has a record at the end of its line, or at its head when it was given back.
local function addReady(id, record, ahead)
  local _, shares, rules = lines()
  record.state, record.aside = 'READY', nil
  if rules then
    fair().age({{record.level, id, record.due}})
  end
  local tenant = not ahead and shares and tenantOf(redis.call('HGET', JOBS, id))
  if tenant then
    fair().share({[record.level .. tenant] = {fair().sharedEntryOf(id, record)}})
    return
  end
  record.tag = count('tag', 1) * (ahead and -1 or 1)
  save(id, record)
  local length = redis.call(ahead and 'LPUSH' or 'RPUSH', ready(record.level), entryOf(id, record.tag))
  if ahead then
    count('head:' .. record.level, -1)
  end
  woken = woken + 1
  wasEmpty = wasEmpty or length == 1
end

local function addScheduled(id, record, due)
  record.state = 'SCHEDULED'
  record.due = due
  record.tag = nil
  save(id, record)
  redis.call('ZADD', SCHEDULED, due, record.level .. id)
  if redis.call('ZRANGE', SCHEDULED, 0, 0)[1] == record.level .. id then
    woken, wasEmpty = woken + 1, true
  end
end

-- At most TRIMMED_AT_MOST of them.
local function erase(ids)
  if #ids == 0 then
    return
  end
  redis.call('HDEL', JOBS, unpack(ids))
  redis.call('HDEL', STATE, unpack(ids))
  if redis.call('EXISTS', STORY) == 1 then
    local parts = {}
    for i, id in ipairs(ids) do
      parts[4 * i - 3], parts[4 * i - 2], parts[4 * i - 1], parts[4 * i] = id .. ':e', id .. ':l', id .. ':p', id .. ':r'
    end
    redis.call('HDEL', STORY, unpack(parts))
  end
end

-- Takes entries off the list of the succeeded; returns the ids of those that are no holes.
local function popSucceeded(most, holes)
  local entries = redis.call('LPOP', FINAL.SUCCEEDED, most) or {}
  count('gone:succeeded', #entries)
  local ids = idsOf(entries)
  if holes == 0 then
    return ids
  end
  local texts, valid = redis.call('HMGET', STATE, unpack(ids)), {}
  for i, id in ipairs(ids) do
    if successAt(entries[i], texts[i]) then
      valid[#valid + 1] = id
    end
  end
  count('holes:succeeded', #valid - #ids)
  return valid
end

local function succeededHoles()
  return tonumber(redis.call('HGET', META, 'holes:succeeded') or 0)
end

local function trimSucceeded()
  local length = redis.call('LLEN', FINAL.SUCCEEDED)
  if length <= KEPT.SUCCEEDED then
    return
  end
  local surplus = length - succeededHoles() - KEPT.SUCCEEDED
  local tries = 0
  while surplus > 0 and tries < 3 do
    local ids = popSucceeded(math.min(surplus, TRIMMED_AT_MOST), succeededHoles())
    erase(ids)
    surplus, tries = surplus - #ids, tries + 1
  end
end

-- Takes a job out of its final place.
local function unfile(id, state)
  if state ~= 'SUCCEEDED' then
    redis.call('ZREM', FINAL[state], id)
    return
  end
  local length = redis.call('LLEN', FINAL.SUCCEEDED)
  if count('holes:succeeded', 1) == length then
    redis.call('DEL', FINAL.SUCCEEDED)
    redis.call('HDEL', META, 'holes:succeeded')
    count('gone:succeeded', length)
  end
end

-- Deletes the oldest of a final state until no more are kept than shall be.
local function trim(state)
  if state == 'SUCCEEDED' then
    return trimSucceeded()
  end
  local surplus = math.min(redis.call('ZCARD', FINAL[state]) - KEPT[state], TRIMMED_AT_MOST)
  if surplus > 0 then
    local ids = redis.call('ZRANGE', FINAL[state], 0, surplus - 1)
    redis.call('ZREMRANGEBYRANK', FINAL[state], 0, surplus - 1)
    erase(ids)
  end
end

-- Jobs are final, or are gone: they hold no keys with these letters any more.
local function freeKeys(ids, letters)
  if redis.call('EXISTS', HOLDS) == 1 then
    uniqueKeys().finished(ids, letters)
  end
end

-- A job does not run any more. Its record is still to be saved.
local function release(id, record)
  for rule in string.gmatch(record.limits or '', '[^\n]+') do
    freed[rule] = (freed[rule] or 0) + 1
  end
  record.limits = nil
  local token = string.format('%.0f', record.token)
  if record.apart then
    redis.call('ZREM', LEASES, token .. ':' .. id)
    record.apart = nil
  else
    released[token] = (released[token] or 0) + 1
  end
  stopped = stopped + 1
end

-- Takes released jobs off their claims; a claim without jobs ends.
local function endClaims()
  local tokens, counters, kept, gone, over = {}, {}, {}, {}, {}
  for token in pairs(released) do
    tokens[#tokens + 1] = token
    counters[#counters + 1] = token .. ':n'
  end
  if #tokens > 0 then
    for i, left in ipairs(redis.call('HMGET', CLAIMS, unpack(counters))) do
      local rest = tonumber(left or 0) - released[tokens[i]]
      if rest > 0 then
        kept[#kept + 1], kept[#kept + 2] = counters[i], rest
      else
        gone[#gone + 1], gone[#gone + 2] = tokens[i], counters[i]
        over[#over + 1] = tokens[i]
      end
    end
  end
  if #kept > 0 then
    redis.call('HSET', CLAIMS, unpack(kept))
  end
  if #over > 0 then
    redis.call('HDEL', CLAIMS, unpack(gone))
    redis.call('ZREM', LEASES, unpack(over))
  end
  if stopped > 0 then
    count('running', -stopped)
  end
end

-- The token of a lease, and the ids of jobs that have it, of which some may have ended.
local function holdersOf(lease)
  local token, own = string.match(lease, '^(%d+):?(.*)$')
  if own ~= '' then
    return token, {own}
  end
  local ids = {}
  for id in string.gmatch(redis.call('HGET', CLAIMS, token) or '', '%S+') do
    ids[#ids + 1] = id
  end
  return token, ids
end

-- The record of a job that runs under a lease, else nil.
local function underLease(text, lease, token)
  local record = text and decode(text)
  local holds = record and record.state == 'RUNNING' and record.token == tonumber(token)
    and (record.apart ~= nil) == (lease ~= token)
  return holds and record or nil
end

local function finish(id, record, state, reason)
  record.state = state
  record.reason = reason
  record.cancel, record.parked, record.aside, record.back, record.turn = nil, nil, nil, nil, nil
  record.tag = state == 'SUCCEEDED' and succeededHoles() > 0 and count('tag', 1) or nil
  record.finished = us
  save(id, record)
  freeKeys({id}, state == 'CANCELLED' and 'SFW' or 'SF')
  if state == 'SUCCEEDED' then
    redis.call('RPUSH', FINAL.SUCCEEDED, entryOf(id, record.tag))
  else
    redis.call('ZADD', FINAL[state], usText, id)
  end
  finished[#finished + 1] = id
  trim(state)
end

-- Takes a running job back, ahead of its line; one that shall be cancelled ends here.
local function giveBack(id, record)
  if record.cancel then
    finish(id, record, 'CANCELLED', record.cancel)
  else
    record.due = now
    record.parked = nil
    addReady(id, record, true)
  end
end

-- Makes due jobs ready, in the order of their due times. Returns how many.
local function promote(limit)
  local due = redis.call('ZRANGEBYSCORE', SCHEDULED, '-inf', now, 'LIMIT', 0, limit)
  if #due == 0 then
    return 0
  end
  redis.call('ZREM', SCHEDULED, unpack(due))
  local ids = {}
  for i, member in ipairs(due) do
    ids[i] = string.sub(member, 2)
  end
  local records = redis.call('HMGET', STATE, unpack(ids))
  local missing, shares, rules = lines()
  local bodies, lanes, joined = shares and redis.call('HMGET', JOBS, unpack(ids)) or {}, {}, {}
  for i, id in ipairs(ids) do
    local level = tonumber(string.sub(due[i], 1, 1))
    local record = records[i] and decode(records[i]) or nil
    local tenant = tenantOf(bodies[i])
    if rules and (tenant or not record) then
      joined[#joined + 1] = {level, id}
    end
    if tenant then
      local lane = level .. tenant
      lanes[lane] = lanes[lane] or {}
      table.insert(lanes[lane], fair().sharedEntryOf(id, record))
    elseif record then
      addReady(id, record, false)
    elseif missing > 0 then
      addReady(id, {level = level}, false)
    else
      wasEmpty = redis.call('RPUSH', ready(level), id) == 1 or wasEmpty
      woken = woken + 1
    end
  end
  if next(lanes) then
    fair().share(lanes)
  end
  if rules then
    fair().age(joined)
  end
  return #due
end

-- Adds lines to a part of a job's story, of which the last so many are kept.
local function tell(id, part, lines, kept)
  local old = redis.call('HGET', STORY, id .. part)
  local all = old and (old .. '\n' .. lines) or lines
  local _, breaks = string.gsub(all, '\n', '')
  local from = 1
  for _ = kept, breaks do
    from = string.find(all, '\n', from, true) + 1
  end
  redis.call('HSET', STORY, id .. part, string.sub(all, from))
end

-- What a handler has said: percent (-1 for unchanged), note as JSON ('' for unchanged), lines as JSON, one per line.
local function hear(id, percent, note, lines)
  if percent ~= '-1' or note ~= '' then
    local old = redis.call('HGET', STORY, id .. ':p') or '0 '
    local space = string.find(old, ' ', 1, true)
    local keptPercent = percent == '-1' and string.sub(old, 1, space - 1) or percent
    local keptNote = note == '' and string.sub(old, space + 1) or note
    redis.call('HSET', STORY, id .. ':p', keptPercent .. ' ' .. keptNote)
  end
  if lines ~= '' then
    tell(id, ':l', lines, 100)
  end
end

-- The last step of a script that changes something: says who is done and wakes whom there is work for.
local function conclude()
  endClaims()
  if next(freed) then
    fair().letBack()
  end
  if #finished > 0 and tonumber(redis.call('HGET', META, 'feed') or 0) >= now then
    redis.call('PUBLISH', PREFIX .. ':finished', table.concat(finished, ' ') .. ' ' .. QUEUE)
  end
  if woken > 0 then
    wake(woken, wasEmpty)
  end
end
