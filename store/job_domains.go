package store

import (
	"context"

	"placeops/store/dbsqlc"
)

// JobDomain is a field of work that drives are sorted under.
type JobDomain = dbsqlc.JobDomain

// ListJobDomains returns at most limit domains by name, after afterName if given.
func ListJobDomains(ctx context.Context, db DBTX, afterName *string, limit int32) ([]JobDomain, error) {
	return queries(db).ListJobDomains(ctx, dbsqlc.ListJobDomainsParams{AfterName: afterName, RowLimit: limit})
}

// JobDomainExists tells whether there is such a domain.
func JobDomainExists(ctx context.Context, db DBTX, domainID int64) (bool, error) {
	return queries(db).JobDomainExists(ctx, domainID)
}

// CreateJobDomain adds a domain. A name that is taken (ignoring case) is a Conflict.
func CreateJobDomain(ctx context.Context, db DBTX, name string) (JobDomain, error) {
	domain, err := queries(db).CreateJobDomain(ctx, name)
	return domain, constraintError(err)
}
