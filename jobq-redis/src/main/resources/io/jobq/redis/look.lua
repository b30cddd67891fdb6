-- Whether queues may have something to claim; who asks is written down as waiting where there is nothing. Safe to repeat.
--
-- ARGV     2 instance, 3 how long it may wait ms
-- returns  per queue: -2 ask it, -1 only others' doing helps, else ms until the next job is due

local instance, patience = ARGV[2], ARGV[3]

local function waitingJobs(base)
  return redis.call('EXISTS', base .. 'shared', base .. 'parked', base .. 'held', base .. 'ready:0', base .. 'ready:1',
    base .. 'ready:2', base .. 'ready:3', base .. 'ready:4', base .. 'ready:5', base .. 'ready:6', base .. 'ready:7',
    base .. 'ready:8', base .. 'ready:9') > 0
end

return each(function(base, meta)
  local due = -1
  if waitingJobs(base) then
    return -2
  end
  local first = tonumber(redis.call('ZRANGE', base .. 'scheduled', 0, 0, 'WITHSCORES')[2])
  if first then
    -- one of those that wait watches the next due time; the others look half a second later
    local watch = redis.call('HMGET', meta, 'watcher', 'watched')
    local watched = tonumber(watch[2] or 0)
    if first <= now or not watch[1] or watched < now or watched > first then
      return -2
    end
    due = first - now + (watch[1] == instance and 0 or 500)
  end
  redis.call('ZADD', base .. 'idle', now + patience, instance)
  return due
end)
