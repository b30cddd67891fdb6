-- Put in front of every script. Names the keys of one queue, reads the clock once, and reads heads, records and entries.
-- docs/redis-layout.md tells what each key holds.
--
-- KEYS   1 jobs      hash  id -> head and payload        8 cancelled zset  id by finished us
--        2 state     hash  id -> record                  9 parked    zset  type"id, all scores 0
--        3 scheduled zset  level..id by due ms          10 unique    hash  key -> id, or id:end (keys.lua)
--        4 claims    hash  claim -> ids claimed with    11 holds     hash  id -> its key (keys.lua)
--                          it, claim:n -> how many of   12 story     hash  id:e errors, id:l log, id:p progress, id:r result
--                          them share its lease still   13 meta      hash  counters
--        5 leases    zset  claim by end of its lease;   14 idle      zset  instance by end of its wait
--                          claim:id if it has its own   15 shared    zset  id, or id:r, by level and start tag
--        6 succeeded list  id, or id:tag                16 tenants   zset  level..tenant by level and finish tag
--        7 dead      zset  id by finished us            17 rules     hash  rule -> its terms as JSON
--                                                       18 running   hash  rule -> how many jobs that count run; b and rule
--                                                                          -> how many have come back and not started
--                                                       19 rates     zset  rule by when its rate is unused again, us
--                                                       20 aside     zset  rule, newline, level, lane, turn, id; all scores 0
--                                                       21 held      zset  rule that has jobs aside by when its rate
--                                                                          has room, ms; inf if a job must end first
--                                                       22 aging     zset  level..id by end of its longest wait, ms
--                                                       23 windows   zset  unique key by end of its window, ms
--                                                       24 guards    hash  entries of the registry, see entries.lua
--                                                       25-34 ready  list  per level: id, or id:tag
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
-- given back, before all: their tags are negative.
--
-- A rule is named by what it is about: y and a type, t and a tenant, k and a limit key, q for the queue, c and a class,
-- l and a level; names as they stand in heads. A job that a rule has no room for stands aside under it until there is
-- ("aside" and "turn" in its record), then comes back to where its tenant's turn is ("back"). Until all that came back have
-- started, the rule stays in "held", so that none that is newer overtakes them. What a running job counts for is in its record
-- ("limits").
--
-- Jobs that are claimed together have one token, the same record and one lease, so that a claim costs little per job.
-- A claim is named by its token and its nonce, "token-nonce", and so is the token in records ("token", "settled"): after a
-- failover Redis does not know all that it has given, and what was said under one claim must never count for another.
-- A job that is renewed without the others gets a lease of its own ("apart" in its record).
--
-- A job on its way to another queue ("moving" in its record: which; "move": a number of the move; "movers": how many have had
-- it) is in no line. Whoever moves it has a lease too, "move:id"; when that has run out, a sweep names the job to its caller,
-- who takes the move over and brings it to its end. The other queue remembers the move until it is over here: "came:" and id,
-- queue and number among the leases.

local JOBS, STATE, SCHEDULED, CLAIMS, LEASES = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local FINAL = {SUCCEEDED = KEYS[6], DEAD = KEYS[7], CANCELLED = KEYS[8]}
local PARKED, UNIQUE, HOLDS, STORY, META, IDLE = KEYS[9], KEYS[10], KEYS[11], KEYS[12], KEYS[13], KEYS[14]
local SHARED, TENANTS = KEYS[15], KEYS[16]
local RULES, RUNNING, RATES, ASIDE, HELD, AGING = KEYS[17], KEYS[18], KEYS[19], KEYS[20], KEYS[21], KEYS[22]
local WINDOWS, GUARDS = KEYS[23], KEYS[24]
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

-- The score of a rule in HELD that has nobody aside any more, but jobs that came back and have not started.
local BACK_ONLY = 1e300

local decode = cjson.decode

local finished, untrimmed, woken, wasEmpty = {}, {}, 0, false
local released, freed, stopped = {}, {}, 0

local function ready(level)
  return KEYS[25 + level]
end

-- Records are written by hand: fields in a fixed order, so that the common ones can be read with a pattern.
local CLAIMED = {'token', 'settled'}
local NUMBERS = {'level', 'attempt', 'losses', 'tag', 'turn', 'apart', 'due', 'started', 'finished', 'acted', 'move', 'movers'}
local TEXTS = {'reason', 'cancel', 'parked', 'moving', 'aside', 'back', 'limits'}

local function encode(record)
  local parts = {'{"state":"' .. record.state .. '"'}
  for _, name in ipairs(CLAIMED) do
    if record[name] then
      parts[#parts + 1] = ',"' .. name .. '":"' .. record[name] .. '"'
    end
  end
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

-- Makes all numbers to come greater than this one.
local function outgrow(number)
  if number > tonumber(redis.call('HGET', META, 'token') or 0) then
    redis.call('HSET', META, 'token', string.format('%.0f', number))
  end
end

-- A number greater than any that this queue gave before, also if Redis has since gone back to an earlier state: the time, or
-- one more than the last. A double has room for the microseconds until the year 2255.
local function grown()
  local number = math.max(us, tonumber(redis.call('HGET', META, 'token') or 0) + 1)
  redis.call('HSET', META, 'token', string.format('%.0f', number))
  return number
end

local fair, limits, returns, uniqueKeys -- made by the files of these names; the last by keys.lua

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
