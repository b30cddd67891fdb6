-- Entries of the registry, in front of the scripts that read or write them: in a hash, key -> "version change expiry json",
-- expiry in ms or 0 for never, change the number of the put that wrote it. Field "" counts puts; no key is empty.

-- What is in a field, if it has not expired: its version (0 if there is nothing), its json, the number of its put.
local function entryIn(text, at)
  local version, change, expiry, json = string.match(text or '', '^(%d+) (%d+) (%d+) (.*)$')
  if not version or expiry ~= '0' and tonumber(expiry) <= at then
    return 0
  end
  return tonumber(version), json, tonumber(change)
end

-- Puts an entry in the place of one of that version. A new one is newer than all that were there before.
local function putEntry(hash, key, version, json, expiry)
  local change = redis.call('HINCRBY', hash, '', 1)
  version = version == 0 and change or version + 1
  redis.call('HSET', hash, key, string.format('%.0f %.0f %.0f ', version, change, expiry) .. json)
end
