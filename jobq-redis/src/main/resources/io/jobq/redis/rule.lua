-- Changes parts of what a queue keeps to when it hands out jobs, and takes down since when a limit holds. Safe to repeat.
--
-- ARGV     7 rule, 8 terms as JSON: concurrency; permits, period ms and burst; weight; class; wait ms; paused; without those
--          that say nothing, 9... the names of the terms that are replaced; others stay as they are

local old, change = redis.call('HGET', RULES, ARGV[7]), decode(ARGV[8])
local terms = old and decode(old) or {}
local since = terms.since and string.format('%.0f', terms.since) or nowText .. '000'
for i = 9, #ARGV do
  terms[ARGV[i]] = change[ARGV[i]]
  if ARGV[i] == 'concurrency' or ARGV[i] == 'class' then
    since = nowText .. '000'
  end
end
terms.since = nil
if next(terms) then
  redis.call('HSET', RULES, ARGV[7], string.sub(cjson.encode(terms), 1, -2) .. ',"since":' .. since .. '}')
else
  redis.call('HDEL', RULES, ARGV[7])
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
