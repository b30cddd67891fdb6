-- Takes an idempotency key for a run, if it is free. Safe to repeat: the run that holds the key takes it again, which only
-- prolongs its hold.
--
-- KEYS     1 string: a JSON object, and after a space the encoded result of a completed run, if it has one
-- ARGV     1 us by which a test has moved the clock, 2 job id, 3 token, 4 hold ms
-- returns  started; or running, job id, token, ms left; or completed, job id, token, version of the result, result (both ""
--          for none)

local time = redis.call('TIME')
local now = math.floor((time[1] * 1000000 + time[2] + ARGV[1]) / 1000)
local stored = redis.call('GET', KEYS[1])
if stored then
  local length = string.find(stored, '}', 1, true)
  local record = cjson.decode(string.sub(stored, 1, length))
  -- a test's clock may be ahead of the one by which Redis deletes the key
  if record.expires > now then
    local token = string.format('%.0f', record.token)
    if record.state == 'completed' then
      return {'completed', record.job, token, tostring(record.result or ''), string.sub(stored, length + 2)}
    end
    if record.job ~= ARGV[2] or record.token > tonumber(ARGV[3]) then
      return {'running', record.job, token, string.format('%.0f', record.expires - now)}
    end
  end
end
redis.call('SET', KEYS[1], string.format('{"state":"running","job":"%s","token":%s,"since":%.0f,"expires":%.0f}',
  ARGV[2], ARGV[3], now, now + ARGV[4]), 'PX', ARGV[4])
return {'started'}
