// Package sql carries the database's own language: the goose migrations (migrations/), the tables that last for one
// transaction (temporary/) and the queries that sqlc turns into Go (queries/, generated into store/dbsqlc). Rules,
// transactions and Go types live elsewhere.
package sql

import "embed"

// Migrations holds migrations/*.sql, in goose's format.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// StudentImport makes the temporary tables of an import.
//
//go:embed temporary/student_import.sql
var StudentImport string
