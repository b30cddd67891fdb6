-- Does what no claim triggers. Safe to repeat, at any time, by anyone: it moves only what is due, expired or too old.
--
-- ARGV     7 how many of each kind at most, 8 us after which succeeded and cancelled jobs are too old, 9 dead ones
-- returns  1 to 3 jobs promoted, reclaimed, purged; 4 ids of jobs whose move to another queue is to be brought to its end

local limit = tonumber(ARGV[7])
local promoted = promote(limit)

local reclaimed, purged, unmoved = 0, 0, {}

-- Takes back what runs under a lease that has run out. They go ahead of their line, so the last goes first.
local function reclaim(lease)
  local token, ids = holdersOf(lease)
  local texts = #ids > 0 and redis.call('HMGET', STATE, unpack(ids)) or {}
  local before = reclaimed
  for i = #ids, 1, -1 do
    local record = reclaimed < limit and underLease(texts[i], lease, token)
    if record then
      reclaimed = reclaimed + 1
      release(ids[i], record)
      record.losses = (record.losses or 0) + 1
      giveBack(ids[i], record)
    end
  end
  if reclaimed == before then -- not even a lost write may leave a lease for ever
    redis.call('ZREM', LEASES, lease)
    redis.call('HDEL', CLAIMS, lease, lease .. ':n')
  end
end

-- Names a job whose mover has gone, if it still moves.
local function resume(id, lease)
  local text = redis.call('HGET', STATE, id)
  if text and decode(text).moving then
    unmoved[#unmoved + 1] = id
  else
    redis.call('ZREM', LEASES, lease)
  end
end

for _, lease in ipairs(redis.call('ZRANGEBYSCORE', LEASES, '-inf', now, 'LIMIT', 0, limit)) do
  local moving = string.match(lease, '^move:(.*)$')
  if moving then
    resume(moving, lease)
  elseif string.find(lease, '^came:') then
    redis.call('ZREM', LEASES, lease)
  elseif reclaimed < limit then
    reclaim(lease)
  end
end

-- Of windows there may be many more than of anything else that ends.
local windows = 0
while windows < 4000 and redis.call('EXISTS', WINDOWS) == 1 do
  local over = uniqueKeys().forgetOver(1000)
  if over == 0 then
    break
  end
  windows = windows + over
end

local function purge(state, age)
  local old = redis.call('ZRANGEBYSCORE', FINAL[state], '-inf', string.format('%.0f', us - age), 'LIMIT', 0, limit - purged)
  if #old > 0 then
    redis.call('ZREM', FINAL[state], unpack(old))
    erase(old)
    purged = purged + #old
  end
end

-- How many of the oldest entries of the succeeded are holes, or jobs that are too old.
local function oldEntries(age, most)
  local entries = redis.call('LRANGE', FINAL.SUCCEEDED, 0, most - 1)
  local texts = #entries > 0 and redis.call('HMGET', STATE, unpack((idsOf(entries)))) or {}
  for i, entry in ipairs(entries) do
    local record = successAt(entry, texts[i])
    if record and record.finished > us - age then
      return i - 1
    end
  end
  return #entries
end

local function purgeSucceeded(age)
  local looked = 0
  repeat
    local most = math.min(100, limit - looked)
    local old = oldEntries(age, most)
    if old > 0 then
      local ids = popSucceeded(old, succeededHoles())
      erase(ids)
      purged = purged + #ids
    end
    looked = looked + old
  until old < most or looked >= limit
end

trim('CANCELLED') -- what reclaiming made too many: only those that go for their age are counted
purgeSucceeded(tonumber(ARGV[8]))
purge('CANCELLED', tonumber(ARGV[8]))
purge('DEAD', tonumber(ARGV[9]))

local _, shares = lines()
for level = 0, shares and 9 or -1 do
  if fair().sharedOf(level, 1)[1] then
    fair().forget(level, (fair().virtualTime(level)))
  else
    fair().clearShares(level)
  end
end
if ruled then
  -- some of those that wait for a job to end, in case a lost write has kept that from them
  local waiting = redis.call('ZCOUNT', HELD, 'inf', 'inf')
  if waiting > 0 then
    local from = redis.call('ZCARD', HELD) - waiting + us % waiting -- they come last
    for _, name in ipairs(redis.call('ZRANGE', HELD, from, from + 19)) do
      returns().comeBack(name, 250)
    end
  end
  -- under a clock that was put back, what a rate holds back would wait for the times of the old one
  if tonumber(redis.call('HGET', META, 'swept') or 0) > us then
    redis.call('HSET', META, 'review', 0)
  end
  redis.call('HSET', META, 'swept', usText)
  returns().letBackDue()
  local unused = math.min(redis.call('ZCOUNT', RATES, '-inf', usText), 2000)
  if unused > 0 then
    redis.call('ZREMRANGEBYRANK', RATES, 0, unused - 1)
  end
end
redis.call('ZREMRANGEBYSCORE', IDLE, '-inf', '(' .. nowText)
conclude()
return {promoted, reclaimed, purged, unmoved}
