-- Stores a batch: the least that a queue must do.
--
-- KEYS     1 ready (list of ids), 2 bodies (hash)
-- ARGV     per job: id, body

local ids = {}
for i = 1, #ARGV, 2 do
  ids[#ids + 1] = ARGV[i]
end
redis.call('RPUSH', KEYS[1], unpack(ids))
redis.call('HSET', KEYS[2], unpack(ARGV))
return #ids
