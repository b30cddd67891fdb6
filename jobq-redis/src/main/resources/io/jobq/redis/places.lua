-- How jobs leave their places, for those who act on them one by one.

local function isFinal(record)
  return record and FINAL[record.state] ~= nil and not record.moving
end

local function waits(record)
  return not record or ((record.state == 'READY' or record.state == 'SCHEDULED') and not record.moving)
end

-- Takes a job that neither runs nor moves out of its place.
local function leave(id, record, level)
  redis.call('ZREM', AGING, level .. id)
  if record and record.back then
    limits().giveUp(record.back)
    record.back = nil
  end
  if isFinal(record) then
    unfile(id, record.state)
  elseif record and record.parked then
    redis.call('ZREM', PARKED, record.parked .. '"' .. id)
  elseif record and record.aside then
    limits().leaveAside(id, record)
  elseif redis.call('ZREM', SCHEDULED, level .. id) + redis.call('ZREM', SHARED, id, id .. ':r') == 0 then
    count('holes', 1)
  end
end
