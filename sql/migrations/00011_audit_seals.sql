-- +goose Up
-- Entries are written bare, and sealed a few seconds later in blocks: a seal is a hash over the digests of a block's entries
-- and the seal before. So there is one chain, whoever writes at the same time, and an entry costs its transaction one row and one
-- index. The seals are also where a drive and a person are looked up.
CREATE TABLE audit_seals (
    seal_id    bigint      PRIMARY KEY, -- 1, 2, 3, …
    first_id   bigint      NOT NULL,    -- the block: all entries after the last_id before, up to
    last_id    bigint      NOT NULL,    -- this one
    entries    integer     NOT NULL,
    digests    bytea       NOT NULL,    -- the SHA-256 of each entry, in the order of audit_id: tells which one was altered
    hash       bytea       NOT NULL,
    made_since timestamptz NOT NULL,    -- of the block's entries
    made_until timestamptz NOT NULL,
    drive_ids  bigint[]    NOT NULL,    -- of all its entries, each once
    user_ids   bigint[]    NOT NULL,    -- without those of entries about more than 256 people
    actor_ids  bigint[]    NOT NULL,
    crowded    boolean     NOT NULL     -- there is such an entry in it
);

-- People are not indexed: looking through these lists takes milliseconds, sorting every registration into an index would take longer than
-- all else here.
ALTER TABLE audit_seals
    ALTER COLUMN user_ids SET STORAGE EXTERNAL,
    ALTER COLUMN digests SET STORAGE EXTERNAL;

CREATE INDEX audit_seals_made_until_idx ON audit_seals (made_until);
CREATE INDEX audit_seals_drive_ids_idx ON audit_seals USING gin (drive_ids);
CREATE INDEX audit_seals_actor_ids_idx ON audit_seals USING gin (actor_ids);
CREATE INDEX audit_seals_crowded_idx ON audit_seals (seal_id) WHERE crowded;

CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

DROP TABLE audit_chains;
DROP INDEX audit_entries_made_at_idx;
DROP INDEX audit_entries_actor_id_idx;
DROP INDEX audit_entries_drive_ids_idx;
DROP INDEX audit_entries_user_ids_idx;
DROP INDEX audit_entries_crowds_idx;
ALTER TABLE audit_entries
    DROP COLUMN chain,
    DROP COLUMN number,
    DROP COLUMN hash;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_append(entity text, change text, drives bigint[], users bigint[], before json, after json)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    -- actor|operation|request; the actor is a user's id, "self" or nothing.
    acting text[] := string_to_array(COALESCE(NULLIF(current_setting('placeops.acting', true), ''), '||'), '|');
BEGIN
    INSERT INTO audit_entries (made_at, actor_id, by_subject, operation, request_id, database_role, entity, change, drive_ids, user_ids,
                               before, after)
    VALUES (now(), NULLIF(NULLIF(acting[1], 'self'), '')::bigint, acting[1] = 'self', acting[2], acting[3], session_user, entity, change,
            drives, users, before, after);
END
$$;
-- +goose StatementEnd

-- Registrations come by the hundreds a second: their trigger calls nothing.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_new_registrations() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    acting text[] := string_to_array(COALESCE(NULLIF(current_setting('placeops.acting', true), ''), '||'), '|');
BEGIN
    INSERT INTO audit_entries (made_at, actor_id, by_subject, operation, request_id, database_role, entity, change, drive_ids, user_ids)
    SELECT now(), NULLIF(NULLIF(acting[1], 'self'), '')::bigint, acting[1] = 'self', acting[2], acting[3], session_user,
           'registration', 'created', array_agg(drive_id), array_agg(student_id)
    FROM new_rows
    HAVING count(*) > 0;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

