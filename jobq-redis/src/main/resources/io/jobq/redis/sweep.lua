-- Does what no claim triggers. Safe to repeat, at any time, by anyone: it moves only what is due, expired or too old.
--
-- ARGV     7 how many of each kind at most, 8 us after which succeeded and cancelled jobs are too old, 9 dead ones
-- returns  jobs promoted, reclaimed, purged

local limit = tonumber(ARGV[7])
local promoted = promote(limit)

local expired = redis.call('ZRANGEBYSCORE', LEASES, '-inf', now, 'LIMIT', 0, limit)
if #expired > 0 then
  redis.call('ZREM', LEASES, unpack(expired))
end
for _, member in ipairs(expired) do
  local id = string.sub(member, 2)
  local record = decode(redis.call('HGET', STATE, id))
  record.losses = (record.losses or 0) + 1
  giveBack(id, record)
end

local purged = 0
local function purge(state, age)
  local old = redis.call('ZRANGEBYSCORE', FINAL[state], '-inf', string.format('%.0f', us - age), 'LIMIT', 0, limit - purged)
  if #old > 0 then
    redis.call('ZREM', FINAL[state], unpack(old))
    erase(old)
    purged = purged + #old
  end
end

local function purgeSucceeded(age)
  local entries = redis.call('LRANGE', FINAL.SUCCEEDED, 0, limit - 1)
  local last = 0
  while last < #entries and tonumber(string.sub(entries[last + 1], 38)) <= us - age do
    last = last + 1
  end
  if last > 0 then
    local old = popSucceeded(last, succeededHoles())
    erase(old)
    purged = purged + #old
  end
end

purgeSucceeded(tonumber(ARGV[8]))
purge('CANCELLED', tonumber(ARGV[8]))
purge('DEAD', tonumber(ARGV[9]))
redis.call('ZREMRANGEBYSCORE', IDLE, '-inf', '(' .. nowText)
announce()
return {promoted, #expired, purged}
