-- The moves that several scripts make; behind common.lua, whose names it uses.

-- Wakes so many idle instances, whoever has waited longest first so that all get work, or tells everyone if nobody is
-- registered as idle and shall be told. An instance whose channel nobody hears has died.
local function wake(most, everyone)
  while most > 0 do
    local idle = redis.call('ZPOPMIN', IDLE)
    if not idle[1] then
      break
    end
    if tonumber(idle[2]) >= now then
      local heard = redis.call('PUBLISH', PREFIX .. ':wake:' .. idle[1], QUEUE)
      if heard > 0 or not COUNTS then
        most = most - 1
        everyone = false
      end
    end
  end
  if most > 0 and everyone then
    redis.call('PUBLISH', PREFIX .. ':ready', QUEUE)
  end
end

-- A text in the head of a body that begins at a place, escapes and all.
local function textAt(body, from)
  local close = from - 1
  repeat
    close = string.find(body, '"', close + 1, true)
    local _, slashes = string.find(string.reverse(string.sub(body, from, close - 1)), '^\\*')
  until slashes % 2 == 0
  return string.sub(body, from, close - 1)
end

-- The tenant in a body: only numbers stand in front of it, so it is not mistaken for a part of a text.
local function tenantOf(body)
  local _, before = string.find(body or '', '^{"at":%d+,["%a:%d,%-]-"tenant":"')
  return before and textAt(body, before + 1)
end

local clear = {}

-- Whether nobody stands at the head of a level who was put ahead by an earlier call: what this call puts there would come
-- before.
local function isClear(level)
  if clear[level] == nil then
    local head = redis.call('LINDEX', ready(level), 0)
    clear[level] = not (head and string.sub(head, 38, 38) == '-')
  end
  return clear[level]
end

-- Puts a job that has a record at the end of its line, or at its head when it was given back.
local function addReady(id, record, ahead)
  local _, shares, rules = lines()
  record.state, record.aside = 'READY', nil
  if rules then
    fair().age({{record.level, id, record.due}})
  end
  local tenant = not ahead and shares and tenantOf(redis.call('HGET', JOBS, id))
  if tenant then
    fair().share({[record.level .. tenant] = {fair().sharedEntryOf(id, record)}})
    return
  end
  record.tag = count('tag', 1) * (ahead and -1 or 1)
  save(id, record)
  local length = redis.call(ahead and 'LPUSH' or 'RPUSH', ready(record.level), entryOf(id, record.tag))
  if ahead then
    count('head:' .. record.level, -1)
  end
  woken = woken + 1
  wasEmpty = wasEmpty or length == 1
end

local function addScheduled(id, record, due)
  record.state = 'SCHEDULED'
  record.due = due
  record.tag = nil
  save(id, record)
  redis.call('ZADD', SCHEDULED, due, record.level .. id)
  if redis.call('ZRANGE', SCHEDULED, 0, 0)[1] == record.level .. id then
    woken, wasEmpty = woken + 1, true
  end
end

-- At most TRIMMED_AT_MOST of them.
local function erase(ids)
  if #ids == 0 then
    return
  end
  redis.call('HDEL', JOBS, unpack(ids))
  redis.call('HDEL', STATE, unpack(ids))
  if redis.call('EXISTS', STORY) == 1 then
    local parts = {}
    for i, id in ipairs(ids) do
      parts[4 * i - 3], parts[4 * i - 2], parts[4 * i - 1], parts[4 * i] = id .. ':e', id .. ':l', id .. ':p', id .. ':r'
    end
    redis.call('HDEL', STORY, unpack(parts))
  end
end

