-- Does something to jobs, each only if it is still as the caller saw it. Safe to repeat: a job that was changed is no
-- longer as it was seen, or is changed to the same again.
--
-- ARGV     7 what to do, 8 with what: CANCEL reason, DELETE, REPLAY, RUN, RESCHEDULE due ("+ms" from now, "ms" at),
--          PRIORITIZE level, EDIT what follows the times in its head, and its payload; and the three steps of a move:
--          LEAVE queue, then ARRIVED once it is in that queue, or STAY if that has not taken it; TAKE_OVER, if whoever
--          took the last step has not taken the next in time. A finished job that leaves, to be run there, is filed here
--          until it has arrived;
--          then per job: id, the record seen ("" for none), the unique key it wants (keys.lua; "" for none)
-- returns  one number per job: 1 done, 0 it does not fit, 2 it has changed

-- Whoever moves a job must end the move within this time, or any sweep takes it over. Mover.java tells why it is so long.
local MOVE_LEASE_MS = 10000

local action, with = ARGV[7], ARGV[8]

local function remove(id)
  freeKeys({id}, 'SFW')
  erase({id})
  return 1
end

-- The times at the beginning of a body, and what follows them.
local function split(body)
  local times = string.match(body, '^{"at":%d+,"due":%d+,') or string.match(body, '^{"at":%d+,')
  return times, string.sub(body, #times + 1)
end

local acts = {}

function acts.CANCEL(id, record, level)
  if record and record.state == 'RUNNING' then
    record.cancel = with
    save(id, record)
    redis.call('PUBLISH', PREFIX .. ':cancel', id .. ' ' .. QUEUE)
    return 1
  elseif not waits(record) then
    return 0
  end
  leave(id, record, level)
  finish(id, record or {level = level}, 'CANCELLED', with)
  return 1
end

local function deleteFinal(id, record, key)
  unfile(id, record.state)
  erase({id})
  if key ~= '' then
    uniqueKeys().forget(id, key)
  end
  return 1
end

function acts.DELETE(id, record, level, _, key)
  if isFinal(record) then
    return deleteFinal(id, record, key)
  elseif not waits(record) then
    return 0
  end
  leave(id, record, level)
  return remove(id)
end

function acts.REPLAY(id, record, _, body, key)
  if not isFinal(record) or (key ~= '' and uniqueKeys().take(id, key, storedAt(body), true)) then
    return 0
  end
  unfile(id, record.state)
  redis.call('HSET', JOBS, id, unexpired(body))
  redis.call('HDEL', STORY, id .. ':p', id .. ':r')
  addReady(id, {level = record.level, token = record.token, settled = record.settled, started = record.started,
    due = now}, false)
  return 1
end

function acts.RUN(id, record, level)
  if redis.call('ZREM', SCHEDULED, level .. id) == 0 then
    return 0
  end
  record = record or {level = level}
  record.due = now
  addReady(id, record, false)
  return 1
end

function acts.RESCHEDULE(id, record, level)
  if not waits(record) then
    return 0
  end
  leave(id, record, level)
  record = record or {level = level}
  record.parked, record.aside, record.turn = nil, nil, nil
  record.acted = us
  local due = string.sub(with, 1, 1) == '+' and now + string.sub(with, 2) or tonumber(with) or now
  if due > now then
    addScheduled(id, record, due)
  else
    record.due = now
    addReady(id, record, false)
  end
  return 1
end

function acts.PRIORITIZE(id, record, level, body)
  local wanted = tonumber(with)
  if not waits(record) or level == wanted then
    return 0
  end
  local times, rest = split(body)
  rest = string.gsub(rest, '^"priority":%d,', '', 1)
  redis.call('HSET', JOBS, id, times .. (wanted == 5 and '' or '"priority":' .. wanted .. ',') .. rest)
  if record and record.parked then
    record.level = wanted
    save(id, record)
    return 1
  end
  local due = redis.call('ZSCORE', SCHEDULED, level .. id)
  leave(id, record, level)
  record = record or {}
  record.level = wanted
  record.aside, record.turn = nil, nil
  if due then
    addScheduled(id, record, tonumber(due))
  else
    addReady(id, record, false)
  end
  return 1
end

function acts.EDIT(id, record, _, body)
  if not waits(record) and not isFinal(record) then
    return 0
  end
  redis.call('HSET', JOBS, id, split(body) .. with)
  return 1
end

local function keepMoving(id, record)
  save(id, record)
  redis.call('ZADD', LEASES, now + MOVE_LEASE_MS, 'move:' .. id)
  return 1
end

function acts.LEAVE(id, record, level)
  if waits(record) then
    local due = redis.call('ZSCORE', SCHEDULED, level .. id)
    leave(id, record, level)
    record = record or {level = level}
    record.state = due and 'SCHEDULED' or 'READY'
    record.due = due and tonumber(due) or record.due
    record.tag, record.parked, record.aside, record.turn = nil, nil, nil, nil
  elseif not isFinal(record) then
    return 0
  end
  record.moving, record.move, record.movers = with, grown(), 1
  return keepMoving(id, record)
end

-- The record changes, so that nobody who had the move before can end it.
function acts.TAKE_OVER(id, record)
  local lease = redis.call('ZSCORE', LEASES, 'move:' .. id)
  if not (record and record.moving) or (lease and tonumber(lease) > now) then
    return 0
  end
  record.movers = record.movers + 1
  return keepMoving(id, record)
end

function acts.ARRIVED(id, record, _, _, key)
  if not (record and record.moving) then
    return 0
  end
  redis.call('ZREM', LEASES, 'move:' .. id)
  return FINAL[record.state] and deleteFinal(id, record, key) or remove(id)
end

function acts.STAY(id, record)
  if not (record and record.moving) then
    return 0
  end
  redis.call('ZREM', LEASES, 'move:' .. id)
  record.moving, record.move, record.movers = nil, nil, nil
  if FINAL[record.state] then
    save(id, record)
  elseif record.state == 'SCHEDULED' then
    addScheduled(id, record, record.due)
  else
    addReady(id, record, true)
  end
  return 1
end

local answers = {}
for at = 9, #ARGV, 3 do
  local id, seen, key = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local body = redis.call('HGET', JOBS, id)
  local text = redis.call('HGET', STATE, id) or ''
  local answer
  if not body then
    answer = 0
  elseif text ~= seen then
    answer = 2
  else
    local record = text ~= '' and decode(text) or nil
    answer = acts[action](id, record, record and record.level or levelOf(body), body, key)
  end
  answers[#answers + 1] = answer
end
conclude()
return answers
