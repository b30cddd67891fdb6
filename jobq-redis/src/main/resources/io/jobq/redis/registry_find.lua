-- Finds an entry of the registry, and removes it if that is asked for.
--
-- KEYS     1 hash, see entries.lua
-- ARGV     1 us by which a test has moved the clock, 2 key, 3 "" to keep it, else the version of which to remove it (-1 for any)
-- returns  version, json; nothing when there is none, or none of that version

local time = redis.call('TIME')
local now = math.floor((time[1] * 1000000 + time[2] + ARGV[1]) / 1000)
local version, json = entryIn(redis.call('HGET', KEYS[1], ARGV[2]), now)
if version == 0 or ARGV[3] ~= '' and ARGV[3] ~= '-1' and tonumber(ARGV[3]) ~= version then
  return {}
end
if ARGV[3] ~= '' then
  redis.call('HDEL', KEYS[1], ARGV[2])
end
return {version, json}
