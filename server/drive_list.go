package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"placeops/auth"
	"placeops/store"
)

type listDrivesInput struct {
	WholePage
	Status      string `query:"status" enum:"pending,posted,attending,finished,cancelled"`
	Q           string `query:"q" maxLength:"200" doc:"Part of the company's name or the job title."`
	IfNoneMatch string `header:"If-None-Match" doc:"The ETag of the list that the client has; the answer is 304 while it is the same."`
}

type listDrivesOutput struct {
	Status       int
	Link         string `header:"Link" doc:"The next page, as rel=next."`
	TotalCount   string `header:"X-Total-Count" doc:"How many drives there are in all."`
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         encodedDrives
}

// driveList is a list of drives as it goes out.
type driveList struct {
	link  string
	total int64
	etag  string
	body  encodedDrives
}

// encodedDrives is the JSON of drives.
type encodedDrives []byte

// Schema describes what the bytes are.
func (encodedDrives) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeArray, Items: r.Schema(reflect.TypeFor[DriveBody](), true, "")}
}

func (e encodedDrives) writeJSON(w io.Writer) error {
	_, err := w.Write(e)
	return err
}

// listDrives is polled by everybody, so those who see the same drives share one answer for a moment, and who has it
// already is told just that.
func (s *Server) listDrives(ctx context.Context, in *listDrivesInput) (*listDrivesOutput, error) {
	answer, err := s.driveListFor(ctx, in)
	if err != nil {
		return nil, err
	}
	out := listDrivesOutput{
		Status: http.StatusOK, Link: answer.link, TotalCount: total(answer.total), ETag: answer.etag, CacheControl: "private, no-cache",
		Body: answer.body,
	}
	if hasTag(in.IfNoneMatch, answer.etag) {
		out.Status = http.StatusNotModified
	}
	return &out, nil
}

func (s *Server) driveListFor(ctx context.Context, in *listDrivesInput) (driveList, error) {
	shared, err := s.seesSharedList(ctx, in)
	if err != nil {
		return driveList{}, err
	}
	if !shared {
		return s.readDriveList(ctx, in, viewer(me(ctx)))
	}
	answer, _, err := s.driveLists.get(ctx, in.Status)
	return answer, err
}

// seesSharedList is false for coordinators and heads, who see counts, for the few students who still see a cancelled drive that
// they had registered for, and for who asks for a part of the list.
func (s *Server) seesSharedList(ctx context.Context, in *listDrivesInput) (bool, error) {
	if in.Limit != 0 || in.Cursor != "" || in.Q != "" || coordinators.Allows(me(ctx).Role) {
		return false, nil
	}
	if me(ctx).Role != auth.Student {
		return true, nil
	}
	of, _, err := s.standings.get(ctx, me(ctx).UserID)
	return !of.cancelled, err
}

// newDriveLists remembers what nearly everybody sees, by the status that is asked for.
func (s *Server) newDriveLists() *recent[string, driveList] {
	const statuses = 6 // with none
	return newRecent(pollStale, statuses, func(ctx context.Context, asked []string) (map[string]driveList, error) {
		answers := map[string]driveList{}
		for _, status := range asked {
			answer, err := s.readDriveList(ctx, &listDrivesInput{Status: status}, store.Viewer{})
			if err != nil {
				return nil, err
			}
			answers[status] = answer
		}
		return answers, nil
	})
}

func (s *Server) readDriveList(ctx context.Context, in *listDrivesInput, v store.Viewer) (driveList, error) {
	before, err := in.afterID()
	if err != nil {
		return driveList{}, err
	}
	filter := store.DriveFilter{Status: optional(in.Status), Matching: store.Matching(in.Q)}
	drives, err := store.DrivesFor(ctx, s.pool, v, filter, before, in.rows())
	if err != nil {
		return driveList{}, err
	}
	page := listOf(ctx, drives, in.rows(), func(d store.VisibleDrive) DriveBody { return s.driveBodyOf(ctx, d) },
		func(d store.VisibleDrive) string { return idCursor(d.Drive.DriveID) })
	count := int64(len(drives))
	if before != nil || page.Link != "" {
		if count, err = store.CountDrives(ctx, s.pool, v, filter); err != nil {
			return driveList{}, err
		}
	}
	var body bytes.Buffer
	if err := jsonFormat.Marshal(&body, page.Body); err != nil {
		return driveList{}, err
	}
	sum := sha256.Sum256(body.Bytes())
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	return driveList{link: page.Link, total: count, etag: tag, body: body.Bytes()}, nil
}

// hasTag tells whether one of the tags of an If-None-Match is tag, weak or not (RFC 9110, section 13.1.2).
func hasTag(given, tag string) bool {
	for one := range strings.SplitSeq(given, ",") {
		one = strings.TrimPrefix(strings.TrimSpace(one), "W/")
		if one == tag || one == "*" {
			return true
		}
	}
	return false
}
