-- Who would keep a job of another queue from having its unique key here. Reads only.
--
-- ARGV     7 id, 8 body, 9 the unique key it wants (keys.lua)
-- returns  1 the id of the job that holds the key; "" if nobody does

return {uniqueKeys().rivalOf(ARGV[7], ARGV[9], storedAt(ARGV[8])) or ''}
