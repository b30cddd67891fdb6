-- What a queue keeps to when it hands out jobs. Reads only.
--
-- ARGV     7 the rule that is asked for; all if there is none
-- returns  flat: rule, its terms as JSON

if ARGV[7] then
  local terms = redis.call('HGET', RULES, ARGV[7])
  return terms and {ARGV[7], terms} or {}
end
return redis.call('HGETALL', RULES)
