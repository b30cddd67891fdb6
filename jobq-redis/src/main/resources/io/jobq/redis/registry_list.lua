-- Lists the entries of a kind, and deletes those that have expired.
--
-- KEYS     1 hash, see registry_put.lua
-- ARGV     1 us by which a test has moved the clock, 2 the one key that is wanted ("" for all), 3 "1" to remove it
-- returns  flat: key, version, json

local time = redis.call('TIME')
local now = math.floor((time[1] * 1000000 + time[2] + ARGV[1]) / 1000)
local wanted = ARGV[2]
local all
if wanted == '' then
  all = redis.call('HGETALL', KEYS[1])
else
  all = {wanted, redis.call('HGET', KEYS[1], wanted) or nil}
end
local rows = {}
for i = 1, #all, 2 do
  local stored, expiry, json = string.match(all[i + 1] or '', '^(%d+) (%d+) (.*)$')
  if stored then
    local expired = expiry ~= '0' and tonumber(expiry) <= now
    if not expired then
      rows[#rows + 1], rows[#rows + 2], rows[#rows + 3] = all[i], stored, json
    end
    if expired or ARGV[3] == '1' then
      redis.call('HDEL', KEYS[1], all[i])
    end
  end
end
return rows