-- Takes entries off the list of the succeeded; returns the ids of those that are no holes.
local function popSucceeded(most, holes)
  local entries = redis.call('LPOP', FINAL.SUCCEEDED, most) or {}
  count('gone:succeeded', #entries)
  local ids = idsOf(entries)
  if holes == 0 then
    return ids
  end
  local texts, valid = redis.call('HMGET', STATE, unpack(ids)), {}
  for i, id in ipairs(ids) do
    if successAt(entries[i], texts[i]) then
      valid[#valid + 1] = id
    end
  end
  count('holes:succeeded', #valid - #ids)
  return valid
end

local function succeededHoles()
  return tonumber(redis.call('HGET', META, 'holes:succeeded') or 0)
end

local function trimSucceeded()
  local length = redis.call('LLEN', FINAL.SUCCEEDED)
  if length <= KEPT.SUCCEEDED then
    return
  end
  local surplus = length - succeededHoles() - KEPT.SUCCEEDED
  local tries = 0
  while surplus > 0 and tries < 3 do
    local ids = popSucceeded(math.min(surplus, TRIMMED_AT_MOST), succeededHoles())
    erase(ids)
    surplus, tries = surplus - #ids, tries + 1
  end
end

-- Takes a job out of its final place.
local function unfile(id, state)
  if state ~= 'SUCCEEDED' then
    redis.call('ZREM', FINAL[state], id)
    return
  end
  local length = redis.call('LLEN', FINAL.SUCCEEDED)
  if count('holes:succeeded', 1) == length then
    redis.call('DEL', FINAL.SUCCEEDED)
    redis.call('HDEL', META, 'holes:succeeded')
    count('gone:succeeded', length)
  end
end

-- Deletes the oldest of a final state until no more are kept than shall be.
local function trim(state)
  if state == 'SUCCEEDED' then
    return trimSucceeded()
  end
  local surplus = math.min(redis.call('ZCARD', FINAL[state]) - KEPT[state], TRIMMED_AT_MOST)
  if surplus > 0 then
    local ids = redis.call('ZRANGE', FINAL[state], 0, surplus - 1)
    redis.call('ZREMRANGEBYRANK', FINAL[state], 0, surplus - 1)
    erase(ids)
  end
end

-- Jobs are final, or are gone: they hold no keys with these letters any more.
local function freeKeys(ids, letters)
  if redis.call('EXISTS', HOLDS) == 1 then
    uniqueKeys().finished(ids, letters)
  end
end

-- A job does not run any more. Its record is still to be saved.
local function release(id, record)
  for rule in string.gmatch(record.limits or '', '[^\n]+') do
    freed[rule] = (freed[rule] or 0) + 1
  end
  record.limits = nil
  local token = record.token
  if record.apart then
    redis.call('ZREM', LEASES, token .. ':' .. id)
    record.apart = nil
  else
    released[token] = (released[token] or 0) + 1
  end
  stopped = stopped + 1
end

-- Takes released jobs off their claims; a claim without jobs ends.
local function endClaims()
  local tokens, counters, kept, gone, over = {}, {}, {}, {}, {}
  for token in pairs(released) do
    tokens[#tokens + 1] = token
    counters[#counters + 1] = token .. ':n'
  end
  if #tokens > 0 then
    for i, left in ipairs(redis.call('HMGET', CLAIMS, unpack(counters))) do
      local rest = tonumber(left or 0) - released[tokens[i]]
      if rest > 0 then
        kept[#kept + 1], kept[#kept + 2] = counters[i], rest
      else
        gone[#gone + 1], gone[#gone + 2] = tokens[i], counters[i]
        over[#over + 1] = tokens[i]
      end
    end
  end
  if #kept > 0 then
    redis.call('HSET', CLAIMS, unpack(kept))
  end
  if #over > 0 then
    redis.call('HDEL', CLAIMS, unpack(gone))
    redis.call('ZREM', LEASES, unpack(over))
  end
  if stopped > 0 then
    count('running', -stopped)
  end
end

-- The claim that a lease is of, and the ids of jobs that have it, of which some may have ended.
local function holdersOf(lease)
  local token, own = string.match(lease, '^([^:]+):?(.*)$')
  if own ~= '' then
    return token, {own}
  end
  local ids = {}
  for id in string.gmatch(redis.call('HGET', CLAIMS, token) or '', '%S+') do
    ids[#ids + 1] = id
  end
  return token, ids
end

-- The record of a job that runs under a lease, else nil.
local function underLease(text, lease, token)
  local record = text and decode(text)
  local holds = record and record.state == 'RUNNING' and record.token == token
    and (record.apart ~= nil) == (lease ~= token)
  return holds and record or nil
end

local function finish(id, record, state, reason)
  record.state = state
  record.reason = reason
  record.cancel, record.parked, record.aside, record.back, record.turn = nil, nil, nil, nil, nil
  record.tag = state == 'SUCCEEDED' and succeededHoles() > 0 and count('tag', 1) or nil
  record.finished = us
  save(id, record)
  freeKeys({id}, state == 'CANCELLED' and 'SFW' or 'SF')
  if state == 'SUCCEEDED' then
    redis.call('RPUSH', FINAL.SUCCEEDED, entryOf(id, record.tag))
  else
    redis.call('ZADD', FINAL[state], usText, id)
  end
  finished[#finished + 1], untrimmed[state] = id, true
end

-- Takes a running job back, ahead of its line; one that shall be cancelled ends here.
local function giveBack(id, record)
  if record.cancel then
    finish(id, record, 'CANCELLED', record.cancel)
  else
    record.due = now
    record.parked = nil
    addReady(id, record, true)
  end
end

-- Makes due jobs ready, in the order of their due times. Returns how many.
local function promote(limit)
  local due = redis.call('ZRANGEBYSCORE', SCHEDULED, '-inf', now, 'LIMIT', 0, limit)
  if #due == 0 then
    return 0
  end
  redis.call('ZREM', SCHEDULED, unpack(due))
  local ids = {}
  for i, member in ipairs(due) do
    ids[i] = string.sub(member, 2)
  end
  local records = redis.call('HMGET', STATE, unpack(ids))
  local missing, shares, rules = lines()
  local bodies, lanes, joined = shares and redis.call('HMGET', JOBS, unpack(ids)) or {}, {}, {}
  for i, id in ipairs(ids) do
    local level = tonumber(string.sub(due[i], 1, 1))
    local record = records[i] and decode(records[i]) or nil
    local tenant = tenantOf(bodies[i])
    if rules and (tenant or not record) then
      joined[#joined + 1] = {level, id}
    end
    if tenant then
      local lane = level .. tenant
      lanes[lane] = lanes[lane] or {}
      table.insert(lanes[lane], fair().sharedEntryOf(id, record))
    elseif record then
      addReady(id, record, false)
    elseif missing > 0 then
      addReady(id, {level = level}, false)
    else
      wasEmpty = redis.call('RPUSH', ready(level), id) == 1 or wasEmpty
      woken = woken + 1
    end
  end
  if next(lanes) then
    fair().share(lanes)
  end
  if rules then
    fair().age(joined)
  end
  return #due
end

-- Adds lines to a part of a job's story, of which the last so many are kept.
local function tell(id, part, lines, kept)
  local old = redis.call('HGET', STORY, id .. part)
  local all = old and (old .. '\n' .. lines) or lines
  local _, breaks = string.gsub(all, '\n', '')
  local from = 1
  for _ = kept, breaks do
    from = string.find(all, '\n', from, true) + 1
  end
  redis.call('HSET', STORY, id .. part, string.sub(all, from))
end

-- What a handler has said: percent (-1 for unchanged), note as JSON ('' for unchanged), lines as JSON, one per line.
local function hear(id, percent, note, lines)
  if percent ~= '-1' or note ~= '' then
    local old = redis.call('HGET', STORY, id .. ':p') or '0 '
    local space = string.find(old, ' ', 1, true)
    local keptPercent = percent == '-1' and string.sub(old, 1, space - 1) or percent
    local keptNote = note == '' and string.sub(old, space + 1) or note
    redis.call('HSET', STORY, id .. ':p', keptPercent .. ' ' .. keptNote)
  end
  if lines ~= '' then
    tell(id, ':l', lines, 100)
  end
end

-- The last step of a script that changes something: says who is done and wakes whom there is work for.
local function conclude()
  for state in pairs(untrimmed) do
    trim(state)
  end
  endClaims()
  if next(freed) then
    returns().letBack()
  end
  if #finished > 0 and tonumber(redis.call('HGET', META, 'feed') or 0) >= now then
    redis.call('PUBLISH', PREFIX .. ':finished', table.concat(finished, ' ') .. ' ' .. QUEUE)
  end
  if woken > 0 then
    wake(woken, wasEmpty)
  end
end
