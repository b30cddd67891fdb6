-- What only queues with unique keys need, behind common.lua; made when a call first asks for it, as fair.lua is.
--
-- UNIQUE has who holds a key: id, or id:end with the end of its window in ms. HOLDS has the key of each job that may hold one
-- and is not final, behind a letter for what frees it: S the start, F the finish, W the end of the window. WINDOWS has the ends of
-- windows, by which sweeps forget keys that nobody has taken since.
--
-- Callers say what a job wants as a text: the letter, "r" if it replaces or "-", the window in ms, ":", the key.

local function makeKeys()
  local function parse(want)
    local letter, replaces, window, key = string.match(want, '^(%u)(.)(%d*):(.*)$')
    return {letter = letter, replaces = replaces == 'r', window = tonumber(window), key = key}
  end

  -- Who holds a key, and when its window ends, if it has one.
  local function holderOf(key)
    local value = redis.call('HGET', UNIQUE, key)
    local finish = value and tonumber(string.sub(value, 38))
    if not value or finish and finish <= now then
      return nil
    end
    return string.sub(value, 1, 36), finish
  end

  local function hold(id, want, finish)
    if finish and finish <= now then
      return
    end
    local text = finish and string.format('%.0f', finish)
    redis.call('HSET', UNIQUE, want.key, text and id .. ':' .. text or id)
    redis.call('HSET', HOLDS, id, want.letter .. want.key)
    if text then
      redis.call('ZADD', WINDOWS, text, want.key)
    end
    if want.letter == 'S' and not starting then
      redis.call('HSET', META, 'starts', 1)
      starting = true
    end
  end

  local function endOf(want, at)
    return want.window and at + want.window
  end

  -- Who keeps a job that was stored at that time (ms) from having its key, and when that one's window ends; nil if nobody does.
  -- One that was stored before goes on with its own window.
  local function rivalOf(id, want, at, wasStored)
    local holder, holderEnd = holderOf(want.key)
    local finish = endOf(want, at)
    if holder and not (wasStored and holder == id) and not (finish and finish <= now) then
      return holder, holderEnd
    end
  end

  -- A job takes its key, unless it has a rival, which is returned.
  local function take(id, text, at, wasStored)
    local want = parse(text)
    local holder, holderEnd = rivalOf(id, want, at, wasStored)
    if not holder then
      hold(id, want, endOf(want, at))
    end
    return holder, holderEnd
  end

  -- A new job takes its key from one that is gone now. Returns whether it goes on with its window.
  local function takeOver(id, text, holderEnd)
    local want = parse(text)
    local finish = want.window and math.min(now + want.window, holderEnd or math.huge)
    hold(id, want, finish)
    return finish ~= nil
  end

  -- Frees what jobs hold, if one of the letters is to be freed now.
  local function free(ids, letters)
    local keys, owners = {}, {}
    for i, held in ipairs(redis.call('HMGET', HOLDS, unpack(ids))) do
      if held and string.find(letters, string.sub(held, 1, 1), 1, true) then
        keys[#keys + 1], owners[#owners + 1] = string.sub(held, 2), ids[i]
      end
    end
    local gone, windows = {}, {}
    for i, value in ipairs(#keys > 0 and redis.call('HMGET', UNIQUE, unpack(keys)) or {}) do
      if value and string.sub(value, 1, 36) == owners[i] then
        gone[#gone + 1] = keys[i]
        windows[#windows + 1] = #value > 36 and keys[i] or nil
      end
    end
    if #gone > 0 then
      redis.call('HDEL', UNIQUE, unpack(gone))
    end
    if #windows > 0 then
      redis.call('ZREM', WINDOWS, unpack(windows))
    end
  end

  -- These jobs are final, or not here any more.
  local function finished(ids, letters)
    free(ids, letters)
    redis.call('HDEL', HOLDS, unpack(ids))
  end

  -- A job was claimed but not started, and takes back its key unless another has it.
  local function unstarted(id)
    local held = redis.call('HGET', HOLDS, id)
    if held and string.sub(held, 1, 1) == 'S' and not holderOf(string.sub(held, 2)) then
      redis.call('HSET', UNIQUE, string.sub(held, 2), id)
    end
  end

  -- A final job is deleted, whose window may go on.
  local function forget(id, text)
    local key = parse(text).key
    if holderOf(key) == id then
      redis.call('HDEL', UNIQUE, key)
      redis.call('ZREM', WINDOWS, key)
    end
  end

  -- Forgets so many keys whose windows are over; one that somebody has taken since is left alone. Returns how many.
  local function forgetOver(most)
    local over = redis.call('ZRANGEBYSCORE', WINDOWS, '-inf', nowText, 'LIMIT', 0, most)
    if #over == 0 then
      return 0
    end
    local gone = {}
    for i, value in ipairs(redis.call('HMGET', UNIQUE, unpack(over))) do
      local finish = value and tonumber(string.sub(value, 38))
      gone[#gone + 1] = finish and finish <= now and over[i] or nil
    end
    if #gone > 0 then
      redis.call('HDEL', UNIQUE, unpack(gone))
    end
    redis.call('ZREM', WINDOWS, unpack(over))
    return #over
  end

  return {
    take = take, takeOver = takeOver, free = free, finished = finished, unstarted = unstarted, forget = forget,
    forgetOver = forgetOver, rivalOf = function(id, text, at)
      return rivalOf(id, parse(text), at, true)
    end, replaces = function(text) return parse(text).replaces end}
end

local madeKeys
uniqueKeys = function()
  madeKeys = madeKeys or makeKeys()
  return madeKeys
end
