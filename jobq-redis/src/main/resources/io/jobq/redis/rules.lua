-- What a queue keeps to when it hands out jobs. Reads only.
--
-- returns  flat: rule, its terms as JSON

return redis.call('HGETALL', RULES)
