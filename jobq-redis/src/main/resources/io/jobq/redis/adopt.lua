-- Takes in a job of another queue: a finished one, to run it here, or one that waits, to wait here. Safe to repeat: a
-- job whose id is stored is left alone.
--
-- ARGV     7 id, 8 body, 9 its record there ("" if it shall start over), 10 level, 11 token and 12 start of its last lease
--          ("" for none), 13 the unique key it wants (keys.lua; "" for none), 14 errors, 15 log, 16 progress
-- returns  1 it is here now, or was before; 0 another job holds its unique key

local id, body, key = ARGV[7], ARGV[8], ARGV[13]
if redis.call('HEXISTS', JOBS, id) == 1 then
  return {1}
end
if key ~= '' and uniqueKeys().take(id, key, storedAt(body)) then
  return {0}
end
-- tokens must grow, so this queue's may not lag behind the job's
local token = tonumber(ARGV[11]) or 0
local behind = token - tonumber(redis.call('HGET', META, 'token') or 0)
if behind > 0 then
  count('token', behind)
end
if tenantOf(body) then
  redis.call('HSET', META, 'tenants', 1)
end
for i, part in ipairs({':e', ':l', ':p'}) do
  if ARGV[13 + i] ~= '' then
    redis.call('HSET', STORY, id .. part, ARGV[13 + i])
  end
end
local record
if ARGV[9] ~= '' then
  record = decode(ARGV[9])
  record.moving, record.settled = nil, nil
else
  body = unexpired(body)
  record = {due = now}
end
record.level, record.token, record.started = tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12])
redis.call('HSET', JOBS, id, body)
if record.state == 'SCHEDULED' then
  addScheduled(id, record, record.due)
else
  addReady(id, record, false)
end
conclude()
return {1}
