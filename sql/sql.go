// Package sql carries the database's own language: the goose migrations (migrations/), the tables that last for one
// transaction (temporary/), the rights of a role that owns none of them (grants/), the queries that sqlc turns into Go
// (queries/, generated into store/dbsqlc) and those that it does not understand (handwritten/). Rules, transactions and Go
// types live elsewhere.
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

// AuditLines reads the audit trail; @name stands for an argument.
//
//go:embed handwritten/audit_lines.sql
var AuditLines string

// OwnersFunctions lets another role have done what only the owner of the tables may do.
//
//go:embed grants/functions.sql
var OwnersFunctions string

// RoleGrants is all that such a role may do. :"role", :"schema" and :"database" stand for names.
//
//go:embed grants/role.sql
var RoleGrants string
