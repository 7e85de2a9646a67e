#include "core/store/store_impl.h"

/* Each brings the schema from its number to the next; one that was released is never changed. */
const char *const store_migrations[] = {
    "CREATE TABLE seats(machine TEXT NOT NULL, hostname TEXT, licence TEXT NOT NULL, product TEXT NOT NULL,"
    " plan TEXT NOT NULL, state INTEGER NOT NULL CHECK(state IN (0, 1)), at INTEGER NOT NULL,"
    " PRIMARY KEY(machine, licence)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX seats_licence ON seats(licence);"
    "CREATE INDEX seats_plan ON seats(plan);",

    "CREATE TABLE hosts(name TEXT PRIMARY KEY NOT NULL, document TEXT NOT NULL, machine TEXT, hostname TEXT,"
    " added INTEGER NOT NULL, seen INTEGER) STRICT, WITHOUT ROWID;"
    "CREATE INDEX hosts_machine ON hosts(machine);"
    "CREATE TABLE rollouts(id INTEGER PRIMARY KEY, document TEXT NOT NULL, operator TEXT, begun INTEGER NOT NULL,"
    " ended INTEGER, stopped INTEGER NOT NULL CHECK(stopped IN (0, 1))) STRICT;"
    "CREATE TABLE members(rollout INTEGER NOT NULL REFERENCES rollouts(id), place INTEGER NOT NULL, host TEXT NOT NULL,"
    " wave INTEGER NOT NULL, urgency INTEGER NOT NULL, plan TEXT,"
    " state INTEGER NOT NULL CHECK(state BETWEEN 0 AND 11), back INTEGER NOT NULL CHECK(back BETWEEN 0 AND 11),"
    " end INTEGER NOT NULL CHECK(end BETWEEN 0 AND 11), tries INTEGER NOT NULL, due INTEGER, since INTEGER, seen INTEGER,"
    " expected INTEGER NOT NULL, size INTEGER NOT NULL, digest TEXT NOT NULL, gap INTEGER NOT NULL, text TEXT,"
    " PRIMARY KEY(rollout, place), UNIQUE(rollout, host)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE events(id INTEGER PRIMARY KEY, rollout INTEGER NOT NULL REFERENCES rollouts(id), host TEXT,"
    " at INTEGER NOT NULL, event TEXT NOT NULL, text TEXT) STRICT;"
    "CREATE INDEX events_host ON events(rollout, host);",

    /* Until now the time without protection that is still open was part of gap. */
    "ALTER TABLE members ADD COLUMN off INTEGER;",

    "ALTER TABLE rollouts ADD COLUMN paused TEXT;"
    "ALTER TABLE rollouts ADD COLUMN wave INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE rollouts ADD COLUMN soaked INTEGER;"
    "ALTER TABLE members ADD COLUMN cause INTEGER NOT NULL DEFAULT 0;",
};
const int store_newest = sizeof store_migrations / sizeof store_migrations[0];

const char *const store_texts[STATEMENTS] = {
    [SEAT_DROP] = "DELETE FROM seats WHERE machine = ?1 AND state = 0",
    [SEAT_RESERVE] = "INSERT INTO seats(machine, hostname, licence, product, plan, state, at) VALUES(?1, ?2, ?3, ?4, ?5, 0, ?6)"
                " ON CONFLICT(machine, licence) DO UPDATE SET plan = ?5, product = ?4, hostname = ?2",
    [SEATS_TAKEN] = "SELECT count(*) FROM seats WHERE licence = ?1",
    [SEAT_CONSUME] = "UPDATE seats SET state = 1 WHERE plan = ?1 AND machine = ?2",
    [SEAT_RELEASE] = "DELETE FROM seats WHERE plan = ?1 AND machine = ?2 AND state = 0",
    [SEAT_RELEASE_HOST] = "DELETE FROM seats WHERE (machine = ?1 OR hostname = ?1) AND state = 0",
    [SEAT_FOLLOW] = "UPDATE seats SET plan = ?3 WHERE machine = ?1 AND product = ?2 AND state = 0",
    [SEATS_EACH] = "SELECT machine, hostname, licence, product, plan, state, at FROM seats ORDER BY licence, hostname, machine",
    [HOST_PUT] = "INSERT INTO hosts(name, document, added) VALUES(?1, ?2, ?3) ON CONFLICT(name) DO UPDATE SET document = ?2",
    [HOST_DOCUMENT] = "SELECT document FROM hosts WHERE name = ?1",
    [HOST_REMOVE] = "DELETE FROM hosts WHERE name = ?1",
    [HOSTS_LOAD] = "SELECT name, document, machine, hostname, added, seen FROM hosts ORDER BY name",
    [HOST_LEARN] = "UPDATE hosts SET machine = coalesce(?2, machine), hostname = coalesce(?3, hostname), seen = ?4 WHERE name = ?1",
    [HOST_TWIN] = "SELECT name FROM hosts WHERE machine = ?2 AND name != ?1 ORDER BY name LIMIT 1",
    [ROLLOUT_ADD] = "INSERT INTO rollouts(document, operator, begun, ended, stopped) VALUES(?1, ?2, ?3, ?4, ?5)",
    [ROLLOUT_SAVE] = "UPDATE rollouts SET ended = ?2, stopped = ?3, paused = ?4, wave = ?5, soaked = ?6 WHERE id = ?1",
    [ROLLOUT_LOAD] = "SELECT id, document, operator, begun, ended, stopped, paused, wave, soaked FROM rollouts WHERE ?1 = 0 OR id = ?1"
                     " ORDER BY ended IS NOT NULL, id DESC LIMIT 1",
    [MEMBER_ADD] = "INSERT INTO members(rollout, place, host, wave, urgency, plan, state, back, end, tries, due, since, seen,"
                   " expected, size, digest, gap, text, off, cause) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
                   " ?15, ?16, ?17, ?18, ?19, ?20)",
    [MEMBER_SAVE] = "UPDATE members SET plan = ?3, state = ?4, back = ?5, end = ?6, tries = ?7, due = ?8, since = ?9, seen = ?10,"
                    " expected = ?11, size = ?12, digest = ?13, gap = ?14, text = ?15, off = ?16, cause = ?17 WHERE rollout = ?1 AND place = ?2",
    [MEMBERS_LOAD] = "SELECT place, host, wave, urgency, plan, state, back, end, tries, due, since, seen, expected, size, digest,"
                     " gap, text, off, cause FROM members WHERE rollout = ?1 ORDER BY place",
    [EVENT_ADD] = "INSERT INTO events(rollout, host, at, event, text) VALUES(?1, ?2, ?3, ?4, ?5)",
    [EVENTS_EACH] = "SELECT host, at, event, text FROM events WHERE rollout = ?1 AND (?2 IS NULL OR host = ?2) ORDER BY id",
};
