package server

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"placeops/eligibility"
	"placeops/store"
)

type previewOutput struct {
	Body eligibility.Preview
}

type previewCriteriaInput struct {
	Body CriteriaFields
}

// Resolve finds what the schema cannot say.
func (in *previewCriteriaInput) Resolve(huma.Context) []error {
	_, faults := in.Body.applyTo(eligibility.Criteria{})
	return bodyFaults(faults)
}

// previewCriteria counts who would be eligible, before there is a drive.
func (s *Server) previewCriteria(ctx context.Context, in *previewCriteriaInput) (*previewOutput, error) {
	criteria, _ := in.Body.applyTo(eligibility.Criteria{})
	return s.preview(ctx, criteria)
}

func (s *Server) previewDrive(ctx context.Context, in *IDInput) (*previewOutput, error) {
	drive, err := store.DriveFor(ctx, s.pool, viewer(me(ctx)), in.ID)
	if err != nil {
		return nil, err
	}
	return s.preview(ctx, eligibility.Of(drive.Drive))
}

func (s *Server) preview(ctx context.Context, criteria eligibility.Criteria) (*previewOutput, error) {
	preview, err := reading(ctx, s, func(db store.Source) (eligibility.Preview, error) {
		return eligibility.PreviewCounts(ctx, db, criteria)
	})
	if err != nil {
		return nil, err
	}
	return &previewOutput{Body: preview}, nil
}
