package auth

import (
	"fmt"
	"slices"
	"strings"
)

// Role is what a person is in the placement office. Each person has one.
type Role string

// The four roles, spelled as they stand in the database, in tokens and in JSON.
const (
	// Student is a candidate.
	Student Role = "STUDENT"
	// Staff of the placement office reads and exports.
	Staff Role = "STAFF"
	// Coordinator runs drives.
	Coordinator Role = "COORDINATOR"
	// Head of placement may do everything a coordinator may, and administers.
	Head Role = "HEAD"
)

// Roles returns all roles, those with the fewest rights first.
func Roles() []Role {
	return []Role{Student, Staff, Coordinator, Head}
}

// ParseRole reads a role in any letter case. The error names the roles there are.
func ParseRole(s string) (Role, error) {
	role := Role(strings.ToUpper(s))
	if !role.Valid() {
		return "", fmt.Errorf("unknown role %q: use one of %s", s, joinRoles(Roles()))
	}
	return role, nil
}

// Valid reports whether r is one of the four roles, spelled in capitals.
func (r Role) Valid() bool {
	return slices.Contains(Roles(), r)
}

func joinRoles(roles []Role) string {
	names := make([]string, len(roles))
	for i, role := range roles {
		names[i] = string(role)
	}
	return strings.Join(names, ", ")
}
