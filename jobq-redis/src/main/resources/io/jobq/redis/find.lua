-- Jobs as they are now. Reads only.
--
-- ARGV     7... ids
-- returns  flat, per job that is stored: id, body, record ("" for none), errors, log, progress, result, and for a job
--          without record: "S" when it is scheduled, else "R"

local rows = {}
for i = 7, #ARGV do
  local id = ARGV[i]
  local body = redis.call('HGET', JOBS, id)
  if body then
    local record = redis.call('HGET', STATE, id)
    local story = redis.call('HMGET', STORY, id .. ':e', id .. ':l', id .. ':p', id .. ':r')
    local k = #rows
    rows[k + 1], rows[k + 2], rows[k + 3] = id, body, record or ''
    for part = 1, 4 do
      rows[k + 3 + part] = story[part] or ''
    end
    local scheduled = not record and redis.call('ZSCORE', SCHEDULED, levelOf(body) .. id)
    rows[k + 8] = scheduled and 'S' or 'R'
  end
end
return rows
