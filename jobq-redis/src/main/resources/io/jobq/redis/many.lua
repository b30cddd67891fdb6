-- Put in front of scripts that look at many queues, or partitions, at once: all that lie on a node that is alone, or one in
-- a Cluster.
--
-- KEYS     the meta of each; its other keys are derived, and lie in the same slot
-- ARGV     1 us by which a test has moved the clock; the rest per script
-- returns  one entry per key

local time = redis.call('TIME')
local us = time[1] * 1000000 + time[2] + ARGV[1]
local now = math.floor(us / 1000)

local function each(look)
  local rows = {}
  for i, meta in ipairs(KEYS) do
    rows[i] = look(string.sub(meta, 1, -5), meta)
  end
  return rows
end
