package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"placeops/auth"
	"placeops/store"
)

// client calls a placeops over HTTP. It knows nothing else of it, so it works with one in any process.
type client struct {
	url    string
	tokens *auth.Tokens
	http   *http.Client
}

func newClient(url string, tokens *auth.Tokens) *client {
	return &client{url: url, tokens: tokens, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
}

// person is somebody who can call.
type person struct {
	id    int64
	token string
}

// newPerson makes an account of the office and signs it in.
func (c *client) newPerson(ctx context.Context, db store.DBTX, role auth.Role) (person, error) {
	name := "The " + string(role)
	user, err := store.CreateUser(ctx, db, store.NewUser{Name: name, Email: string(role) + "@office.example", Role: string(role)})
	if err != nil {
		return person{}, err
	}
	return c.signIn(user.UserID, role, user.Name, user.Email)
}

// signIn mints the token that a log-in would give.
func (c *client) signIn(id int64, role auth.Role, name, email string) (person, error) {
	token, err := c.tokens.Issue(auth.Principal{UserID: id, Role: role, Name: name, Email: email}, time.Now())
	return person{id: id, token: token}, err
}

// post sends JSON and decodes the answer, which must have status want, into answer. Body and answer may be nil.
func (c *client) post(ctx context.Context, as person, path string, body any, want int, answer any) error {
	if body == nil {
		return c.do(ctx, as, http.MethodPost, path, "", nil, want, answer)
	}
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return c.do(ctx, as, http.MethodPost, path, "application/json", bytes.NewReader(data), want, answer)
}

func (c *client) get(ctx context.Context, as person, path string, answer any) error {
	return c.do(ctx, as, http.MethodGet, path, "", nil, http.StatusOK, answer)
}

// upload sends a file in a form while it is being read.
func (c *client) upload(ctx context.Context, as person, path, fileName string, content []byte, want int, answer any) error {
	reader, writer := io.Pipe()
	form := multipart.NewWriter(writer)
	go func() {
		part, err := form.CreateFormFile("file", fileName)
		if err == nil {
			_, err = part.Write(content)
		}
		if err == nil {
			err = form.Close()
		}
		writer.CloseWithError(err)
	}()
	return c.do(ctx, as, http.MethodPost, path, form.FormDataContentType(), reader, want, answer)
}

// statusError is an answer of another status than the wanted one.
type statusError struct {
	path   string
	status int
	body   []byte
}

func (e *statusError) Error() string {
	return fmt.Sprintf("%s answered %d: %s", e.path, e.status, e.body)
}

func (c *client) do(ctx context.Context, as person, method, path, contentType string, body io.Reader, want int, answer any) error {
	request, err := http.NewRequestWithContext(ctx, method, c.url+path, body)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+as.token)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // it has been read
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != want {
		return &statusError{path: path, status: response.StatusCode, body: data}
	}
	switch answer := answer.(type) {
	case nil:
		return nil
	case *[]byte: // as it is
		*answer = data
		return nil
	}
	return json.Unmarshal(data, answer)
}
