-- The time here. Reads only.
--
-- returns  1 us now

return {usText}
