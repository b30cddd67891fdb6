-- Sets what a queue keeps to when it hands out jobs. Safe to repeat.
--
-- ARGV     7 rule, 8 its terms as JSON: concurrency; permits, period ms and burst; weight; class ("" takes it back)

if ARGV[8] == '' then
  redis.call('HDEL', RULES, ARGV[7])
else
  redis.call('HSET', RULES, ARGV[7], ARGV[8])
end
redis.call('HSET', META, 'rules', 1)
limits().forgive(ARGV[7])
if redis.call('EXISTS', HELD) == 1 then
  redis.call('ZUNIONSTORE', HELD, 1, HELD, 'WEIGHTS', 0) -- whoever is held is to be looked at anew
  limits().letBackDue()
end
woken, wasEmpty = woken + 1, true
if ARGV[7] == 'q' then
  woken = woken + waitingInLines()
end
conclude()
return {}
