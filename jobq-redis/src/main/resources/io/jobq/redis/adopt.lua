-- Takes in a finished job of another queue, to run it here. Safe to repeat: a job whose id is stored is left alone.
--
-- ARGV     7 id, 8 body, 9 level, 10 token and 11 start of its last lease ("" for none), 12 unique key ("" for none),
--          13 errors, 14 log
-- returns  1 it is here now, or was before; 0 a live job holds its unique key

local id, body, key = ARGV[7], ARGV[8], ARGV[12]
if redis.call('HEXISTS', JOBS, id) == 1 then
  return {1}
end
if key ~= '' and takeKey(key, id) then
  return {0}
end
-- tokens must grow, so this queue's may not lag behind the job's
local token = tonumber(ARGV[10]) or 0
local behind = token - tonumber(redis.call('HGET', META, 'token') or 0)
if behind > 0 then
  count('token', behind)
end
redis.call('HSET', JOBS, id, unexpired(body))
if tenantOf(body) then
  redis.call('HSET', META, 'tenants', 1)
end
if ARGV[13] ~= '' then
  redis.call('HSET', STORY, id .. ':e', ARGV[13])
end
if ARGV[14] ~= '' then
  redis.call('HSET', STORY, id .. ':l', ARGV[14])
end
addReady(id, {level = tonumber(ARGV[9]), token = tonumber(ARGV[10]), started = tonumber(ARGV[11]), due = now}, false)
conclude()
return {1}
