-- Prolongs leases and takes down what handlers have said. Safe to repeat: a lease only ends later, progress is set, and
-- at worst some log lines stand twice.
--
-- ARGV     7 lease time ms, 8 number of claims, then per claim: its name, number of its jobs that are held, their ids;
--          then per job that has said something: its place among all these from 1, percent, note, log lines
--          (as in exchange.lua)
-- returns  one number per job: 1 held, 0 lost, 2 held and asked to cancel

local expiry = string.format('%.0f', now + ARGV[7])
local at = 9
local answers, heldAt, leases = {}, {}, {}

local function prolong(lease)
  leases[#leases + 1] = expiry
  leases[#leases + 1] = lease
end

-- The lease of a claim is prolonged if all are held that share it; else those that are get leases of their own.
local function prolongShared(token, ids, records)
  if #ids == tonumber(redis.call('HGET', CLAIMS, token .. ':n') or 0) then
    prolong(token)
    return
  end
  for i, id in ipairs(ids) do
    records[i].apart = 1
    save(id, records[i])
    prolong(token .. ':' .. id)
  end
  released[token] = #ids
end

for _ = 1, tonumber(ARGV[8]) do
  local token, first = ARGV[at], at + 2
  at = first + ARGV[at + 1]
  local shared, records, met = {}, {}, {}
  for i, text in ipairs(redis.call('HMGET', STATE, unpack(ARGV, first, at - 1))) do
    local id = ARGV[first + i - 1]
    local record = text and decode(text)
    if record and record.state == 'RUNNING' and record.token == token then
      answers[#answers + 1] = record.cancel and 2 or 1
      heldAt[#answers] = id
      if record.apart then
        prolong(token .. ':' .. id)
      elseif not met[id] then -- else it is named twice
        shared[#shared + 1], records[#records + 1] = id, record
      end
      met[id] = true
    else
      answers[#answers + 1] = 0
    end
  end
  if #shared > 0 then
    prolongShared(token, shared, records)
  end
end
if #leases > 0 then
  redis.call('ZADD', LEASES, unpack(leases))
end
for i = at, #ARGV, 4 do
  local id = heldAt[tonumber(ARGV[i])]
  if id then
    hear(id, ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
  end
end
conclude()
return answers
