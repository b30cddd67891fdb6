-- Settles a batch and claims the next: the least that a queue with leases must do.
--
-- KEYS     1 ready (list of ids), 2 bodies (hash), 3 running (hash)
-- ARGV     1 how many to claim, 2... ids that are done
-- returns  {ids, bodies}, empty when nothing is ready

if #ARGV > 1 then
  redis.call('HDEL', KEYS[3], unpack(ARGV, 2))
  redis.call('HDEL', KEYS[2], unpack(ARGV, 2))
end
local ids = redis.call('LPOP', KEYS[1], ARGV[1])
if not ids then
  return {}
end
local running = {}
for i, id in ipairs(ids) do
  running[2 * i - 1] = id
  running[2 * i] = '1'
end
redis.call('HSET', KEYS[3], unpack(running))
return {ids, redis.call('HMGET', KEYS[2], unpack(ids))}
