-- Stores a run's result under its idempotency key, unless another run holds the key or has completed. Safe to repeat: the
-- second time it finds its own result, leaves it, and answers as the first.
--
-- KEYS     1 string, see idempotency_begin.lua
-- ARGV     1 us by which a test has moved the clock, 2 job id, 3 token, 4 retention ms, 5 version of the result ("" for
--          none), 6 result
-- returns  1 the key has this run's result, 0 nothing was changed

local time = redis.call('TIME')
local now = math.floor((time[1] * 1000000 + time[2] + ARGV[1]) / 1000)
local stored = redis.call('GET', KEYS[1])
if stored then
  local record = cjson.decode(string.sub(stored, 1, string.find(stored, '}', 1, true)))
  if record.expires > now then
    local token = tonumber(ARGV[3])
    if record.state == 'completed' then
      return {record.job == ARGV[2] and record.token == token and 1 or 0}
    end
    if record.job ~= ARGV[2] or record.token > token then
      return {0}
    end
  end
end
local result = ARGV[5] ~= '' and ',"result":' .. ARGV[5] .. '} ' or '}'
redis.call('SET', KEYS[1], string.format('{"state":"completed","job":"%s","token":%s,"since":%.0f,"expires":%.0f',
  ARGV[2], ARGV[3], now, now + ARGV[4]) .. result .. ARGV[6], 'PX', ARGV[4])
return {1}
