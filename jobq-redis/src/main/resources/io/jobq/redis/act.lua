-- Does something to jobs, each only if it is still as the caller saw it. Safe to repeat: a job that was changed is no
-- longer as it was seen.
--
-- ARGV     7 CANCEL, DELETE or REPLAY, 8 reason of a cancellation; then per job: id, the record seen ("" for none),
--          its unique key ("" for none)
-- returns  one number per job: 1 done, 0 it does not fit, 2 it has changed

local action, reason = ARGV[7], ARGV[8]

-- Takes a job that does not run out of its place.
local function leave(id, record, level)
  redis.call('ZREM', AGING, level .. id)
  if record and FINAL[record.state] then
    unfile(id, record.state)
  elseif record and record.parked then
    redis.call('ZREM', PARKED, record.parked .. '"' .. id)
  elseif record and record.aside then
    fair().leaveAside(id, record)
  elseif redis.call('ZREM', SCHEDULED, level .. id) + redis.call('ZREM', SHARED, id, id .. ':r') == 0 then
    count('holes', 1)
  end
end

local function cancel(id, record, level)
  if record and FINAL[record.state] then
    return 0
  elseif record and record.state == 'RUNNING' then
    record.cancel = reason
    save(id, record)
    redis.call('PUBLISH', PREFIX .. ':cancel', id .. ' ' .. QUEUE)
  else
    leave(id, record, level)
    finish(id, record or {level = level}, 'CANCELLED', reason)
  end
  return 1
end

local function delete(id, record, level)
  if record and record.state == 'RUNNING' then
    return 0
  end
  leave(id, record, level)
  if not (record and FINAL[record.state]) then
    freeKeys({id})
  end
  erase({id})
  return 1
end

local function replay(id, record, body, key)
  if not (record and FINAL[record.state]) then
    return 0
  end
  if key ~= '' and takeKey(key, id) then
    return 0
  end
  unfile(id, record.state)
  redis.call('HSET', JOBS, id, unexpired(body))
  redis.call('HDEL', STORY, id .. ':p', id .. ':r')
  addReady(id, {level = record.level, token = record.token, settled = record.settled, started = record.started,
    due = now}, false)
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
    local level = record and record.level or levelOf(body)
    if action == 'CANCEL' then
      answer = cancel(id, record, level)
    elseif action == 'DELETE' then
      answer = delete(id, record, level)
    else
      answer = replay(id, record, body, key)
    end
  end
  answers[#answers + 1] = answer
end
conclude()
return answers
