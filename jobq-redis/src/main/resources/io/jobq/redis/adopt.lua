-- Takes in a job of another queue: a finished one, to run it here, or one that waits, to wait here. Safe to repeat: a
-- job whose id is stored is left alone, and a move that has brought its job is remembered.
--
-- ARGV     7 id, 8 body, 9 its record there ("" if it shall start over), 10 level, 11 token and 12 start of its last lease
--          ("" for none), 13 the unique key it wants (keys.lua; "" for none), 14 errors, 15 log, 16 progress, 17 us
--          by the clock here after which it is too late, 18 id, queue and number of the move
-- returns  1 it is here now, or was before; 0 another job holds its unique key, or the job is here by other ways than this move,
--          or not yet gone; 2 it is too late

-- How long it is remembered that a move has brought its job, if nobody says that the move is over.
local KNOWN_FOR_MS = 7 * 24 * 3600 * 1000

local id, body, key = ARGV[7], ARGV[8], ARGV[13]
local move = 'came:' .. ARGV[18]
if us > tonumber(ARGV[17]) then
  return {2}
end
if redis.call('ZSCORE', LEASES, move) then
  return {1}
elseif redis.call('HEXISTS', JOBS, id) == 1 then
  return {0}
end
if key ~= '' and uniqueKeys().take(id, key, storedAt(body), true) then
  return {0}
end
-- tokens must grow, so this queue's may not lag behind the job's
outgrow(tonumber(ARGV[11]) or 0)
if tenantOf(body) then
  redis.call('HSET', META, 'tenants', 1)
end
for i, part in ipairs({':e', ':l', ':p'}) do
  if ARGV[13 + i] ~= '' then
    redis.call('HSET', STORY, id .. part, ARGV[13 + i])
  end
end
local record
if ARGV[9] ~= '' then
  record = decode(ARGV[9])
  record.moving, record.move, record.movers, record.settled = nil, nil, nil, nil
else
  body = unexpired(body)
  record = {due = now}
end
record.level, record.token, record.started = tonumber(ARGV[10]), ARGV[11] ~= '' and ARGV[11] or nil, tonumber(ARGV[12])
redis.call('HSET', JOBS, id, body)
redis.call('ZADD', LEASES, now + KNOWN_FOR_MS, move)
if record.state == 'SCHEDULED' then
  addScheduled(id, record, record.due)
else
  addReady(id, record, false)
end
conclude()
return {1}