-- audit_seal seals all entries up to one, in blocks of at most 256, and returns how many it has sealed. Every transaction that may
-- still write an entry up to that one must be over: store.SealAudit sees to it. Somebody else seals already: nothing is done.
-- What is hashed is written the same way in store/audit_verify.go.
-- +goose StatementBegin
CREATE FUNCTION audit_seal(up_to bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    previous record;
    sealed   bigint := 0;
    added    integer;
BEGIN
    IF NOT pg_try_advisory_xact_lock(1635083369, 0) THEN -- 'audi'
        RETURN 0;
    END IF;
    LOOP
        SELECT s.seal_id, s.last_id, s.hash
        INTO previous
        FROM (SELECT seal_id, last_id, hash FROM audit_seals UNION ALL VALUES (0, 0, ''::bytea)) s
        ORDER BY s.seal_id DESC
        LIMIT 1;

        WITH block AS MATERIALIZED (
            SELECT e.audit_id, e.made_at, e.actor_id, e.drive_ids, e.user_ids, cardinality(e.user_ids) > 256 AS crowd,
                   sha256(convert_to(concat_ws('|',
                       e.audit_id, (extract(EPOCH FROM e.made_at) * 1000000)::bigint,
                       CASE WHEN e.by_subject THEN 'self' ELSE COALESCE(e.actor_id::text, '') END, e.operation, e.request_id,
                       octet_length(e.database_role), e.database_role, e.entity, e.change, e.drive_ids::text, e.user_ids::text,
                       octet_length(COALESCE(e.before::text, '')), COALESCE(e.before::text, ''),
                       octet_length(COALESCE(e.after::text, '')), COALESCE(e.after::text, '')), 'UTF8')) AS digest
            FROM audit_entries e
            WHERE e.audit_id > previous.last_id AND e.audit_id <= up_to
            ORDER BY e.audit_id
            LIMIT 256
        ),
        bounds AS (
            SELECT count(*) AS entries, min(audit_id) AS first_id, max(audit_id) AS last_id, min(made_at) AS made_since,
                   max(made_at) AS made_until, string_agg(digest, '' ORDER BY audit_id) AS digests, bool_or(crowd) AS crowded
            FROM block
        )
        INSERT INTO audit_seals (seal_id, first_id, last_id, entries, digests, hash, made_since, made_until,
                                 drive_ids, user_ids, actor_ids, crowded)
        SELECT previous.seal_id + 1, b.first_id, b.last_id, b.entries, b.digests,
               sha256(previous.hash
                      || convert_to(concat_ws('|', previous.seal_id + 1, b.first_id, b.last_id, b.entries, ''), 'UTF8')
                      || b.digests),
               b.made_since, b.made_until,
               ARRAY(SELECT DISTINCT id FROM block CROSS JOIN unnest(drive_ids) AS id WHERE id IS NOT NULL ORDER BY id),
               ARRAY(SELECT DISTINCT id FROM block CROSS JOIN unnest(user_ids) AS id WHERE NOT crowd AND id IS NOT NULL ORDER BY id),
               ARRAY(SELECT DISTINCT actor_id FROM block WHERE actor_id IS NOT NULL ORDER BY actor_id),
               b.crowded
        FROM bounds b
        WHERE b.entries > 0
        RETURNING entries INTO added;
        EXIT WHEN NOT FOUND;
        sealed := sealed + added;
    END LOOP;
    RETURN sealed;
END
$$;
-- +goose StatementEnd

-- What there is was chained before; here nobody else writes.
SELECT audit_seal(9223372036854775807);

-- +goose Down
DROP FUNCTION audit_seal(bigint);
DROP TABLE audit_seals;

ALTER TABLE audit_entries
    ADD COLUMN chain  integer NOT NULL DEFAULT 1,
    ADD COLUMN number bigint,
    ADD COLUMN hash   bytea;
ALTER TABLE audit_entries ALTER COLUMN chain DROP DEFAULT;

CREATE TABLE audit_chains (
    chain   integer PRIMARY KEY,
    entries bigint  NOT NULL,
    hash    bytea   NOT NULL
) WITH (fillfactor = 10);

CREATE TRIGGER audit_append_only BEFORE DELETE OR TRUNCATE ON audit_chains
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

-- All entries become one chain.
ALTER TABLE audit_entries DISABLE TRIGGER audit_append_only;
-- +goose StatementBegin
DO $$
DECLARE
    e       record;
    entries bigint := 0;
    link    bytea  := '';
BEGIN
    FOR e IN SELECT * FROM audit_entries ORDER BY audit_id LOOP
        entries := entries + 1;
        link := sha256(link || convert_to(concat_ws('|',
            e.audit_id, 1, entries, (extract(EPOCH FROM e.made_at) * 1000000)::bigint,
            CASE WHEN e.by_subject THEN 'self' ELSE COALESCE(e.actor_id::text, '') END, e.operation, e.request_id,
            octet_length(e.database_role), e.database_role, e.entity, e.change, e.drive_ids::text, e.user_ids::text,
            octet_length(COALESCE(e.before::text, '')), COALESCE(e.before::text, ''),
            octet_length(COALESCE(e.after::text, '')), COALESCE(e.after::text, '')), 'UTF8'));
        UPDATE audit_entries SET number = entries, hash = link WHERE audit_id = e.audit_id;
    END LOOP;
    IF entries > 0 THEN
        INSERT INTO audit_chains (chain, entries, hash) VALUES (1, entries, link);
    END IF;
END
$$;
-- +goose StatementEnd
ALTER TABLE audit_entries ENABLE TRIGGER audit_append_only;
ALTER TABLE audit_entries
    ALTER COLUMN number SET NOT NULL,
    ALTER COLUMN hash SET NOT NULL;

CREATE INDEX audit_entries_made_at_idx ON audit_entries USING brin (made_at);
CREATE INDEX audit_entries_actor_id_idx ON audit_entries (actor_id, audit_id) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_entries_drive_ids_idx ON audit_entries USING gin (drive_ids) WITH (gin_pending_list_limit = 256);
CREATE INDEX audit_entries_user_ids_idx ON audit_entries USING gin (user_ids) WITH (gin_pending_list_limit = 256)
WHERE cardinality(user_ids) <= 256;
CREATE INDEX audit_entries_crowds_idx ON audit_entries (audit_id) WHERE cardinality(user_ids) > 256;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_append(entity text, change text, drives bigint[], users bigint[], before json, after json)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    -- actor|operation|request; the actor is a user's id, "self" or nothing.
    acting   text[]  := string_to_array(COALESCE(NULLIF(current_setting('placeops.acting', true), ''), '||'), '|');
    free     integer := 1;
    entry_id bigint;
BEGIN
    WHILE NOT pg_try_advisory_xact_lock(1635083369, free) LOOP -- 'audi'
        free := free + 1;
    END LOOP;
    entry_id := nextval('audit_entries_audit_id_seq'); -- now that nobody else adds to the chain: its entries ascend

    LOOP
        WITH link AS (
            UPDATE audit_chains c
            SET entries = c.entries + 1,
                hash    = sha256(c.hash || convert_to(concat_ws('|',
                              entry_id, free, c.entries + 1, (extract(EPOCH FROM now()) * 1000000)::bigint,
                              acting[1], acting[2], acting[3], octet_length(session_user::text), session_user::text, entity, change,
                              drives::text, users::text, octet_length(COALESCE(before::text, '')), COALESCE(before::text, ''),
                              octet_length(COALESCE(after::text, '')), COALESCE(after::text, '')), 'UTF8'))
            WHERE c.chain = free
            RETURNING c.entries, c.hash
        )
        INSERT INTO audit_entries (audit_id, chain, number, made_at, actor_id, by_subject, operation, request_id, database_role,
                                   entity, change, drive_ids, user_ids, before, after, hash)
        SELECT entry_id, free, link.entries, now(), NULLIF(NULLIF(acting[1], 'self'), '')::bigint, acting[1] = 'self', acting[2], acting[3],
               session_user, entity, change, drives, users, before, after, link.hash
        FROM link;
        EXIT WHEN FOUND;
        INSERT INTO audit_chains (chain, entries, hash) VALUES (free, 0, '');
    END LOOP;
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_new_registrations() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM audit_append('registration', 'created', array_agg(drive_id), array_agg(student_id), NULL, NULL)
    FROM new_rows
    HAVING count(*) > 0;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
