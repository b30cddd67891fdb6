-- What a queue keeps to when it hands out jobs. Reads only.
--
-- ARGV     7 the rule that is asked for; "" for all, a few hundred at a time: 8 where to go on, "0" at first
-- returns  1 flat: rule, its terms as JSON (a rule may come more than once); 2 where to go on, "0" at the end

if ARGV[7] == '' then
  local found = redis.call('HSCAN', RULES, ARGV[8], 'COUNT', 500)
  return {found[2], found[1]}
end
local terms = redis.call('HGET', RULES, ARGV[7])
return {terms and {ARGV[7], terms} or {}, '0'}
