-- Prolongs leases and takes down what handlers have said. Safe to repeat: a lease only ends later, progress is set, and
-- at worst some log lines stand twice.
--
-- ARGV     7 lease time ms; then per lease: id, token, percent, note, log lines (as in exchange.lua)
-- returns  one number per lease: 1 held, 0 lost, 2 held and asked to cancel

local n = (#ARGV - 7) / 5
local ids = {}
for i = 1, n do
  ids[i] = ARGV[5 * i + 3]
end
local texts = redis.call('HMGET', STATE, unpack(ids))
local answers, leases = {}, {}
for i, id in ipairs(ids) do
  local at = 5 * i + 3
  local record = texts[i] and decode(texts[i])
  if record and record.state == 'RUNNING' and record.token == tonumber(ARGV[at + 1]) then
    leases[#leases + 1] = now + ARGV[7]
    leases[#leases + 1] = record.level .. id
    hear(id, ARGV[at + 2], ARGV[at + 3], ARGV[at + 4])
    answers[i] = record.cancel and 2 or 1
  else
    answers[i] = 0
  end
end
if #leases > 0 then
  redis.call('ZADD', LEASES, unpack(leases))
end
return answers
