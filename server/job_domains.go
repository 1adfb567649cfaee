package server

import (
	"context"
	"strings"

	"placeops/store"
)

type jobDomainBody struct {
	DomainID   int64  `json:"domain_id"`
	DomainName string `json:"domain_name"`
}

func jobDomainBodyOf(d store.JobDomain) jobDomainBody { return jobDomainBody(d) }

func (s *Server) listJobDomains(ctx context.Context, in *WholePage) (*list[jobDomainBody], error) {
	after, err := in.after()
	if err != nil {
		return nil, err
	}
	domains, err := store.ListJobDomains(ctx, s.pool, after, in.rows())
	if err != nil {
		return nil, err
	}
	return listOf(ctx, domains, in.rows(), jobDomainBodyOf, func(d store.JobDomain) string {
		return d.DomainName
	}), nil
}

type createJobDomainInput struct {
	Body struct {
		DomainName string `json:"domain_name" minLength:"1" maxLength:"200"`
	}
}

type jobDomainOutput struct {
	Body jobDomainBody
}

func (s *Server) createJobDomain(ctx context.Context, in *createJobDomainInput) (*jobDomainOutput, error) {
	name := strings.TrimSpace(in.Body.DomainName)
	if name == "" {
		return nil, store.InvalidFields(store.FieldError{Field: "domain_name", Message: "is needed"})
	}
	domain, err := store.CreateJobDomain(ctx, s.pool, name)
	if err != nil {
		return nil, err
	}
	return &jobDomainOutput{Body: jobDomainBodyOf(domain)}, nil
}
