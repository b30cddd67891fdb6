-- The time where the registry is.
--
-- KEYS     1 any hash of it
-- ARGV     1 us by which a test has moved the clock
-- returns  1 us now

local time = redis.call('TIME')
return {string.format('%.0f', time[1] * 1000000 + time[2] + ARGV[1])}
