-- Writes an event into the history, and lets an effect happen unless a later holder of the job has been seen.
-- Safe to repeat: who reads the history drops what is there twice.
--
-- KEYS     1 seen (hash job -> greatest token), 2 effects (hash job -> token), 3 events (list)
-- ARGV     1 kind, 2 worker, 3 job, 4 token, 5 run; of the parent's events only 1 and 2
-- returns  1, or 0 for an effect that came too late

local time = redis.call('TIME')
local kind, job, token, fresh = ARGV[1], ARGV[3], tonumber(ARGV[4]), 1
if token then
  local seen = tonumber(redis.call('HGET', KEYS[1], job) or 0)
  if token > seen then
    redis.call('HSET', KEYS[1], job, ARGV[4])
  end
  if kind == 'EFFECT' then
    if token < seen then
      kind, fresh = 'STALE', 0
    else
      redis.call('HSET', KEYS[2], job, ARGV[4])
    end
  end
end
local millis = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('RPUSH', KEYS[3], table.concat({kind, millis, unpack(ARGV, 2)}, ' '))
return fresh
