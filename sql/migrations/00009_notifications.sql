-- Who reads which notice, and who gets it by e-mail.

-- +goose Up
ALTER TABLE notices
    DROP CONSTRAINT notices_audience_check,
    ADD CONSTRAINT notices_audience_check
        CHECK (audience IN ('user', 'selected', 'registered', 'unregistered', 'roles'));

CREATE INDEX notices_roles_idx ON notices (created_at) WHERE audience = 'roles';

-- The one definition of who is told what, and since when. Asked for one user or for one notice, it is index lookups.
-- Nobody is told of what he did himself; an account is told nothing that is older than itself.
CREATE VIEW notice_readers AS
SELECT notice_id, user_id, told_at
FROM (
    SELECT n.notice_id, n.actor_id, n.user_id, n.created_at AS told_at
    FROM notices n
    WHERE n.audience = 'user'
    UNION ALL
    SELECT n.notice_id, n.actor_id, ds.student_id, GREATEST(n.created_at, ds.selected_at)
    FROM notices n
    JOIN drive_students ds ON ds.drive_id = n.drive_id
    WHERE n.audience = 'selected' AND ds.selected
    UNION ALL
    SELECT n.notice_id, n.actor_id, r.student_id, GREATEST(n.created_at, r.registered_at)
    FROM notices n
    JOIN registrations r ON r.drive_id = n.drive_id
    WHERE n.audience = 'registered'
    UNION ALL
    SELECT n.notice_id, n.actor_id, ds.student_id, GREATEST(n.created_at, ds.selected_at)
    FROM notices n
    JOIN drive_students ds ON ds.drive_id = n.drive_id
    WHERE n.audience = 'unregistered' AND ds.selected
      AND NOT EXISTS (SELECT FROM registrations r WHERE r.drive_id = ds.drive_id AND r.student_id = ds.student_id)
    UNION ALL
    SELECT n.notice_id, n.actor_id, u.user_id, n.created_at
    FROM notices n
    JOIN users u ON u.role = ANY (n.roles) AND u.created_at <= n.created_at
    WHERE n.audience = 'roles'
) AS told
WHERE user_id IS DISTINCT FROM actor_id;

-- One row per notice and person who gets it by e-mail.
CREATE TABLE mail_deliveries (
    notice_id  bigint      NOT NULL REFERENCES notices (notice_id) ON DELETE CASCADE,
    user_id    bigint      NOT NULL REFERENCES users (user_id),
    -- Since when the person is told; later than a delivery's own when it happened to him again.
    told_at    timestamptz NOT NULL,
    -- due: not sent yet; refused: the mail server will never take it; dropped: out of date before it could be sent.
    state      text        NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'sent', 'refused', 'dropped')),
    settled_at timestamptz,
    reply      text, -- the mail server's, when it refused
    PRIMARY KEY (notice_id, user_id),
    CHECK ((state = 'due') = (settled_at IS NULL))
);

CREATE INDEX mail_deliveries_due_idx ON mail_deliveries (notice_id, user_id) WHERE state = 'due';
CREATE INDEX mail_deliveries_user_id_idx ON mail_deliveries (user_id);

-- +goose Down
DROP TABLE mail_deliveries;
DROP VIEW notice_readers;
DROP INDEX notices_roles_idx;
DELETE FROM notices WHERE audience = 'unregistered';
ALTER TABLE notices
    DROP CONSTRAINT notices_audience_check,
    ADD CONSTRAINT notices_audience_check CHECK (audience IN ('user', 'selected', 'registered', 'roles'));
