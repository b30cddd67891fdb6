-- Stores jobs. Safe to repeat: a job whose id is stored is left alone and answered as a duplicate of itself.
--
-- ARGV     7...  per job: id, due ("" for now, "+ms" from now, "ms" at), level and tenant if any, unique key
--                ("" for none), what follows the times in its head, and its payload
-- returns  one entry per job: "" when it was stored, else the id of the job that stands for it

local n = (#ARGV - 6) / 5
local ids = {}
for i = 1, n do
  ids[i] = ARGV[5 * i + 2]
end
local stored = redis.call('HMGET', JOBS, unpack(ids))
local tagged = lines() > 0
local answers, mine, bodies, records, later, lanes, shared = {}, {}, {}, {}, {}, {}, {}

local ofTenants = false

local function add(i, id)
  local at = 5 * i + 2
  local due, lane, key, rest = ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
  local holder = key ~= '' and takeKey(key, id)
  if holder then
    return holder
  end
  local dueMs = due ~= '' and (string.sub(due, 1, 1) == '+' and now + string.sub(due, 2) or tonumber(due)) or now
  bodies[#bodies + 1] = id
  ofTenants = ofTenants or #lane > 1
  if dueMs > now then
    bodies[#bodies + 1] = string.format('{"at":%s,"due":%.0f,', nowText, dueMs) .. rest
    later[#later + 1] = dueMs
    later[#later + 1] = string.sub(lane, 1, 1) .. id
  else
    bodies[#bodies + 1] = '{"at":' .. nowText .. ',' .. rest
    local to = #lane == 1 and lanes or shared
    local line = to[lane] or {}
    to[lane] = line
    if tagged and to == lanes then
      local tag = count('tag', 1)
      records[#records + 1] = id
      records[#records + 1] = encode({state = 'READY', level = lane, tag = tag})
      line[#line + 1] = entryOf(id, tag)
    else
      line[#line + 1] = id
    end
  end
  return ''
end

for i, id in ipairs(ids) do
  if stored[i] or mine[id] then
    answers[i] = id
  else
    answers[i] = add(i, id)
    mine[id] = answers[i] == '' or nil
  end
end
if #bodies > 0 then
  redis.call('HSET', JOBS, unpack(bodies))
end
if #records > 0 then
  redis.call('HSET', STATE, unpack(records))
end
if #later > 0 then
  local first = redis.call('ZRANGE', SCHEDULED, 0, 0)[1]
  redis.call('ZADD', SCHEDULED, unpack(later))
  if redis.call('ZRANGE', SCHEDULED, 0, 0)[1] ~= first then
    woken, wasEmpty = woken + 1, true
  end
end
for level, line in pairs(lanes) do
  woken = woken + #line
  wasEmpty = redis.call('RPUSH', ready(level), unpack(line)) == #line or wasEmpty
end
if next(shared) then
  fair().share(shared)
end
if ruled then
  local joined = {}
  for _, lines in ipairs({lanes, shared}) do
    for lane, line in pairs(lines) do
      for _, entry in ipairs(line) do
        joined[#joined + 1] = {tonumber(string.sub(lane, 1, 1)), string.sub(entry, 1, 36)}
      end
    end
  end
  fair().age(joined)
end
if ofTenants and not tenanted then
  redis.call('HSET', META, 'tenants', 1)
end
conclude()
return answers
