-- Frees the idempotency key of a run that has failed. Safe to repeat: the second time the key is free, or another run's.
--
-- KEYS     1 string, see idempotency_begin.lua
-- ARGV     1 us by which a test has moved the clock, 2 job id, 3 token
-- returns  1 freed, 0 nothing was changed

local time = redis.call('TIME')
local now = math.floor((time[1] * 1000000 + time[2] + ARGV[1]) / 1000)
local stored = redis.call('GET', KEYS[1])
if not stored then
  return {0}
end
local record = cjson.decode(string.sub(stored, 1, string.find(stored, '}', 1, true)))
local own = record.state == 'running' and record.job == ARGV[2] and record.token == tonumber(ARGV[3])
if record.expires <= now or not own then
  return {0}
end
redis.call('DEL', KEYS[1])
return {1}
