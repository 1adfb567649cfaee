-- AddNotice tells an audience of an event, once: running it again changes nothing.
-- name: AddNotice :exec
INSERT INTO notices (event, drive_id, audience, user_id, roles, actor_id, title, message, type)
VALUES (@event, @drive_id, @audience, sqlc.narg(user_id), @roles::text[], sqlc.narg(actor_id), @title, @message, @type)
ON CONFLICT DO NOTHING;

-- EventIsTold tells whether a drive's notices of an event are there.
-- name: EventIsTold :one
SELECT EXISTS (SELECT FROM notices WHERE drive_id = @drive_id AND event = @event);
