package main

import (
	"context"

	"github.com/alexedwards/argon2id"
	"github.com/jackc/pgx/v5"
	"golang.org/x/crypto/argon2"
)

// sqlWork is one statement, straight through pgx: prepared once on each connection, and each run a transaction of its own.
type sqlWork struct {
	URL       string
	Statement string
	Args      [][]int64 // one run each
	Copy      bool      // the statement is a COPY … TO STDOUT without arguments
}

func (w *sqlWork) size() (items, steps int) { return len(w.Args), 1 }

func (w *sqlWork) connect(ctx context.Context, _ int) (connection, error) {
	conn, err := pgx.Connect(ctx, w.URL)
	if err != nil {
		return nil, err
	}
	c := &sqlConnection{sqlWork: w, conn: conn}
	if !w.Copy {
		_, err = conn.Prepare(ctx, w.Statement, w.Statement)
	}
	return c, err
}

type sqlConnection struct {
	*sqlWork
	conn *pgx.Conn
	args []any
	body []byte
}

func (c *sqlConnection) close() { _ = c.conn.Close(context.Background()) }

// do returns the number of rows as status, and all their values one after the other.
func (c *sqlConnection) do(ctx context.Context, item, _ int) (answer, error) {
	if c.Copy {
		counted := countingWriter{}
		tag, err := c.conn.PgConn().CopyTo(ctx, &counted, c.Statement)
		return answer{status: int(tag.RowsAffected()), bytes: counted.n}, err
	}
	c.args = c.args[:0]
	for _, arg := range c.Args[item] {
		c.args = append(c.args, arg)
	}
	c.body = c.body[:0]
	rows, err := c.conn.Query(ctx, c.Statement, c.args...)
	if err != nil {
		return answer{}, err
	}
	for rows.Next() {
		for _, value := range rows.RawValues() {
			c.body = append(c.body, value...)
		}
	}
	err = rows.Err()
	return answer{status: int(rows.CommandTag().RowsAffected()), body: c.body, bytes: int64(len(c.body))}, err
}

// countingWriter forgets everything but how much it was.
type countingWriter struct{ n int64 }

func (w *countingWriter) Write(data []byte) (int, error) {
	w.n += int64(len(data))
	return len(data), nil
}

// argon2Work is nothing but argon2id, with the parameters of a hash that placeops made.
type argon2Work struct{ Hash, Password string }

func (w *argon2Work) size() (items, steps int) { return 1, 1 }

func (w *argon2Work) connect(context.Context, int) (connection, error) {
	params, salt, _, err := argon2id.DecodeHash(w.Hash)
	return argon2Connection{params, []byte(w.Password), salt}, err
}

type argon2Connection struct {
	params         *argon2id.Params
	password, salt []byte
}

func (c argon2Connection) do(context.Context, int, int) (answer, error) {
	p := c.params
	argon2.IDKey(c.password, c.salt, p.Iterations, p.Memory, p.Parallelism, p.KeyLength)
	return answer{}, nil
}

func (argon2Connection) close() {}
