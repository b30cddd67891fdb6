-- Lists a part of the entries of a kind that were put after a mark, and deletes those of the part that have expired. A key may
-- come in two parts.
--
-- KEYS     1 hash, see entries.lua
-- ARGV     1 us by which a test has moved the clock, 2 cursor ("0" at first), 3 mark, 4 how many entries to look at, about
-- returns  flat: cursor to go on ("0" at the end), how many puts there have been, then per entry: key, version, json

local puts = tonumber(redis.call('HGET', KEYS[1], '') or 0)
local mark = tonumber(ARGV[3])
if ARGV[2] == '0' and puts == mark then
  return {'0', puts}
end
local time = redis.call('TIME')
local now = math.floor((time[1] * 1000000 + time[2] + ARGV[1]) / 1000)
local part = redis.call('HSCAN', KEYS[1], ARGV[2], 'COUNT', ARGV[4])
local rows = {part[1], puts}
local expired = {}
for i = 1, #part[2], 2 do
  local key = part[2][i]
  local version, json, change = entryIn(part[2][i + 1], now)
  if version > 0 and change > mark then
    rows[#rows + 1], rows[#rows + 2], rows[#rows + 3] = key, version, json
  elseif version == 0 and key ~= '' then
    expired[#expired + 1] = key
  end
end
if #expired > 0 then
  redis.call('HDEL', KEYS[1], unpack(expired))
end
return rows
