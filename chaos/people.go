package main

import (
	"context"
	"fmt"
	"time"

	"placeops/auth"
	"placeops/store"
)

// person is somebody who can call.
type person struct {
	id    int64
	token string
}

// student is one of those who are there from the beginning and never change.
type student struct {
	person
	roll string
	good bool // passes every drive's criteria
}

// populate makes the office and the students, while nothing goes wrong yet.
func (r *run) populate(ctx context.Context) error {
	url, err := r.in.databaseURL()
	if err != nil {
		return err
	}
	pool, err := store.OpenPool(ctx, url, store.PoolOptions{MaxConns: 1, Name: "chaos"})
	if err != nil {
		return err
	}
	defer pool.Close()
	tokens, err := auth.NewTokens([]byte(secret))
	if err != nil {
		return err
	}
	add := func(name string, role auth.Role) (person, error) {
		user, err := store.CreateUser(ctx, pool, store.NewUser{Name: name, Email: name + "@college.example", Role: string(role)})
		if err != nil {
			return person{}, err
		}
		token, err := tokens.Issue(auth.Principal{UserID: user.UserID, Role: role, Name: name, Email: user.Email}, time.Now())
		return person{id: user.UserID, token: token}, err
	}
	if r.head, err = add("head", auth.Head); err != nil {
		return err
	}
	if r.coordinator, err = add("coordinator", auth.Coordinator); err != nil {
		return err
	}
	for n := range r.config.students {
		s := &student{roll: fmt.Sprintf("S%04d", n), good: n%3 != 0}
		if s.person, err = add(s.roll, auth.Student); err != nil {
			return err
		}
		mark := "6.10"
		if s.good {
			mark = "8.20"
		}
		if _, err := pool.Exec(ctx, "INSERT INTO students (student_id, roll_number, cgpa) VALUES ($1, $2, $3::text::numeric)", s.id, s.roll, mark); err != nil {
			return err
		}
		r.students = append(r.students, s)
	}
	return nil
}
