-- Counts. Reads only.
--
-- returns  1 scheduled, 2 ready (parked ones included), 3 running, 4 succeeded, 5 dead, 6 cancelled,
--          7 how long the oldest ready job has been so in ms ("" for none), 8 parked types and their numbers, flat,
--          9 1 if it is paused

local missing, shares = lines()
local waiting = redis.call('ZCARD', SHARED) + redis.call('ZCARD', ASIDE) - missing
local oldest

-- When the job of an entry became ready; nil for a hole, which only a list has.
local function readySince(entry, isSure)
  local id = string.sub(entry, 1, 36)
  local text = redis.call('HGET', STATE, id)
  local record = text and decode(text) or nil
  if not isSure and not isEntryOf(entry, record, 'READY') then
    return nil
  elseif record and record.due then
    return record.due
  end
  local body = redis.call('HGET', JOBS, id)
  return body and dueOf(body)
end

for level = 0, 9 do
  local length = redis.call('LLEN', ready(level))
  waiting = waiting + length
  for index = 0, math.min(length, 100) - 1 do
    local since = readySince(redis.call('LINDEX', ready(level), index), false)
    if since then
      oldest = math.min(oldest or since, since)
      break
    end
  end
  local next = shares and fair().sharedOf(level, 1) or {}
  local since = next[1] and readySince(next[1], true)
  oldest = since and math.min(oldest or since, since) or oldest
end

local parked = {}
for i, type in ipairs(parkedTypes()) do
  parked[2 * i - 1] = type
  parked[2 * i] = redis.call('ZLEXCOUNT', PARKED, '[' .. type .. '"', '(' .. type .. '#')
end
return {
  redis.call('ZCARD', SCHEDULED), waiting + redis.call('ZCARD', PARKED), tonumber(redis.call('HGET', META, 'running') or 0),
  redis.call('LLEN', FINAL.SUCCEEDED) - succeededHoles(), redis.call('ZCARD', FINAL.DEAD), redis.call('ZCARD', FINAL.CANCELLED),
  oldest and string.format('%.0f', math.max(0, now - oldest)) or '', parked, redis.call('HEXISTS', META, 'paused')}
