-- Jobs of types that no worker knows, for exchanges. They wait out of their lines until a worker comes that knows the type.

-- The type as it stands in the head, escapes and all: a quote within a text in front of it has a backslash.
local function typeOf(body)
  local _, before = string.find(body, '"type":"', 1, true)
  return textAt(body, before + 1)
end

local function park(id, record)
  record.state, record.tag, record.parked = 'READY', nil, typeOf(redis.call('HGET', JOBS, id))
  save(id, record)
  redis.call('ZADD', PARKED, 0, record.parked .. '"' .. id)
end

-- Parked jobs of known types go back ahead of their lines, in the order of their ids, some at a time. While there are more,
-- none goes to a level at whose head others still stand, or it would come before them. Returns whether there are more.
local function unpark(known)
  local isFirst = redis.call('HEXISTS', META, 'unparking') == 0
  local share, last = math.max(10, math.ceil(1000 / #known)), '~'
  local ids, back, more = {}, {}, false
  for _, type in ipairs(known) do
    local members = redis.call('ZRANGEBYLEX', PARKED, '[' .. type .. '"', '(' .. type .. '#', 'LIMIT', 0, share)
    for _, member in ipairs(members) do
      ids[#ids + 1] = string.sub(member, -36)
    end
    if #members == share then -- whoever follows comes after this one, and may come before others
      last, more = ids[#ids] < last and ids[#ids] or last, true
    end
  end
  table.sort(ids)
  local texts = #ids > 0 and redis.call('HMGET', STATE, unpack(ids)) or {}
  for i = #ids, 1, -1 do
    local record = decode(texts[i])
    if ids[i] <= last and (isFirst or isClear(record.level)) then
      back[#back + 1] = record.parked .. '"' .. ids[i]
      giveBack(ids[i], record)
    else
      more = true
    end
  end
  if #back > 0 then
    redis.call('ZREM', PARKED, unpack(back))
  end
  if more then
    redis.call('HSET', META, 'unparking', 1)
  elseif not isFirst then
    redis.call('HDEL', META, 'unparking')
  end
  return more
end
