-- The next ids of one place, in its order. Reads only.
--
-- ARGV     7 place: a level 0 to 9 of ready, T and a level for those of tenants, or SCHEDULED, RUNNING, PARKED, ASIDE, SUCCEEDED, DEAD,
--          CANCELLED
--          8 position to go on behind: a number (of a list: how many entries have ever left or stand before it),
--          9 member at that position, 10 greatest position wanted ("+inf" for all), 11 how many at most
-- returns  1 flat: position, member, id (of a list: "" for a hole); 2 "1" if there may be more, 3 us now

local place, position, member, bound, most = ARGV[7], ARGV[8], ARGV[9], ARGV[10], tonumber(ARGV[11])
local rows = {}

local function add(score, name, id)
  rows[#rows + 1], rows[#rows + 2], rows[#rows + 3] = score, name, id
end

-- The entries of a list behind a position, and the records of their jobs.
local function entriesOf(key, counter)
  local gone = tonumber(redis.call('HGET', META, counter) or 0)
  local from = position == '' and 0 or math.max(0, tonumber(position) + 1 - gone)
  local entries = redis.call('LRANGE', key, from, from + most - 1)
  local ids = idsOf(entries)
  return entries, #ids > 0 and redis.call('HMGET', STATE, unpack(ids)) or {}, gone + from
end

local function listReady(level)
  local entries, texts, first = entriesOf(ready(level), 'head:' .. level)
  for i, entry in ipairs(entries) do
    local valid = isEntryOf(entry, texts[i] and decode(texts[i]) or nil, 'READY')
    add(string.format('%.0f', first + i - 1), entry, valid and string.sub(entry, 1, 36) or '')
  end
  return #entries
end

local function listSucceeded()
  local entries, texts, first = entriesOf(FINAL.SUCCEEDED, 'gone:succeeded')
  for i, entry in ipairs(entries) do
    local record = successAt(entry, texts[i])
    if record and bound ~= '+inf' and record.finished > tonumber(bound) then
      return 0
    end
    add(string.format('%.0f', first + i - 1), entry, record and string.sub(entry, 1, 36) or '')
  end
  return #entries
end

-- The rank behind a member that may be gone by now.
local function rankBehind(key)
  local rank = redis.call('ZRANK', key, member)
  if rank and tonumber(redis.call('ZSCORE', key, member)) == tonumber(position) then
    return rank + 1
  end
  local from = redis.call('ZCOUNT', key, '-inf', '(' .. position)
  local to = from + redis.call('ZCOUNT', key, position, position)
  while from < to do
    local middle = math.floor((from + to) / 2)
    if redis.call('ZRANGE', key, middle, middle)[1] > member then
      to = middle
    else
      from = middle + 1
    end
  end
  return from
end

local function listSorted(key, idFrom)
  local from = position == '' and 0 or rankBehind(key)
  local found = redis.call('ZRANGE', key, from, from + most - 1, 'WITHSCORES')
  for i = 1, #found, 2 do
    if bound ~= '+inf' and tonumber(found[i + 1]) > tonumber(bound) then
      return 0
    end
    add(found[i + 1], found[i], string.sub(found[i], idFrom))
  end
  return #found / 2
end

local function listShared(level)
  local behind = string.format('(%.0f', level * ROOM)
  local from = position == '' and redis.call('ZCOUNT', SHARED, '-inf', behind) or rankBehind(SHARED)
  local found = redis.call('ZRANGE', SHARED, from, from + most - 1, 'WITHSCORES')
  for i = 1, #found, 2 do
    if tonumber(found[i + 1]) >= (level + 1) * ROOM then
      return 0
    end
    add(found[i + 1], found[i], string.sub(found[i], 1, 36))
  end
  return #found / 2
end

-- Running jobs in the order of their tokens, then of their ids. Looks at all leases: they are in the order of their ends.
local function listRunning()
  local leasesOf, tokens, from = {}, {}, tonumber(position) or 0
  for _, lease in ipairs(redis.call('ZRANGE', LEASES, 0, -1)) do
    local token = tonumber(string.match(lease, '^%d+'))
    if token and token >= from then
      if not leasesOf[token] then
        tokens[#tokens + 1], leasesOf[token] = token, {}
      end
      table.insert(leasesOf[token], lease)
    end
  end
  table.sort(tokens)
  for _, token in ipairs(tokens) do
    local running = {}
    for _, lease in ipairs(leasesOf[token]) do
      local text, ids = holdersOf(lease)
      for i, record in ipairs(#ids > 0 and redis.call('HMGET', STATE, unpack(ids)) or {}) do
        local behind = token ~= tonumber(position) or ids[i] > member
        if behind and underLease(record, lease, text) then
          running[#running + 1] = ids[i]
        end
      end
    end
    table.sort(running)
    for i = 1, math.min(#running, most - #rows / 3) do
      add(string.format('%.0f', token), running[i], running[i])
    end
    if #rows >= 3 * most then
      break
    end
  end
  return #rows / 3
end

local found
if tonumber(place) then
  found = listReady(tonumber(place))
elseif string.match(place, '^T%d$') then
  found = listShared(tonumber(string.sub(place, 2)))
elseif place == 'SCHEDULED' then
  found = listSorted(SCHEDULED, 2)
elseif place == 'RUNNING' then
  found = listRunning()
elseif place == 'SUCCEEDED' then
  found = listSucceeded()
elseif place == 'ASIDE' then
  found = listSorted(ASIDE, -36)
elseif place == 'PARKED' then
  found = listSorted(PARKED, -36)
else
  found = listSorted(FINAL[place], 1)
end
return {rows, found == most and '1' or '0', string.format('%.0f', us)}
