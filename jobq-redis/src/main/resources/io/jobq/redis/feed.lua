-- Says that somebody wants to know which jobs finish, for the next ten seconds. Safe to repeat.

redis.call('HSET', META, 'feed', now + 10000)
return {}
