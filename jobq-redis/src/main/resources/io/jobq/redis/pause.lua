-- Pauses a queue, or lets it go on and wakes whoever waits for its jobs. Safe to repeat: then nothing changes.
--
-- ARGV     7 "1" to pause, "0" to go on
-- returns  1 it was not so before, else 0

local changed
if ARGV[7] == '1' then
  changed = redis.call('HSETNX', META, 'paused', nowText)
else
  changed = redis.call('HDEL', META, 'paused')
  woken = waitingInLines()
  wasEmpty = true -- for those who wait, it was
end
conclude()
return {changed}
