-- Sets what a queue keeps to when it hands out jobs, and since when. Safe to repeat.
--
-- ARGV     7 rule, 8 its terms as JSON: concurrency; permits, period ms and burst; weight; class ("" takes it back)

if ARGV[8] == '' then
  redis.call('HDEL', RULES, ARGV[7])
else
  redis.call('HSET', RULES, ARGV[7], string.sub(ARGV[8], 1, -2) .. ',"since":' .. nowText .. '000}')
end
redis.call('HSET', META, 'rules', 1)
limits().change(ARGV[7])
returns().letBackDue()
woken, wasEmpty = woken + 1, true
if ARGV[7] == 'q' then
  woken = woken + waitingInLines()
end
conclude()
return {}
