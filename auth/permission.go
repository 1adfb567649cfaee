package auth

// Permission says who may call a route. It is a plain value: compare with ==.
// The zero value lets nobody in, so a route without a permission is closed.
type Permission struct {
	public bool
	roles  uint8 // one bit per role, in the order of Roles
}

var (
	// Public lets everybody in, also without signing in.
	Public = Permission{public: true}
	// SignedIn lets in everybody who has signed in, whatever the role.
	SignedIn = For(Roles()...)
)

// For lets in the given roles. An unknown role adds nobody.
func For(roles ...Role) Permission {
	var p Permission
	for _, role := range roles {
		p.roles |= roleBit(role)
	}
	return p
}

// Allows reports whether somebody with that role may call the route.
func (p Permission) Allows(role Role) bool {
	return p.public || p.roles&roleBit(role) != 0
}

// IsPublic reports whether the route may be called without signing in.
func (p Permission) IsPublic() bool {
	return p.public
}

// Roles returns the roles that may call the route. For a public route these
// are all of them.
func (p Permission) Roles() []Role {
	var allowed []Role
	for _, role := range Roles() {
		if p.Allows(role) {
			allowed = append(allowed, role)
		}
	}
	return allowed
}

// String describes the permission for the documentation: "public", "all roles",
// "nobody", or the roles as in "COORDINATOR, HEAD".
func (p Permission) String() string {
	switch p {
	case Public:
		return "public"
	case SignedIn:
		return "all roles"
	case Permission{}:
		return "nobody"
	}
	return joinRoles(p.Roles())
}

func roleBit(role Role) uint8 {
	for i, known := range Roles() {
		if role == known {
			return 1 << i
		}
	}
	return 0
}
