-- name: ListJobDomains :many
SELECT domain_id, domain_name
FROM job_domains
WHERE (sqlc.narg(after_name)::text IS NULL OR lower(domain_name) > lower(sqlc.narg(after_name)))
ORDER BY lower(domain_name)
LIMIT @row_limit;

-- name: CreateJobDomain :one
INSERT INTO job_domains (domain_name)
VALUES (@domain_name)
RETURNING domain_id, domain_name;

-- name: JobDomainExists :one
SELECT EXISTS (SELECT FROM job_domains WHERE domain_id = @domain_id);
