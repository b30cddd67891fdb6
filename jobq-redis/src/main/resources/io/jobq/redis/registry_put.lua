-- Stores an entry of the registry if its version is the expected one. Repeating a put that took effect is refused when
-- a version was expected, which tells the caller that the entry is there.
--
-- KEYS     1 hash, see entries.lua
-- ARGV     1 us by which a test has moved the clock, 2 key, 3 json, 4 expected version (-1 for any), 5 ttl ms (0: none)
-- returns  1 stored, 0 refused

local time = redis.call('TIME')
local now = math.floor((time[1] * 1000000 + time[2] + ARGV[1]) / 1000)
local version = entryIn(redis.call('HGET', KEYS[1], ARGV[2]), now)
local expected = tonumber(ARGV[4])
if expected >= 0 and expected ~= version then
  return {0}
end
local ttl = tonumber(ARGV[5])
putEntry(KEYS[1], ARGV[2], version, ARGV[3], ttl > 0 and now + ttl or 0)
return {1}
