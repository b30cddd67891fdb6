-- Stores jobs. Safe to repeat: a job whose id is stored is left alone and answered as a duplicate of itself.
--
-- ARGV     7...  per job: id, due ("" for now, "+ms" from now, "ms" at), level and tenant if any, what it depends on,
--                what follows the times in its head, and its payload
--                A job depends on nothing (""), on the unique key it wants (keys.lua), or on its guard: "G", the version that it
--                expects, ":", the length of its key, ":", the key, its json
-- returns  one entry per job: "" when it was stored, "!" and the id of a job whose place it has taken, the id of the job
--          that stands for it, or "?" if its guard has another version

local n = (#ARGV - 6) / 5
local ids = {}
for i = 1, n do
  ids[i] = ARGV[5 * i + 2]
end
local stored = redis.call('HMGET', JOBS, unpack(ids))
local tagged = lines() > 0
local bodies, records, later, lanes, shared, ofTenants

local function begin()
  bodies, records, later, lanes, shared, ofTenants = {}, {}, {}, {}, {}, false
end

-- While there are holes, one may be of a job with the same id that has been purged: only a record tells it from this one.
local function record(id, fields)
  records[#records + 1] = id
  records[#records + 1] = encode(fields)
end

local function addToLine(id, lane)
  local to = #lane == 1 and lanes or shared
  local line = to[lane] or {}
  to[lane] = line
  if not tagged then
    line[#line + 1] = id
  elseif to == lanes then
    local tag = count('tag', 1)
    record(id, {state = 'READY', level = lane, tag = tag})
    line[#line + 1] = entryOf(id, tag)
  else
    record(id, {state = 'READY', level = string.sub(lane, 1, 1)})
    line[#line + 1] = id .. ':r'
  end
end

local function add(id, due, lane, rest)
  bodies[#bodies + 1] = id
  ofTenants = ofTenants or #lane > 1
  if tagged and due > now then
    record(id, {state = 'SCHEDULED', level = string.sub(lane, 1, 1), due = due})
  end
  if due > now then
    bodies[#bodies + 1] = string.format('{"at":%s,"due":%.0f,', nowText, due) .. rest
    later[#later + 1] = due
    later[#later + 1] = string.sub(lane, 1, 1) .. id
  else
    bodies[#bodies + 1] = '{"at":' .. nowText .. ',' .. rest
    addToLine(id, lane)
  end
end

-- When the longest waits of those in the lines end.
local function age()
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

-- Writes what has been added.
local function store()
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
    age()
  end
  if ofTenants and not tenanted then
    redis.call('HSET', META, 'tenants', 1)
  end
  begin()
end

-- Cancels the holder of a key, if it waits, for another job to have the key. Returns when that one is due; nil if it cannot
-- have it.
local function replace(holder, windowEnd, id, want, due)
  if not uniqueKeys().replaces(want) then
    return nil
  end
  store() -- the holder may have come just before
  local body, text = redis.call('HGET', JOBS, holder), redis.call('HGET', STATE, holder)
  local record = text and decode(text) or nil
  if not body or not waits(record) then
    return nil
  end
  local level = record and record.level or levelOf(body)
  local before = redis.call('ZSCORE', SCHEDULED, level .. holder) or now
  leave(holder, record, level)
  finish(holder, record or {level = level}, 'CANCELLED', 'replaced by ' .. id)
  return uniqueKeys().takeOver(id, want, windowEnd) and math.min(due, before) or due
end

-- Puts the guard of a job, if that is as it was when the job was decided on.
local function pass(text)
  local expected, length, start = string.match(text, '^G(%d+):(%d+):()')
  local key = string.sub(text, start, start + length - 1)
  local version = entryIn(redis.call('HGET', GUARDS, key), now)
  if version ~= tonumber(expected) then
    return false
  end
  putEntry(GUARDS, key, version, string.sub(text, start + length), 0)
  return true
end

-- What becomes of a job that is not stored.
local function insert(id, due, lane, want, rest)
  if string.sub(want, 1, 1) == 'G' then
    if not pass(want) then
      return '?'
    end
    want = ''
  end
  due = due ~= '' and (string.sub(due, 1, 1) == '+' and now + string.sub(due, 2) or tonumber(due)) or now
  local holder, windowEnd
  if want ~= '' then
    holder, windowEnd = uniqueKeys().take(id, want, now)
  end
  if holder then
    due = replace(holder, windowEnd, id, want, due)
    if not due then
      return holder
    end
  end
  add(id, due, lane, rest)
  return holder and '!' .. holder or ''
end

begin()
local answers, mine = {}, {}
for i, id in ipairs(ids) do
  local at = 5 * i + 2
  answers[i] = (stored[i] or mine[id]) and id or insert(id, ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4])
  mine[id] = mine[id] or answers[i] == '' or string.sub(answers[i], 1, 1) == '!'
end
store()
conclude()
return answers
